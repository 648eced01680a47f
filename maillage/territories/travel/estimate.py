"""Travel times estimated by distance: an answer that needs no road network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from maillage.territories.choices import Density, TravelMode
from maillage.territories.ground import DENSITIES, EARTH_KM, UNKNOWN_DENSITY, Floats, Point, apart_km
from maillage.territories.travel.interface import Calibration, Nearest, Ties, Times

# How much longer the way is than the straight line. About 1.3 on a dense network of roads or streets (F. Héran, « Des
# distances à vol d'oiseau aux distances réelles », Flux 76-77, 2009). Mountains and rivers do worse.
DETOUR = 1.3

# Kilometres of the way, at each end, travelled at the pace of the commune one leaves or reaches.
LOCAL_KM = 3.0


@dataclass(frozen=True)
class Pace:
    """Speeds in km/h near each end, by density in the order of DENSITIES, and between them; minutes lost once."""

    local: tuple[float, float, float]
    between: float
    access: float


# Orders of magnitude, to be calibrated on a road network. Car: set so that ways of 10 to 20 km, all densities
# together, are travelled at about 36 km/h from door to door, as in the Enquête mobilité des personnes 2019 (SDES);
# 3 minutes to reach the car and park it. Bicycle: 18 minutes, lock included, for the usual trip of that survey, taken
# as 3 to 4 km. Foot: our choice of 4 km/h, below a healthy adult's 5, because people come at any age, with children.
PACES = {
    TravelMode.CAR: Pace(local=(20.0, 30.0, 45.0), between=60.0, access=3.0),
    TravelMode.BICYCLE: Pace(local=(12.0, 13.0, 14.0), between=14.0, access=2.0),
    TravelMode.FOOT: Pace(local=(4.0, 4.0, 4.0), between=4.0, access=0.0),
}


@dataclass(frozen=True)
class DistanceEstimate:
    """Straight line × detour, at the pace of both ends then of the open road; rounded up to the whole minute.

    The same both ways, and never shorter when farther. `scales`: what times are multiplied by, by mode, once held
    against a road network.
    """

    scales: Mapping[TravelMode, float] = field(default_factory=dict)

    @property
    def version(self) -> str:
        return "estimate"

    @property
    def label(self) -> str:
        return gettext("estimé")

    @property
    def calibration(self) -> tuple[Calibration, ...]:
        return ()

    def tie(self, points: Floats, densities: NDArray[Any] | None = None) -> Ties:
        there = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        ranks = np.full(len(there), UNKNOWN_DENSITY) if densities is None else np.asarray(densities, dtype=np.intp)
        return Ties(there, ranks, self.version)

    def times(
        self, origin: Point, ties: Ties, *, mode: TravelMode, limit: int, rows: NDArray[Any] | None = None
    ) -> Times:
        there, ranks = (ties.points, ties.densities) if rows is None else (ties.points[rows], ties.densities[rows])
        whole = whole_minutes(self.exact(origin, there, ranks, mode=mode))
        found = np.where(whole <= limit, whole, np.inf)
        return Times(found, np.ones(len(found), np.bool_))

    def exact(self, origin: Point, there: Floats, ranks: NDArray[np.intp], *, mode: TravelMode) -> Floats:
        """Minutes (n,), neither rounded nor limited."""
        here = np.array([[origin.latitude, origin.longitude]])
        return self.between((here, there), (np.array([DENSITIES.index(origin.density)]), ranks), mode=mode)

    def between(
        self, ends: tuple[Floats, Floats], ranks: tuple[NDArray[np.intp], NDArray[np.intp]], *, mode: TravelMode
    ) -> Floats:
        """The same, from each of many places (or from one) to each of many others, one by one."""
        pace = PACES[mode]
        here, local = (60.0 / np.array(pace.local)[side] for side in ranks)
        way = DETOUR * apart_km(*ends)
        near = np.minimum(way / 2, LOCAL_KM)
        moving = (near * here + near * local) + (way - 2 * near) * (60.0 / pace.between)
        return self._scale(mode) * moving + pace.access

    def minutes(
        self,
        origin: Point,
        destinations: Floats,
        *,
        mode: TravelMode,
        limit: int,
        densities: NDArray[Any] | None = None,
    ) -> Floats:
        return self.times(origin, self.tie(destinations, densities), mode=mode, limit=limit).minutes

    def reach_km(self, mode: TravelMode, limit: int, density: Density) -> float:
        pace = PACES[mode]
        budget = (limit - pace.access) / self._scale(mode)
        if budget <= 0:
            return 0.0
        ends = _minutes_per_km(pace, density) + 60.0 / max(pace.local)
        if budget <= LOCAL_KM * ends:
            return 2 * budget / ends / DETOUR
        return (2 * LOCAL_KM + (budget - LOCAL_KM * ends) * pace.between / 60.0) / DETOUR

    def outline(self, origin: Point, *, mode: TravelMode, limit: int) -> BaseGeometry:
        """A circle on the ground: wherever one goes, it is as dense as here or sparser."""
        return circle(origin, self.reach_km(mode, limit, origin.density))

    def nearest(self, sites: Floats, *, mode: TravelMode, limit: int, places: Ties | None = None) -> Nearest:
        ties = self.tie(np.empty((0, 2))) if places is None else places
        best, site = np.full(len(ties), np.inf), np.full(len(ties), -1, np.int32)
        for number, (latitude, longitude) in enumerate(np.asarray(sites, dtype=np.float64).reshape(-1, 2)):
            found = self.times(Point(latitude, longitude), ties, mode=mode, limit=limit).minutes
            site[found < best] = number
            best = np.minimum(best, found)
        return Nearest(best, site, np.ones(len(ties), np.bool_), np.empty((0, 2)), np.empty(0))

    def _scale(self, mode: TravelMode) -> float:
        return self.scales.get(mode, 1.0)


def whole_minutes(minutes: Floats) -> Floats:
    """Rounded up: who is told 12 minutes is there in 12. What floats add in the sixth decimal does not count."""
    return np.ceil(np.round(minutes, 6))


def circle(centre: Point, km: float) -> BaseGeometry:
    """What is within so many km of a point, drawn in degrees (longitude, latitude); empty when nothing is."""
    if km <= 0:
        return shapely.Polygon()
    turn = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    north = np.degrees(km / EARTH_KM)
    east = north / max(np.cos(np.radians(centre.latitude)), 0.01)
    ring = np.column_stack([centre.longitude + east * np.cos(turn), centre.latitude + north * np.sin(turn)])
    return shapely.Polygon(ring)


def _minutes_per_km(pace: Pace, density: Density) -> float:
    return 60.0 / pace.local[DENSITIES.index(density)]
