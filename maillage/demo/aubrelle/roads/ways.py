"""Makes ways of edges, as people who draw maps do: as long as the road goes on, whatever it crosses."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from maillage.demo.aubrelle.roads.choices import FOR_CARS, Road
from maillage.demo.aubrelle.roads.ground import Flags, Ground, Ints, dice, unit
from maillage.demo.aubrelle.roads.junctions import Ring
from maillage.demo.aubrelle.roads.weave import HAMLET, Net

STRAIGHT = 0.55
"""Cosine of the sharpest turn, at a crossing, after which it is still the same road."""
LONGEST_STREET = 16
"""Edges of one way in town."""
ONE_WAY = 0.16
"""Of the streets of the larger towns."""
LARGE_TOWN = 3000


@dataclass(frozen=True)
class Way:
    """Points in order, in the direction of traffic when there is one."""

    points: tuple[int, ...]
    kind: Road
    in_town: bool = False
    is_bridge: bool = False
    is_one_way: bool = False
    is_roundabout: bool = False


def make_ways(ground: Ground, net: Net, rings: tuple[Ring, ...], closed: Ints) -> tuple[list[Way], Ints]:
    """All the ways, and which of the closed points may stay closed: cars still come from everywhere to everywhere."""
    in_town = np.asarray((net.setting[net.edges] >= HAMLET).all(axis=1))
    chains = _chains(net, in_town)
    ways = [
        Way(
            points=points,
            kind=Road(int(net.kinds[edge])),
            in_town=bool(in_town[edge]),
            is_bridge=bool(net.bridges[edge]),
            is_one_way=bool(net.kinds[edge] <= Road.MOTORWAY_LINK),
        )
        for points, edge in chains
    ]
    ways += [Way(ring.points, ring.kind, is_one_way=True, is_roundabout=True) for ring in rings]
    ways = _one_ways(ground, net, ways)
    return _drivable(ways, len(net.points), _one_a_street(ways, closed))


def _chains(net: Net, in_town: Flags) -> list[tuple[tuple[int, ...], int]]:
    """Points of each way and one of its edges. A half-edge is twice its edge, plus one at its end."""
    goes_on, ends, limited = _partners(net, in_town), net.edges.tolist(), in_town.tolist()
    directed = (net.kinds <= Road.MOTORWAY_LINK).tolist()
    done = bytearray(len(ends))
    chains = []
    firsts = [half for half, following in enumerate(goes_on) if following < 0]
    for starts in (firsts, list(range(0, 2 * len(ends), 2))):
        for half in starts:  # It grows: a street cut because it was long begins again where it stopped.
            edge = half >> 1
            if done[edge] or (directed[edge] and half & 1):
                continue
            points, at = [ends[edge][half & 1]], half
            while at >= 0 and not done[at >> 1]:
                if limited[edge] and len(points) > LONGEST_STREET:
                    starts.append(at)
                    break
                done[at >> 1] = 1
                points.append(ends[at >> 1][1 - (at & 1)])
                at = goes_on[at ^ 1]
            chains.append((tuple(points), edge))
    return chains


def _partners(net: Net, in_town: Flags) -> list[int]:
    """For each half-edge, the one it goes on with at its point, -1 at the end of a way."""
    at = net.edges.ravel()
    order = np.argsort(at, kind="stable")
    first, second = _pairs(at[order])
    first, second = order[first], order[second]
    key = net.kinds * 4 + net.bridges * 2 + in_town
    directed = net.kinds <= Road.MOTORWAY_LINK
    fit = (key[first >> 1] == key[second >> 1]) & (~directed[first >> 1] | ((first ^ second) & 1 == 1))
    first, second = first[fit], second[fit]
    away = unit(net.points[net.edges[:, ::-1].ravel()] - net.points[at])
    straight = -(away[first] * away[second]).sum(axis=1)
    goes_on = [-1] * len(at)
    for rank in np.argsort(-straight, kind="stable"):
        one, other = int(first[rank]), int(second[rank])
        if straight[rank] < STRAIGHT:
            break
        if goes_on[one] < 0 and goes_on[other] < 0:
            goes_on[one], goes_on[other] = other, one
    return goes_on


def _pairs(at: Ints) -> tuple[Ints, Ints]:
    """All pairs of ranks that hold the same point, in a sorted list of points."""
    pairs = []
    for step in range(1, int(np.bincount(at).max())):
        ranks = np.flatnonzero(at[step:] == at[:-step])
        pairs.append((ranks, ranks + step))
    first, second = zip(*pairs, strict=True)
    return np.concatenate(first), np.concatenate(second)


def _one_ways(ground: Ground, net: Net, ways: list[Way]) -> list[Way]:
    """Some streets of the larger towns get a direction."""
    drawn = dice("one way").random(len(ways)) < ONE_WAY
    large = ground.people > LARGE_TOWN
    return [
        replace(way, is_one_way=True)
        if is_drawn and way.kind == Road.RESIDENTIAL and way.in_town and large[net.communes[way.points[0]]]
        else way
        for way, is_drawn in zip(ways, drawn, strict=True)
    ]


def _one_a_street(ways: list[Way], closed: Ints) -> Ints:
    """At most one bollard in a street, and none where traffic has one direction: nobody is shut between two."""
    barred = set(closed.tolist())
    firsts = (next((p for p in way.points if p in barred), -1) for way in ways if not way.is_one_way)
    return np.array(sorted(point for point in firsts if point >= 0), dtype=np.int64)


def _drivable(ways: list[Way], count: int, closed: Ints) -> tuple[list[Way], Ints]:
    """Directions and bollards that would shut cars in or out are given up."""
    while True:
        piece = _strong_pieces(ways, count, closed)
        shut = {
            rank
            for rank, way in enumerate(ways)
            if way.is_one_way and way.kind == Road.RESIDENTIAL and any(piece[point] for point in way.points)
        }
        before = len(closed)
        closed = closed[~_near_shut(ways, piece, closed)]
        if not shut and len(closed) == before:
            return ways, closed
        ways = [replace(way, is_one_way=False) if rank in shut else way for rank, way in enumerate(ways)]


def _strong_pieces(ways: list[Way], count: int, closed: Ints) -> Ints:
    """0 for points from which cars go everywhere and come back, and for those they never reach."""
    arcs = [(way.points, way.is_one_way) for way in ways if way.kind <= FOR_CARS]
    start = np.array([point for points, _ in arcs for point in points[:-1]])
    end = np.array([point for points, _ in arcs for point in points[1:]])
    both = np.repeat([not one_way for _, one_way in arcs], [len(points) - 1 for points, _ in arcs])
    start, end = np.concatenate([start, end[both]]), np.concatenate([end, start[both]])
    passes = ~(np.isin(start, closed) | np.isin(end, closed))
    graph = coo_array((np.ones(passes.sum()), (start[passes], end[passes])), shape=(count, count))
    _, label = connected_components(graph, connection="strong")
    used = np.zeros(count, dtype=bool)
    used[start] = used[end] = True
    used[closed] = False
    return np.where(used & (label != np.bincount(label).argmax()), 1, 0)


def _near_shut(ways: list[Way], piece: Ints, closed: Ints) -> Flags:
    """Closed points beside which something is shut."""
    barred, shut = set(closed.tolist()), set()
    for way in ways:
        if way.kind <= FOR_CARS and not barred.isdisjoint(way.points):
            for rank, point in enumerate(way.points):
                around = way.points[max(rank - 1, 0) : rank + 2]
                if point in barred and any(piece[other] for other in around):
                    shut.add(point)
    return np.isin(closed, list(shut))
