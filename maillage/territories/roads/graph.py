"""The graph of one mode as compact arrays (CSR both ways), and the pieces it is in."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from maillage.territories.choices import TravelMode
from maillage.territories.ground import Floats
from maillage.territories.roads.access import MODES
from maillage.territories.roads.edges import DELAYS, Delays, Edges, divided, edges_of, merged
from maillage.territories.roads.osm import Extract

BAND = 0.01  # Degrees of latitude: nodes are kept by bands, then from west to east, so that neighbours are neighbours.

# A piece of network counts when one can go from anywhere to anywhere in it, and when it is large: at least one
# fiftieth of the largest, or this many nodes (some 50 km of ways). A place is tied to no smaller one: a car park
# behind a closed gate, a mapped pavement that touches nothing.
LARGE, SHARE = 500, 50


@dataclass(frozen=True, eq=False)
class Graph:
    """One mode. points (n, 2): degrees; piece (n,): number of the large piece, by size, -1 in none; has_door (n,):
    whether a place can be tied there; indptr, indices, seconds: arcs by where they start; back_…: by where they end.
    """

    points: Floats
    piece: NDArray[np.int32]
    has_door: NDArray[np.bool_]
    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]
    seconds: Floats
    back_indptr: NDArray[np.int32]
    back_indices: NDArray[np.int32]
    back_seconds: Floats

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        return dict(vars(self))


def graphs_of(extract: Extract, *, delays: dict[TravelMode, Delays] | None = None) -> dict[TravelMode, Graph]:
    """The graph of each mode, with the house's delays at junctions unless others are given."""
    return {mode: graph_of(extract, mode, delays=(delays or DELAYS)[mode]) for mode in MODES}


def graph_of(extract: Extract, mode: TravelMode, *, delays: Delays) -> Graph:
    """What this mode can take, merged to junctions and a node every 150 m at least."""
    edges, points = edges_of(extract, mode, delays)
    edges, points = divided(merged(edges, len(points)), points)
    return assembled(edges, points)


def assembled(edges: Edges, points: Floats) -> Graph:
    """Keep the nodes in use, in bands from south to north and from west to east, and lay the arcs out."""
    used = np.unique(np.concatenate([edges.a, edges.b]))
    there = points[used]
    order = np.lexsort((there[:, 1], bands(there)))
    new = np.full(len(points), -1)
    new[used[order]] = np.arange(len(used))
    a, b = new[edges.a], new[edges.b]
    is_there, is_back = np.isfinite(edges.there), np.isfinite(edges.back)
    sources, targets = np.concatenate([a[is_there], b[is_back]]), np.concatenate([b[is_there], a[is_back]])
    seconds = np.concatenate([edges.there[is_there], edges.back[is_back]])
    forward = _csr(sources, targets, seconds, len(used))
    backward = _csr(targets, sources, seconds, len(used))
    has_door = np.zeros(len(used), np.bool_)
    has_door[a[~edges.is_apart]] = has_door[b[~edges.is_apart]] = True
    return Graph(
        there[order], _pieces(forward), has_door,
        forward.indptr, forward.indices, forward.data, backward.indptr, backward.indices, backward.data,
    )  # fmt: skip


def bands(points: Floats) -> NDArray[np.int32]:
    """The band of latitude of each point."""
    return np.floor(points[:, 0] / BAND).astype(np.int32)


def _csr(sources: NDArray[Any], targets: NDArray[Any], seconds: Floats, size: int) -> csr_array:
    """int32 and float64: what scipy walks through without copying."""
    arcs = coo_array((seconds, (sources.astype(np.int32), targets.astype(np.int32))), shape=(size, size)).tocsr()
    arcs.sort_indices()
    return arcs


def _pieces(graph: csr_array) -> NDArray[np.int32]:
    if not graph.shape[0]:
        return np.empty(0, np.int32)
    count, label = connected_components(graph, directed=True, connection="strong")
    sizes = np.bincount(label, minlength=count)
    by_size = np.argsort(-sizes, kind="stable")
    number = np.empty(count, np.int32)
    number[by_size] = np.arange(count)
    number[sizes < min(LARGE, sizes.max() / SHARE)] = -1
    return number[label]
