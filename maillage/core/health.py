"""Whether the house lives, and whether it can be let in: two public doors for a probe. No name, no session."""

import datetime as dt
import tempfile
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from maillage.core import clock
from maillage.core.access import public
from maillage.core.jobs import SCHEDULES
from maillage.core.models import JobRun

STUCK_AFTER = dt.timedelta(minutes=15)
LONGEST_WORK = dt.timedelta(hours=3)


@public
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers. The database is not asked: a database that is down must not have us restarted."""
    return JsonResponse({"alive": True})


@public
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Whether visitors may be sent here; otherwise 503, with what is missing, by name."""
    failing = failures()
    return JsonResponse({"ready": not failing, "failing": failing}, status=503 if failing else 200)


def failures() -> dict[str, str]:
    """What keeps the house from serving, by name, each with a French sentence that holds nobody's data."""
    sentences = {"var": _var()}
    try:
        sentences |= {"migrations": _migrations(), "jobs": _jobs()}
    except DatabaseError:
        sentences["database"] = gettext("La base de données ne répond pas.")
    return {name: sentence for name, sentence in sentences.items() if sentence}


def _var() -> str:
    try:
        with tempfile.TemporaryFile(dir=settings.VAR_DIR):
            return ""
    except OSError:
        return gettext("Le dossier de l'installation (MAILLAGE_VAR) ne peut pas être écrit.")


@cache
def _last_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app, as this code knows them; read from disk once per process."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def _migrations() -> str:
    missing = len(_last_migrations() - MigrationRecorder(connection).applied_migrations().keys())
    sentence = ngettext(
        "%(count)s pièce attend une migration : manage.py migrate.",
        "%(count)s pièces attendent une migration : manage.py migrate.",
        missing,
    )
    return sentence % {"count": missing} if missing else ""


def _jobs() -> str:
    """Work that should have started a quarter of an hour ago and has not; long work under way excuses the wait."""
    now = clock.now()
    if DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__gt=now - LONGEST_WORK).exists():
        return ""
    if late_tasks(now).exists():
        return gettext("Un travail attend depuis plus de quinze minutes : aucun ouvrier ne le prend.")
    if late_schedules(now):
        return gettext("La minute ne tourne plus : lancez maillage-tick.timer, ou manage.py tick.")
    return ""


def late_tasks(now: dt.datetime) -> QuerySet[DBTaskResult]:
    """Tasks that could have started a quarter of an hour ago. One without a date is stored at the end of time."""
    long_ago = now - STUCK_AFTER
    ready = DBTaskResult.objects.ready().filter(enqueued_at__lt=long_ago)
    return ready.filter(Q(run_after__lt=long_ago) | Q(run_after=get_date_max()))


def late_schedules(now: dt.datetime) -> list[str]:
    """Scheduled jobs whose turn came more than a quarter of an hour ago and was never started."""
    then = timezone.localtime(now - STUCK_AFTER)
    return [
        name
        for name, schedule in SCHEDULES.items()
        if not JobRun.objects.filter(job=name, due_at__gte=schedule.last_due(then)).exists()
    ]
