"""Which services answer the need and may be reached: two narrow queries, on site and at a distance."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from maillage.core import clock
from maillage.directory import hours
from maillage.directory.choices import EVERYONE, ON_SITE, REMOTE
from maillage.directory.lexicon.reading import FILLERS
from maillage.directory.models import SearchEntry, SearchFacet, SearchTerm, Service
from maillage.directory.permissions import can_read_service
from maillage.directory.search.query import Origin, SearchQuery
from maillage.territories.actions import travel_times

OWN_NAME = 8
NAMES = 4  # A term weighs at least this much when it stands in a name.
KM_PER_DEGREE = 111.2
Need = Q


@dataclass(frozen=True)
class Candidate:
    """A service that answers, before it is fetched. `minutes` is None at a distance."""

    pk: int
    uid: str
    minutes: int | None
    updated_on: Any
    is_reserved: bool


def find(query: SearchQuery, reader: Any, *, is_loose: bool | None = None) -> list[Candidate]:
    """Every service that answers the query; each once, on site if it can be reached, else at a distance.

    `is_loose`: whether any one of the words is enough; by default, when no service of the directory has them all.
    """
    wanted = _filtered(query, reader, is_loose=needs_looseness(query) if is_loose is None else is_loose)
    on_site = [] if query.reception == REMOTE else _on_site(wanted, query)
    met = {candidate.pk for candidate in on_site}
    remote = [] if query.reception == ON_SITE else _remote(wanted, query)
    return on_site + [candidate for candidate in remote if candidate.pk not in met]


def _filtered(query: SearchQuery, reader: Any, *, is_loose: bool) -> QuerySet[SearchEntry]:
    """The entries the reader may read and that match the need and the filters, wherever they are."""
    # Asked entry by entry, once place and need have narrowed them: listing all that may be read costs the whole table.
    readable = can_read_service.among(Service.objects.filter(pk=OuterRef("pk")), reader)
    entries = SearchEntry.objects.filter(Exists(readable)).filter(need_of(query, is_loose=is_loose))
    if query.audiences:
        welcome = _facets("audience", (*query.audiences, EVERYONE))
        anyone = SearchFacet.objects.filter(kind="audience").values("service")
        entries = entries.filter(Q(service__in=welcome) | ~Q(service__in=anyone))
    if query.cost:
        entries = entries.filter(cost=query.cost)
    return entries


def needs_looseness(query: SearchQuery) -> bool:
    """Whether the words mean nothing to the lexicon and no service has them all: then any one of them is enough."""
    words = query.word_stems()
    return bool(words) and not query.reading().thematiques and not _with_all(words).exists()


def need_of(query: SearchQuery, *, is_loose: bool) -> Need:
    """The thématiques asked for, and what the words say: a thématique understood, or every word written."""
    asked = Q(service__in=_facets("theme", query.themes)) if query.themes else Q()
    words, understood = query.word_stems(), query.reading().thematiques
    if not words:
        return asked
    if is_loose:
        return asked & Q(service__in=SearchTerm.objects.filter(term__in=words).values("service"))
    by_words = Q(service__in=_with_all(words))
    return asked & (by_words | Q(service__in=_facets("theme", understood)) if understood else by_words)


def relevance(query: SearchQuery, keys: Iterable[int]) -> dict[int, int]:
    """How closely each service answers the words: 0 its name bears what no lexicon knows, 1 it answers, 2 it may help.

    It answers when it bears what the words say first, and either another thématique they mean or one of the words in
    its own name. Thématiques chosen as such, without words, all weigh the same.
    """
    within, reading = list(keys), query.reading()
    first = {match.thematiques[0] for match in reading.matched if match.thematiques}
    if not first:
        ranks = dict.fromkeys(within, 1)
    else:
        met = _themes_met(reading.thematiques, within)
        enough = min(2, len(reading.thematiques))
        bearing = {pk for pk, themes in met.items() if themes & first}
        own_words = _own_names(query, bearing)
        close = {pk for pk in bearing if len(met[pk]) >= enough or pk in own_words} or bearing
        ranks = {pk: 1 if pk in close else 2 for pk in within}
    if reading.leftover:
        bears_all = _with_all(reading.leftover, least=NAMES).filter(service__in=within)
        ranks |= dict.fromkeys(bears_all.values_list("service", flat=True), 0)
    return ranks


def _themes_met(themes: tuple[str, ...], within: list[int]) -> dict[int, set[str]]:
    met: dict[int, set[str]] = {}
    rows = SearchFacet.objects.filter(kind="theme", code__in=themes, service__in=within)
    for pk, code in rows.values_list("service", "code"):
        met.setdefault(pk, set()).add(code)
    return met


def _own_names(query: SearchQuery, within: Iterable[int]) -> set[int]:
    """Those whose own name holds a word that was written."""
    said = [stem for stem in query.word_stems() if stem not in FILLERS]
    rows = SearchTerm.objects.filter(term__in=said, weight__gte=OWN_NAME, service__in=list(within))
    return set(rows.values_list("service", flat=True))


def _with_all(words: tuple[str, ...], *, least: int = 1) -> QuerySet[SearchTerm, Any]:
    terms = SearchTerm.objects.filter(term__in=words, weight__gte=least)
    return terms.values("service").annotate(met=Count("term")).filter(met=len(words)).values("service")


def _facets(kind: str, codes: Iterable[str]) -> QuerySet[SearchFacet, Any]:
    return SearchFacet.objects.filter(kind=kind, code__in=tuple(codes)).values("service")


def _on_site(entries: QuerySet[SearchEntry], query: SearchQuery) -> list[Candidate]:
    near = entries.filter(_box(query)).values_list(
        "pk", "latitude", "longitude", "updated_on", "hours", "is_zoned", "density", "service__uid"
    )
    rows = [row for row in near if not query.is_open_now or hours.is_open(row[4], clock.local_now())]
    if not rows:
        return []
    places = np.array([(row[1], row[2]) for row in rows])
    densities = np.array([row[6] for row in rows])
    minutes = travel_times().minutes(
        query.origin.point, places, mode=query.mode, limit=query.minutes, densities=densities
    )
    eligible = _eligible([row[0] for row in rows if row[5]], query.origin)
    return [
        Candidate(row[0], row[7], int(taken), row[3], row[5] and row[0] not in eligible)
        for row, taken in zip(rows, minutes.tolist(), strict=True)
        if math.isfinite(taken)
    ]


def _remote(entries: QuerySet[SearchEntry], query: SearchQuery) -> list[Candidate]:
    """At a distance, only what the person is eligible to, where they live."""
    open_to_all = Q(is_zoned=False)
    here = Q(service__in=_facets("zone", query.origin.area_codes))
    entries = entries.filter(is_remote=True).filter(open_to_all | here)
    rows = entries.values_list("pk", "service__uid", "updated_on", "hours")
    return [
        Candidate(pk, uid, None, updated_on, False)  # noqa: FBT003
        for pk, uid, updated_on, when in rows
        if not query.is_open_now or hours.is_open(when, clock.local_now())
    ]


def _eligible(keys: list[int], origin: Origin) -> set[int]:
    if not keys:
        return set()
    facets = SearchFacet.objects.filter(kind="zone", code__in=origin.area_codes, service__in=keys)
    return set(facets.values_list("service", flat=True))


def _box(query: SearchQuery) -> Q:
    """A rectangle that surely holds everything within the limit, for the index to use."""
    here = query.origin.point
    high = travel_times().reach_km(query.mode, query.minutes, here.density) / KM_PER_DEGREE
    wide = high / max(0.05, math.cos(math.radians(here.latitude)))
    return Q(
        is_on_site=True,
        latitude__range=(here.latitude - high, here.latitude + high),
        longitude__range=(here.longitude - wide, here.longitude + wide),
    )
