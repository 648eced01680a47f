"""The ground L'Aubrelle's roads lie on, as a plane in kilometres: communes, towns, banks, and smooth chance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zlib import crc32

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry import LineString, Polygon

from maillage.demo.aubrelle import territories
from maillage.demo.aubrelle.geography import CENTRE, KM_PER_DEGREE
from maillage.demo.aubrelle.model import Aubrelle

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

EAST_KM = KM_PER_DEGREE * math.cos(math.radians(CENTRE[0]))
SIGHT_KM = 2.0
HALF_KM = 64.0
"""The plane reaches this far each way from the centre."""
HILLY = frozenset({"Hautesaigue", "Montfaucelle", "Peyrelune", "Cabrolières", "Mérindolles", "Le Val-Renaudin",
                   "Saint-Sévran-la-Garenne", "Terrefroide"})  # fmt: skip
"""Communes of the Coteaux du Sud and of the valleys, whose roads climb from the village and stop there."""
CITY_DENSITY, VILLAGE_DENSITY, PREFECTURE = 2500.0, 700.0, 42_180
"""People per km² of built-up ground: the first is added to the second in proportion to the root of the size."""
SHARE_IN_TOWN = (0.5, 0.9)
"""Of the people of a commune, those who live in its town: in the smallest ones, in those of 9,000 and more."""


@dataclass(frozen=True)
class Ground:
    codes: tuple[str, ...]
    names: tuple[str, ...]
    people: Ints
    centres: Floats
    """(60, 2) kilometres east and north of the middle of the Département."""
    radii: Floats
    """Kilometres from the centre to the end of the streets of the town."""
    banks: Ints
    """0 north of the river, 1 south."""
    hilly: Flags
    polygons: tuple[Polygon, ...]
    outline: Polygon
    river: LineString

    def communes_at(self, points: Floats) -> Ints:
        """Rank of the commune each point is in; -1 outside."""
        found = np.full(len(points), -1, dtype=np.int64)
        which, where = shapely.STRtree(self.polygons).query(shapely.points(points), predicate="within")
        found[which] = where
        return found

    def from_town(self, points: Floats) -> tuple[Floats, Ints]:
        """How far each point is from the nearest town's end (negative inside), in km, and that town's rank."""
        away, ranks = cKDTree(self.centres).query(points, k=4)
        away -= self.radii[ranks]
        nearest = away.argmin(axis=1)
        every = np.arange(len(points))
        return away[every, nearest], ranks[every, nearest]

    def to_river(self, points: Floats) -> Floats:
        """Kilometres to the river, true to a few metres; infinite out of sight."""
        return np.asarray(self.river_points.query(points, distance_upper_bound=SIGHT_KM)[0])

    def to_edge(self, points: Floats) -> Floats:
        """The same to the outline of the Département."""
        return np.asarray(self.outline_points.query(points, distance_upper_bound=SIGHT_KM)[0])

    @cached_property
    def river_points(self) -> cKDTree:
        return cKDTree(shapely.get_coordinates(shapely.segmentize(self.river, 0.03)))

    @cached_property
    def outline_points(self) -> cKDTree:
        return cKDTree(shapely.get_coordinates(shapely.segmentize(self.outline.exterior, 0.03)))

    def stays_home(self, starts: Floats, ends: Floats) -> Flags:
        """Whether each straight line stays inside the Département, and on its bank."""
        reach = np.hypot(*(ends - starts).T) + 0.01
        home = np.ones(len(starts), dtype=bool)
        near = (self.to_river(starts) < reach) | (self.to_edge(starts) < reach)
        lines = shapely.linestrings(np.stack([starts[near], ends[near]], axis=1))
        shapely.prepare([self.river, self.outline])
        home[near] = ~shapely.intersects(self.river, lines) & shapely.contains_properly(self.outline, lines)
        return home


def survey(aubrelle: Aubrelle) -> Ground:
    """The ground of the Département."""
    communes = aubrelle.communes
    banks = {row["code"]: "NS".index(row["bank"]) for row in territories.rows("communes.csv")}
    people = np.array([commune.population for commune in communes])
    return Ground(
        codes=tuple(commune.code for commune in communes),
        names=tuple(commune.name for commune in communes),
        people=people,
        centres=to_km([(commune.longitude, commune.latitude) for commune in communes]),
        radii=_radii(people),
        banks=np.array([banks[commune.code] for commune in communes]),
        hilly=np.array([commune.name in HILLY for commune in communes]),
        polygons=tuple(Polygon(to_km(commune.shape[0])) for commune in communes),
        outline=Polygon(to_km(aubrelle.departement.outline[0])),
        river=LineString(to_km(aubrelle.departement.river)),
    )


def _radii(people: Ints) -> Floats:
    density = VILLAGE_DENSITY + CITY_DENSITY * np.sqrt(people / PREFECTURE)
    return np.asarray(np.sqrt(share_in_town(people) * people / density / math.pi))


def share_in_town(people: Ints) -> Floats:
    low, high = SHARE_IN_TOWN
    return low + (high - low) * np.clip(people / 9000, 0, 1)


def to_km(degrees: Sequence[tuple[float, float]] | Floats) -> Floats:
    """Kilometres (n, 2) from degrees (longitude, latitude)."""
    there = np.asarray(degrees, dtype=np.float64)
    return (there - (CENTRE[1], CENTRE[0])) * (EAST_KM, KM_PER_DEGREE)


def to_degrees(km: Floats) -> Floats:
    """Longitude, latitude (n, 2), seven decimals as OpenStreetMap keeps them."""
    return np.round(km / (EAST_KM, KM_PER_DEGREE) + (CENTRE[1], CENTRE[0]), 7)


def dice(name: str) -> np.random.Generator:
    """Chance that depends on a name alone."""
    return np.random.Generator(np.random.PCG64(crc32(f"aubrelle:roads:{name}".encode())))


def noise(name: str, points: Floats, wavelength: float) -> Floats:
    """Smooth chance in [-1, 1], the same for the same place for ever; `wavelength` in km."""
    size = math.ceil(2 * HALF_KM / wavelength) + 2
    knots = dice(f"noise:{name}").uniform(-1, 1, (size, size))
    place = (points + HALF_KM) / wavelength
    cell = np.floor(place).astype(np.int64)
    ease = place - cell
    u, v = (ease * ease * (3 - 2 * ease)).T
    column, row = cell.T
    low = knots[column, row] * (1 - u) + knots[column + 1, row] * u
    high = knots[column, row + 1] * (1 - u) + knots[column + 1, row + 1] * u
    return np.asarray(low * (1 - v) + high * v)


def scattered(name: str, spacing: float, jitter: float, box: tuple[float, float, float, float]) -> Floats:
    """A square lattice over a box (west, south, east, north), each point moved by up to `jitter` of the spacing."""
    west, south, east, north = box
    grid = np.stack(np.meshgrid(np.arange(west, east, spacing), np.arange(south, north, spacing)), axis=-1)
    points = grid.reshape(-1, 2)
    return np.asarray(points + dice(name).uniform(-jitter, jitter, points.shape) * spacing)


def unit(vectors: Floats) -> Any:
    return vectors / np.maximum(np.hypot(vectors[..., 0], vectors[..., 1]), 1e-12)[..., None]
