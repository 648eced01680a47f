"""By when the directory is answered for."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate, make_aware

from maillage.core import clock
from maillage.core.deadlines import (
    DeadlineRule,
    Due,
    Unit,
    as_overridden,
    deadline,
    due_on,
    overrides_of,
    zone_of,
)
from maillage.core.models import DeadlineOverride
from maillage.directory.choices import SubmissionState
from maillage.directory.models import Submission
from maillage.territories.models import Departement

ANSWER = deadline(
    DeadlineRule(
        id="DIRECTORY-ANSWER",
        trigger="l'envoi de la proposition à la Maison des solidarités",
        sentence="Réponse à une proposition",
        delay=10,
        unit=Unit.WORKING_DAYS,
        reference="usage de la maison",
        valid_from=dt.date(2026, 1, 1),
    )
)
"""Ten working days: two weeks, so that a directory that changes is not discouraged from being kept."""


@dataclass(frozen=True)
class Calendar:
    """What answers are counted on: the zone of public holidays, and the dates that someone moved."""

    zone: str
    moved: dict[str, DeadlineOverride]


def calendar() -> Calendar:
    return Calendar(home_zone(), overrides_of(ANSWER.id))


def answer_due(submission: Submission, *, on: Calendar | None = None) -> Due | None:
    """By when a proposal that waits is answered, on the calendar of this Département; None when nothing waits.

    A date that someone moved counts. `on` spares asking for the calendar again, for many.
    """
    if submission.state != SubmissionState.SUBMITTED or submission.submitted_at is None:
        return None
    counted = calendar() if on is None else on
    due = due_on(ANSWER.id, localdate(submission.submitted_at), zone=counted.zone)
    return as_overridden(submission, due, moved_ones=counted.moved)


def late(proposals: QuerySet[Submission]) -> QuerySet[Submission]:
    """Those that wait and whose answer is late today: the same that `answer_due` says, found by the database."""
    today, counted = clock.today(), calendar()
    moved = {int(thing.rpartition(":")[2]): one.due_on for thing, one in counted.moved.items()}
    overdue = [pk for pk, day in moved.items() if day < today]
    by_rule = Q(submitted_at__lt=_late_before(counted.zone)) & ~Q(pk__in=list(moved))
    return proposals.filter(by_rule | Q(pk__in=overdue), state=SubmissionState.SUBMITTED)


def _late_before(zone: str) -> dt.datetime:
    """A proposal sent before this instant is late today by the rule."""
    today = clock.today()
    day = today
    while due_on(ANSWER.id, day - dt.timedelta(days=1), zone=zone).date >= today:
        day -= dt.timedelta(days=1)
    return make_aware(dt.datetime.combine(day, dt.time()))


def home_zone() -> str:
    """The zone of public holidays of the Département this house serves; the common one before it is open."""
    home = Departement.objects.home()
    return zone_of(home.code) if home else ""
