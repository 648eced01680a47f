"""A road network in memory, mapped from its files: nearest nodes, seconds along the roads, both ways."""

from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from maillage.territories.ground import EARTH_KM, Floats, Point, great_circle_km, on_the_sphere
from maillage.territories.roads.graph import BAND, Graph, bands

TOO_FAR = 1_000.0  # Metres as the crow flies: a place farther from any way than this is not on the network.


class ModeNetwork:
    """One mode: its graph, ready to be asked. Arrays are used as they are mapped, without a copy."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
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

    def nearest_nodes(
        self, points: Floats, *, within: float = TOO_FAR
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """For many points (n, 2): the nearest node one can be tied to, -1 when none is near, and metres to it."""
        node = np.full(len(points), -1, np.int32)
        metres = np.full(len(points), np.nan, np.float32)
        fit = np.flatnonzero(self._can_tie)
        known = np.flatnonzero(np.isfinite(points).all(axis=1))
        if not len(fit) or not len(known):
            return node, metres
        # Made for the occasion: ties are made once, and a tree kept in each process would weigh more than the graph.
        tree = cKDTree(on_the_sphere(self.graph.points[fit]))
        away, at = tree.query(on_the_sphere(points[known]), distance_upper_bound=within)
        near = np.isfinite(away)
        node[known[near]], metres[known[near]] = fit[at[near]], away[near]
        return node, metres

    def nearest_node(self, point: Point) -> tuple[int, float] | None:
        """For one point: the same, by looking through the bands of latitude around it."""
        rows = self._around(point) if np.isfinite([point.latitude, point.longitude]).all() else np.empty(0, np.intp)
        rows = rows[self._can_tie[rows]]
        if not len(rows):
            return None
        metres = 1000 * great_circle_km(point, self.graph.points[rows])
        best = int(np.argmin(metres))
        return (int(rows[best]), float(metres[best])) if metres[best] <= TOO_FAR else None

    def _around(self, point: Point) -> NDArray[np.intp]:
        """Rows of the nodes in a square that holds all that is near enough."""
        north = float(np.degrees(TOO_FAR / 1000 / EARTH_KM))
        east = north / max(float(np.cos(np.radians(point.latitude))), 0.01)
        low, high = (int(np.floor((point.latitude + side) / BAND)) for side in (-north, north))
        edges = np.searchsorted(self._bands, np.arange(low, high + 2))
        rows = []
        for start, end in pairwise(edges.tolist()):
            window = [point.longitude - east, point.longitude + east]
            west, beyond = np.searchsorted(self.graph.points[start:end, 1], window)
            rows.append(np.arange(start + west, start + beyond))
        return np.concatenate(rows)

    def tied(self, points: Floats) -> tuple[NDArray[np.int32], Floats]:
        """For a few points: `nearest_node` of each, as arrays; -1 and `nan` where there is none."""
        found = [self.nearest_node(Point(latitude, longitude)) or (-1, np.nan) for latitude, longitude in points]
        return np.array([node for node, _ in found], np.int32), np.array([metres for _, metres in found], np.float64)

    def seconds_from(self, node: int, *, limit: float) -> Floats:
        """Seconds (n,) from a node to every node, `inf` beyond the limit. The last answer is kept for an outline."""
        if self._last is None or self._last[0] != (node, limit):
            self._last = (node, limit), dijkstra(self._forward, indices=node, limit=limit)
        return self._last[1]

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
