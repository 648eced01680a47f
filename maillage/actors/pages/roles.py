"""What the pages of roles are told: who has what, what each role opens, the yearly review, a departure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maillage.actors.actions.departures import Handover, Holding, holdings_shown
from maillage.actors.actions.reviews import ReportLine, waiting_for
from maillage.actors.choices import ROLES, Role, Scope
from maillage.actors.deadlines import review_due
from maillage.actors.forms.roles import RolesAsked
from maillage.actors.models import Departure, Invitation, Membership, User
from maillage.actors.pages.organisations import one_cell
from maillage.actors.permissions import (
    can_end_membership,
    can_manage_person,
    can_read_invitation,
    can_read_person,
    can_withdraw_invitation,
    opens,
    roles_to_give,
    sectors_under,
)
from maillage.core import clock
from maillage.core.access import RULES
from maillage.core.components import Crumb, Table
from maillage.core.concurrency import new_key
from maillage.core.doors import doors

PER_PAGE = 50


def roles(held: QuerySet[Membership], asked: QueryDict, *, reader: User) -> dict[str, object]:
    """Who has what: in force first, then what is over when it is asked for."""
    form = RolesAsked(asked)
    form.is_valid()
    page = Paginator(_kept(held, form.cleaned_data), PER_PAGE).get_page(asked.get("page", "1"))
    ending = _pks(can_end_membership.among(Membership.objects.filter(pk__in=[one.pk for one in page]), reader))
    leaving = _pks(can_manage_person.among(User.objects.filter(pk__in=[one.user_id for one in page]), reader))
    headers = [_("Personne"), _("Rôle"), _("Où"), _("Du"), _("Au"), _("Que faire")]
    rows = [
        (
            str(one.user), one.get_role_display(), where(one), date_format(one.valid_from, "d/m/Y"),
            until(one), _row_links(one, may_end=one.pk in ending, may_manage=one.user_id in leaving, reader=reader),
        )
        for one in page
    ]  # fmt: skip
    kept = asked.copy()
    kept.pop("page", None)
    empty = _("Aucun rôle ne répond à ces critères.")
    return {
        "form": form,
        "is_one_person": bool(form.cleaned_data.get("person")),
        "page": page,
        "query": f"{kept.urlencode()}&" if kept else "",
        "table": Table(_("Rôles et habilitations"), headers, rows, empty=empty),
        "invitations": invitations(reader),
        "may_give": bool(roles_to_give(reader)),
        "to_review": waiting_for(reader).count(),
    }


def _kept(held: QuerySet[Membership], facts: dict[str, Any]) -> QuerySet[Membership]:
    if not facts.get("ended"):
        held = held.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=clock.today()))
    if facts.get("role"):
        held = held.filter(role=facts["role"])
    if facts.get("person"):
        held = held.filter(user=facts["person"])
    if facts.get("organisation"):
        held = held.filter(organisation=facts["organisation"])
    if facts.get("sector"):
        held = held.filter(sector__in=sectors_under([facts["sector"]]))
    related = held.select_related("user", "organisation", "site", "sector")
    return related.order_by("user__last_name", "user__first_name", "user", "valid_from", "pk")


def _pks(found: QuerySet[Any]) -> set[int]:
    return set(found.values_list("pk", flat=True))


def where(one: Membership | Invitation) -> str:
    """« Département de L'Aubrelle · Melune », « Les Tablées · centre de Melune »."""
    place = one.site or one.sector
    if place is None and ROLES[Role(one.role)].scope == Scope.SECTOR:
        return f"{one.organisation} · {_('tout le Département')}"
    return f"{one.organisation} · {place}" if place else str(one.organisation)


def until(one: Membership) -> str:
    """The last day of the role; « sans fin »."""
    day = last_day(one)
    if day is None:
        return _("sans fin")
    last = date_format(day, "d/m/Y")
    return last if day >= clock.today() else _("%(day)s (terminé)") % {"day": last}


def last_day(one: Membership) -> dt.date | None:
    """The last day of a role that ends; None when it does not."""
    return one.valid_until - dt.timedelta(days=1) if one.valid_until else None


def _row_links(one: Membership, *, may_end: bool, may_manage: bool, reader: User) -> str:
    links = []
    if may_end and (one.valid_until is None or one.valid_until > clock.today()):
        links += [
            (reverse("actors:role_dates", args=[one.pk]), _("Changer la fin")),
            (reverse("actors:end_role", args=[one.pk]), _("Terminer")),
        ]
    if may_manage:
        links.append((reverse("actors:departure", args=[one.user_id]), _("Préparer son départ")))
    if may_manage and one.user.is_active and one.user_id != reader.pk:
        links.append((reverse("give_access_back", args=[one.user_id]), _("Rendre l'accès")))
    return one_cell(links)


def invitations(reader: User) -> list[tuple[Invitation, str, str]]:
    """The invitations that wait, where they lead, and a one-use key for who may send them again or take them back."""
    waiting = Invitation.objects.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)
    known = can_read_invitation.among(waiting, reader).select_related("organisation", "site", "sector", "invited_by")
    mine = _pks(can_withdraw_invitation.among(waiting, reader))
    return [(one, where(one), new_key() if one.pk in mine else "") for one in known[:PER_PAGE]]


# -- What each role opens --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Meaning:
    """A role: what it may do, how far, who gives it, and what it opens in this house today."""

    role: str
    sentence: str | Promise
    scope: str
    given_by: str
    needs_second_factor: bool
    rules: tuple[str, ...]
    pages: tuple[str, ...]


def meanings() -> list[Meaning]:
    return [
        Meaning(
            role=str(role.label),
            sentence=facts.sentence,
            scope=str(facts.scope.label),
            given_by=_(", ").join(str(giver.label) for giver in facts.granted_by),
            needs_second_factor=facts.needs_second_factor,
            rules=opened_rules(role),
            pages=opened_pages(role),
        )
        for role, facts in ROLES.items()
    ]


def common_sentences() -> tuple[str, ...]:
    """What any role opens: not repeated under each of them."""
    return tuple(RULES[name].sentence for name in sorted(_common()))


@lru_cache(maxsize=32)
def opened_rules(role: Role) -> tuple[str, ...]:
    """The sentences of the rules that answer otherwise for who holds this role than for who holds none."""
    return tuple(RULES[name].sentence for name in sorted(_opened(role) - _common()))


@lru_cache(maxsize=32)
def opened_pages(role: Role) -> tuple[str, ...]:
    """The addresses that ask for this role by name, without a number in them: those one can go to."""
    asked = [door for door in doors() if door.lock and role in door.lock.roles and "<" not in door.address]
    return tuple(f"/{door.address}" for door in asked if set(door.lock.roles) != set(Role.values))  # type: ignore[union-attr]


@lru_cache(maxsize=32)
def _opened(role: Role) -> frozenset[str]:
    doors()  # Reading the addresses loads every room's rules.
    return frozenset(name for name, rule in RULES.items() if opens(rule, role))


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset.intersection(*(_opened(role) for role in Role))


# -- Yearly review ---------------------------------------------------------------------------------------------------


def reviews(held: QuerySet[Membership], number: str) -> dict[str, object]:
    """What is to be looked at again, the longest unseen first."""
    related = held.select_related("user", "organisation", "site", "sector")
    page = Paginator(sorted(related, key=lambda one: (one.review_due_on, one.pk)), PER_PAGE).get_page(number)
    headers = [_("Personne"), _("Rôle"), _("Où"), _("Revu"), _("À revoir"), _("Que faire")]
    rows = [
        (str(one.user), one.get_role_display(), where(one), _seen(one), _due_words(one), _review_links(one))
        for one in page
    ]
    empty = _("Rien à revoir : chaque rôle a été regardé depuis moins d'un an.")
    table = Table(_("Rôles à revoir, les plus anciens d'abord"), headers, rows, empty=empty)
    return {"page": page, "table": table, "shown": [f"{one.pk}:{one.version}" for one in page]}


def _seen(one: Membership) -> str:
    if one.reviewed_on is None:
        return _("jamais ; donné le %(day)s") % {"day": date_format(one.valid_from, "d/m/Y")}
    return date_format(one.reviewed_on, "d/m/Y")


def _due_words(one: Membership) -> str:
    due = review_due(one)
    said = _("en retard depuis le %(day)s") if due.is_late else _("avant le %(day)s")
    return said % {"day": date_format(due.date, "d/m/Y")}


def _review_links(one: Membership) -> str:
    return format_html(
        '<span><button class="button button-quiet" type="submit" name="one" value="{}:{}">{}</button> '
        '<a href="{}">{}</a></span>',
        one.pk, one.version, _("Toujours utile"), reverse("actors:end_role", args=[one.pk]), _("Terminer"),
    )  # fmt: skip


def report_table(lines: Iterable[ReportLine]) -> Table:
    headers = [
        _("Organisation"), _("En vigueur"), _("Revus dans l'année"), _("Terminés dans l'année"), _("À revoir"),
        _("En retard"),
    ]  # fmt: skip
    rows = [(one.organisation, one.in_force, one.reviewed, one.ended, one.to_review, one.late) for one in lines]
    return Table(_("Douze derniers mois, par organisation"), headers, rows, numeric=(1, 2, 3, 4, 5))


# -- Departures ------------------------------------------------------------------------------------------------------


def colleagues(leaver: User, *, reader: User) -> QuerySet[User]:
    """Those who may take over: people of the same organisations, with an open account, whom the reader may name."""
    mine = Membership.objects.filter(user=leaver).values("organisation")
    here = Membership.objects.now().filter(organisation__in=mine)
    open_accounts = User.objects.filter(pk__in=here.values("user"), is_active=True).exclude(pk=leaver.pk)
    return can_read_person.among(open_accounts, reader).order_by("last_name", "first_name")


def departure(leaver: User, *, reader: User) -> dict[str, object]:
    """All that someone holds, as this reader may read it, and what will become of it."""
    running = Membership.objects.to_come_or_in_force().filter(user=leaver)
    held = running.select_related("organisation", "site", "sector")
    planned = Departure.objects.filter(user=leaver, carried_out_at__isnull=True).first()
    others: list[tuple[Handover, list[Holding]]] = holdings_shown(reader, leaver)
    return {
        "leaver": leaver,
        "planned": planned,
        "crumbs": [Crumb(_("Rôles et habilitations"), reverse("actors:roles")), Crumb(str(leaver))],
        "roles": [f"{one.get_role_display()} · {where(one)}" for one in held],
        "others": others,
        "nothing": not others,
        "last_seen": leaver.last_login and date_format(localtime(leaver.last_login)),
    }
