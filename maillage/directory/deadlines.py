"""By when the directory is answered for."""

import datetime as dt

from django.utils.timezone import localdate, make_aware

from maillage.core import clock
from maillage.core.deadlines import DeadlineRule, Due, Unit, deadline, due_on, zone_of
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


def answer_due(submission: Submission, *, zone: str | None = None) -> Due | None:
    """By when a proposal that waits is answered, on the calendar of this Département; None when nothing waits.

    `zone` spares asking for it again, for many.
    """
    if submission.state != SubmissionState.SUBMITTED or submission.submitted_at is None:
        return None
    return due_on(ANSWER.id, localdate(submission.submitted_at), zone=home_zone() if zone is None else zone)


def late_before() -> dt.datetime:
    """A proposal sent before this instant is late today: what lets the database find them."""
    today, zone = clock.today(), home_zone()
    day = today
    while due_on(ANSWER.id, day - dt.timedelta(days=1), zone=zone).date >= today:
        day -= dt.timedelta(days=1)
    return make_aware(dt.datetime.combine(day, dt.time()))


def home_zone() -> str:
    """The zone of public holidays of the Département this house serves; the common one before it is open."""
    home = Departement.objects.home()
    return zone_of(home.code) if home else ""
