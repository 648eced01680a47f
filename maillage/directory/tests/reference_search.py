"""Search, slow and obvious: each rule asked of each record in turn. No index, nothing shared with the real engine.

It shares what the engine is fed with, and what has its own tests: the stems of a text, the lexicon, opening hours, the
minutes from one point to another, and the draw of the day.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from maillage.core import clock
from maillage.core.text import stems
from maillage.directory import hours
from maillage.directory.choices import ANSWERS_TO_ACCESS, Freshness
from maillage.directory.lexicon.reading import FILLERS
from maillage.directory.models import Service, Structure, accessibility_of, freshness_of, languages_of
from maillage.directory.search import SearchQuery, Section
from maillage.directory.search.draw import draw
from maillage.directory.secrecy import shown_zone
from maillage.territories.actions import DENSITIES, travel_times
from maillage.territories.choices import Density
from maillage.territories.models import Commune

FRESHNESS = [Freshness.RECENT, Freshness.AGEING, Freshness.OLD]
FRANCE = {"france", "99100"}
Point = tuple[float, float]


@dataclass(frozen=True)
class Known:
    """What the records say of a service that everyone may read. `point`: where one goes, None when nowhere."""

    uid: str
    pk: int
    themes: frozenset[str]
    audiences: frozenset[str]
    cost: str
    zone: frozenset[str]
    hours: str
    updated_on: dt.date
    point: Point | None
    density: Density
    is_on_site: bool
    is_remote: bool
    own_name: frozenset[str]
    names: frozenset[str]
    all_words: frozenset[str]
    structure: int
    languages: frozenset[str]
    access: frozenset[str]
    is_women_only: bool
    holiday_zone: str


@dataclass(frozen=True)
class Expected:
    """A service of the answer as shown: its part of the answer, and the minutes (None at a distance)."""

    uid: str
    section: Section
    minutes: int | None


@dataclass(frozen=True)
class Met:
    """A service that answers, and the minutes to go there; None when it answers at a distance."""

    service: Known
    minutes: int | None


# -- What the records say --------------------------------------------------------------------------------------------


def read_directory() -> list[Known]:
    """Every published service of a published structure."""
    communes = {commune.code: commune for commune in Commune.objects.all()}
    services = Service.objects.select_related("structure").order_by("pk")
    return [
        known(service, communes)
        for service in services
        if service.withdrawn_at is None and service.structure.withdrawn_at is None
    ]


def known(service: Service, communes: dict[str, Commune]) -> Known:
    structure, modes = service.structure, service.reception_modes or []
    point, density = whereabouts(service, communes)
    is_on_site = point is not None and (not modes or "en-presentiel" in modes)
    town = "" if structure.is_address_confidential else service.commune_name or structure.commune_name
    own_name, names = stems_of(service.name), stems_of(service.name, structure.name)
    texts = stems_of(service.description, service.audience_details, structure.description, town)
    return Known(
        uid=service.uid,
        pk=service.pk,
        themes=frozenset(service.themes or []),
        audiences=frozenset(service.audiences or []),
        cost=service.cost,
        zone=zone_of(service, point),
        hours=service.opening_hours or structure.opening_hours,
        updated_on=service.updated_on,
        point=point,
        density=density,
        is_on_site=is_on_site,
        is_remote="a-distance" in modes or not is_on_site,
        own_name=own_name,
        names=names,
        all_words=names | texts,
        structure=structure.pk,
        languages=frozenset(languages_of(service)),
        access=frozenset(accessibility_of(service)),
        is_women_only=service.is_women_only,
        holiday_zone=service.holiday_zone,
    )


def stems_of(*texts: str) -> frozenset[str]:
    return frozenset(one for text in texts for one in stems(text))


def whereabouts(service: Service, communes: dict[str, Commune]) -> tuple[Point | None, Density]:
    """Its own point, its structure's, or the middle of its commune; nowhere when the address is confidential.

    A service held in another commune than its structure's is not at its structure's.
    """
    structure = service.structure
    if structure.is_address_confidential:
        return None, Density.SPARSE
    records: list[Service | Structure] = [service]
    if service.commune_code in ("", structure.commune_code):
        records.append(structure)
    towns = [communes[record.commune_code] for record in records if record.commune_code in communes]
    density = Density(towns[0].density) if towns else Density.SPARSE
    for place in (*records, *towns[:1]):
        if place.latitude is not None and place.longitude is not None:
            return (place.latitude, place.longitude), density
    return None, density


def zone_of(service: Service, point: Point | None) -> frozenset[str]:
    """Where one must live; nothing when anyone may come.

    What one must go to, nobody knows where, is for the Département of its commune.
    """
    zone = frozenset(shown_zone(service) or [])
    if zone:
        return frozenset() if zone & FRANCE else zone
    code = service.commune_code or service.structure.commune_code
    is_remote = "a-distance" in (service.reception_modes or [])
    if point is None and code and not is_remote and not service.structure.is_address_confidential:
        return frozenset({code[:3] if code.startswith(("97", "98")) else code[:2]})
    return frozenset()


# -- The answer ------------------------------------------------------------------------------------------------------


def answer(query: SearchQuery, directory: list[Known], *, day: dt.date) -> list[Expected]:
    """All that answers the query that day, in order."""
    met = everything_met(query, directory)
    ranks = ranks_of(query, [one.service for one in met])
    complete = structures_answering_everything(query, met)

    def section_of(one: Met) -> Section:
        return part_of(one, ranks[one.service.uid], query, complete)

    def place(one: Met) -> tuple[int, int, int, int, int, int]:
        rank, fresh = ranks[one.service.uid], FRESHNESS.index(freshness_of(one.service.updated_on, day))
        minutes = 10_000 if one.minutes is None else one.minutes
        return (section_of(one), minutes, rank, fresh, draw(one.service.uid, day), one.service.pk)

    in_order = sorted(met, key=place)
    return [Expected(one.service.uid, section_of(one), one.minutes) for one in in_order]


def everything_met(query: SearchQuery, directory: list[Known]) -> list[Met]:
    """Each service once: on site if one may go there in time, else at a distance if it answers so."""
    loose = is_loose(query, directory)
    met = []
    for service in directory:
        if not (answers_need(service, query, loose=loose) and passes_filters(service, query)):
            continue
        minutes = minutes_to(service, query) if query.reception != "a-distance" else None
        if minutes is not None:
            met.append(Met(service, minutes))
        elif query.reception != "en-presentiel" and service.is_remote and may_come(service, query):
            met.append(Met(service, None))
    return met


def is_loose(query: SearchQuery, directory: list[Known]) -> bool:
    """One word is enough when the lexicon understands none of them and no service at all has them all."""
    words = set(query.word_stems())
    if not words or query.reading().thematiques:
        return False
    return not any(words <= service.all_words for service in directory)


def answers_need(service: Known, query: SearchQuery, *, loose: bool) -> bool:
    """It bears a thématique asked for, if any; and what the words mean, or all the words."""
    if query.themes and not service.themes & set(query.themes):
        return False
    words = set(query.word_stems())
    if not words:
        return True
    if loose:
        return bool(words & service.all_words)
    return words <= service.all_words or bool(service.themes & set(query.reading().thematiques))


def passes_filters(service: Known, query: SearchQuery) -> bool:
    """Who it is for (who says nothing welcomes anyone), what it costs, when it is open, who is at ease there."""
    if query.audiences and service.audiences and not service.audiences & {*query.audiences, "tous-publics"}:
        return False
    if query.cost and service.cost != query.cost:
        return False
    if query.languages and not service.languages & set(query.languages):
        return False
    if any(not service.access & ANSWERS_TO_ACCESS[need] for need in query.accessibility):
        return False
    if query.is_women_only and not service.is_women_only:
        return False
    return is_open_when_asked(service, query)


def is_open_when_asked(service: Known, query: SearchQuery) -> bool:
    """Open now, and some time in the part of the day asked for; public holidays are those of where it is."""
    now, zone = clock.local_now(), service.holiday_zone
    if query.is_open_now and not hours.is_open(service.hours, now, zone=zone):
        return False
    if query.when is None:
        return True
    day, start, end = query.when.span_from(now.date(), zone=zone)
    return hours.is_open_during(service.hours, day, start, end, zone=zone)


def minutes_to(service: Known, query: SearchQuery) -> int | None:
    """The minutes to go there, None when it does not receive or is farther than the limit."""
    if not service.is_on_site:
        return None
    there, density = np.array([service.point]), np.array([DENSITIES.index(service.density)])
    taken = travel_times().minutes(query.origin.point, there, mode=query.mode, limit=query.minutes, densities=density)[
        0
    ]
    return int(taken) if np.isfinite(taken) else None


def may_come(service: Known, query: SearchQuery) -> bool:
    """Whether people of the origin's commune are in its zone."""
    return not service.zone or bool(service.zone & set(query.origin.area_codes))


def structures_answering_everything(query: SearchQuery, met: list[Met]) -> set[int]:
    """Where several needs were said: the structures whose services, within reach and open to all, answer each."""
    needs, found = query.needs(), set()
    for structure in {one.service.structure for one in met}:
        here = [one.service for one in met if one.service.structure == structure and one.minutes is not None]
        themes = {theme for service in here if may_come(service, query) for theme in service.themes}
        if len(needs) > 1 and all(themes & set(need) for need in needs):
            found.add(structure)
    return found


def part_of(one: Met, rank: int, query: SearchQuery, complete: set[int]) -> Section:
    if rank == 0:
        return Section.NAMED
    if one.minutes is None:
        return Section.AT_A_DISTANCE
    if not may_come(one.service, query):
        return Section.FOR_OTHERS
    answers_one = any(one.service.themes & set(need) for need in query.needs())
    if one.service.structure in complete and answers_one:
        return Section.EVERY_NEED
    return Section.ANSWERS if rank == 1 else Section.ALSO


def ranks_of(query: SearchQuery, met: Iterable[Known]) -> dict[str, int]:
    """0: its name or its structure's bears what the lexicon does not explain. 1: it answers. 2: it may help.

    Answers what bears the first thématique of an expression and, besides, another one understood or a word of the
    question in its own name. When nothing does, the first thématique is enough; when nothing was understood, all do.
    """
    services, reading = list(met), query.reading()
    first = {match.thematiques[0] for match in reading.matched if match.thematiques}
    understood, said = set(reading.understood), {one for one in query.word_stems() if one not in FILLERS}
    bearing = [one for one in services if one.themes & first]
    close = [
        one
        for one in bearing
        if len(one.themes & understood) >= min(2, len(understood)) or one.own_name & said
    ]  # fmt: skip
    answering = {one.uid for one in (close or bearing if first else services)}
    ranks = {one.uid: 1 if one.uid in answering else 2 for one in services}
    if reading.leftover:
        ranks |= {one.uid: 0 for one in services if set(reading.leftover) <= one.names}
    return ranks
