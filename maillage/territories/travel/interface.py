"""The questions about travel times, and the words of their answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from maillage.territories.choices import Density, TravelMode
from maillage.territories.ground import Floats, Point


@dataclass(frozen=True, eq=False)
class Ties:
    """Places tied once to what travel times need to know of them.

    points (n, 2): latitude, longitude in degrees, NaN where unknown; densities (n,): ranks in DENSITIES; version: of
    the travel times that made them. By mode, nodes (n,): where the network is reached, -1 when it is not; metres
    (n,): from the place to that node, as the crow flies.
    """

    points: Floats
    densities: NDArray[np.intp]
    version: str
    nodes: Mapping[TravelMode, NDArray[np.int32]] = field(default_factory=dict)
    metres: Mapping[TravelMode, NDArray[np.float32]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True, eq=False)
class Times:
    """minutes (n,): whole, `inf` beyond the limit and where nothing is known; is_estimate (n,): not read on a road."""

    minutes: Floats
    is_estimate: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Nearest:
    """From each place (p,): minutes to the nearest site (`inf` beyond the limit), its row (-1), whether estimated.

    And the same from each node of the network: nodes (n, 2) in degrees, node_minutes (n,), not rounded, without what
    is lost to reach a node and to park; both empty where no network is loaded.
    """

    minutes: Floats
    site: NDArray[np.int32]
    is_estimate: NDArray[np.bool_]
    nodes: Floats
    node_minutes: Floats


@dataclass(frozen=True)
class Error:
    """How far estimated minutes are from those of the roads: median, 90th percentile, share (0–1) within 5 minutes."""

    median: float
    late: float
    within_five: float


@dataclass(frozen=True)
class Calibration:
    """The estimate held against the roads: what its times are multiplied by, on how many pairs, before and after."""

    mode: TravelMode
    scale: float
    pairs: int
    before: Error
    after: Error


class TravelTimes(Protocol):
    """Whatever can tell travel times: an estimate by distance, or a road network."""

    @property
    def version(self) -> str:
        """Changes when another network is loaded: ties made by another version are made again."""
        ...

    @property
    def label(self) -> str:
        """A French adjective said beside each time: « estimé »."""
        ...

    @property
    def calibration(self) -> tuple[Calibration, ...]:
        """How the estimate was held against the roads, by mode; empty where no network is loaded."""
        ...

    def tie(self, points: Floats, densities: NDArray[Any] | None = None) -> Ties:
        """Tie places to the network, once per set of places. See Ties; countryside when `densities` is absent."""
        ...

    def times(
        self, origin: Point, ties: Ties, *, mode: TravelMode, limit: int, rows: NDArray[Any] | None = None
    ) -> Times:
        """From the origin to each tied place, or to those of `rows` (indices or mask), in their order."""
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

    def outline(self, origin: Point, *, mode: TravelMode, limit: int) -> BaseGeometry:
        """What one reaches within `limit` minutes, as a polygon or several (longitude, latitude); maybe empty."""
        ...

    def nearest(self, sites: Floats, *, mode: TravelMode, limit: int, places: Ties | None = None) -> Nearest:
        """From each place, and from each node of the network, to the nearest site (rows latitude, longitude)."""
        ...
