"""The estimate held against a road network: one scale per mode, and the error before and after."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from maillage.territories.choices import TravelMode
from maillage.territories.ground import DENSITIES, Floats, Point, great_circle_km
from maillage.territories.roads.graph import Graph
from maillage.territories.roads.network import ModeNetwork
from maillage.territories.travel.estimate import PACES, DistanceEstimate
from maillage.territories.travel.interface import Calibration, Error

ORIGINS, DESTINATIONS = 80, 100
# How far people look, as the crow flies (km): pairs are no farther apart.
WITHIN_KM = {TravelMode.CAR: 40.0, TravelMode.BICYCLE: 12.0, TravelMode.FOOT: 4.0}
LEAST_PAIRS = 50
TIMES_LONGER = 4  # Ways that take this many times the longest estimate are left out: nobody would go.
RanksOf = Callable[[Floats], NDArray[np.intp]]
Pairs = tuple[Floats, Floats]
Draw = tuple[np.random.Generator, RanksOf]


def calibrate(graphs: Mapping[TravelMode, Graph], ranks_of: RanksOf) -> list[Calibration]:
    """By mode, where the network has enough pairs. `ranks_of` gives the density of points, as ranks in DENSITIES.

    Points are drawn among the nodes: where there are more roads there are more people. Half of the origins decide the
    scale, the error is measured on the others.
    """
    return [held for mode, graph in graphs.items() if (held := _held(ModeNetwork(graph), mode, ranks_of)) is not None]


def _held(network: ModeNetwork, mode: TravelMode, ranks_of: RanksOf) -> Calibration | None:
    dice = np.random.default_rng(2026)
    nodes = np.flatnonzero((network.graph.piece == 0) & network.graph.has_door)
    if len(nodes) < 2:
        return None
    origins = dice.choice(nodes, min(ORIGINS, len(nodes)), replace=False)
    pairs = [_pairs(network, mode, origin=int(one), nodes=nodes, draw=(dice, ranks_of)) for one in origins]
    (fitted, guessed), (true, guess) = (
        tuple(map(np.concatenate, zip(*pairs[half::2], strict=True))) for half in (0, 1)
    )
    if min(len(fitted), len(true)) < LEAST_PAIRS:
        return None
    access = PACES[mode].access
    scale = round(_weighted_median((fitted - access) / (guessed - access), guessed - access), 3)
    after = access + scale * (guess - access)
    return Calibration(mode, scale, len(fitted) + len(true), _error(guess, true), _error(after, true))


def _pairs(network: ModeNetwork, mode: TravelMode, *, origin: int, nodes: NDArray[np.intp], draw: Draw) -> Pairs:
    """From one node to some around it: minutes by road, minutes estimated."""
    graph, access, (dice, ranks_of) = network.graph, PACES[mode].access, draw
    latitude, longitude = graph.points[origin]
    here = Point(latitude, longitude, DENSITIES[ranks_of(graph.points[[origin]])[0]])
    near = nodes[great_circle_km(here, graph.points[nodes]) <= WITHIN_KM[mode]]
    near = near[near != origin]
    ends = dice.choice(near, min(DESTINATIONS, len(near)), replace=False)
    points = graph.points[ends]
    guess = DistanceEstimate().exact(here, points, ranks_of(points), mode=mode)
    longest = TIMES_LONGER * float(guess.max(initial=0.0))
    true = network.seconds_from(origin, limit=60 * longest)[ends] / 60 + access
    kept = np.isfinite(true) & (guess > access)
    return true[kept], guess[kept]


def _weighted_median(ratios: Floats, weights: Floats) -> float:
    """The scale that makes the sum of absolute errors least."""
    order = np.argsort(ratios)
    passed = np.cumsum(weights[order])
    return float(ratios[order][np.searchsorted(passed, passed[-1] / 2)])


def _error(guess: Floats, true: Floats) -> Error:
    off = np.abs(guess - true)
    median, late = np.percentile(off, [50, 90])
    return Error(round(float(median), 1), round(float(late), 1), round(float((off <= 5).mean()), 3))
