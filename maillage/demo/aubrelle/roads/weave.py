"""Joins the places by roads: which edges stay, which kind of road each one is, how it bends."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from maillage.demo.aubrelle.roads.choices import FOR_BICYCLES, FOR_CARS, Road
from maillage.demo.aubrelle.roads.ground import Flags, Floats, Ground, Ints, dice, noise, unit
from maillage.demo.aubrelle.roads.mesh import (
    at_home,
    degrees,
    divided,
    lengths,
    neighbourly,
    pieces,
    spanning,
    triangulated,
)
from maillage.demo.aubrelle.roads.motorway import Motorway
from maillage.demo.aubrelle.roads.places import HAMLET, RURAL, TOWN, Places
from maillage.demo.aubrelle.roads.trunk import Trunk

LONGEST_STREET, LONGEST = 0.24, 1.6
RIDGE = 14.0
"""What a kilometre over the top costs beside one at the bottom of a valley, when lanes choose where to climb."""
DRIVEWAYS = 2600
BENDS = (("wide", 0.75, 0.055), ("short", 0.28, 0.016))
"""Wavelength and amplitude, in km, of the bends of roads out of town."""
STRAIGHT_KM = 1.2
"""Streets and structures stay where they are this far around the centre of a commune."""


@dataclass(frozen=True)
class Net:
    """Points and edges between them, with what each is."""

    points: Floats
    communes: Ints
    setting: Ints
    edges: Ints
    kinds: Ints
    bridges: Flags
    """Edges that pass over the river or over the motorway."""


@dataclass(frozen=True)
class _Mesh:
    """Every edge that could be, and what decides whether it will."""

    edges: Ints
    kilometres: Floats
    trunk: Ints
    """Its kind as a main road, -1 for others."""
    closest: Flags
    close: Flags
    side: Flags
    street: Flags
    valley: Flags
    """In the hills, out of towns."""
    over: Flags
    """Across the motorway."""


def weave(ground: Ground, places: Places, trunk: Trunk, motorway: Motorway) -> Net:
    """The whole network, straight from place to place."""
    mesh = _mesh(ground, places, trunk, motorway)
    lanes = _valley_lanes(ground, places, mesh)
    cost = mesh.kilometres * np.where(mesh.over, 20, 1) * np.where(mesh.trunk >= 0, 0.01, 1)
    allowed = lanes | ~mesh.valley
    tree = np.zeros(len(mesh.edges), dtype=bool)
    tree[allowed] = spanning(len(places.points), mesh.edges[allowed], cost[allowed])
    kinds = _kinds(ground, places, mesh, tree, lanes)
    return _one_piece(_with_driveways(_with_tracks(_joined(places, trunk, motorway, mesh, kinds))))


def _joined(places: Places, trunk: Trunk, motorway: Motorway, mesh: _Mesh, kinds: Ints) -> Net:
    """The roads of both banks, the bridges and the motorway, whose own points come last."""
    own = motorway.edges >= len(trunk.points)
    carriageways = motorway.edges + np.where(own, len(places.points) - len(trunk.points), 0)
    over_river, kept, new = trunk.edges[trunk.bridges], kinds >= 0, len(motorway.points)
    bridges = (mesh.over[kept], np.ones(len(over_river), bool), np.zeros(len(carriageways), bool))
    return Net(
        points=np.concatenate([places.points, motorway.points]),
        communes=np.concatenate([places.communes, np.full(new, -1)]),
        setting=np.concatenate([places.setting, np.full(new, RURAL)]),
        edges=np.concatenate([mesh.edges[kept], over_river, carriageways]),
        kinds=np.concatenate([kinds[kept], trunk.kinds[trunk.bridges], motorway.kinds]),
        bridges=np.concatenate(bridges),
    )


def _mesh(ground: Ground, places: Places, trunk: Trunk, motorway: Motorway) -> _Mesh:
    points, banks = places.points, places.banks
    edges, edge_of, corners = triangulated(points, banks)
    closest, close, side = neighbourly(points, edges, edge_of, corners)
    kind = _kind_of_trunk(edges, trunk, len(points))
    forgotten = _absent(trunk, edges, len(points))
    possible = (at_home(ground, points, edges, LONGEST) & ~_crosses(points, edges, forgotten)) | (kind >= 0)
    edges = np.concatenate([edges[possible], forgotten])
    kind = _kind_of_trunk(edges, trunk, len(points))
    kilometres, setting = lengths(points, edges), places.setting[edges]
    hilly = ground.hilly[places.communes[edges]]
    street = (setting.min(axis=1) >= HAMLET) & (kilometres < LONGEST_STREET)
    lines = shapely.linestrings(points[edges])
    shapely.prepare(motorway.axis)
    every_closest, every_close, every_side = (
        np.concatenate([flags[possible], np.ones(len(forgotten), bool)]) for flags in (closest, close, side)
    )
    return _Mesh(
        edges=edges,
        kilometres=kilometres,
        trunk=kind,
        closest=every_closest,
        close=every_close,
        side=every_side,
        street=street,
        valley=hilly.any(axis=1) & ~street & (kind < 0),
        over=np.asarray(shapely.intersects(motorway.axis, lines)),
    )


def _keys(edges: Ints, count: int) -> Ints:
    low, high = np.sort(edges, axis=1).T
    return np.asarray(low * count + high)


def _kind_of_trunk(edges: Ints, trunk: Trunk, count: int) -> Ints:
    order = np.argsort(known := _keys(trunk.edges, count))
    keys = _keys(edges, count)
    found = np.searchsorted(known[order], keys).clip(max=len(known) - 1)
    return np.where(known[order][found] == keys, trunk.kinds[order][found], -1)


def _absent(trunk: Trunk, edges: Ints, count: int) -> Ints:
    """Parts of main roads that are no side of a triangle; the bridges are added apart."""
    absent = ~np.isin(_keys(trunk.edges, count), _keys(edges, count)) & ~trunk.bridges
    return trunk.edges[absent]


def _crosses(points: Floats, edges: Ints, others: Ints) -> Flags:
    """Whether an edge cuts one of the others, elsewhere than at an end they share."""
    tree = shapely.STRtree(shapely.linestrings(points[others]))
    which, other = tree.query(shapely.linestrings(points[edges]), predicate="intersects")
    apart = (edges[which][:, :, None] != others[other][:, None, :]).all(axis=(1, 2))
    crossing = np.zeros(len(edges), dtype=bool)
    crossing[which[apart]] = True
    return crossing


def _valley_lanes(ground: Ground, places: Places, mesh: _Mesh) -> Flags:
    """The lanes of the hills: from the road below, up each valley as trees climb, never over to the next."""
    same = places.communes[mesh.edges[:, 0]] == places.communes[mesh.edges[:, 1]]
    usable = (mesh.valley & same) | (mesh.street & ground.hilly[places.communes[mesh.edges]].any(axis=1))
    middle = places.points[mesh.edges].mean(axis=1)
    ridge = np.abs(noise("ridge", middle * (1.0, 0.55), 2.2))
    cost = mesh.kilometres * (1 + RIDGE * ridge)
    count = len(places.points)
    both = np.concatenate([mesh.edges[usable], mesh.edges[usable][:, ::-1]])
    graph = coo_array((np.tile(cost[usable], 2), (both[:, 0], both[:, 1])), shape=(count, count)).tocsr()
    roads = np.unique(mesh.edges[mesh.trunk >= 0])
    below = roads[(places.setting[roads] == TOWN) | (dice("mouths").random(len(roads)) < 0.1)]
    _, before, _ = dijkstra(graph, indices=below, min_only=True, return_predecessors=True)
    climbed = np.flatnonzero(before >= 0)
    lanes = _keys(np.stack([climbed, before[climbed]], axis=1), count)
    return mesh.valley & np.isin(_keys(mesh.edges, count), lanes)


def _kinds(ground: Ground, places: Places, mesh: _Mesh, tree: Flags, lanes: Flags) -> Ints:
    """The kind of road of each edge, -1 where there is none."""
    chance = dice("kinds").random((4, len(mesh.edges)))
    kinds = np.full(len(mesh.edges), -1)
    open_land = ~mesh.valley & ~mesh.street
    ways = open_land & ~tree & (~mesh.over | (chance[1] < 0.1)) & (mesh.closest | (mesh.close & (chance[2] < 0.07)))
    kinds[ways] = np.select(
        [chance[0][ways] < 0.52, chance[0][ways] < 0.9], [Road.UNCLASSIFIED, Road.TRACK], Road.PATH
    )
    kinds[tree] = Road.UNCLASSIFIED
    kinds[mesh.valley & ~lanes & mesh.close & (chance[1] < 0.05)] = Road.PATH
    streets = mesh.street & (tree | (mesh.side & (chance[2] < 0.95)))
    kinds[streets] = Road.RESIDENTIAL
    spared = mesh.street & mesh.close & ~streets
    draw = chance[0][spared]
    kinds[spared] = np.select([draw < 0.3, draw < 0.33, draw < 0.38], [Road.FOOTWAY, Road.STEPS, Road.CYCLEWAY], -1)
    _quieten(ground, places, mesh, kinds, chance[3])
    return np.where(mesh.trunk >= 0, mesh.trunk, kinds)


def _quieten(ground: Ground, places: Places, mesh: _Mesh, kinds: Ints, chance: Floats) -> None:
    """The heart of towns: streets for people on foot in the largest ones, shared streets, yards."""
    middle = places.points[mesh.edges].mean(axis=1)
    away, town = ground.from_town(middle)
    share = 1 + away / ground.radii[town]
    street = kinds == Road.RESIDENTIAL
    large = ground.people[town] > 9000
    kinds[street & large & (share < 0.13) & (chance < 0.4)] = Road.PEDESTRIAN
    kinds[street & (share < 0.4) & (chance > 0.9)] = Road.LIVING_STREET
    kinds[street & (share > 0.4) & (share < 1.1) & (chance > 0.93)] = Road.SERVICE


def _with_tracks(net: Net) -> Net:
    """Lanes that lead to no house end as tracks, some as paths: the last part first, then what comes before."""
    kinds = net.kinds.copy()
    for turn, share in enumerate((0.75, 0.5, 0.5, 0.4)):
        count = degrees(len(net.points), net.edges[kinds <= FOR_CARS])
        lonely = (count == 1) & (net.setting == RURAL)
        leaf = (kinds == Road.UNCLASSIFIED) & lonely[net.edges].any(axis=1)
        chance = dice(f"tracks:{turn}").random(len(kinds))
        kinds[leaf & (chance < share)] = Road.TRACK
        if turn == 0:
            kinds[leaf & (chance < 0.12)] = Road.PATH
    return replace(net, kinds=kinds)


def _with_driveways(net: Net) -> Net:
    """Private ways to farms and houses, closed to others."""
    lanes = np.unique(net.edges[net.kinds == Road.UNCLASSIFIED])
    chance = dice("driveways")
    gates = np.sort(chance.choice(lanes, DRIVEWAYS, replace=False))
    away = unit(chance.normal(size=(DRIVEWAYS, 2))) * chance.uniform(0.03, 0.09, (DRIVEWAYS, 1))
    new = len(net.points) + np.arange(DRIVEWAYS)
    return replace(
        net,
        points=np.concatenate([net.points, net.points[gates] + away]),
        communes=np.concatenate([net.communes, net.communes[gates]]),
        setting=np.concatenate([net.setting, np.full(DRIVEWAYS, RURAL)]),
        edges=np.concatenate([net.edges, np.stack([gates, new], axis=1)]),
        kinds=np.concatenate([net.kinds, np.full(DRIVEWAYS, Road.DRIVEWAY)]),
        bridges=np.concatenate([net.bridges, np.zeros(DRIVEWAYS, dtype=bool)]),
    )


def _one_piece(net: Net) -> Net:
    """What cars cannot reach is left to bicycles, then to walkers; what nobody can reach is left out."""
    kinds = net.kinds.copy()
    for widest, narrower in ((FOR_CARS, Road.TRACK), (FOR_BICYCLES, Road.PATH)):
        open_to = kinds <= widest
        piece = pieces(len(net.points), net.edges[open_to])
        kinds[open_to & (piece[net.edges[:, 0]] > 0) & (kinds > Road.MOTORWAY_LINK)] = narrower
    walkable = kinds > Road.MOTORWAY_LINK
    piece = pieces(len(net.points), net.edges[walkable])
    kept = ~walkable | (piece[net.edges[:, 0]] == 0)
    used, renamed = np.unique(net.edges[kept], return_inverse=True)
    return Net(
        net.points[used], net.communes[used], net.setting[used], renamed.reshape(-1, 2), kinds[kept], net.bridges[kept]
    )


def bend(ground: Ground, net: Net) -> Net:
    """The same network with points along its roads, which bend out of town and keep away from the river."""
    rural = ~((net.setting[net.edges] >= HAMLET).all(axis=1))
    step = np.where(rural, 0.12, 0.08)
    steps = np.ceil(lengths(net.points, net.edges) / step).astype(np.int64)
    steps = np.where(net.bridges | (net.kinds <= Road.MOTORWAY_LINK), 1, np.maximum(steps, 1))
    points, edges, edge_of = divided(net.points, net.edges, steps)
    first = np.repeat(net.edges[:, 0], steps - 1)
    points += _bends(ground, points)
    inherited, found = np.concatenate([net.communes, net.communes[first]]), ground.communes_at(points)
    return Net(
        points, np.where((inherited >= 0) & (found >= 0), found, inherited),
        np.concatenate([net.setting, net.setting[first]]), edges, net.kinds[edge_of], net.bridges[edge_of],
    )  # fmt: skip


def _bends(ground: Ground, points: Floats) -> Floats:
    away, town = ground.from_town(points)
    straight = np.maximum(STRAIGHT_KM - ground.radii[town], 0)
    free = np.clip(away - straight, 0, 1)
    free *= np.clip((ground.to_river(points) - 0.25) / 0.6, 0, 1) * np.clip(
        (ground.to_edge(points) - 0.25) / 0.6, 0, 1
    )
    ways = [
        np.stack([noise(f"{name}-{way}", points, length) for way in "en"], axis=1) * size
        for name, length, size in BENDS
    ]
    return np.asarray(sum(ways) * free[:, None])
