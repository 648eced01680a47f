"""Where roads meet: town streets, hamlets, doors of structures, the countryside."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.geometry import LineString

from maillage.demo.aubrelle.geography import KM_PER_DEGREE
from maillage.demo.aubrelle.model import Aubrelle
from maillage.demo.aubrelle.roads.ground import EAST_KM, Flags, Floats, Ground, Ints, dice, noise, scattered, to_km

RURAL, HAMLET, TOWN = 0, 1, 2
CENTRE_SHARE, CENTRE_SPACING, SPACING = 0.35, 0.068, 0.095
"""Streets are closer in the first third of a town, by its radius."""
RURAL_SPACING = 0.335
HAMLET_PEOPLE = 90
"""People out of town for each hamlet; from two hamlets in a commune to twenty-four."""
TOWN_HALL = (0.0021, -0.0013)
"""Where the drop-ins of the offers stand, in degrees from the centre of their commune."""
FROM_DOOR = 0.012
"""Kilometres between a door and the middle of its street."""
BANKS_KM = 0.1
"""Nothing stands closer to the river, nor to the outline."""
NOISE_KM = 0.09
"""Nor to the middle of the motorway."""


@dataclass(frozen=True)
class Places:
    """Points where roads may meet, those of the main roads first."""

    points: Floats
    banks: Ints
    communes: Ints
    setting: Ints
    """RURAL, HAMLET or TOWN."""


def scatter(ground: Ground, trunk: Floats, axis: LineString, aubrelle: Aubrelle) -> Places:
    """All the places, none too close to another that came before."""
    away, _ = ground.from_town(trunk)
    points, setting = trunk, np.where(away < 0, TOWN, RURAL)
    sources = (
        (_doors(ground, aubrelle), TOWN, 0.012),
        (_streets(ground), TOWN, 0.042),
        (_hamlets(ground), HAMLET, 0.05),
        (_countryside(ground), RURAL, 0.16),
    )
    for new, kind, apart in sources:
        near, _ranks = cKDTree(points).query(new, distance_upper_bound=apart)
        kept = new[np.isinf(near) & _is_dry(ground, new, axis)]
        points, setting = np.concatenate([points, kept]), np.concatenate([setting, np.full(len(kept), kind)])
    communes = ground.communes_at(points)
    return Places(points, ground.banks[communes], communes, setting)


def _is_dry(ground: Ground, points: Floats, axis: LineString) -> Flags:
    away = (ground.to_river(points) > BANKS_KM) & (ground.to_edge(points) > BANKS_KM)
    road = cKDTree(shapely.get_coordinates(shapely.segmentize(axis, NOISE_KM / 3)))
    quiet = np.isinf(road.query(points, distance_upper_bound=NOISE_KM)[0])
    return away & quiet & (ground.communes_at(points) >= 0)


def _doors(ground: Ground, aubrelle: Aubrelle) -> Floats:
    """A point of a street in front of each structure, and in front of each town hall."""
    known = [s for s in aubrelle.structures if s["longitude"] is not None]
    doors = to_km([(s["longitude"], s["latitude"]) for s in known])
    halls = ground.centres + np.array(TOWN_HALL) * (EAST_KM, KM_PER_DEGREE)
    every = np.concatenate([doors, halls])
    angle = dice("doors").uniform(0, 2 * np.pi, len(every))
    return every + FROM_DOOR * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _streets(ground: Ground) -> Floats:
    """The streets of each town: a lattice turned its own way, closer at the centre, loose and ragged at the edge."""
    towns = []
    for name, centre, radius in zip(ground.names, ground.centres, ground.radii, strict=True):
        for part, spacing, low, high in (("centre", CENTRE_SPACING, 0, CENTRE_SHARE), ("", SPACING, CENTRE_SHARE, 1)):
            reach = high * radius * 1.3
            lattice = scattered(f"streets:{part}:{name}", spacing, 0.14, (-reach, -reach, reach, reach))
            towns.append(_in_town(ground, name, centre + _turned(lattice, name), (centre, radius, low, high)))
    return np.concatenate(towns)


def _turned(lattice: Floats, name: str) -> Floats:
    angle = dice(f"turn:{name}").uniform(0, np.pi / 2)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(lattice @ turn)


def _in_town(ground: Ground, name: str, points: Floats, town: tuple[Floats, float, float, float]) -> Floats:
    centre, radius, low, high = town
    bent = points + 0.05 * np.stack([noise("bend-e", points, 0.5), noise("bend-n", points, 0.5)], axis=1)
    away = np.hypot(*(bent - centre).T) / radius
    edge = 1 + 0.25 * noise("ragged", bent, 0.8)
    thin = dice(f"thin:{name}:{low}").random(len(bent)) < np.clip(1.35 - 0.7 * away, 0.2, 1)
    return bent[(away >= low) & (away < (high if high < 1 else edge)) & thin]


def _hamlets(ground: Ground) -> Floats:
    """Small groups of houses out of town, more of them where more people live there."""
    outside = ground.people * (1 - 0.75 * np.clip(ground.people / 9000, 0, 1)) / 2
    groups = []
    for name, polygon, people in zip(ground.names, ground.polygons, outside, strict=True):
        chance = dice(f"hamlets:{name}")
        west, south, east, north = polygon.buffer(-0.4).bounds
        for _hamlet in range(int(np.clip(people / HAMLET_PEOPLE, 2, 24))):
            heart = chance.uniform((west, south), (east, north))
            size = int(chance.integers(4, 22))
            around = chance.normal(0, 0.045 * np.sqrt(size), (size, 2))
            groups.append(heart + around)
    return np.concatenate(groups)


def _countryside(ground: Ground) -> Floats:
    """Crossings of lanes and tracks; fewer in the wide fields of the plain and in the marshes."""
    lattice = scattered("countryside", RURAL_SPACING, 0.42, ground.outline.bounds)
    dense = 0.86 + 0.28 * noise("lanes", lattice, 9.0)
    return lattice[dice("lanes").random(len(lattice)) < dense]
