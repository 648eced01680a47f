"""The housekeeping of the tools: sealing the journal's past months, forgetting spent keys and old counters."""

import datetime as dt

from django_tasks import task

from maillage.core import clock, journal, throttle
from maillage.core.jobs import daily, every
from maillage.core.models import Intention, JobRun

KEPT = dt.timedelta(days=30)


@daily(hour=1)
@task()
def keep_house() -> dict[str, int]:
    """Seal the months that are over; forget intentions and runs older than a month."""
    long_ago = clock.now() - KEPT
    return {
        "sealed": len(journal.seal_past_months()),
        "intentions": Intention.objects.filter(done_at__lt=long_ago).delete()[0],
        "runs": JobRun.objects.filter(due_at__lt=long_ago).delete()[0],
    }


@every(minutes=10)
@task()
def forget_counters() -> int:
    """Forget the counters of the throttle whose window is over: deleting them is what protects who asked."""
    return throttle.forget_past_windows()
