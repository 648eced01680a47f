"""What the page of saved searches is told: each with what changed, and the fields that ask it again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from maillage.core.documents import in_words
from maillage.directory.choices import AUDIENCES, COSTS, REMOTE, THEMES, AccessNeed, WatchPause
from maillage.directory.forms import FollowForm, NameForm, as_fields
from maillage.directory.languages import LANGUAGES
from maillage.directory.models import SavedSearch, Service
from maillage.directory.permissions import can_read_service
from maillage.directory.search import SearchQuery
from maillage.directory.search.codes import codes_of, query_of
from maillage.directory.wording import mid_sentence

MOST_NAMED = 20
"""New answers shown by name: beyond, an import has probably changed a whole source, and a number says it better."""


@dataclass(frozen=True)
class News:
    """What changed in one search: services its owner may read, by name when they are few; those no longer shown."""

    fresh: list[Service]
    count: int
    left: list[Service]
    closed: int

    @property
    def sentence(self) -> str:
        """« 2 nouvelles réponses, 1 de moins »; empty when nothing changed."""
        fewer = len(self.left) + self.closed
        said = [
            ngettext("%(n)s nouvelle réponse", "%(n)s nouvelles réponses", self.count) % {"n": self.count}
            if self.count
            else "",
            ngettext("%(n)s réponse de moins", "%(n)s réponses de moins", fewer) % {"n": fewer} if fewer else "",
        ]
        return ", ".join(filter(None, said))


def news_of(saved: SavedSearch, *, reader: Any) -> News:
    """What changed since its owner looked, through the rule of reading."""
    fresh = can_read_service.among(Service.objects.filter(pk__in=saved.fresh), reader).order_by("name", "pk")
    left = can_read_service.among(Service.objects.filter(pk__in=saved.gone), reader).order_by("name", "pk")
    count = fresh.count() if saved.fresh else 0
    named = list(fresh.select_related("structure")) if 0 < count <= MOST_NAMED else []
    gone = list(left.select_related("structure")[: MOST_NAMED + 1]) if saved.gone else []
    few = gone if len(gone) <= MOST_NAMED else []
    return News(named, count, few, len(saved.gone) - len(few))


@dataclass(frozen=True)
class Kept:
    """One saved search, as its page shows it."""

    saved: SavedSearch
    summary: str
    fields: list[tuple[str, str]]
    news: News
    alert: str
    pause: str
    name_form: NameForm
    follow_form: FollowForm


def page(searches: Iterable[SavedSearch], *, reader: Any) -> dict[str, object]:
    """Those where something changed first."""
    shown = [kept(saved, reader=reader) for saved in searches]
    return {"searches": sorted(shown, key=lambda one: not one.saved.has_news)}


def kept(saved: SavedSearch, *, reader: Any) -> Kept:
    query, ident = query_of(saved.codes), f"id_{saved.pk}_%s"
    follows = {"is_watched": saved.is_watched, "is_mailed": saved.is_mailed}
    return Kept(
        saved=saved,
        summary=summary_of(query) if query else "",
        fields=as_fields(saved.codes, place=query.origin.label) if query else [],
        news=news_of(saved, reader=reader),
        alert=alert_in_words(saved),
        pause=str(WatchPause.NO_PLACE.label) if query is None else str(saved.get_pause_display()),
        name_form=NameForm(initial={"name": saved.name}, auto_id=ident),
        follow_form=FollowForm(initial=follows, auto_id=ident),
    )


def commune_label(query: SearchQuery) -> str:
    """The commune a search would be kept around; empty when nobody knows which it is."""
    around = query_of(codes_of(query))
    return around.origin.label if around else ""


def alert_in_words(saved: SavedSearch) -> str:
    if not saved.is_watched:
        return gettext("Sans alerte")
    how = gettext("Alerte, et courriel") if saved.is_mailed else gettext("Alerte")
    if saved.checked_at is None:
        return how
    checked = gettext("vérifiée le %(day)s") % {"day": in_words(localtime(saved.checked_at).date())}
    return f"{how}, {checked}"


def summary_of(query: SearchQuery) -> str:
    """The question in one line: need, words when they are kept, place, travel, filters."""
    needs = [THEMES[theme] for theme in query.themes if theme in THEMES]
    words = gettext("mots : « %(words)s »") % {"words": query.words} if query.words else ""
    travel = gettext("%(minutes)s min %(mode)s") % {"minutes": query.minutes, "mode": query.mode.label}
    parts = [", ".join(needs), words, query.origin.label, travel, *filters_in_words(query)]
    return " · ".join(part for part in parts if part)


def filters_in_words(query: SearchQuery) -> list[str]:
    """What narrows the question, as people say it."""
    received = {"": "", REMOTE: gettext("à distance")}.get(query.reception, gettext("sur place"))
    audiences = ", ".join(mid_sentence(AUDIENCES[code]) for code in query.audiences if code in AUDIENCES)
    cost = mid_sentence(COSTS.get(query.cost, ""))
    spoken = ", ".join(LANGUAGES[code] for code in query.languages if code in LANGUAGES)
    return [
        audiences,
        gettext("entre femmes") if query.is_women_only else "",
        cost,
        received,
        gettext("on y parle %(language)s") % {"language": spoken} if spoken else "",
        ", ".join(mid_sentence(str(AccessNeed(need).label)) for need in query.accessibility if need in AccessNeed),
        gettext("ouvert à l'heure où on cherche") if query.is_open_now else "",
        gettext("ouvert %(when)s") % {"when": query.when.in_words()} if query.when else "",
    ]
