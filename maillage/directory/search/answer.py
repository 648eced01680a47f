"""The answer: ordered, paged, each result with why it is here; and never a dead end."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from maillage.core import clock
from maillage.core.text import stem, words
from maillage.directory import hours
from maillage.directory.choices import AUDIENCES, REMOTE, THEMES, Freshness
from maillage.directory.lexicon import Reading, neighbours
from maillage.directory.models import SearchTerm, Service, Structure, freshness_of
from maillage.directory.permissions import can_read_service, can_read_structure
from maillage.directory.search.candidates import NAMES, Candidate, find, needs_looseness, relevance
from maillage.directory.search.query import MOST_MINUTES, PAGE, Key, Mark, Origin, SearchQuery
from maillage.directory.wording import mid_sentence
from maillage.territories.actions import travel_times
from maillage.territories.choices import TravelMode
from maillage.territories.models import Commune, Sector

FRESHNESS_ORDER = {Freshness.RECENT: 0, Freshness.AGEING: 1, Freshness.OLD: 2}
LISTENING = (  # Where someone listens and helps to find, whatever the need.
    "difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits",
    "difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives",
)
FAR = 10_000  # Minutes of what one does not travel to.


class Section(IntEnum):
    """The parts of an answer, in order. Within each, travel time decides; between them, how well it answers."""

    NAMED = 0
    ANSWERS = 1
    ALSO = 2
    FOR_OTHERS = 3
    AT_A_DISTANCE = 4


@dataclass(frozen=True)
class Result:
    """One service that answers, as shown: `minutes` of travel (None at a distance) and why it is here."""

    service: Service
    rank: int
    section: Section
    minutes: int | None
    is_reserved: bool
    reasons: tuple[str, ...]
    open_now: str
    is_open: bool

    @property
    def freshness(self) -> Freshness:
        return self.service.freshness


@dataclass(frozen=True)
class WaysOut:
    """What remains possible when nothing answers within the limit."""

    farther: tuple[Result, ...] = ()
    neighbours: tuple[tuple[str, str, int], ...] = ()
    nearest_mds: Structure | None = None
    without_filters: int = 0


@dataclass(frozen=True)
class Answer:
    """A page of results, how many there are in all, and how to go on."""

    query: SearchQuery
    reading: Reading
    results: tuple[Result, ...]
    total_on_site: int
    total_remote: int
    remote: tuple[Result, ...] = ()
    next_cursor: str = ""
    ways_out: WaysOut | None = None
    travel_label: str = ""
    is_loose: bool = False

    @property
    def total(self) -> int:
        return self.total_on_site + self.total_remote


def search(query: SearchQuery, *, reader: Any, size: int = PAGE, with_ways_out: bool = True) -> Answer:
    """Answer a query for a reader. Raises BadCursor when the cursor is not one of ours."""
    mark = Mark.decode(query.cursor) if query.cursor else None
    day = mark.day if mark else clock.today()
    is_loose = mark.is_loose if mark else needs_looseness(query)
    found = find(query, reader, is_loose=is_loose)
    ordered = _ordered(found, query, day)
    page = [place for place in ordered if mark is None or place.key > mark.key][:size]
    more = bool(page) and page[-1].key < ordered[-1].key
    on_site = sum(1 for candidate in found if candidate.minutes is not None)
    wanted = len(found) if query.reception == REMOTE else on_site
    nothing_near = wanted == 0 and mark is None
    return Answer(
        query=query,
        reading=query.reading(),
        results=_shown(page, query, reader),
        total_on_site=on_site,
        total_remote=len(found) - on_site,
        remote=() if mark or not on_site else _remote_apart(ordered, page, query, reader),
        next_cursor=Mark(day, page[-1].key, is_loose).encode() if more else "",
        ways_out=ways_out(query, reader) if nothing_near and with_ways_out else None,
        travel_label=travel_times().label,
        is_loose=is_loose,
    )


# -- Order ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A candidate at its place in the answer: its rank from 1, and the key that put it there."""

    rank: int
    key: Key
    candidate: Candidate


def _ordered(found: list[Candidate], query: SearchQuery, day: dt.date) -> list[Place]:
    """Section by section, by travel time, then freshness, then a draw that changes each day."""
    ranks = relevance(query, [candidate.pk for candidate in found])
    keyed = sorted(((_key(c, ranks[c.pk], day), c) for c in found), key=lambda pair: pair[0])
    return [Place(rank, key, candidate) for rank, (key, candidate) in enumerate(keyed, 1)]


def _key(candidate: Candidate, rank: int, day: dt.date) -> Key:
    freshness = FRESHNESS_ORDER[freshness_of(candidate.updated_on, day)]
    minutes = FAR if candidate.minutes is None else candidate.minutes
    return (_section(candidate, rank), minutes, rank, freshness, _draw(candidate.uid, day), candidate.pk)


def _section(candidate: Candidate, rank: int) -> Section:
    if rank == 0:
        return Section.NAMED
    if candidate.minutes is None:
        return Section.AT_A_DISTANCE
    if candidate.is_reserved:
        return Section.FOR_OTHERS
    return Section.ANSWERS if rank == 1 else Section.ALSO


def _draw(uid: str, day: dt.date) -> int:
    """The same all day for everyone, on every database, another tomorrow: among equals nobody is always first."""
    return int.from_bytes(hashlib.blake2b(f"{day}:{uid}".encode(), digest_size=5).digest())


def _remote_apart(ordered: list[Place], page: list[Place], query: SearchQuery, reader: Any) -> tuple[Result, ...]:
    """Three answers at a distance beside the first page, unless the page already comes to them."""
    shown = {place.rank for place in page}
    apart = [place for place in ordered if place.candidate.minutes is None and place.rank not in shown]
    return _shown(apart[:3], query, reader)


# -- Showing -------------------------------------------------------------------------------------------------------


def _shown(places: list[Place], query: SearchQuery, reader: Any) -> tuple[Result, ...]:
    keys = [place.candidate.pk for place in places]
    readable = can_read_service.among(Service.objects.filter(pk__in=keys), reader).select_related(
        "structure", "source"
    )
    services = {service.pk: service for service in readable.defer("received", "structure__received")}
    terms = _terms_met(keys, query)
    pairs = [(services[place.candidate.pk], place) for place in places if place.candidate.pk in services]
    return tuple(_result(service, place, query, terms.get(service.pk, {})) for service, place in pairs)


def _result(service: Service, place: Place, query: SearchQuery, met: dict[str, int]) -> Result:
    at = clock.local_now()
    return Result(
        service=service,
        rank=place.rank,
        section=Section(place.key[0]),
        minutes=place.candidate.minutes,
        is_reserved=place.candidate.is_reserved,
        reasons=tuple(_reasons(service, query, met)),
        open_now=hours.now_in_words(service.hours, at),
        is_open=hours.is_open(service.hours, at),
    )


def _terms_met(keys: list[int], query: SearchQuery) -> dict[int, dict[str, int]]:
    rows = SearchTerm.objects.filter(service__in=keys, term__in=query.word_stems())
    met: dict[int, dict[str, int]] = {}
    for service, term, weight in rows.values_list("service", "term", "weight"):
        met.setdefault(service, {})[term] = weight
    return met


def _reasons(service: Service, query: SearchQuery, met: dict[str, int]) -> Iterable[str]:
    """Why this service is in the answer, in the person's words where they wrote some."""
    themes = [THEMES[theme] for theme in query.wanted_themes() if theme in (service.themes or [])]
    if themes:
        yield _("Répond à : %(needs)s") % {"needs": ", ".join(map(mid_sentence, themes[:2]))}
    typed = {stem(word): word for word in words(query.words)}
    if in_name := [typed[term] for term, weight in met.items() if weight >= NAMES and term in typed]:
        yield _("Son nom contient « %(words)s »") % {"words": " ".join(in_name)}
    elif not themes and (in_text := [typed[term] for term in met if term in typed]):
        yield _("Sa description contient « %(words)s »") % {"words": " ".join(in_text)}
    if welcome := [AUDIENCES[code] for code in query.audiences if code in (service.audiences or [])]:
        yield _("Pour : %(audiences)s") % {"audiences": ", ".join(map(mid_sentence, welcome))}


# -- Never a dead end ----------------------------------------------------------------------------------------------


def ways_out(query: SearchQuery, reader: Any) -> WaysOut:
    """Farther answers, neighbouring needs that have answers here, and the Maison des solidarités to call."""
    wider = replace(query, minutes=MOST_MINUTES, cursor="", reception="")
    ordered = _ordered(find(wider, reader), wider, clock.today())
    beyond = [place for place in ordered if place.candidate.minutes is not None]
    near_needs = _answered_near([*neighbours(query.wanted_themes())[:6], *LISTENING], query, reader)
    return WaysOut(
        farther=_shown(beyond[:3], wider, reader),
        neighbours=near_needs[:3],
        nearest_mds=nearest_mds(query.origin, reader),
        without_filters=_count_without_filters(query, reader),
    )


def _bare(query: SearchQuery) -> SearchQuery:
    """The same question without its filters."""
    return replace(query, audiences=(), cost="", reception="", is_open_now=False, cursor="")


def _count_without_filters(query: SearchQuery, reader: Any) -> int:
    """How many answers on site the filters hide; 0 when none is set."""
    bare = _bare(query)
    return 0 if bare == query else sum(1 for candidate in find(bare, reader) if candidate.minutes is not None)


def _answered_near(themes: Iterable[str], query: SearchQuery, reader: Any) -> tuple[tuple[str, str, int], ...]:
    """Of these thématiques, those with an answer within the limit: slug, label, how many."""
    counted = {}
    for theme in themes:
        near = replace(_bare(query), words="", themes=(theme,))
        counted[theme] = sum(1 for candidate in find(near, reader) if candidate.minutes is not None)
    return tuple((theme, THEMES[theme], count) for theme, count in counted.items() if count)


def nearest_mds(origin: Origin, reader: Any) -> Structure | None:
    """The Maison des solidarités of the person's sector; where no sector is known, the nearest one."""
    all_mds = can_read_structure.among(Structure.objects.filter(serves_sector__isnull=False), reader)
    commune = Commune.objects.filter(pk=origin.commune_code).first() if origin.commune_code else None
    sector = commune.sector_on(clock.today()) if commune else None
    if sector and (own := all_mds.filter(serves_sector__in=Sector.objects.versions_of(sector)).first()):
        return own
    placed = [mds for mds in all_mds if mds.latitude is not None and mds.longitude is not None]
    if not placed:
        return None
    points = np.array([(mds.latitude, mds.longitude) for mds in placed])
    minutes = travel_times().minutes(origin.point, points, mode=TravelMode.CAR, limit=FAR)
    return placed[int(minutes.argmin())]
