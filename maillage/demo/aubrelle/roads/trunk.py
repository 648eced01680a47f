"""The main roads: which towns they join, where they pass, where the two bridges stand."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from maillage.demo.aubrelle.roads.choices import Road
from maillage.demo.aubrelle.roads.ground import Flags, Floats, Ground, Ints, noise, scattered, unit
from maillage.demo.aubrelle.roads.mesh import at_home, degrees, divided, lengths, neighbourly, triangulated

BRIDGES = (("Melune", "Villeneuve-d'Aubrelle"), ("Port-Sablière", "La Marzelle"))
"""The only two ways across the river: at the préfecture, and far downstream."""
BRIDGE_KM = 0.3
SPACING = 0.55
CLEAR = 0.28
"""Kilometres main roads keep from the river and from the outline."""
SEAT = 5000
"""People from which a town is joined by primary roads."""
REUSED = {Road.PRIMARY: 0.4, Road.SECONDARY: 0.45, Road.TERTIARY: 0.85}
"""What a kilometre of a road that is already there costs, beside a new one of each kind."""
CLOSE_KM, FAR_KM = 9.0, 17.0
"""Neighbours closer than the first are joined by a secondary road; farther than the second, by none of their own."""
SMOOTHINGS = 10
STEP_IN_TOWN, STEP_OUTSIDE = 0.11, 0.2


@dataclass(frozen=True)
class Trunk:
    points: Floats
    edges: Ints
    kinds: Ints
    bridges: Flags
    """The edges over the river."""
    banks: Ints


def choose_trunk(ground: Ground) -> Trunk:
    """The main roads of the Département, smoothed and cut in short parts."""
    ends = _bridge_ends(ground)
    points, banks = _candidates(ground, ends)
    edges = _possible(ground, points, banks, len(ends))
    kinds = _chosen(ground, points, edges)
    kept = kinds >= 0
    smooth = _smoothed(ground, points, edges[kept], fixed=np.arange(len(points)) < len(ground.centres) + len(ends))
    return _cut(ground, smooth, edges[kept], kinds[kept], banks)


def _bridge_ends(ground: Ground) -> Floats:
    """Both ends of each bridge, square to the river: north, south, north, south."""
    ends = []
    for pair in BRIDGES:
        north, south = (ground.centres[ground.names.index(name)] for name in pair)
        crossing = shapely.intersection(shapely.LineString([north, south]), ground.river)
        where = ground.river.project(shapely.Point(shapely.get_coordinates(crossing)[0]))
        before, at, after = (ground.river.interpolate(where + step).coords[0] for step in (-0.25, 0, 0.25))
        along = unit(np.subtract(after, before))
        square = np.array([-along[1], along[0]])
        square = square if square @ (north - at) > 0 else -square
        ends += [at + square * BRIDGE_KM / 2, at - square * BRIDGE_KM / 2]
    return np.array(ends)


def _candidates(ground: Ground, ends: Floats) -> tuple[Floats, Ints]:
    """Where main roads may turn: the centres of communes first, then the ends of bridges, then a loose lattice."""
    lattice = scattered("trunk", SPACING, 0.36, ground.outline.bounds)
    commune = ground.communes_at(lattice)
    fixed = np.concatenate([ground.centres, ends])
    apart = np.hypot(*(lattice[:, None] - fixed[None]).transpose(2, 0, 1)).min(axis=1) > 0.35
    kept = (commune >= 0) & apart & (ground.to_river(lattice) > CLEAR) & (ground.to_edge(lattice) > CLEAR)
    banks = np.concatenate([ground.banks, np.tile([0, 1], len(ends) // 2), ground.banks[commune[kept]]])
    return np.concatenate([fixed, lattice[kept]]), banks


def _possible(ground: Ground, points: Floats, banks: Ints, ends: int) -> Ints:
    edges, edge_of, corners = triangulated(points, banks)
    _, gabriel, _ = neighbourly(points, edges, edge_of, corners)
    edges = edges[gabriel]
    edges = edges[at_home(ground, points, edges, 2.5)]
    bridges = len(ground.centres) + np.arange(ends).reshape(-1, 2)
    return np.concatenate([edges, bridges])


def _chosen(ground: Ground, points: Floats, edges: Ints) -> Ints:
    """The kind of road of each edge, -1 where there is none."""
    middle = (points[edges[:, 0]] + points[edges[:, 1]]) / 2
    cost = lengths(points, edges) * (1.25 + 0.6 * noise("trunk", middle, 4.0) + 0.3 * noise("trunk-fine", middle, 1.2))
    kinds = np.full(len(edges), -1)
    for kind, pairs in _journeys(ground).items():
        walked = _walked(len(points), edges, np.where(kinds >= 0, cost * REUSED[kind], cost), pairs)
        kinds[walked & (kinds < 0)] = kind
    return kinds


def _journeys(ground: Ground) -> dict[Road, Ints]:
    """Pairs of communes that each kind of main road joins, by rank."""
    seats = np.flatnonzero(ground.people >= SEAT)
    primary = seats[_neighbours(ground.centres[seats], ground.banks[seats])[1]]
    bridges = np.array([[ground.names.index(name) for name in pair] for pair in BRIDGES])
    all_round, closer = _neighbours(ground.centres, ground.banks)
    return {
        Road.PRIMARY: np.concatenate([bridges, primary]),
        Road.SECONDARY: _passable(ground, closer),
        Road.TERTIARY: _passable(ground, all_round),
    }


def _neighbours(centres: Floats, banks: Ints) -> tuple[Ints, Ints]:
    """Pairs with nobody between them, all round; then those that are closer still."""
    edges, edge_of, corners = triangulated(centres, banks)
    closest, close, _ = neighbourly(centres, edges, edge_of, corners)
    kilometres = lengths(centres, edges)
    return edges[kilometres < FAR_KM], edges[closest | (close & (kilometres < CLOSE_KM))]


def _passable(ground: Ground, pairs: Ints) -> Ints:
    """Without the pairs that a ridge parts: from one valley to the next, the way goes down and up again."""
    return pairs[~ground.hilly[pairs].all(axis=1)]


def _walked(count: int, edges: Ints, cost: Floats, pairs: Ints) -> Flags:
    """Whether each edge is on the cheapest way of one of the pairs."""
    both = np.concatenate([edges, edges[:, ::-1]])
    graph = coo_array((np.tile(cost, 2), (both[:, 0], both[:, 1])), shape=(count, count)).tocsr()
    starts = np.unique(pairs[:, 0])
    _, before = dijkstra(graph, indices=starts, return_predecessors=True)
    steps = set()
    for start, end in pairs:
        came_from = before[np.searchsorted(starts, start)]
        while end != start and end >= 0:
            steps.add((min(end, came_from[end]), max(end, came_from[end])))
            end = came_from[end]  # noqa: PLW2901 -- it walks back
    low, high = np.sort(edges, axis=1).T
    return np.isin(low * count + high, [first * count + last for first, last in steps])


def _smoothed(ground: Ground, points: Floats, edges: Ints, fixed: Flags) -> Floats:
    """Bends made round: each point is drawn towards the middle of its neighbours, crossings less than others."""
    count = degrees(len(points), edges)
    draw = np.where(fixed | (count < 2), 0.0, np.where(count == 2, 0.5, 0.2))[:, None]
    smooth = points.copy()
    for _time in range(SMOOTHINGS):
        total = np.zeros_like(smooth)
        np.add.at(total, edges[:, 0], smooth[edges[:, 1]])
        np.add.at(total, edges[:, 1], smooth[edges[:, 0]])
        smooth += draw * (total / np.maximum(count, 1)[:, None] - smooth)
    lost = (ground.to_river(smooth) < CLEAR / 2) | (ground.to_edge(smooth) < CLEAR / 2)
    bad = ~ground.stays_home(smooth[edges[:, 0]], smooth[edges[:, 1]]) | lost[edges].any(axis=1)
    back = np.isin(np.arange(len(points)), edges[bad])
    return np.where(back[:, None], points, smooth)


def _cut(ground: Ground, points: Floats, edges: Ints, kinds: Ints, banks: Ints) -> Trunk:
    """Points nothing joins are left out; long edges become several."""
    used, renamed = np.unique(edges, return_inverse=True)
    points, banks, edges = points[used], banks[used], renamed.reshape(edges.shape)
    middle = (points[edges[:, 0]] + points[edges[:, 1]]) / 2
    step = np.where(ground.from_town(middle)[0] < 0.1, STEP_IN_TOWN, STEP_OUTSIDE)
    bridges = banks[edges[:, 0]] != banks[edges[:, 1]]
    steps = np.where(bridges, 1, np.ceil(lengths(points, edges) / step).astype(np.int64))
    every, parts, edge_of = divided(points, edges, steps)
    bank_of_new = np.repeat(banks[edges[:, 0]], steps - 1)
    return Trunk(every, parts, kinds[edge_of], bridges[edge_of], np.concatenate([banks, bank_of_new]))
