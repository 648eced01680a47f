"""Which services answer the need and may be reached, and how well: masks over the columns, then travel times."""

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from maillage.core import clock
from maillage.directory import hours
from maillage.directory.choices import ANSWERS_TO_ACCESS, EVERYONE, ON_SITE, REMOTE
from maillage.directory.lexicon.reading import FILLERS
from maillage.directory.search.columns import (
    ACCESS,
    AUDIENCE,
    COST,
    LANGUAGE,
    OWN_NAME,
    STRUCTURE_NAME,
    THEME,
    WOMEN,
    WORD,
    ZONE,
    Columns,
    Mask,
    Rows,
)
from maillage.directory.search.index import Segment, index
from maillage.directory.search.query import SearchQuery
from maillage.territories.actions import travel_times

KM_PER_DEGREE = 111.2
NAMED, CLOSE, HELPS = 0, 1, 2
"""How closely a service answers the words: its name bears what no lexicon knows, it answers, it may help."""


@dataclass(frozen=True, eq=False)
class Found:
    """Services that answer, as columns (n,): their number and their structure's, what they draw with, day of update.

    `minutes`: whole minutes, `inf` at a distance. `ranks`: NAMED, CLOSE or HELPS. `needs`: one bit for each need said
    that it answers. `is_near`: it bears what was said first, and something more; `ranks` are told once all are known.
    """

    keys: NDArray[np.int64]
    places: NDArray[np.int64]
    lots: NDArray[np.int64]
    updated: NDArray[np.int32]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    minutes: NDArray[np.float64]
    is_estimate: Mask
    is_reserved: Mask
    is_named: Mask
    is_first: Mask
    is_near: Mask
    needs: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def is_on_site(self) -> Mask:
        return np.isfinite(self.minutes)

    @classmethod
    def together(cls, parts: list[Self]) -> Self:
        """These parts end to end."""
        if len(parts) == 1:
            return parts[0]
        return cls(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)))

    def ranks(self, query: SearchQuery) -> NDArray[np.uint8]:
        """NAMED, CLOSE or HELPS (n,). Thématiques chosen as such, without words, all weigh the same.

        It answers when it bears what the words say first, and either another thématique they mean or one of the words
        in its own name; where none bears more than the first, that is enough.
        """
        if not first_themes(query):
            ranks = np.full(len(self), CLOSE, dtype=np.uint8)
        else:
            close = self.is_near if self.is_near.any() else self.is_first
            ranks = np.where(close, CLOSE, HELPS).astype(np.uint8)
        ranks[self.is_named] = NAMED
        return ranks


def find(query: SearchQuery, *, is_loose: bool | None = None) -> Found:
    """Every service that answers the query; each once, on site if it can be reached, else at a distance.

    `is_loose`: whether any one of the words is enough; by default, when no service of the directory has them all.
    The index holds what everyone may read, and nothing else.
    """
    loose = needs_looseness(query) if is_loose is None else is_loose
    now = clock.local_now()
    return Found.together([_found_in(segment, query, now, is_loose=loose) for segment in index().segments])


def needs_looseness(query: SearchQuery) -> bool:
    """Whether the words mean nothing to the lexicon and no service has them all: then any one of them is enough."""
    said = _words(query.word_stems())
    if not said or query.reading().thematiques:
        return False
    return not any((segment.holds & segment.columns.all_of(said)).any() for segment in index().segments)


def first_themes(query: SearchQuery) -> set[str]:
    """What each expression of the words means first."""
    return {match.thematiques[0] for match in query.reading().matched if match.thematiques}


def _found_in(segment: Segment, query: SearchQuery, now: dt.datetime, *, is_loose: bool) -> Found:
    columns = segment.columns
    wanted = segment.holds & _filtered(columns, query, is_loose=is_loose)
    on_site, minutes, is_estimate = _on_site(segment, wanted, query, now)
    if query.reception == REMOTE:
        on_site, minutes, is_estimate = on_site[:0], minutes[:0], is_estimate[:0]
    met = np.zeros(len(columns), dtype=np.bool_)
    met[on_site] = True
    remote = _remote(columns, wanted & ~met, query, now)
    if query.reception == ON_SITE:
        remote = remote[:0]
    rows = np.concatenate([on_site, remote])
    far = np.full(len(remote), np.inf)
    return _told(columns, rows, query, np.concatenate([minutes, far]), np.concatenate([is_estimate, np.isnan(far)]))


# -- Which -----------------------------------------------------------------------------------------------------------


def _words(stems: Iterable[str]) -> tuple[str, ...]:
    return tuple(WORD + stem for stem in stems)


def _filtered(columns: Columns, query: SearchQuery, *, is_loose: bool) -> Mask:
    """Which rows match the need and the filters, wherever they are."""
    wanted = _of_need(columns, query, is_loose=is_loose)
    if query.audiences:
        welcome = columns.any_of(AUDIENCE + code for code in (*query.audiences, EVERYONE))
        wanted &= welcome | ~columns.addressed
    if query.cost:
        wanted &= columns.any_of([COST + query.cost])
    if query.languages:
        wanted &= columns.any_of(LANGUAGE + code for code in query.languages)
    for need in query.accessibility:
        wanted &= columns.any_of(ACCESS + code for code in ANSWERS_TO_ACCESS[need])
    if query.is_women_only:
        wanted &= columns.any_of([WOMEN])
    return wanted


def _of_need(columns: Columns, query: SearchQuery, *, is_loose: bool) -> Mask:
    """The thématiques asked for, and what the words say: a thématique understood or hinted at, or every word."""
    if query.themes:
        asked = columns.any_of(THEME + theme for theme in query.themes)
    else:
        asked = np.ones(len(columns), dtype=np.bool_)
    said, understood = _words(query.word_stems()), query.reading().thematiques
    if not said:
        return asked
    if is_loose:
        return asked & columns.any_of(said)
    return asked & (columns.all_of(said) | columns.any_of(THEME + theme for theme in understood))


def _on_site(
    segment: Segment, wanted: Mask, query: SearchQuery, now: dt.datetime
) -> tuple[Rows, NDArray[np.float64], Mask]:
    """The rows one can reach, open when it is asked, with the minutes it takes and whether they are an estimate."""
    columns, roads = segment.columns, travel_times()
    rows = np.flatnonzero(wanted & columns.on_site & _box(columns, query))
    if len(rows):
        times = roads.times(query.origin.point, segment.ties(roads), mode=query.mode, limit=query.minutes, rows=rows)
        near = np.isfinite(times.minutes)
        rows, minutes, is_estimate = rows[near], times.minutes[near], times.is_estimate[near]
    else:
        minutes, is_estimate = np.empty(0), np.empty(0, dtype=np.bool_)
    is_open = _open_among(columns, rows, query, now)
    return rows[is_open], minutes[is_open], is_estimate[is_open]


def _box(columns: Columns, query: SearchQuery) -> Mask:
    """A rectangle that surely holds everything within the limit."""
    here = query.origin.point
    high = travel_times().reach_km(query.mode, query.minutes, here.density) / KM_PER_DEGREE
    wide = high / max(0.05, math.cos(math.radians(here.latitude)))
    north, east = np.abs(columns.latitude - here.latitude) <= high, np.abs(columns.longitude - here.longitude) <= wide
    return north & east


def _remote(columns: Columns, wanted: Mask, query: SearchQuery, now: dt.datetime) -> Rows:
    """At a distance, only what the person is eligible to, where they live."""
    here = columns.any_of(ZONE + code for code in query.origin.area_codes)
    rows = np.flatnonzero(wanted & columns.remote & (here | ~columns.zoned))
    return rows[_open_among(columns, rows, query, now)]


def _open_among(columns: Columns, rows: Rows, query: SearchQuery, now: dt.datetime) -> Mask:
    """Which of these rows (n,) are open when it is asked; each way of writing hours is read once."""
    if not (query.is_open_now or query.when):
        return np.ones(len(rows), dtype=np.bool_)
    texts = columns.hours[rows]
    is_open = {int(text): _suits(*columns.hours_of(text), query, now) for text in np.unique(texts)}
    return np.array([is_open[text] for text in texts.tolist()], dtype=np.bool_)


def _suits(text: str, zone: str, query: SearchQuery, now: dt.datetime) -> bool:
    if query.is_open_now and not hours.is_open(text, now, zone=zone):
        return False
    span = query.when.span_from(now.date(), zone=zone) if query.when else None
    return span is None or hours.is_open_during(text, *span, zone=zone)


# -- How well --------------------------------------------------------------------------------------------------------


def _told(columns: Columns, rows: Rows, query: SearchQuery, minutes: NDArray[np.float64], is_estimate: Mask) -> Found:
    first, near = _closeness(columns, query)
    named = _named(columns, query)
    eligible = columns.any_of(ZONE + code for code in query.origin.area_codes)
    return Found(
        keys=columns.keys[rows],
        places=columns.places[rows],
        lots=columns.lots[rows],
        updated=columns.updated[rows],
        latitude=columns.latitude[rows],
        longitude=columns.longitude[rows],
        minutes=minutes,
        is_estimate=is_estimate,
        is_reserved=(columns.zoned & ~eligible)[rows],
        is_named=named[rows],
        is_first=first[rows],
        is_near=near[rows],
        needs=_needs(columns, query)[rows],
    )


def _closeness(columns: Columns, query: SearchQuery) -> tuple[Mask, Mask]:
    """Which rows (n,) bear what the words say first; which of them bear something more of what was said."""
    first, understood = first_themes(query), query.reading().understood
    if not first:
        none = np.zeros(len(columns), dtype=np.bool_)
        return none, none
    is_first = columns.any_of(THEME + theme for theme in first)
    enough = columns.count_of(THEME + theme for theme in understood) >= min(2, len(understood))
    said = _words(stem for stem in query.word_stems() if stem not in FILLERS)
    return is_first, is_first & (enough | columns.any_of(said, least=OWN_NAME))


def _named(columns: Columns, query: SearchQuery) -> Mask:
    """Which rows (n,) bear in a name all that no lexicon knows."""
    leftover = _words(query.reading().leftover)
    if not leftover:
        return np.zeros(len(columns), dtype=np.bool_)
    return columns.all_of(leftover, least=STRUCTURE_NAME)


def _needs(columns: Columns, query: SearchQuery) -> NDArray[np.uint32]:
    """One bit (n,) for each need that a row answers, in the order said."""
    bits = np.zeros(len(columns), dtype=np.uint32)
    for number, themes in enumerate(query.needs()):
        bits |= columns.any_of(THEME + theme for theme in themes).astype(np.uint32) << np.uint32(number)
    return bits


def services_named(stems: Iterable[str]) -> NDArray[np.int64]:
    """The numbers of the services in whose names, or in whose structure's, each of these words stands."""
    said = _words(dict.fromkeys(stems))
    parts = [
        segment.columns.keys[segment.holds & segment.columns.all_of(said, least=STRUCTURE_NAME)]
        for segment in index().segments
    ]
    return np.concatenate(parts)


def words_met(stems: Iterable[str], keys: Iterable[int]) -> dict[int, dict[str, int]]:
    """For each of these services, which of these words it bears and what they weigh there."""
    wanted = np.array(list(keys), dtype=np.int64)
    met: dict[int, dict[str, int]] = {}
    for segment in index().segments:
        rows = segment.columns.rows_of(wanted)
        row_of = {int(row): int(key) for key, row in zip(wanted, rows, strict=True) if row >= 0 and segment.holds[row]}
        for stem in stems:
            bearers, weights = segment.columns.weighed(WORD + stem)
            for row, key in row_of.items():
                place = int(np.searchsorted(bearers, row))
                if place < len(bearers) and bearers[place] == row:
                    met.setdefault(key, {})[stem] = int(weights[place])
    return met
