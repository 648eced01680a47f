"""What gathers all rooms: each says, in its `apps.py`, what waits for someone and what it can find for them."""

import datetime as dt
import logging
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from maillage.core import clock

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Waiting:
    """Something that waits for someone: what, where to act, why them, by when. Heavier first, at equal dates."""

    title: str
    url: str
    why: str
    due_on: dt.date | None = None
    weight: int = 0
    kind: str = ""

    @property
    def is_late(self) -> bool:
        return self.due_on is not None and self.due_on < clock.today()


@dataclass(frozen=True)
class Found:
    """One thing found by the global search: its page, what it is, where it is."""

    title: str
    url: str
    kind: str = ""
    where: str = ""


@dataclass(frozen=True)
class Group:
    """What was found under one label."""

    label: str
    found: list[Found]


@dataclass(frozen=True)
class Day:
    """What waits, late first, and a sentence for each room that could not answer."""

    waiting: list[Waiting] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """What was found, by groups that hold something, and a sentence for each room that could not answer."""

    groups: list[Group] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)


class MyDay:
    """What waits for someone, from every room. Each source passes through its room's own rules."""

    def __init__(self) -> None:
        self._sources: list[Callable[[Any], list[Waiting]]] = []

    def add(self, source: Callable[[Any], list[Waiting]]) -> None:
        """Add a room's source: reader → what waits. Raises ValueError when it was added before."""
        if source in self._sources:
            raise ValueError(f"{source.__module__}.{source.__name__} already says what waits.")
        self._sources.append(source)

    def of(self, reader: Any) -> Day:
        """Overdue first, the longest late before; then what has a date; then the rest, heaviest first."""
        day = Day()
        for source in self._sources:
            day.waiting.extend(_answers(source, (reader,), silent=day.silent))
        day.waiting.sort(key=lambda one: (one.due_on or dt.date.max, -one.weight, one.title))
        return day


class GlobalSearch:
    """What someone may find, in every room. Each source passes through its room's own rules."""

    def __init__(self) -> None:
        self._sources: list[tuple[str | Promise, Callable[[Any, str, int], list[Found]]]] = []

    def add(self, label: str | Promise, source: Callable[[Any, str, int], list[Found]]) -> None:
        """Add a room's source under its label: (reader, words, limit) → found. ValueError when the label is taken."""
        if any(str(label) == str(taken) for taken, _source in self._sources):
            raise ValueError(f"« {label} » is already searched.")
        self._sources.append((label, source))

    def ask(self, reader: Any, words: str, *, limit: int = 10) -> Answer:
        """At most `limit` things for each label, in the order of the rooms. No words, no answer."""
        answer = Answer()
        for label, source in self._sources if words.strip() else ():
            if found := _answers(source, (reader, words.strip(), limit), silent=answer.silent)[:limit]:
                answer.groups.append(Group(str(label), found))
        return answer


def _answers(source: Callable[..., list[Any]], asked: tuple[Any, ...], *, silent: list[str]) -> list[Any]:
    """What a room answers. One that falls is logged and named, and keeps nobody else from answering."""
    # Inside a transaction, PostgreSQL would refuse every question that follows a failed one.
    aside = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with aside:
            return list(source(*asked))
    except Exception:
        logger.exception("%s.%s could not answer.", source.__module__, source.__name__)
        config = apps.get_containing_app_config(source.__module__)
        room = config.verbose_name if config else source.__module__
        silent.append(_("« %(room)s » n'a pas pu répondre. Réessayez dans une minute.") % {"room": room})
        return []


my_day = MyDay()
global_search = GlobalSearch()
