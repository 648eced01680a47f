"""The answer: ordered, paged, each result with why it is here; and never a dead end."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from maillage.core import clock
from maillage.core.text import stem, words
from maillage.directory import hours
from maillage.directory.choices import AUDIENCES, REMOTE, THEMES, Freshness
from maillage.directory.lexicon import Reading, neighbours
from maillage.directory.models import Service, Structure
from maillage.directory.permissions import can_read_service, can_read_structure
from maillage.directory.search.candidates import find, needs_looseness, words_met
from maillage.directory.search.columns import STRUCTURE_NAME
from maillage.directory.search.order import Place, Ranked, Section
from maillage.directory.search.query import MOST_MINUTES, PAGE, Mark, Origin, SearchQuery
from maillage.directory.wording import mid_sentence
from maillage.territories.actions import travel_times
from maillage.territories.choices import TravelMode
from maillage.territories.models import Commune, Sector

LISTENING = (  # Where someone listens and helps to find, whatever the need.
    "difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits",
    "difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives",
)
FARTHEST_MDS = 180  # Minutes by car: beyond, it is not the house of whoever asks.


@dataclass(frozen=True)
class Result:
    """One service that answers, as shown: `minutes` of travel (None at a distance) and why it is here.

    `open_now`: a sentence on when it opens, now or the day asked for. `point`: where one goes, in degrees; None at a
    distance. `is_estimate`: no road network told the minutes.
    """

    service: Service
    rank: int
    section: Section
    minutes: int | None
    is_reserved: bool
    reasons: tuple[str, ...]
    open_now: str
    is_open: bool
    point: tuple[float, float] | None = None
    is_estimate: bool = True

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
    is_loose = mark.is_loose if mark else needs_looseness(query)
    ranked = Ranked.of(query, mark.day if mark else clock.today(), is_loose=is_loose)
    page = ranked.page(mark.key if mark else None, size)
    on_site = int(ranked.found.is_on_site.sum())
    wanted = len(ranked.found) if query.reception == REMOTE else on_site
    nothing_near = mark is None and (wanted == 0 or ranked.only_helps)
    return Answer(
        query=query,
        reading=query.reading(),
        results=_shown(page, query, reader),
        total_on_site=on_site,
        total_remote=len(ranked.found) - on_site,
        remote=_shown(ranked.remote_apart(page, 3), query, reader) if on_site and not mark else (),
        next_cursor=Mark(ranked.day, page[-1].key, is_loose).encode() if page and ranked.goes_on(page) else "",
        ways_out=ways_out(query, reader, shown=page) if nothing_near and with_ways_out else None,
        travel_label=travel_times().label,
        is_loose=is_loose,
    )


# -- Showing -------------------------------------------------------------------------------------------------------


def _shown(places: list[Place], query: SearchQuery, reader: Any) -> tuple[Result, ...]:
    """These places for this reader: each is fetched through the rule of reading."""
    keys = [place.pk for place in places]
    if not keys:
        return ()
    readable = can_read_service.among(Service.objects.filter(pk__in=keys), reader).select_related(
        "structure", "source"
    )
    services = {service.pk: service for service in readable.defer("received", "structure__received")}
    met = words_met(query.word_stems(), keys)
    pairs = [(services[place.pk], place) for place in places if place.pk in services]
    return tuple(_result(service, place, query, met.get(service.pk, {})) for service, place in pairs)


def _result(service: Service, place: Place, query: SearchQuery, met: dict[str, int]) -> Result:
    at, zone = clock.local_now(), service.holiday_zone
    if query.when:
        opening, is_open = (
            hours.on_day_in_words(service.hours, query.when.day_from(at.date(), zone=zone), zone=zone),
            True,
        )
    else:
        opening, is_open = (
            hours.now_in_words(service.hours, at, zone=zone),
            hours.is_open(service.hours, at, zone=zone),
        )
    return Result(
        service=service,
        rank=place.rank,
        section=place.section,
        minutes=place.minutes,
        is_reserved=place.is_reserved,
        reasons=tuple(_reasons(service, query, met)),
        open_now=opening,
        is_open=is_open,
        point=place.point,
        is_estimate=place.is_estimate,
    )


def _reasons(service: Service, query: SearchQuery, met: dict[str, int]) -> Iterable[str]:
    """Why this service is in the answer, in the person's words where they wrote some."""
    wanted = query.themes or query.reading().thematiques
    themes = [THEMES[theme] for theme in wanted if theme in (service.themes or [])]
    if themes:
        yield _("Répond à : %(needs)s") % {"needs": ", ".join(map(mid_sentence, themes[:2]))}
    typed = {stem(word): word for word in words(query.words)}
    if in_name := [typed[term] for term, weight in met.items() if weight >= STRUCTURE_NAME and term in typed]:
        yield _("Son nom contient « %(words)s »") % {"words": " ".join(in_name)}
    elif not themes and (in_text := [typed[term] for term in met if term in typed]):
        yield _("Sa description contient « %(words)s »") % {"words": " ".join(in_text)}
    if welcome := [AUDIENCES[code] for code in query.audiences if code in (service.audiences or [])]:
        yield _("Pour : %(audiences)s") % {"audiences": ", ".join(map(mid_sentence, welcome))}


# -- Never a dead end ----------------------------------------------------------------------------------------------


def ways_out(query: SearchQuery, reader: Any, *, shown: list[Place]) -> WaysOut:
    """Farther answers, neighbouring needs that have answers here, and the Maison des solidarités to call.

    Where what is near only helps (`shown`), farther answers are those that answer the need itself.
    """
    wider = replace(query, minutes=MOST_MINUTES, cursor="", reception="")
    ranked = Ranked.of(wider, clock.today(), is_loose=needs_looseness(wider))
    near_needs = _answered_near([*neighbours(query.wanted_themes())[:6], *LISTENING], query)
    return WaysOut(
        farther=_shown(ranked.page(None, 3, among=ranked.beyond(shown)), wider, reader),
        neighbours=near_needs[:3],
        nearest_mds=nearest_mds(query.origin, reader),
        without_filters=_count_without_filters(query),
    )


def _bare(query: SearchQuery) -> SearchQuery:
    """The same question without its filters."""
    open_whenever = replace(query, is_open_now=False, when=None)
    return replace(
        open_whenever, audiences=(), cost="", reception="", languages=(), accessibility=(), is_women_only=False,
        cursor="",
    )  # fmt: skip


def _count_on_site(query: SearchQuery) -> int:
    return int(find(query).is_on_site.sum())


def _count_without_filters(query: SearchQuery) -> int:
    """How many answers on site the filters hide; 0 when none is set."""
    bare = _bare(query)
    return 0 if bare == query else _count_on_site(bare)


def _answered_near(themes: Iterable[str], query: SearchQuery) -> tuple[tuple[str, str, int], ...]:
    """Of these thématiques, those with an answer within the limit: slug, label, how many."""
    bare = replace(_bare(query), words="")
    counted = {theme: _count_on_site(replace(bare, themes=(theme,))) for theme in themes}
    return tuple((theme, THEMES[theme], count) for theme, count in counted.items() if count)


def nearest_mds(origin: Origin, reader: Any) -> Structure | None:
    """The Maison des solidarités of the person's sector; where no sector is known, the nearest one."""
    shown = Structure.objects.filter(serves_sector__isnull=False, is_address_confidential=False)
    all_mds = can_read_structure.among(shown, reader)
    commune = Commune.objects.filter(pk=origin.commune_code).first() if origin.commune_code else None
    sector = commune.sector_on(clock.today()) if commune else None
    if sector and (own := all_mds.filter(serves_sector__in=Sector.objects.versions_of(sector)).first()):
        return own
    placed = [mds for mds in all_mds if mds.latitude is not None and mds.longitude is not None]
    if not placed:
        return None
    points = np.array([(mds.latitude, mds.longitude) for mds in placed])
    minutes = travel_times().minutes(origin.point, points, mode=TravelMode.CAR, limit=FARTHEST_MDS)
    return placed[int(minutes.argmin())] if np.isfinite(minutes).any() else None
