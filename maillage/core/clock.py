"""What time it is. The only place that asks, so that a demonstration or a test can travel."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.utils import timezone

_travel: ContextVar[dt.datetime | None] = ContextVar("travel", default=None)


def now() -> dt.datetime:
    """The present instant, aware, in UTC."""
    if (elsewhere := _travel.get()) is not None:
        return elsewhere
    if settings.DEMO and settings.DEMO_TODAY:
        return _on_demo_day(timezone.now())
    return timezone.now()


def today() -> dt.date:
    """The present day in the house's time zone."""
    return timezone.localdate(now())


def local_now() -> dt.datetime:
    """The present instant on the house's clocks, for opening hours."""
    return timezone.localtime(now())


@contextmanager
def travel(to: dt.datetime | dt.date) -> Iterator[dt.datetime]:
    """Be at another instant (a date means noon, local time) until the block ends."""
    if not isinstance(to, dt.datetime):
        to = dt.datetime.combine(to, dt.time(12))
    instant = (to if timezone.is_aware(to) else timezone.make_aware(to)).astimezone(dt.UTC)
    token = _travel.set(instant)
    try:
        yield instant
    finally:
        _travel.reset(token)


def _on_demo_day(real: dt.datetime) -> dt.datetime:
    day = dt.date.fromisoformat(settings.DEMO_TODAY)
    return timezone.make_aware(dt.datetime.combine(day, timezone.localtime(real).time())).astimezone(dt.UTC)
