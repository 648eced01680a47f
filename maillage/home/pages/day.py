"""« Ma journée » and the search: what waits, in groups; who someone is here; what was found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from maillage.actors.choices import ROLES, Role
from maillage.actors.models import Membership
from maillage.core import clock
from maillage.core.components import ToDo
from maillage.core.gathering import Group, Waiting, global_search, my_day
from maillage.core.navigation import navigation
from maillage.home.wording import SOON, day_in_words, due_in_words, greeting

A_PAGE = 50
SHOWN = 10
PARTS = {
    "late": _("En retard"),
    "soon": _("Cette semaine"),
    "later": _("Plus tard"),
    "undated": _("Sans date"),
}


@dataclass(frozen=True)
class Part:
    """One group of what waits: the whole count, and those of this page."""

    level: str
    title: str
    count: int
    items: list[ToDo]


@dataclass(frozen=True)
class RoleHeld:
    """A role someone holds: its name, where, what it lets do, whether it waits for a second factor."""

    name: str
    where: str
    sentence: str
    is_waiting: bool


@dataclass(frozen=True)
class FoundHere:
    """A section of what was found; `more` when the room knows others."""

    group: Group
    more: bool


def day(user: Any, *, page: int | str) -> dict[str, object]:
    """Everything « ma journée » shows to this person."""
    now, gathered = clock.local_now(), my_day.of(user)
    levels = [level_of(one) for one in gathered.waiting]
    shown = Paginator(gathered.waiting, A_PAGE).get_page(page)
    return {
        "greeting": greeting(user.first_name, at=now),
        "today": day_in_words(now.date(), this_year=0),
        "parts": list(_parts(shown, levels)),
        "counts": [(PARTS[level], levels.count(level), level) for level in PARTS if level in levels],
        "total": len(levels),
        "page": shown,
        "silent": gathered.silent,
        "tools": navigation.of(user),
        "roles": list(roles_held(user)),
        "waits_for_second_factor": user.waits_for_second_factor(),
    }


def level_of(waiting: Waiting) -> str:
    """Late, this week, later, or without a date."""
    if waiting.due_on is None:
        return "undated"
    days = (waiting.due_on - clock.today()).days
    return "late" if days < 0 else "soon" if days < SOON else "later"


def _parts(page: Page, levels: list[str]) -> Iterator[Part]:
    for level, waiting in groupby(page.object_list, key=level_of):
        yield Part(level, str(PARTS[level]), levels.count(level), [_todo(one, level) for one in waiting])


def _todo(waiting: Waiting, level: str) -> ToDo:
    when = due_in_words(waiting.due_on, today=clock.today()) if waiting.due_on else ""
    return ToDo(waiting.title, waiting.url, str(waiting.why), when, level, str(waiting.kind))


def roles_held(user: Any) -> Iterator[RoleHeld]:
    """What this person is here today, open or waiting for a second factor."""
    held = Membership.objects.now().filter(user=user).select_related("organisation", "site", "sector")
    for membership in held:
        facts = ROLES[Role(membership.role)]
        places = (membership.site or membership.organisation, membership.sector)
        yield RoleHeld(
            membership.get_role_display(),
            " · ".join(place.name for place in places if place),
            str(facts.sentence),
            facts.needs_second_factor and not user.has_second_factor,
        )


def found(user: Any, words: str) -> dict[str, object]:
    """What every room finds for these words, by sections; one more than shown tells whether there are others."""
    answer = global_search.ask(user, words, limit=SHOWN + 1)
    sections = [
        FoundHere(Group(group.label, group.found[:SHOWN]), len(group.found) > SHOWN) for group in answer.groups
    ]
    return {"sections": sections, "silent": answer.silent, "words": words, "said": _said(sections)}


def _said(sections: Iterable[FoundHere]) -> str:
    """« 4 choses trouvées », « plus de 12 choses trouvées »: a room that stops at ten does not know how many more."""
    sections = list(sections)
    count = sum(len(section.group.found) for section in sections)
    if any(section.more for section in sections):
        return ngettext("Plus de %(count)d chose trouvée", "Plus de %(count)d choses trouvées", count) % {
            "count": count
        }
    return ngettext("%(count)d chose trouvée", "%(count)d choses trouvées", count) % {"count": count}
