"""A road network in memory, mapped from its files: nearest nodes, seconds along the roads, both ways."""

from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from maillage.territories.ground import EARTH_KM, Floats, Point, great_circle_km, on_the_sphere
from maillage.territories.roads.graph import BAND, Graph, bands
from maillage.territories.roads.rivers import Rivers

TOO_FAR = 1_000.0  # Metres as the crow flies: a place farther from any way than this is not on the network.


CANDIDATES = 16  # Nodes tried when a river lies before the nearest one.


class Tied(NamedTuple):
    """By point (n,): a node, or -1; metres to it as the crow flies, or NaN."""

    nodes: NDArray[np.int32]
    metres: NDArray[np.float32]

    @classmethod
    def nowhere(cls, count: int) -> Self:
        return cls(np.full(count, -1, np.int32), np.full(count, np.nan, np.float32))


class ModeNetwork:
    """One mode: its graph, ready to be asked. Arrays are used as they are mapped, without a copy."""

    def __init__(self, graph: Graph, rivers: Rivers | None = None) -> None:
        self.graph = graph
        self._rivers = Rivers(np.empty((0, 4))) if rivers is None else rivers
        self._last: tuple[tuple[int, float], Floats] | None = None

    @cached_property
    def _forward(self) -> csr_array:
        graph = self.graph
        return _arcs(graph.seconds, graph.indices, graph.indptr)

    @cached_property
    def _bands(self) -> NDArray[np.int32]:
        return bands(self.graph.points)

    @cached_property
    def _can_tie(self) -> NDArray[np.bool_]:
        return self.graph.has_door & (self.graph.piece >= 0)

    def nearest_nodes(self, points: Floats, *, within: float = TOO_FAR) -> Tied:
        """For many points (n, 2): the nearest node one can be tied to, on this bank, and metres to it."""
        fit = np.flatnonzero(self._can_tie)
        known = np.flatnonzero(np.isfinite(points).all(axis=1))
        tied = Tied.nowhere(len(points))
        if not len(fit) or not len(known):
            return tied
        # Made for the occasion: ties are made once, and a tree kept in each process would weigh more than the graph.
        tree = cKDTree(on_the_sphere(self.graph.points[fit]))
        for count in (1, CANDIDATES):  # Few places have a river before their nearest node.
            found = tree.query(on_the_sphere(points[known]), k=[*range(1, count + 1)], distance_upper_bound=within)
            away, at = np.asarray(found[0]), np.asarray(found[1])
            self._choose(tied, points, known, nodes=np.append(fit, -1)[at], metres=away)
            known = known[(tied.nodes[known] < 0) & np.isfinite(away[:, 0])]
        return tied

    def tied(self, points: Floats) -> Tied:
        """For a few points: the same, by looking through the bands of latitude around each."""
        tied = Tied.nowhere(len(points))
        nodes = np.full((len(points), CANDIDATES), -1)
        metres = np.full((len(points), CANDIDATES), np.inf)
        for row, (latitude, longitude) in enumerate(points):
            around, away = self._around(Point(latitude, longitude))
            nodes[row, : len(around)], metres[row, : len(around)] = around, away
        self._choose(tied, points, np.arange(len(points)), nodes=nodes, metres=metres)
        return tied

    def nearest_node(self, point: Point) -> tuple[int, float] | None:
        """For one point."""
        tied = self.tied(np.array([[point.latitude, point.longitude]]))
        return (int(tied.nodes[0]), float(tied.metres[0])) if tied.nodes[0] >= 0 else None

    def _choose(
        self, tied: Tied, points: Floats, rows: NDArray[np.intp], *, nodes: NDArray[np.intp], metres: Floats
    ) -> None:
        """Tie these rows to the first of their candidates (r, k), nearest first, that no river parts from them."""
        for node, away in zip(nodes.T, metres.T, strict=True):
            waits = np.flatnonzero((tied.nodes[rows] < 0) & np.isfinite(away))
            if not len(waits):
                break
            apart = self._rivers.between(points[rows[waits]], self.graph.points[node[waits]])
            takes = waits[~apart]
            tied.nodes[rows[takes]], tied.metres[rows[takes]] = node[takes], away[takes]

    def _around(self, point: Point) -> tuple[NDArray[np.intp], Floats]:
        """The nearest nodes one can be tied to, nearest first, and metres to them."""
        if not np.isfinite([point.latitude, point.longitude]).all():
            return np.empty(0, np.intp), np.empty(0)
        north = float(np.degrees(TOO_FAR / 1000 / EARTH_KM))
        east = north / max(float(np.cos(np.radians(point.latitude))), 0.01)
        low, high = (int(np.floor((point.latitude + side) / BAND)) for side in (-north, north))
        edges = np.searchsorted(self._bands, np.arange(low, high + 2))
        rows = []
        for start, end in pairwise(edges.tolist()):
            window = [point.longitude - east, point.longitude + east]
            west, beyond = np.searchsorted(self.graph.points[start:end, 1], window)
            rows.append(np.arange(start + west, start + beyond))
        near = np.concatenate(rows)
        near = near[self._can_tie[near]]
        metres = 1000 * great_circle_km(point, self.graph.points[near])
        order = np.argsort(metres, kind="stable")[:CANDIDATES]
        order = order[metres[order] <= TOO_FAR]
        return near[order], metres[order]

    def seconds_from(self, node: int, *, limit: float) -> Floats:
        """Seconds (n,) from a node to every node, `inf` beyond the limit. The last answer is kept for an outline."""
        last = self._last  # Threads share it: what is compared must be what is given.
        if last is None or last[0] != (node, limit):
            last = self._last = (node, limit), dijkstra(self._forward, indices=node, limit=limit)
        return last[1]

    def seconds_to_nearest(
        self, nodes: NDArray[np.int32], extra: Floats, *, limit: float
    ) -> tuple[Floats, NDArray[np.int32]]:
        """Seconds (n,) from every node to the nearest of these, the `extra` seconds of each added; and which (or -1).

        A node is added to the graph, from which one goes to each of these: one search answers for all.
        """
        graph, size = self.graph, len(self.graph.points)
        seconds = np.concatenate([graph.back_seconds, extra])
        indices = np.concatenate([graph.back_indices, nodes])
        indptr = np.append(graph.back_indptr, np.int32(len(indices)))
        found, before = dijkstra(_arcs(seconds, indices, indptr), indices=size, limit=limit, return_predecessors=True)
        return found[:size], _roots(before, nodes, extra)


def _arcs(seconds: Floats, indices: NDArray[np.int32], indptr: NDArray[np.int32]) -> csr_array:
    size = len(indptr) - 1
    return csr_array((np.asarray(seconds), np.asarray(indices), np.asarray(indptr)), shape=(size, size), copy=False)


def _roots(before: NDArray[np.int32], nodes: NDArray[np.int32], extra: Floats) -> NDArray[np.int32]:
    """Which site each node goes to: follow the way back to where it began, two steps, then four, then eight…"""
    size = len(before) - 1
    site = np.full(size, -1, np.int32)
    order = np.argsort(-extra, kind="stable")
    site[nodes[order]] = order  # Where several sites share a node, the one closest to it.
    is_root = before[:size] == size
    step = np.where(is_root | (before[:size] < 0), np.arange(size), before[:size])
    while not np.array_equal(step, beyond := step[step]):
        step = beyond
    return np.where(is_root[step], site[step], -1)
