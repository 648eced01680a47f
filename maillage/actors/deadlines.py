"""By when a habilitation is looked at again."""

import datetime as dt

from maillage.actors.models import REVIEWED_EACH, Membership
from maillage.core.deadlines import DeadlineRule, Due, Unit, add_months, deadline, due_on

REVIEW = deadline(
    DeadlineRule(
        id="HABILITATION-REVIEW",
        trigger="dernière revue du rôle, ou jour où il fut donné",
        sentence="Revue de l'habilitation",
        delay=REVIEWED_EACH,
        unit=Unit.MONTHS,
        reference="RGPD, art. 32 ; CNIL, guide de la sécurité des données personnelles, « gérer les habilitations »",
        valid_from=dt.date(2018, 5, 25),  # The day the GDPR applies from.
    )
)
WARNED_BEFORE = dt.timedelta(days=30)
CAUGHT_UP = dt.timedelta(days=7)  # A house that slept still sends what it should have sent this week.


def review_due(membership: Membership) -> Due:
    """When this role is to be looked at again at the latest."""
    first = REVIEW.valid_from
    return due_on(REVIEW.id, max(membership.reviewed_on or membership.valid_from, first))


def reminders(due: dt.date, today: dt.date) -> list[dt.date]:
    """The days of this week on which a reminder was due: 30 days before, on the day, then each month of lateness."""
    days = [due - WARNED_BEFORE, due]
    month = 1
    while add_months(due, month) <= today:
        days.append(add_months(due, month))
        month += 1
    return [day for day in days if today - CAUGHT_UP < day <= today]
