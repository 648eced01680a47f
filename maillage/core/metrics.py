"""What the house counts of its own running, for Prometheus: doors by name, never an address, never anyone."""

import hmac
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from maillage.core import clock
from maillage.core.access import guarded_by_token
from maillage.core.models import JobRun, JournalLine

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_DOOR = "none"
LAST_BACKUP = "last-backup.json"
REQUESTS = Counter("maillage_requests", "Requests answered, by door.", ["door", "method", "status"])
SECONDS = Histogram(
    "maillage_request_seconds",
    "Time to answer, by door.",
    ["door"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


class CountRequests:
    """Counts every answer under the name of its door; an unknown address is counted under `none`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        match = getattr(request, "resolver_match", None)
        door = (match.view_name or NO_DOOR) if match else NO_DOOR
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(door, method, f"{response.status_code // 100}xx").inc()
        SECONDS.labels(door).observe(time.perf_counter() - started)
        return response


class HouseCollector(Collector):
    """What the database and the folder of the installation know, read when it is asked."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        lines = JournalLine.objects.aggregate(last=Max("seq"))["last"] or 0
        yield GaugeMetricFamily("maillage_journal_lines", "Lines ever written to the journal.", value=lines)
        yield _tasks()
        yield _last_runs()
        if (made_at := last_backup_at()) is not None:
            age = max(0.0, clock.now().timestamp() - made_at)
            yield GaugeMetricFamily("maillage_backup_age_seconds", "Age of the last backup.", value=age)


def _tasks() -> GaugeMetricFamily:
    found = dict(DBTaskResult.objects.order_by().values_list("status").annotate(Count("pk")))
    family = GaugeMetricFamily("maillage_tasks", "Tasks by state.", labels=["state"])
    for state in TaskResultStatus:
        family.add_metric([state.value.lower()], found.get(state.value, 0))
    return family


def _last_runs() -> GaugeMetricFamily:
    """Retention, imports, housekeeping: each scheduled job by its name."""
    family = GaugeMetricFamily("maillage_job_age_seconds", "Time since a scheduled job last started.", labels=["job"])
    now = clock.now()
    for job, started in JobRun.objects.order_by().values_list("job").annotate(Max("started_at")):
        family.add_metric([job], max(0.0, (now - started).total_seconds()))
    return family


def last_backup_at() -> float | None:
    """When `manage.py backup` last ended well, in seconds since 1970; None when it never did here."""
    try:
        return float(json.loads((Path(settings.VAR_DIR) / LAST_BACKUP).read_text(encoding="utf-8"))["at"])
    except (OSError, ValueError, KeyError):
        return None


@guarded_by_token
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever holds the token, as `Authorization: Bearer …`; to anyone else this address does not exist."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise Http404
    answer = generate_latest(_all_processes()) + generate_latest(_house())
    return HttpResponse(answer, content_type=CONTENT_TYPE_LATEST)


def _all_processes() -> CollectorRegistry:
    """Every worker's counters when they share a folder (see gunicorn.conf.py); else those of this process alone."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


def _house() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(HouseCollector())
    return registry
