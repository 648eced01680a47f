"""Edges between nodes: made from ways, closed by barriers, slowed at junctions, merged where nothing turns."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from maillage.territories.choices import TravelMode
from maillage.territories.ground import Floats, apart_km
from maillage.territories.roads.access import MODES
from maillage.territories.roads.osm import Extract, steps

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Metres of way that become one piece at most, so that a place is never far from a node: half of this, at worst.
SPACING = 150.0
ROUNDS = 16  # Of merging; each halves what is left, so that these are more than enough.


@dataclass(frozen=True)
class Delays:
    """Seconds lost on entering a junction, by what one meets there, and on boarding a boat."""

    signals: float = 0.0
    give_way: float = 0.0
    equals: float = 0.0
    boarding: float = 0.0


# Order of magnitude of the control delay of the Highway Capacity Manual (6th edition, levels of service): at most 10 s
# at signals and at a sign in its best class, in light traffic. Signals: these 10 s (several sets often stand on one
# crossroads); giving way to a bigger road or a ring: half; to the right, among equals: 2 s; priority: nothing. On
# foot, half a cycle of 30 s. Boat: 10 minutes between reaching the landing and leaving it, our choice.
DELAYS = {
    TravelMode.CAR: Delays(signals=10.0, give_way=5.0, equals=2.0, boarding=600.0),
    TravelMode.BICYCLE: Delays(signals=10.0, give_way=3.0, equals=1.0, boarding=600.0),
    TravelMode.FOOT: Delays(signals=15.0, boarding=600.0),
}
NO_DELAYS = Delays()


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges between nodes a and b (e,): seconds there and back (inf: closed), metres, whether nobody stops there."""

    a: Numbers
    b: Numbers
    there: Floats
    back: Floats
    metres: Floats
    is_apart: Flags

    def __len__(self) -> int:
        return len(self.a)

    def taken(self, rows: NDArray) -> Self:
        """These rows, in this order."""
        return replace(self, **{name: values[rows] for name, values in vars(self).items()})

    def joined(self, other: Self) -> Self:
        return replace(self, **{name: np.concatenate([mine, vars(other)[name]]) for name, mine in vars(self).items()})


def edges_of(extract: Extract, mode: TravelMode, delays: Delays) -> tuple[Edges, Floats]:
    """The edges one may take in this mode, barriers closed and delays counted; and the nodes' points.

    A node that bears a barrier becomes as many dead ends as there are edges that reach it.
    """
    column = MODES.index(mode)
    way, a, b = steps(extract.nodes, extract.starts)
    kinds = extract.kinds
    kind = extract.kind[way]
    forward = np.array([one.forward[column] for one in kinds])[kind]
    backward = np.array([one.backward[column] for one in kinds])[kind]
    is_open = (forward > 0) | (backward > 0)
    way, a, b, kind = way[is_open], a[is_open], b[is_open], kind[is_open]
    forward, backward = forward[is_open], backward[is_open]
    metres = 1000 * apart_km(extract.points[a], extract.points[b])
    with np.errstate(divide="ignore"):
        there, back = 3.6 * metres / forward, 3.6 * metres / backward
    there, back = np.where(forward > 0, there, np.inf), np.where(backward > 0, back, np.inf)
    there, back = _by_boat(extract, way, (a, b), (there, back), metres, delays.boarding)
    edges = Edges(a, b, there, back, metres, np.array([one.is_apart for one in kinds])[kind])
    edges, points = _close(edges, extract.points, extract.closed[:, column])
    has_signals = np.concatenate([extract.has_signals, np.zeros(len(points) - len(extract.points), np.bool_)])
    edges = slowed(edges, np.array([one.rank for one in kinds])[kind], has_signals, delays)
    return without_doubles(edges), points


def _by_boat(
    extract: Extract,
    way: Numbers,
    ends: tuple[Numbers, Numbers],
    times: tuple[Floats, Floats],
    metres: Floats,
    boarding: float,
) -> tuple[Floats, Floats]:
    """A crossing lasts what it says, spread along it; half of the boarding is lost at each of its ends."""
    is_ferry = np.array([kind.is_ferry for kind in extract.kinds])[extract.kind[way]]
    if not is_ferry.any():
        return times
    whole = np.bincount(way, weights=metres, minlength=len(extract.kind))[way]
    lasts = extract.lasts[way]
    told = np.where(lasts > 0, lasts * metres / np.maximum(whole, 1e-9), 0.0)
    first, last = extract.nodes[extract.starts[:-1]][way], extract.nodes[extract.starts[1:] - 1][way]
    landings = sum((end == side).astype(np.float64) for end in ends for side in (first, last))
    there, back = (
        np.where(is_ferry, np.where((told > 0) & np.isfinite(time), told, time) + landings * boarding / 2, time)
        for time in times
    )
    return there, back


def _close(edges: Edges, points: Floats, closed: Flags) -> tuple[Edges, Floats]:
    ends = np.stack([edges.a, edges.b])
    shut = closed[ends]
    copies = ends[shut]
    ends[shut] = len(points) + np.arange(len(copies))
    return replace(edges, a=ends[0], b=ends[1]), np.concatenate([points, points[copies]])


def slowed(edges: Edges, rank: Numbers, has_signals: Flags, delays: Delays) -> Edges:
    """Count what is lost on entering each node where three edges or more meet, and at signals.

    `rank` (e,): who has priority. Turns are not told apart: what one loses depends on the edge one comes by.
    """
    nodes = len(has_signals)
    crowd = np.bincount(edges.a, minlength=nodes) + np.bincount(edges.b, minlength=nodes)
    top, low = np.full(nodes, -1), np.full(nodes, 1000)
    for end in (edges.a, edges.b):
        np.maximum.at(top, end, rank)
        np.minimum.at(low, end, rank)

    def lost(end: Numbers) -> Floats:
        must_give_way, are_equals = rank < top[end], low[end] == top[end]
        yielding = np.where(must_give_way, delays.give_way, np.where(are_equals, delays.equals, 0.0))
        return np.where(has_signals[end], delays.signals, np.where(crowd[end] > 2, yielding, 0.0))

    return replace(edges, there=edges.there + lost(edges.b), back=edges.back + lost(edges.a))


def without_doubles(edges: Edges) -> Edges:
    """One edge at most between two nodes, the fastest each way; none from a node to itself."""
    swap = edges.a > edges.b
    a, b = np.where(swap, edges.b, edges.a), np.where(swap, edges.a, edges.b)
    there, back = np.where(swap, edges.back, edges.there), np.where(swap, edges.there, edges.back)
    order = np.lexsort((edges.metres, b, a))
    order = order[a[order] != b[order]]
    a, b, there, back = a[order], b[order], there[order], back[order]
    if not len(a):
        return edges.taken(order)
    begins = np.flatnonzero(np.concatenate([[True], (a[1:] != a[:-1]) | (b[1:] != b[:-1])]))
    return Edges(
        a[begins], b[begins],
        np.minimum.reduceat(there, begins), np.minimum.reduceat(back, begins),
        edges.metres[order][begins], np.logical_and.reduceat(edges.is_apart[order], begins),
    )  # fmt: skip


def merged(edges: Edges, nodes: int, *, spacing: float = SPACING) -> Edges:
    """Remove nodes where nothing turns: two edges meet, open the same ways. Travel times do not change.

    What becomes one edge is `spacing` metres long at most, so that places find a node nearby; any length where nobody
    stops (motorways, tunnels). In each round, nodes that share no edge are removed together.
    """
    dice = np.random.default_rng(0)  # Always the same graph from the same file.
    for _ in range(ROUNDS):
        node, first, second = _passages(edges, nodes, spacing)
        luck = dice.permutation(len(node))
        best = np.full(len(edges), len(node))
        np.minimum.at(best, first, luck)
        np.minimum.at(best, second, luck)
        wins = (best[first] == luck) & (best[second] == luck)
        if not wins.any():
            break
        edges = without_doubles(_bridged(edges, node[wins], first[wins], second[wins]))
    return edges


def _passages(edges: Edges, nodes: int, spacing: float) -> tuple[Numbers, Numbers, Numbers]:
    """Nodes one only passes through, and their two edges."""
    ends = np.concatenate([edges.a, edges.b])
    crowd = np.bincount(ends, minlength=nodes)
    order = np.argsort(ends, kind="stable")
    node = np.flatnonzero(crowd == 2)
    begins = (np.cumsum(crowd) - crowd)[node]
    first, second = order[begins] % len(edges), order[begins + 1] % len(edges)
    came, went = _towards(edges, first, node), _towards(edges, second, node)
    passes_there = np.isfinite(came[0]) == np.isfinite(went[1])
    passes_back = np.isfinite(came[1]) == np.isfinite(went[0])
    alike = edges.is_apart[first] == edges.is_apart[second]
    short = edges.is_apart[first] | (edges.metres[first] + edges.metres[second] <= spacing)
    fit = passes_there & passes_back & alike & short & (_other(edges, first, node) != _other(edges, second, node))
    return node[fit], first[fit], second[fit]


def _other(edges: Edges, edge: Numbers, node: Numbers) -> Numbers:
    return np.where(edges.a[edge] == node, edges.b[edge], edges.a[edge])


def _towards(edges: Edges, edge: Numbers, node: Numbers) -> tuple[Floats, Floats]:
    """Seconds to come to the node by this edge, and to leave it by it."""
    is_end = edges.b[edge] == node
    there, back = edges.there[edge], edges.back[edge]
    return np.where(is_end, there, back), np.where(is_end, back, there)


def _bridged(edges: Edges, node: Numbers, first: Numbers, second: Numbers) -> Edges:
    came, went = _towards(edges, first, node), _towards(edges, second, node)
    bridges = Edges(
        _other(edges, first, node), _other(edges, second, node),
        came[0] + went[1], went[0] + came[1],
        edges.metres[first] + edges.metres[second], edges.is_apart[first],
    )  # fmt: skip
    stays = np.ones(len(edges), np.bool_)
    stays[first] = stays[second] = False
    return edges.taken(stays).joined(bridges)


def divided(edges: Edges, points: Floats, *, spacing: float = SPACING) -> tuple[Edges, Floats]:
    """Put nodes along what is long and straight, where people stop: no place is then far from a node."""
    parts = np.where(edges.is_apart | (edges.metres <= 1.5 * spacing), 1, np.ceil(edges.metres / spacing)).astype(int)
    edge = np.repeat(np.arange(len(edges)), parts)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(parts) - parts, parts)
    is_last = step == parts[edge] - 1
    share = ((step + 1) / parts[edge])[~is_last, None]
    along = edge[~is_last]
    new = points[edges.a[along]] * (1 - share) + points[edges.b[along]] * share
    to = np.where(is_last, edges.b[edge], len(points) + np.cumsum(~is_last) - 1)
    start = np.where(step == 0, edges.a[edge], np.roll(to, 1))
    by = parts[edge].astype(np.float64)
    pieces = Edges(
        start, to, edges.there[edge] / by, edges.back[edge] / by, edges.metres[edge] / by, edges.is_apart[edge]
    )
    return pieces, np.concatenate([points, new])
