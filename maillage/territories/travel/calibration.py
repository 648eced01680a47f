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

ORIGINS, DESTINATIONS = 80, 400
# How far people look, as the crow flies (km): pairs farther apart are left out.
WITHIN_KM = {TravelMode.CAR: 40.0, TravelMode.BICYCLE: 12.0, TravelMode.FOOT: 4.0}
LEAST_PAIRS = 50
RanksOf = Callable[[Floats], NDArray[np.intp]]


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
    ends = dice.choice(nodes, min(DESTINATIONS, len(nodes)), replace=False)
    points, ranks = network.graph.points[ends], ranks_of(network.graph.points[ends])
    starts = network.graph.points[origins], ranks_of(network.graph.points[origins])
    halves: list[list[tuple[Floats, Floats]]] = [[], []]
    for number, (node, (latitude, longitude), rank) in enumerate(zip(origins, *starts, strict=True)):
        origin = Point(latitude, longitude, DENSITIES[rank])
        true = network.seconds_from(int(node), limit=np.inf)[ends] / 60 + PACES[mode].access
        away = great_circle_km(origin, points)
        kept = np.isfinite(true) & (away > 0) & (away <= WITHIN_KM[mode])
        halves[number % 2].append((true[kept], DistanceEstimate().exact(origin, points, ranks, mode=mode)[kept]))
    (fitted, guessed), (true, guess) = (tuple(map(np.concatenate, zip(*half, strict=True))) for half in halves)
    if min(len(fitted), len(true)) < LEAST_PAIRS:
        return None
    access = PACES[mode].access
    scale = round(_weighted_median((fitted - access) / (guessed - access), guessed - access), 3)
    after = access + scale * (guess - access)
    return Calibration(mode, scale, len(fitted) + len(true), _error(guess, true), _error(after, true))


def _weighted_median(ratios: Floats, weights: Floats) -> float:
    """The scale that makes the sum of absolute errors least."""
    order = np.argsort(ratios)
    passed = np.cumsum(weights[order])
    return float(ratios[order][np.searchsorted(passed, passed[-1] / 2)])


def _error(guess: Floats, true: Floats) -> Error:
    off = np.abs(guess - true)
    median, late = np.percentile(off, [50, 90])
    return Error(round(float(median), 1), round(float(late), 1), round(float((off <= 5).mean()), 3))
