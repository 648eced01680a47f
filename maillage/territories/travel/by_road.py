"""Travel times along the roads loaded here; where they cannot tell, the estimate answers, and says so."""

import logging
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from maillage.core import mapped
from maillage.core.mapped import Mapped
from maillage.territories.choices import Density, TravelMode
from maillage.territories.ground import UNKNOWN_DENSITY, Floats, Point
from maillage.territories.roads import outline, stored
from maillage.territories.roads.network import ModeNetwork
from maillage.territories.roads.speeds import WALKING
from maillage.territories.travel.estimate import DETOUR, PACES, DistanceEstimate, whole_minutes
from maillage.territories.travel.interface import Calibration, Error, Nearest, Ties, Times

logger = logging.getLogger(__name__)

# Between a place and the nearest node one walks, at the pace and with the detour of the estimate. By car or bicycle,
# the minutes lost at both ends (3 and 2, the estimate's own) already hold a walk as short as this.
INCLUDED = {TravelMode.CAR: 100.0, TravelMode.BICYCLE: 100.0, TravelMode.FOOT: 0.0}
# Farther than this from any way (metres), the walk is the larger part of what we do not know: minutes are estimated.
OFF_ROAD = 300.0

FEW = 100  # Points below which looking around each is quicker than making a tree of all nodes.

# Roads that go round what the file does not hold: when they take this much longer than the estimate and the straight
# line leaves the area, the way across the border may be shorter, and nobody here knows.
LONGER_TIMES, LONGER_BY = 1.5, 5.0


class RoadTimes:
    """Minutes along the shortest way of a road network, walks at both ends included, rounded up.

    Estimated: places or origins farther than 300 m from a way, outside the area, or in another piece of the network;
    and pairs whose roads go round a border of the area. Neither turns nor traffic nor the hour are known.
    """

    def __init__(self, network: Mapped) -> None:
        self.version = f"roads-{network.version}"
        self.facts = network.facts
        rivers = stored.rivers_in(network)
        self._modes = {mode: ModeNetwork(graph, rivers) for mode, graph in stored.graphs_in(network).items()}
        self._estimate = DistanceEstimate({known.mode: known.scale for known in self.calibration})

    @property
    def label(self) -> str:
        return gettext("calculé sur les routes")

    @cached_property
    def calibration(self) -> tuple[Calibration, ...]:
        return tuple(
            Calibration(
                TravelMode(row["mode"]), row["scale"], row["pairs"], Error(*row["before"]), Error(*row["after"])
            )
            for row in self.facts["calibration"]
        )

    @cached_property
    def area(self) -> BaseGeometry:
        """What the imported file covers (longitude, latitude)."""
        area = shapely.from_wkt(self.facts["area"])
        shapely.prepare(area)
        return area

    def tie(self, points: Floats, densities: NDArray[Any] | None = None) -> Ties:
        return self._tie(points, densities, modes=tuple(self._modes))

    def _tie(self, points: Floats, densities: NDArray[Any] | None, *, modes: tuple[TravelMode, ...]) -> Ties:
        ties = self._estimate.tie(points, densities)
        is_few = len(ties) <= FEW
        networks = {mode: self._modes[mode] for mode in modes}
        found = {
            mode: network.tied(ties.points) if is_few else network.nearest_nodes(ties.points)
            for mode, network in networks.items()
        }
        return replace(
            ties,
            version=self.version,
            nodes={mode: nodes for mode, (nodes, _) in found.items()},
            metres={mode: metres for mode, (_, metres) in found.items()},
        )

    def times(
        self, origin: Point, ties: Ties, *, mode: TravelMode, limit: int, rows: NDArray[Any] | None = None
    ) -> Times:
        ties = self._own(ties)
        guess = self._estimate.times(origin, ties, mode=mode, limit=limit, rows=rows)
        network = self._modes[mode]
        here = network.nearest_node(origin)
        if here is None:
            return guess
        node, metres = (values[mode] if rows is None else values[mode][rows] for values in (ties.nodes, ties.metres))
        along = self._along(here, mode=mode, limit=limit)
        is_tied = node >= 0
        exact = along[node] + _walk(metres, mode)
        whole = whole_minutes(exact / 60 + PACES[mode].access)
        road = np.where(is_tied & (whole <= limit), whole, np.inf)
        elsewhere = is_tied & np.isinf(road) & (network.graph.piece[node] != network.graph.piece[here[0]])
        unknown = ~is_tied | elsewhere
        points = ties.points if rows is None else ties.points[rows]
        start = np.array([[origin.latitude, origin.longitude]])
        astray = ~unknown & self._goes_round(start, points, road, guess.minutes)
        minutes = np.where(unknown | (astray & np.isinf(road)), guess.minutes, road)
        doubtful = (metres > OFF_ROAD) | (here[1] > OFF_ROAD)
        return Times(minutes, unknown | astray | doubtful)

    def _along(self, here: tuple[int, float], *, mode: TravelMode, limit: int) -> Floats:
        """Seconds from the origin, its walk to the network included, to every node; `inf` beyond the limit."""
        node, metres = here
        walk = float(_walk(np.array([metres]), mode)[0])
        budget = 60 * (limit - PACES[mode].access) - walk
        if budget < 0:
            return np.full(len(self._modes[mode].graph.points), np.inf)
        return self._modes[mode].seconds_from(node, limit=budget) + walk

    def _goes_round(self, starts: Floats, points: Floats, road: Floats, guess: Floats) -> NDArray[np.bool_]:
        """`starts`: one for all, or one each. `guess`: `inf` where even the estimate is beyond the limit."""
        found = np.zeros(len(points), np.bool_)
        rows = np.flatnonzero(np.isfinite(guess) & (road > LONGER_TIMES * guess + LONGER_BY))
        if not len(rows):
            return found
        ends = np.empty((len(rows), 2, 2))
        ends[:, 0], ends[:, 1] = (starts if len(starts) == 1 else starts[rows])[:, ::-1], points[rows][:, ::-1]
        found[rows] = ~shapely.covers(self.area, shapely.linestrings(ends))
        return found

    def minutes(
        self,
        origin: Point,
        destinations: Floats,
        *,
        mode: TravelMode,
        limit: int,
        densities: NDArray[Any] | None = None,
    ) -> Floats:
        ties = self._tie(destinations, densities, modes=(mode,))
        return self.times(origin, ties, mode=mode, limit=limit).minutes

    def reach_km(self, mode: TravelMode, limit: int, density: Density) -> float:
        """As the crow flies, at the fastest speed of all; or the estimate's reach, where it answers."""
        by_road = max(0.0, limit - PACES[mode].access) * self.facts["fastest"][mode] / 60 + 2 * INCLUDED[mode] / 1000
        return max(by_road, self._estimate.reach_km(mode, limit, density))

    def outline(self, origin: Point, *, mode: TravelMode, limit: int) -> BaseGeometry:
        """Around the nodes reached; the circle of the estimate where the origin is not on the network."""
        network = self._modes[mode]
        here = network.nearest_node(origin)
        if here is None:
            return self._estimate.outline(origin, mode=mode, limit=limit)
        along = self._along(here, mode=mode, limit=limit)
        return outline.around(network.graph.points[np.isfinite(along) & network.graph.has_door])

    def nearest(self, sites: Floats, *, mode: TravelMode, limit: int, places: Ties | None = None) -> Nearest:
        """People go to the site: one-way streets count in that direction. Site by site where the estimate answers."""
        network, access = self._modes[mode], PACES[mode].access
        sites = np.asarray(sites, dtype=np.float64).reshape(-1, 2)
        ties = self._own(self._estimate.tie(np.empty((0, 2))) if places is None else places)
        node, metres = network.tied(sites)
        tied = np.flatnonzero(node >= 0)
        budget = max(0.0, 60 * (limit - access))
        along, which = network.seconds_to_nearest(node[tied], _walk(metres[tied], mode), limit=budget)
        at, walks = ties.nodes[mode], ties.metres[mode]
        whole = whole_minutes((along[at] + _walk(walks, mode)) / 60 + access)
        is_near = (at >= 0) & (whole <= limit)
        minutes = np.where(is_near, whole, np.inf)
        site = np.where(is_near, np.append(tied, -1)[which[at]], -1).astype(np.int32)
        guessed = (walks > OFF_ROAD) | (np.append(metres, 0)[site] > OFF_ROAD)
        found = Nearest(minutes, site, guessed, network.graph.points, along / 60)
        return self._completed(found, sites, node, ties, mode=mode, limit=limit)

    def _completed(
        self, found: Nearest, sites: Floats, node: NDArray[np.int32], ties: Ties, *, mode: TravelMode, limit: int
    ) -> Nearest:
        """Where roads cannot tell of a site and a place, the estimate may find that site nearer.

        And where roads to the site they tell go round what the file does not hold, they are told as an estimate.
        """
        piece = np.append(self._modes[mode].graph.piece, -1)
        minutes, site, is_estimate = found.minutes.copy(), found.site.copy(), found.is_estimate.copy()
        there = np.where(ties.nodes[mode] >= 0, piece[ties.nodes[mode]], -1)
        told = np.flatnonzero(site >= 0)
        ends = sites[site[told]], ties.points[told]
        ranks = np.full(len(told), UNKNOWN_DENSITY), ties.densities[told]
        is_estimate[told] |= self._goes_round(*ends, minutes[told], self._estimate.between(ends, ranks, mode=mode))
        for number, centre in enumerate(Point(latitude, longitude) for latitude, longitude in sites):
            own = piece[node[number]] if node[number] >= 0 else -1
            rows = np.flatnonzero((there == -1) | (there != own))
            if not len(rows):
                continue
            guess = self._estimate.times(centre, ties, mode=mode, limit=limit, rows=rows).minutes
            better = guess < minutes[rows]
            minutes[rows[better]], site[rows[better]], is_estimate[rows[better]] = guess[better], number, True
        return replace(found, minutes=minutes, site=site, is_estimate=is_estimate)

    def _own(self, ties: Ties) -> Ties:
        """Ties made by another version point at other nodes: they are made again rather than believed."""
        return ties if ties.version == self.version else self.tie(ties.points, ties.densities)


def _walk(metres: NDArray[Any], mode: TravelMode) -> Floats:
    """Seconds between a place and its node."""
    return np.maximum(0.0, metres.astype(np.float64) - INCLUDED[mode]) * DETOUR * 3.6 / WALKING


_opened: RoadTimes | None = None


def roads_in_force() -> RoadTimes | None:
    """The network in force, opened once per process and version; None when there is none, or none we can read."""
    global _opened  # noqa: PLW0603
    network = mapped.current(stored.home())
    if network is None or network.facts.get("format") != stored.FORMAT:
        if network is not None:
            logger.warning("The road network is of another format: import it again (import_roads).")
        return None
    known = _opened
    if known is None or known.version != f"roads-{network.version}":
        known = _opened = RoadTimes(network)
    return known
