"""The network as it is kept on disk: arrays by mode, and what is known of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from maillage.core.mapped import Mapped
from maillage.territories.choices import TravelMode
from maillage.territories.ground import Floats, apart_km
from maillage.territories.roads.access import MODES
from maillage.territories.roads.graph import Graph
from maillage.territories.roads.osm import Extract
from maillage.territories.roads.rivers import Rivers

RIVERS = "rivers"
FORMAT = 2  # Changes with the arrays or what they mean: another format is not read, and the file is imported again.


def home() -> Path:
    """Where the house keeps its network."""
    return Path(settings.ROADS_DIR)


def arrays_of(graphs: Mapping[TravelMode, Graph], rivers: Floats) -> dict[str, NDArray[Any]]:
    """All arrays of all modes, each under « mode-array »; and the rivers."""
    named = {f"{mode}-{name}": array for mode, graph in graphs.items() for name, array in graph.arrays.items()}
    return named | {RIVERS: rivers}


def rivers_in(mapped: Mapped) -> Rivers:
    return Rivers(np.asarray(mapped.arrays[RIVERS]))


def graphs_in(mapped: Mapped) -> dict[TravelMode, Graph]:
    """The same, read back; nothing is copied."""
    names = Graph.__dataclass_fields__
    return {mode: Graph(**{name: np.asarray(mapped.arrays[f"{mode}-{name}"]) for name in names}) for mode in MODES}


def fastest(extract: Extract) -> dict[str, float]:
    """Km/h of the fastest way there is in each mode, boats that say how long they take included."""
    told = [0.0]
    for way in np.flatnonzero(extract.lasts > 0):
        nodes = extract.nodes[extract.starts[way] : extract.starts[way + 1]]
        points = extract.points[nodes[nodes >= 0]]
        told.append(3600 * float(apart_km(points[:-1], points[1:]).sum()) / float(extract.lasts[way]))
    speeds = np.array([[kind.forward, kind.backward] for kind in extract.kinds]).max(axis=(0, 1))
    return {mode.value: max(float(speed), *told) for mode, speed in zip(MODES, speeds, strict=True)}
