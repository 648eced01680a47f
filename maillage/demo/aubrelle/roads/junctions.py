"""Roundabouts where main roads meet, and where lights and bollards stand."""

import math
from dataclasses import dataclass, replace

import numpy as np

from maillage.demo.aubrelle.roads.choices import Road
from maillage.demo.aubrelle.roads.ground import Floats, Ints, dice
from maillage.demo.aubrelle.roads.mesh import degrees, lengths
from maillage.demo.aubrelle.roads.weave import HAMLET, TOWN, Net

RADIUS = 0.018
ROOM = 0.034
"""A road that comes in is at least this long, in km, or there is no room for the ring."""
SHARE = 0.7
WIDEST_GAP = np.pi / 3


@dataclass(frozen=True)
class Ring:
    """A roundabout: its points in the direction of traffic, the first again at the end."""

    points: tuple[int, ...]
    kind: Road


def with_roundabouts(net: Net) -> tuple[Net, tuple[Ring, ...]]:
    """Rings in place of most crossings of main roads out of towns, driven counter-clockwise as in France."""
    edges, rings = net.edges.copy(), []
    new: list[Floats] = []
    for crossing in _crossings(net):
        incident = np.argwhere(edges == crossing)
        centre = net.points[crossing]
        others = net.points[edges[incident[:, 0], 1 - incident[:, 1]]]
        angles = np.arctan2(*(others - centre).T[::-1])
        turn = np.argsort(angles)
        every, arms = _ring(angles[turn])
        first = len(net.points) + len(new)
        edges[incident[turn, 0], incident[turn, 1]] = first + arms
        new.extend(centre + RADIUS * np.array([np.cos(angle), np.sin(angle)]) for angle in every)
        kind = Road(int(net.kinds[incident[:, 0]].min()))
        rings.append(Ring((*range(first, first + len(every)), first), kind))
    return _extended(replace(net, edges=edges), np.array(new)), tuple(rings)


def _crossings(net: Net) -> Ints:
    """Points where three main roads or more meet, with room around, a draw among them."""
    main = net.kinds <= Road.TERTIARY
    roomy = np.full(len(net.points), np.inf)
    np.minimum.at(roomy, net.edges.ravel(), np.repeat(lengths(net.points, net.edges), 2))
    odd = np.unique(net.edges[net.bridges | (net.kinds <= Road.MOTORWAY_LINK)])
    fit = (degrees(len(net.points), net.edges[main]) >= 3) & (roomy > ROOM) & (net.setting != TOWN)
    fit[odd] = False
    fitting = np.flatnonzero(fit)
    return fitting[dice("roundabouts").random(len(fitting)) < SHARE]


def _ring(angles: Floats) -> tuple[list[float], Ints]:
    """The angles of all the points of the ring, some between the arms to keep it round; the ranks of the arms."""
    every: list[float] = []
    arms = []
    for angle, following in zip(angles, [*angles[1:], angles[0] + 2 * np.pi], strict=True):
        arms.append(len(every))
        parts = max(1, math.ceil((following - angle) / WIDEST_GAP))
        every.extend(np.linspace(angle, following, parts, endpoint=False).tolist())
    return every, np.array(arms)


def _extended(net: Net, new: Floats) -> Net:
    nobody = np.full(len(new), -1)
    return replace(
        net,
        points=np.concatenate([net.points, new]),
        communes=np.concatenate([net.communes, nobody]),
        setting=np.concatenate([net.setting, np.zeros(len(new), dtype=np.int64)]),
    )


def with_lights(net: Net) -> Ints:
    """Points with traffic lights: where main roads cross streets in towns, sometimes."""
    main = degrees(len(net.points), net.edges[net.kinds <= Road.SECONDARY])
    every = degrees(len(net.points), net.edges[net.kinds <= Road.RESIDENTIAL])
    fit = np.flatnonzero((main >= 2) & (every >= 4) & (net.setting == TOWN))
    return fit[dice("lights").random(len(fit)) < 0.12]


def with_bollards(net: Net) -> Ints:
    """Points half-way of a street that only bicycles and people on foot may pass."""
    street = degrees(len(net.points), net.edges[net.kinds == Road.RESIDENTIAL])
    fit = np.flatnonzero((street == 2) & (degrees(len(net.points), net.edges) == 2) & (net.setting >= HAMLET))
    return fit[dice("bollards").random(len(fit)) < 0.006]
