"""How long it takes to go somewhere: the question, and an answer that needs no road network."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from django.utils.translation import gettext
from numpy.typing import NDArray

from maillage.territories.choices import Density, TravelMode

Floats = NDArray[np.float64]
EARTH_KM = 6371.0088  # Mean radius of the Earth (IUGG).

DENSITIES = (Density.DENSE, Density.INTERMEDIATE, Density.SPARSE)
"""A density as a small integer is its rank here; so are the columns of the tables of speeds."""
UNKNOWN_DENSITY = DENSITIES.index(Density.SPARSE)

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
class Point:
    """Where someone starts: degrees (WGS 84), and how dense the commune is; countryside when it is not known."""

    latitude: float
    longitude: float
    density: Density = Density.SPARSE


@dataclass(frozen=True, eq=False)
class Ties:
    """Places tied once to what travels: degrees (n, 2), ranks of density (n,), by which version of travel times."""

    points: Floats
    densities: NDArray[Any]
    version: str


@dataclass(frozen=True, eq=False)
class Times:
    """Whole minutes (n,), `inf` out of reach; and which of them are estimates (n,)."""

    minutes: Floats
    is_estimate: NDArray[np.bool_]


class TravelTimes(Protocol):
    """Whatever can tell travel times: an estimate by distance, or a road network."""

    version: str

    def tie(self, points: Floats, densities: NDArray[Any] | None = None) -> Ties:
        """Tie places, once for all the times that will be asked."""
        ...

    def times(
        self, origin: Point, ties: Ties, *, mode: TravelMode, limit: int, rows: NDArray[Any] | None = None
    ) -> Times:
        """Minutes from the origin to each place tied, or to those of these rows."""
        ...

    @property
    def label(self) -> str:
        """A French adjective said beside each time: « estimé »."""
        ...

    def minutes(
        self,
        origin: Point,
        destinations: Floats,
        *,
        mode: TravelMode,
        limit: int,
        densities: NDArray[Any] | None = None,
    ) -> Floats:
        """Whole minutes (n,) from the origin to each row (latitude, longitude) of `destinations` (n, 2), in degrees.

        `inf` beyond `limit` minutes, and where a coordinate is NaN. `densities` (n,): ranks in DENSITIES; countryside
        when absent.
        """
        ...

    def reach_km(self, mode: TravelMode, limit: int, density: Density) -> float:
        """Radius in km, as the crow flies, out of which nothing is within `limit` minutes of a place so dense."""
        ...


class DistanceEstimate:
    """Straight line × detour, at the pace of both ends then of the open road; rounded up to the whole minute.

    The same both ways, and never shorter when farther.
    """

    version = "estimate"

    @property
    def label(self) -> str:
        return gettext("estimé")

    def tie(self, points: Floats, densities: NDArray[Any] | None = None) -> Ties:
        ranks = np.full(len(points), UNKNOWN_DENSITY) if densities is None else densities
        return Ties(points, ranks, self.version)

    def times(
        self, origin: Point, ties: Ties, *, mode: TravelMode, limit: int, rows: NDArray[Any] | None = None
    ) -> Times:
        chosen = slice(None) if rows is None else rows
        minutes = self.minutes(origin, ties.points[chosen], mode=mode, limit=limit, densities=ties.densities[chosen])
        return Times(minutes, np.ones(len(minutes), dtype=np.bool_))

    def minutes(
        self,
        origin: Point,
        destinations: Floats,
        *,
        mode: TravelMode,
        limit: int,
        densities: NDArray[Any] | None = None,
    ) -> Floats:
        there = np.asarray(destinations, dtype=np.float64).reshape(-1, 2)
        ranks = np.full(len(there), UNKNOWN_DENSITY) if densities is None else np.asarray(densities, dtype=np.intp)
        pace = PACES[mode]
        here, local = _minutes_per_km(pace, origin.density), 60.0 / np.array(pace.local)[ranks]
        way = DETOUR * great_circle_km(origin, there)
        near = np.minimum(way / 2, LOCAL_KM)
        times = (near * here + near * local) + (way - 2 * near) * (60.0 / pace.between) + pace.access
        whole = np.ceil(np.round(times, 6))
        return np.where(whole <= limit, whole, np.inf)

    def reach_km(self, mode: TravelMode, limit: int, density: Density) -> float:
        pace = PACES[mode]
        budget = limit - pace.access
        if budget <= 0:
            return 0.0
        ends = _minutes_per_km(pace, density) + 60.0 / max(pace.local)
        if budget <= LOCAL_KM * ends:
            return 2 * budget / ends / DETOUR
        return (2 * LOCAL_KM + (budget - LOCAL_KM * ends) * pace.between / 60.0) / DETOUR


def travel_times() -> TravelTimes:
    """The travel times this house uses."""
    return DistanceEstimate()


def great_circle_km(origin: Point, destinations: Floats) -> Floats:
    """Kilometres (n,) on the sphere from the origin to each row (latitude, longitude) in degrees."""
    latitudes, longitudes = np.radians(destinations[:, 0]), np.radians(destinations[:, 1])
    # An array of one: the very same arithmetic as for the others, so that both ways are equal to the last bit.
    latitude, longitude = np.radians([origin.latitude]), np.radians([origin.longitude])
    north, east = np.sin((latitudes - latitude) / 2), np.sin((longitudes - longitude) / 2)
    chord = north * north + np.cos(latitudes) * np.cos(latitude) * east * east
    return 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))


def _minutes_per_km(pace: Pace, density: Density) -> float:
    return 60.0 / pace.local[DENSITIES.index(density)]
