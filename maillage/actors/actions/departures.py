"""A colleague leaves: roles end, invitations are withdrawn, what they held is handed over, the account closes."""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.actors.actions import accounts
from maillage.actors.actions.memberships import keep_an_administrator, stop
from maillage.actors.choices import Role
from maillage.actors.models import ApiKey, Departure, Invitation, Membership, User
from maillage.actors.permissions import can_manage_person, can_read_person
from maillage.core import clock, journal
from maillage.core.concurrency import once
from maillage.core.refusals import Refused

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Holding:
    """One thing a person holds that must not be left to nobody: its name, its page."""

    title: str
    url: str = ""


@dataclass(frozen=True)
class Handover:
    """How what a room holds in someone's name passes to another.

    `held_by(user)` lists it; `hand_over(user, to, by)` passes it on, inside the caller's act, and says how many (`by`
    is None when the night's job does it). With `needs_successor` false, nobody has to be chosen to take over.
    `shown_to(reader, user)` is what whoever prepares the departure may read of it, when that is less.
    """

    label: str | Promise
    held_by: Callable[[User], list[Holding]]
    hand_over: Callable[[User, User, User | None], int]
    needs_successor: bool = True
    shown_to: Callable[[User, User], list[Holding]] | None = None


HANDOVERS: list[Handover] = []
"""Filled by each room in its `apps.py`."""


def hands_over(handover: Handover) -> None:
    """Declare what must be handed over when someone leaves. Once: a room that loads twice adds it once."""
    if handover not in HANDOVERS:
        HANDOVERS.append(handover)


def holdings(user: User) -> list[tuple[Handover, list[Holding]]]:
    """All this person holds today, room by room; nothing is left out for being empty elsewhere."""
    found = [(handover, handover.held_by(user)) for handover in HANDOVERS]
    return [(handover, held) for handover, held in found if held]


def holdings_shown(reader: User, user: User) -> list[tuple[Handover, list[Holding]]]:
    """The same as this reader may read it: what is closed to them is counted, not told."""
    return [
        (handover, handover.shown_to(reader, user) if handover.shown_to else held) for handover, held in holdings(user)
    ]


def prepare(user: User, *, last_day: dt.date, successor: User | None, key: str, by: User) -> Departure:
    """Settle a departure in one gesture. Roles get their end now; on the day after the last, the rest follows.

    Refused when something would be left to nobody, or the house without administrator.
    """
    with journal.act():
        once(key)
        accounts.hold(user)
        _refuse_unfit(user, successor, by)
        if successor is None and any(handover.needs_successor for handover, _held in holdings(user)):
            raise Refused(_("Dites qui reprend ce que cette personne laisse : rien ne reste sans personne."))
        after = last_day + dt.timedelta(days=1)
        _end_roles(user, on=after, by=by)
        departure, _is_new = Departure.objects.update_or_create(
            user=user,
            defaults={"last_day": last_day, "successor": successor, "prepared_by": by,
                      "prepared_at": clock.now(), "carried_out_at": None},
        )  # fmt: skip
        journal.record(by, "actors.departure_prepared", user, on=last_day, to=getattr(successor, "pk", None))
        if after <= clock.today():
            carry_out(departure, by=by)
    return departure


def carry_out(departure: Departure, *, by: User | None) -> None:
    """Hand everything over and close the account, unless a role was given or prolonged since: then it stays open."""
    user, to = departure.user, _taker(departure)
    with journal.act():
        accounts.hold(user)
        _hand_all_over(user, to, by)
        if not Membership.objects.to_come_or_in_force().filter(user=user).exists():
            accounts.close_account(user, by=by)
        departure.carried_out_at = clock.now()
        departure.save(update_fields=["carried_out_at"])


def _hand_all_over(user: User, to: User, by: User | None) -> None:
    for handover, held in holdings(user):
        count = handover.hand_over(user, to, by)
        journal.record(by, "actors.handed_over", user, to=to.pk, count=count, held=len(held))


def close_unused() -> int:
    """Close the accounts nobody signs in to any more; how many. Who left without a word also leaves nothing orphaned.

    What they held passes to an administrator. An invitation opens the account anew, with what it gives and no more.
    """
    to, closed = _an_administrator(), 0
    for person in accounts.unused():
        try:
            with journal.act():
                accounts.hold(person)
                if to is not None:
                    _hand_all_over(person, to, None)
                accounts.close_account(person, by=None)
            closed += 1
        except Exception:
            logger.exception("Account %s, unused, could not be closed.", person.pk)
    return closed


def carry_out_due() -> int:
    """The departures whose last day is over. One that cannot be carried out keeps no other waiting."""
    due = Departure.objects.filter(carried_out_at__isnull=True, last_day__lt=clock.today())
    done = 0
    for departure in due.select_related("user", "successor", "prepared_by"):
        try:
            carry_out(departure, by=None)
            done += 1
        except Exception:
            logger.exception("Departure %s could not be carried out.", departure.pk)
    return done


def _taker(departure: Departure) -> User:
    """Who takes over on the day: the successor, unless they left too; then who prepared it, then an administrator."""
    for person in (departure.successor, departure.prepared_by):
        if person is not None and person.is_active and person.pk != departure.user_id:
            return person
    administrator = _an_administrator(but=departure.user_id)
    assert administrator is not None  # `keep_an_administrator` sees to it that there is one.
    return administrator


def _an_administrator(*, but: int = 0) -> User | None:
    """The administrator of longest standing who stays; None in a house that has none yet."""
    administering = Membership.objects.now().filter(role=Role.ADMINISTRATOR, valid_until__isnull=True)
    found = User.objects.filter(pk__in=administering.values("user"), is_active=True).exclude(pk=but)
    return found.order_by("pk").first()


def _refuse_unfit(user: User, successor: User | None, by: User) -> None:
    if not can_manage_person(by, user):
        raise Refused(
            _("Cette personne tient aussi des rôles que vous ne donnez pas : son départ n'est pas entre vos mains."),
            instead=_("Terminez les rôles qui sont de votre ressort, ou demandez à un administrateur."),
        )
    if successor is None:
        return
    if successor.pk == user.pk:
        raise Refused(_("Personne ne reprend son propre travail en partant : choisissez quelqu'un d'autre."))
    if not successor.is_active or not can_read_person(by, successor):
        raise Refused(_("Cette personne n'a plus de compte ouvert : choisissez quelqu'un d'autre."))


def _end_roles(user: User, *, on: dt.date, by: User) -> None:
    running = list(Membership.objects.to_come_or_in_force().filter(user=user))
    administering = [one for one in running if one.role == Role.ADMINISTRATOR]
    if administering:
        keep_an_administrator(without=administering, on=max(on, clock.today()))
    for membership in running:
        if membership.valid_until is None or membership.valid_until > max(on, clock.today(), membership.valid_from):
            stop(membership, on=on, expected=membership.version, by=by)


# -- What this room itself hands over ------------------------------------------------------------------------------


def _open_invitations(user: User) -> Any:
    return Invitation.objects.filter(
        invited_by=user, accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=clock.now()
    ).select_related("organisation")


def _held_invitations(user: User) -> list[Holding]:
    return [Holding(f"{one.get_role_display()} · {one.organisation}") for one in _open_invitations(user)]


def _withdraw_invitations(user: User, to: User, by: User | None) -> int:
    """Nobody answers any more for whom they invited: the successor invites again those they know."""
    count = 0
    for invitation in _open_invitations(user):
        invitation.withdrawn_at = clock.now()
        invitation.save(update_fields=["withdrawn_at"])
        journal.record(by, "actors.invitation_withdrawn", invitation)
        count += 1
    return count


def _kept_keys(user: User) -> Any:
    running = ApiKey.objects.filter(keeper=user, revoked_at__isnull=True, expires_on__gte=clock.today())
    return running.select_related("organisation")


def _held_keys(user: User) -> list[Holding]:
    return [Holding(f"{one.name} · {one.organisation}") for one in _kept_keys(user)]


def _give_keys(user: User, to: User, by: User | None) -> int:
    """The organisation's software keeps working; another person answers for its key."""
    count = 0
    for api_key in _kept_keys(user):
        api_key.keeper = to
        api_key.save(update_fields=["keeper"])
        journal.record(by, "actors.key_handed_over", api_key, to=to.pk)
        count += 1
    return count


hands_over(
    Handover(gettext_lazy("Invitations en attente : elles seront retirées"), _held_invitations, _withdraw_invitations,
             needs_successor=False)
)  # fmt: skip
hands_over(Handover(gettext_lazy("Clés d'API dont elle répond"), _held_keys, _give_keys))
