"""The order of an answer: parts, then travel time, then how well it answers, freshness, and a draw each day."""

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from maillage.directory.models.records import AGEING_DAYS, RECENT_DAYS
from maillage.directory.search.candidates import HELPS, NAMED, Found, find
from maillage.directory.search.columns import Mask
from maillage.directory.search.draw import BITS, draws
from maillage.directory.search.query import Key, SearchQuery

FAR = 10_000
"""Minutes of what one does not travel to."""


class Section(IntEnum):
    """The parts of an answer, in order. Within each, travel time decides; between them, how well it answers.

    EVERY_NEED: several needs were said, and one place answers them all.
    """

    NAMED = 0
    EVERY_NEED = 1
    ANSWERS = 2
    ALSO = 3
    FOR_OTHERS = 4
    AT_A_DISTANCE = 5


@dataclass(frozen=True)
class Place:
    """A service at its place in the answer: its rank from 1, the key that put it there, what is known before it is
    fetched.
    """

    rank: int
    key: Key
    section: Section
    minutes: int | None
    is_estimate: bool
    is_reserved: bool
    point: tuple[float, float] | None

    @property
    def pk(self) -> int:
        return self.key[1]


@dataclass(frozen=True, eq=False)
class Ranked:
    """What was found, and for each (n,) the number that orders it and its part."""

    found: Found
    day: dt.date
    order: NDArray[np.uint64]
    sections: NDArray[np.uint8]

    @classmethod
    def of(cls, query: SearchQuery, day: dt.date, *, is_loose: bool) -> Self:
        """Find, and rank, as of that day."""
        found = find(query, is_loose=is_loose)
        ranks = found.ranks(query)
        sections = _sections(found, ranks, _meeting_every_need(found, query))
        minutes = np.where(found.is_on_site, found.minutes, FAR)
        order = sections.astype(np.uint64)
        # Fourteen bits of minutes, two of rank, two of freshness, forty of draw: one number, compared at once.
        for bits, part in ((14, minutes), (2, ranks), (2, _freshness(found, day)), (BITS, draws(found.lots, day))):
            order = (order << np.uint64(bits)) | part.astype(np.uint64)
        return cls(found, day, order, sections)

    def page(self, after: Key | None, size: int, *, among: Mask | None = None) -> list[Place]:
        """The first places of the answer, after the one of that key, among these rows (n,) when they are told."""
        kept = np.ones(len(self.found), dtype=np.bool_) if among is None else among
        if after is not None:
            order, pk = np.uint64(after[0]), after[1]
            kept = kept & ((self.order > order) | ((self.order == order) & (self.found.keys > pk)))
        return self._places(np.flatnonzero(kept), size)

    @property
    def only_helps(self) -> bool:
        """Whether something was found on site, and nothing of it answers the need itself."""
        here = self.sections[self.found.is_on_site]
        return bool(len(here)) and not (here <= Section.ANSWERS).any()

    def beyond(self, shown: list[Place]) -> Mask:
        """What one may go to (n,) that a page does not show; where it shows some, what answers the need itself."""
        others = self.found.is_on_site & ~np.isin(self.found.keys, [place.pk for place in shown])
        return others & (self.sections <= Section.ANSWERS) if shown else others

    def goes_on(self, page: list[Place]) -> bool:
        """Whether anything comes after this page."""
        return page[-1].rank < len(self.found)

    def remote_apart(self, page: list[Place], size: int) -> list[Place]:
        """The first answers at a distance, unless the page already comes to them."""
        if any(place.section == Section.AT_A_DISTANCE for place in page):
            return []
        apart = ~self.found.is_on_site & ~np.isin(self.found.keys, [place.pk for place in page])
        return self.page(None, size, among=apart)

    def _places(self, rows: NDArray[np.intp], size: int) -> list[Place]:
        """The first of these rows, in order, each with its rank in the whole answer."""
        if len(rows) > 4 * size:  # Not all need be sorted: only those no later than the last one shown.
            last = np.partition(self.order[rows], size - 1)[size - 1]
            rows = rows[self.order[rows] <= last]
        rows = rows[np.lexsort((self.found.keys[rows], self.order[rows]))][:size]
        return [self._place(int(row)) for row in rows]

    def _place(self, row: int) -> Place:
        found, order = self.found, self.order[row]
        before = (self.order < order) | ((self.order == order) & (found.keys < found.keys[row]))
        on_site = bool(np.isfinite(found.minutes[row]))
        return Place(
            rank=int(before.sum()) + 1,
            key=(int(order), int(found.keys[row])),
            section=Section(self.sections[row]),
            minutes=int(found.minutes[row]) if on_site else None,
            is_estimate=bool(found.is_estimate[row]),
            is_reserved=bool(found.is_reserved[row]),
            point=(float(found.latitude[row]), float(found.longitude[row])) if on_site else None,
        )


def _sections(found: Found, ranks: NDArray[np.uint8], meets_every_need: Mask) -> NDArray[np.uint8]:
    """The part (n,) each stands in: the last of these that is true of it."""
    parts = np.full(len(found), Section.ANSWERS, dtype=np.uint8)
    parts[ranks == HELPS] = Section.ALSO
    parts[meets_every_need] = Section.EVERY_NEED
    parts[found.is_reserved] = Section.FOR_OTHERS
    parts[~found.is_on_site] = Section.AT_A_DISTANCE
    parts[ranks == NAMED] = Section.NAMED
    return parts


def _meeting_every_need(found: Found, query: SearchQuery) -> Mask:
    """Which rows (n,) answer a need at a place whose services one can reach and is welcome to answer them all."""
    needs = query.needs()
    counts = found.is_on_site & ~found.is_reserved & (found.needs > 0)
    rows = np.flatnonzero(counts)
    meets = np.zeros(len(found), dtype=np.bool_)
    if len(needs) < 2 or not len(rows):
        return meets
    by_place = rows[np.argsort(found.places[rows], kind="stable")]
    places = found.places[by_place]
    starts = np.flatnonzero(np.concatenate([[True], places[1:] != places[:-1]]))
    answered = np.bitwise_or.reduceat(found.needs[by_place], starts)
    sizes = np.diff(np.concatenate([starts, [len(places)]]))
    every = np.uint32((1 << len(needs)) - 1)
    meets[by_place] = np.repeat(answered == every, sizes)
    return meets


def _freshness(found: Found, day: dt.date) -> NDArray[np.uint8]:
    """0 checked recently, 1 to be checked, 2 old (n,): the same days as `freshness_of`."""
    age = day.toordinal() - found.updated
    return (age > RECENT_DAYS).astype(np.uint8) + (age > AGEING_DAYS)
