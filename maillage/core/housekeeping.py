"""The housekeeping of the tools: sealing the journal's past months, forgetting spent keys and old counters."""

import datetime as dt

from django_tasks import task

from maillage.core import clock, journal, throttle
from maillage.core.jobs import daily
from maillage.core.models import Intention, JobRun

KEPT = dt.timedelta(days=30)


@daily(hour=1)
@task()
def keep_house() -> dict[str, int]:
    """Seal the months that are over; forget counters that no longer count, intentions and runs older than a month."""
    long_ago = clock.now() - KEPT
    return {
        "sealed": len(journal.seal_past_months()),
        "intentions": Intention.objects.filter(done_at__lt=long_ago).delete()[0],
        "counters": throttle.forget_past_windows(),
        "runs": JobRun.objects.filter(due_at__lt=long_ago).delete()[0],
    }
