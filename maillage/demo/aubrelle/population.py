"""Where the people of L'Aubrelle live: squares of 200 metres, as Insee publishes them, filled along the streets."""

from dataclasses import dataclass

import numpy as np

from maillage.demo.aubrelle.roads import Drawn, Road
from maillage.demo.aubrelle.roads.ground import Floats, Ints, share_in_town, to_degrees
from maillage.demo.aubrelle.roads.mesh import lengths
from maillage.demo.aubrelle.roads.places import TOWN

SIDE_KM = 0.2
"""The side of Insee's squares (« carreaux de 200 mètres », Filosofi)."""
HOMES_PER_KM = {Road.RESIDENTIAL: 1.0, Road.LIVING_STREET: 1.2, Road.PEDESTRIAN: 1.6, Road.PRIMARY: 0.1,
                Road.SECONDARY: 0.1, Road.TERTIARY: 0.1, Road.UNCLASSIFIED: 0.03, Road.DRIVEWAY: 0.25}  # fmt: skip
"""How many homes stand along a kilometre of each kind of road, beside a residential street."""
FLATS = 2.5
"""Times more homes along a street at the very centre of a town than at its edge."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Squares where someone lives; one that a border cuts is two. Arrays of the same length, in order of commune."""

    latitude: Floats
    longitude: Floats
    """The middle of the homes of the square, in degrees."""
    people: Ints
    commune: tuple[str, ...]
    """Codes."""


def populate(drawn: Drawn) -> Cells:
    """Every inhabitant of every commune, in a square with a street."""
    homes, ranks = _homes(drawn), drawn.net.communes
    lived = (homes > 0) & (ranks >= 0)
    points, homes, ranks = drawn.net.points[lived], homes[lived], ranks[lived]
    columns = np.floor(points / SIDE_KM).astype(np.int64)
    keys, cell = np.unique(np.column_stack([ranks, columns]), axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    weight = np.bincount(cell, weights=homes)
    middle = np.stack([np.bincount(cell, weights=homes * axis) / weight for axis in points.T], axis=1)
    people = np.zeros(len(keys), dtype=np.int64)
    for rank, total in enumerate(drawn.ground.people):
        inside = keys[:, 0] == rank
        people[inside] = shared(int(total), weight[inside])
    kept = people > 0
    longitude, latitude = np.round(to_degrees(middle[kept]), 5).T
    return Cells(latitude, longitude, people[kept], tuple(drawn.ground.codes[rank] for rank in keys[kept, 0]))


def _homes(drawn: Drawn) -> Floats:
    """What each point of the network weighs: half of the homes along each road it ends, in town and out of it."""
    ground, net = drawn.ground, drawn.net
    along = lengths(net.points, net.edges) * np.array([HOMES_PER_KM.get(kind, 0.0) for kind in Road])[net.kinds]
    homes = np.zeros(len(net.points))
    np.add.at(homes, net.edges.ravel(), np.repeat(along / 2, 2))
    away, town = ground.from_town(net.points)
    homes *= 1 + (FLATS - 1) * np.clip(-away / ground.radii[town], 0, 1) ** 2
    inside = net.setting == TOWN
    asked = share_in_town(ground.people)
    for rank in range(len(ground.codes)):
        here = net.communes == rank
        for part, share in ((here & inside, asked[rank]), (here & ~inside, 1 - asked[rank])):
            homes[part] *= share / homes[part].sum()
    return homes


def shared(total: int, weights: Floats) -> Ints:
    """A whole number shared out in whole parts, as close to the weights as can be (largest remainders)."""
    exact = total * weights / weights.sum()
    parts = np.floor(exact).astype(np.int64)
    last = np.argsort(parts - exact, kind="stable")[: total - int(parts.sum())]
    parts[last] += 1
    return parts
