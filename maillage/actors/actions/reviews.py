"""Look at habilitations again each year: confirm them, remind those who may, report what was seen."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from maillage.actors.actions import letters
from maillage.actors.choices import Role
from maillage.actors.deadlines import WARNED_BEFORE, reminders, review_due
from maillage.actors.models import Membership, User, unseen_since
from maillage.actors.permissions import can_review_membership
from maillage.core import clock, journal
from maillage.core.access import has_role
from maillage.core.concurrency import AlreadyDone, once, save_version
from maillage.core.deadlines import add_months
from maillage.core.refusals import Refused

REVIEWERS = (Role.ADMINISTRATOR, Role.MDS_MANAGER, Role.PARTNER_EDITOR)


def confirm(memberships: Iterable[Membership], *, key: str, by: User) -> int:
    """Say that each of these roles is still needed: looked at today, by this person. Raises concurrency.Stale."""
    today, count = clock.today(), 0
    with journal.act():
        once(key)
        for membership in memberships:
            if not can_review_membership(by, membership):
                raise Refused(_("L'un de ces rôles n'est pas de ceux que vous revoyez : rien n'est confirmé."))
            membership.reviewed_on, membership.reviewed_by = today, by
            save_version(membership, expected=membership.version, fields=["reviewed_on", "reviewed_by"])
            journal.record(by, "actors.role_reviewed", membership)
            count += 1
    return count


def waiting_for(reader: Any) -> QuerySet[Membership]:
    """The roles in force that this person may look at again, due within thirty days."""
    running = Membership.objects.now().unseen_since(add_months(clock.today() + WARNED_BEFORE, -12))
    return can_review_membership.among(running, reader)


# -- Reminders -----------------------------------------------------------------------------------------------------


def remind() -> int:
    """Write to those who may look again: 30 days before, on the day, each month of lateness; each of them once.

    An administrator is told of what nobody nearer may review, and of what is late by a month. Returns the messages
    sent.
    """
    today, told = clock.today(), 0
    soon = list(Membership.objects.now().unseen_since(add_months(today + WARNED_BEFORE, -12)).select_related("user"))
    steps = {one.pk: reminders(review_due(one).date, today) for one in soon}
    late = {one.pk for one in soon if add_months(review_due(one).date, 1) <= today}
    near: set[int] = set()
    for reviewer in _reviewers():
        is_administrator = has_role(reviewer, Role.ADMINISTRATOR)
        theirs = set(
            can_review_membership.among(Membership.objects.filter(pk__in=steps), reviewer).values_list("pk", flat=True)
        )
        if is_administrator:
            theirs = {pk for pk in theirs if pk not in near or pk in late}
        else:
            near |= theirs
        told += _tell(reviewer, {pk: steps[pk] for pk in theirs})
    return told


def _reviewers() -> list[User]:
    """Those who may look at roles again, administrators last."""
    held = Membership.objects.now().filter(role__in=REVIEWERS)
    people = list(User.objects.filter(pk__in=held.values("user"), is_active=True).exclude(email=""))
    return sorted(people, key=lambda one: (has_role(one, Role.ADMINISTRATOR), one.pk))


def _tell(reviewer: User, steps: dict[int, list[dt.date]]) -> int:
    """One message for all that is new to this person tonight; 1 when it left."""
    with journal.act():
        new = [pk for pk, days in steps.items() for day in days if _is_first(f"review:{pk}:{day}:{reviewer.pk}")]
        if not new:
            return 0
        count = len(set(new))
        letters.write(reviewer.email, "review_reminder", count=count)
        journal.record(None, "actors.review_reminded", reviewer, count=count)
    return 1


def _is_first(key: str) -> bool:
    try:
        once(key)
    except AlreadyDone:
        return False
    return True


# -- Report --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReportLine:
    """One organisation over twelve months: roles in force, looked at again, ended, still to see, late."""

    organisation: str
    in_force: int
    reviewed: int
    ended: int
    to_review: int
    late: int


def report(memberships: QuerySet[Membership]) -> list[ReportLine]:
    """The twelve months until today, organisation by organisation, over what the reader may read."""
    today = clock.today()
    year_ago, soon = add_months(today, -12), add_months(today + WARNED_BEFORE, -12)
    overdue = add_months(today - dt.timedelta(days=1), -12)
    running = Q(valid_from__lte=today) & (Q(valid_until__isnull=True) | Q(valid_until__gt=today))
    concerned = memberships.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=year_ago))
    counted = concerned.order_by("organisation__name", "organisation").values("organisation").annotate(
        name=F("organisation__name"),
        in_force=Count("pk", filter=running),
        seen=Count("pk", filter=running & Q(reviewed_on__gt=year_ago)),
        over=Count("pk", filter=Q(valid_until__gt=year_ago, valid_until__lte=today)),
        to_review=Count("pk", filter=running & unseen_since(soon)),
        late=Count("pk", filter=running & unseen_since(overdue)),
    )  # fmt: skip
    return [
        ReportLine(one["name"], one["in_force"], one["seen"], one["over"], one["to_review"], one["late"])
        for one in counted
    ]
