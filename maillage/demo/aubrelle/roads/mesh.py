"""Which points a road may join: triangles, the edges worth keeping, trees that keep everything together."""

import math

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import Delaunay

from maillage.demo.aubrelle.roads.ground import Flags, Floats, Ground, Ints

WIDE = math.cos(math.radians(75))
"""A side of a block is seen from the other corners of its triangles under less than this; a diagonal, more."""


def triangulated(points: Floats, banks: Ints) -> tuple[Ints, Ints, Ints]:
    """Edges (m, 2) of the triangles of each bank; for each side of a triangle, the edge it is and the third corner."""
    sides, corners = [], []
    for bank in np.unique(banks):
        ranks = np.flatnonzero(banks == bank)
        triangles = ranks[Delaunay(points[ranks]).simplices]
        for first, second, third in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
            sides.append(triangles[:, [first, second]])
            corners.append(triangles[:, third])
    side = np.sort(np.concatenate(sides), axis=1)
    keys, edge_of = np.unique(side[:, 0] * len(points) + side[:, 1], return_inverse=True)
    return np.stack([keys // len(points), keys % len(points)], axis=1), edge_of, np.concatenate(corners)


def neighbourly(points: Floats, edges: Ints, edge_of: Ints, corners: Ints) -> tuple[Flags, Flags, Flags]:
    """Edges of the relative neighbourhood graph, of the Gabriel graph, and sides of blocks, by their third corners.

    The first looks like country roads, about 1.3 edges for a point; the second has about two. (G. Toussaint, « The
    relative neighbourhood graph of a finite planar set », 1980; K. Gabriel and R. Sokal, 1969.) The third keeps the
    sides of a lattice of streets and not its diagonals, even where it is bent.
    """
    start, end, third = points[edges[edge_of, 0]], points[edges[edge_of, 1]], points[corners]
    along, first, second = _squares(end - start), _squares(third - start), _squares(third - end)
    nearer = np.maximum(first, second) < along
    cosine = ((start - third) * (end - third)).sum(axis=1) / np.sqrt(first * second)
    out = (nearer, cosine < 0, cosine < WIDE)
    kept = [np.bincount(edge_of, weights=flags, minlength=len(edges)) == 0 for flags in out]
    return kept[0], kept[1], kept[2]


def _squares(vectors: Floats) -> Floats:
    return np.asarray((vectors * vectors).sum(axis=1))


def lengths(points: Floats, edges: Ints) -> Floats:
    return np.asarray(np.hypot(*(points[edges[:, 0]] - points[edges[:, 1]]).T))


def spanning(count: int, edges: Ints, cost: Floats) -> Flags:
    """Edges of a tree (a forest if need be) that joins everything at the least cost."""
    ranks = np.arange(1, len(edges) + 1)
    order = np.argsort(cost, kind="stable")
    place = np.empty(len(edges))
    place[order] = ranks  # Distinct costs: the tree is the same on every machine.
    tree = minimum_spanning_tree(coo_array((place, (edges[:, 0], edges[:, 1])), shape=(count, count)).tocsr())
    kept = np.zeros(len(edges), dtype=bool)
    kept[order[tree.data.astype(np.int64) - 1]] = True
    return kept


def pieces(count: int, edges: Ints) -> Ints:
    """The piece each point is in, the largest being 0."""
    ones = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count))
    _, labels = connected_components(ones, directed=False)
    by_size = np.argsort(-np.bincount(labels), kind="stable")
    return np.argsort(by_size)[labels]


def at_home(ground: Ground, points: Floats, edges: Ints, longest: float) -> Flags:
    """Edges short enough, that neither cross the river nor leave the Département."""
    near = lengths(points, edges) <= longest
    near[near] = ground.stays_home(points[edges[near, 0]], points[edges[near, 1]])
    return near


def degrees(count: int, edges: Ints) -> Ints:
    return np.bincount(edges.ravel(), minlength=count)


def divided(points: Floats, edges: Ints, steps: Ints) -> tuple[Floats, Ints, Ints]:
    """Each edge cut in `steps` equal parts: all the points (the new ones after), the parts, and each part's edge."""
    new = steps - 1
    edge_of_new = np.repeat(np.arange(len(edges)), new)
    rank = np.arange(len(edge_of_new)) - np.repeat(np.cumsum(new) - new, new) + 1
    share = (rank / steps[edge_of_new])[:, None]
    start, end = points[edges[edge_of_new, 0]], points[edges[edge_of_new, 1]]
    every = np.concatenate([points, start + (end - start) * share])
    edge_of_part = np.repeat(np.arange(len(edges)), steps)
    place = np.arange(len(edge_of_part)) - np.repeat(np.cumsum(steps) - steps, steps)
    first_new = len(points) + np.repeat(np.cumsum(new) - new, steps)
    before = np.where(place == 0, edges[edge_of_part, 0], first_new + place - 1)
    after = np.where(place == steps[edge_of_part] - 1, edges[edge_of_part, 1], first_new + place)
    return every, np.stack([before, after], axis=1), edge_of_part
