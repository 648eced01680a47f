"""Work that starts by itself: schedules, and the tick that starts what is due. Tasks run on Django's tasks API."""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django_tasks.base import Task

from maillage.core import clock
from maillage.core.models import JobRun

logger = logging.getLogger(__name__)
SCHEDULES: dict[str, "Schedule"] = {}


@dataclass(frozen=True)
class Schedule:
    """A task and its rhythm: every day at an hour (the first of the two, in the night that has it twice), or every so
    many minutes of real time, counted in UTC."""

    name: str
    task: Task
    hour: int | None = None
    minutes: int | None = None

    def last_due(self, now: dt.datetime) -> dt.datetime:
        """The latest instant, at or before `now`, at which the job should have started."""
        if self.hour is not None:
            due = now.replace(hour=self.hour, minute=0, second=0, microsecond=0, fold=0)
            return due if due <= now else due - dt.timedelta(days=1)
        step = (self.minutes or 1) * 60
        return dt.datetime.fromtimestamp(now.timestamp() // step * step, tz=now.tzinfo)


def daily(*, hour: int) -> Callable[[Task], Task]:
    """Start this task each day at that hour, local time."""
    if not 0 <= hour < 24:
        raise ValueError(f"A day has hours 0 to 23, not {hour}.")

    def register(task: Task) -> Task:
        SCHEDULES[task.module_path] = Schedule(task.module_path, task, hour=hour)
        return task

    return register


def every(*, minutes: int) -> Callable[[Task], Task]:
    """Start this task every so many minutes."""

    def register(task: Task) -> Task:
        SCHEDULES[task.module_path] = Schedule(task.module_path, task, minutes=minutes)
        return task

    return register


def start_due() -> list[str]:
    """Enqueue each scheduled task whose time has come and that has not started for it. Idempotent.

    A house that slept catches up once, not once per missed turn. One that cannot start is logged, tried again at the
    next tick, and keeps nobody from starting.
    """
    started = []
    for schedule in SCHEDULES.values():
        try:
            started += [schedule.name] if _start(schedule) else []
        except Exception:
            logger.exception("%s could not start.", schedule.name)
    return started


def _start(schedule: Schedule) -> bool:
    due = schedule.last_due(clock.local_now())
    if JobRun.objects.filter(job=schedule.name, due_at=due).exists():
        return False
    try:
        with transaction.atomic():
            JobRun.objects.create(job=schedule.name, due_at=due, started_at=clock.now())
            schedule.task.enqueue()
    except IntegrityError:
        return False  # Another tick started it in the meantime.
    return True
