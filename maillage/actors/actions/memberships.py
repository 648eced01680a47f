"""Give a role, change its dates, end it. The house always keeps an administrator who may sign in."""

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.actors.choices import Role
from maillage.actors.models import Membership, Organisation, Site, User
from maillage.actors.permissions import may_end, may_grant
from maillage.core import clock, journal
from maillage.core.concurrency import once, save_version
from maillage.core.refusals import Refused

ALREADY_HELD = gettext_lazy("Cette personne tient déjà ce rôle, au même endroit et au même moment.")


def give(membership: Membership, *, by: User | None) -> None:
    """Give the role, inside the caller's act: an invitation accepted, a grant."""
    given = membership
    _hold(given)
    if refusal := may_grant(by, given.role, given.organisation, given.sector, given.site, to=given.user):
        raise refusal
    if not given.user.is_active:
        raise Refused(_("Ce compte est fermé : invitez cette personne de nouveau, à son adresse."))
    if _overlapping(given, until=given.valid_until).exists():
        raise Refused(str(ALREADY_HELD), instead=_("Changez plutôt les dates du rôle qu'elle tient."))
    given.granted_by = by
    given.save(force_insert=True)
    given.user.__dict__.pop("held", None)
    journal.record(by, "actors.role_granted", given, role=given.role, user=given.user_id)


def _hold(given: Membership) -> None:
    """Read again, and keep until the end of the act, the person and the organisation the role is about.

    Two grants of the same role wait for one another on the person; a grant and a closing, on the organisation. Always
    in that order, and without keeping out those who only refer to these rows (`no_key`): nobody waits in a circle.
    """
    fresh = User.objects.select_for_update(no_key=True).get(pk=given.user_id)
    given.user.is_active = fresh.is_active
    given.organisation = Organisation.objects.select_for_update(no_key=True).get(pk=given.organisation_id)
    if given.site_id:
        given.site = Site.objects.get(pk=given.site_id)


def _overlapping(given: Membership, *, until: dt.date | None) -> QuerySet[Membership]:
    """The same role, there, over part of the days from the one it begins to `until` (excluded; None: no end)."""
    same = Membership.objects.filter(
        user=given.user, role=given.role, organisation=given.organisation, site=given.site
    )
    same = same.filter(sector__code=given.sector.code) if given.sector else same.filter(sector__isnull=True)
    same = same.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=given.valid_from)).exclude(pk=given.pk)
    return same.filter(valid_from__lt=until) if until else same


def change_dates(membership: Membership, *, until: dt.date | None, expected: int, key: str, by: User) -> None:
    """The role ends that day (the first without it), or has no end. Raises concurrency.Stale.

    Later than today's end is giving it anew: refused to whoever may not give it, to oneself first of all.
    """
    end_read = membership.valid_until
    is_later = end_read is not None and (until is None or until > end_read)
    with journal.act():
        once(key)
        if refusal := may_end(by, membership):
            raise refusal
        if end_read is not None and end_read <= max(clock.today(), membership.valid_from):
            raise Refused(_("Ce rôle est terminé : donnez-le de nouveau."))
        if is_later:
            _refuse_longer(membership, until=until, by=by)
        _set_end(membership, until=until, expected=expected)
        journal.record(by, "actors.role_dates_changed", membership, until=until)


def _refuse_longer(membership: Membership, *, until: dt.date | None, by: User) -> None:
    """Prolonging a role gives it anew: what would not be given is not prolonged."""
    where = membership
    _hold(where)
    if refusal := may_grant(by, where.role, where.organisation, where.sector, where.site, to=where.user):
        raise refusal
    if not where.user.is_active:
        raise Refused(_("Ce compte est fermé : invitez cette personne de nouveau, à son adresse."))
    if _overlapping(where, until=until).exists():
        raise Refused(str(ALREADY_HELD), instead=_("Choisissez une date qui précède le début de cet autre rôle."))


def end(membership: Membership, *, on: dt.date, expected: int, key: str, by: User) -> None:
    """From that day on, the person holds this role no more. Raises concurrency.Stale."""
    with journal.act():
        once(key)
        if refusal := may_end(by, membership):
            raise refusal
        stop(membership, on=on, expected=expected, by=by)


def stop(membership: Membership, *, on: dt.date, expected: int, by: User | None) -> None:
    """End the role, inside the caller's act. A role that has not begun yet never begins."""
    on = max(on, clock.today(), membership.valid_from)
    if membership.valid_until and membership.valid_until <= on:
        raise Refused(_("Ce rôle se termine déjà à cette date, ou avant."))
    _set_end(membership, until=on, expected=expected)
    journal.record(by, "actors.role_ended", membership, role=membership.role, user=membership.user_id, on=on)


def end_all(person: User, *, by: User | None) -> None:
    """End all that a closed account holds or would hold, inside the caller's act.

    The house loses no administrator by it: an account that is closed was counted as none.
    """
    for membership in Membership.objects.to_come_or_in_force().filter(user=person):
        membership.valid_until = on = max(clock.today(), membership.valid_from)
        save_version(membership, expected=membership.version, fields=["valid_until"])
        journal.record(by, "actors.role_ended", membership, role=membership.role, user=person.pk, on=on)
    person.__dict__.pop("held", None)


def _set_end(membership: Membership, *, until: dt.date | None, expected: int) -> None:
    if until is not None and until < membership.valid_from:
        raise Refused(_("Un rôle ne se termine pas avant d'avoir commencé."))
    if until is not None and membership.role == Role.ADMINISTRATOR:
        keep_an_administrator(without=[membership], on=until)
    membership.valid_until = until
    save_version(membership, expected=expected, fields=["valid_until"])


def keep_an_administrator(*, without: list[Membership], on: dt.date) -> None:
    """Refuse when nobody else would administer the house from that day, without an end, with an open account.

    Two administrators who end each other at the same instant wait for one another on the row of the house.
    """
    list(Organisation.objects.select_for_update().filter(is_house=True))
    others = Membership.objects.filter(
        role=Role.ADMINISTRATOR, valid_from__lte=on, valid_until__isnull=True, user__is_active=True
    )
    if not others.exclude(pk__in=[one.pk for one in without]).exists():
        raise Refused(
            _("C'est le dernier administrateur : la maison ne peut pas rester sans personne pour ouvrir les comptes."),
            instead=_("Donnez d'abord ce rôle, sans date de fin, à une autre personne."),
        )
