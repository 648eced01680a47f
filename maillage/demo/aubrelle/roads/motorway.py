"""The motorway, north of the river: two carriageways, and the interchanges that join it to the main roads."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.interpolate import CubicSpline
from shapely.geometry import LineString

from maillage.demo.aubrelle.roads.choices import Road
from maillage.demo.aubrelle.roads.ground import Floats, Ints, unit
from maillage.demo.aubrelle.roads.trunk import Trunk

COURSE = ((-36.5, 1.2), (-33.0, 2.2), (-27.0, 3.2), (-21.0, 4.2), (-14.0, 5.3), (-8.0, 5.6), (-2.5, 5.4), (3.0, 5.0),
          (8.0, 4.6), (13.0, 5.6), (18.0, 5.4), (23.0, 5.0), (28.0, 3.6), (32.5, 4.6))  # fmt: skip
"""Kilometres east and north, from west to east."""
INTERCHANGES_AT = (-34.0, -26.0, -11.0, -1.5, 6.5)
"""Kilometres east, about: each stands where a main road passes under the motorway nearest to that."""
HALF_WIDTH = 0.014
STEP = 0.25
RAMP_KM = 0.45


@dataclass(frozen=True)
class Motorway:
    """Points of its own, and edges in the direction of traffic between them; those of the trunk come first."""

    points: Floats
    """Only the new ones: an edge counts them after the points of the trunk."""
    edges: Ints
    kinds: Ints
    axis: LineString


def lay_motorway(trunk: Trunk) -> Motorway:
    """Both carriageways between two main roads, one at each end, with their interchanges."""
    axis = _axis(trunk)
    slots = [_interchange(trunk, axis, east) for east in INTERCHANGES_AT]
    steps = np.linspace(0, axis.length, round(axis.length / STEP))[1:-1]
    middle = np.array([axis.interpolate(step).coords[0] for step in steps])
    square = _square(axis, steps)
    first, count = len(trunk.points), len(steps)
    south, north = first + np.arange(count), first + count + np.arange(count)
    west, east = (_nearest(trunk, np.array(axis.coords[place])) for place in (0, -1))
    eastward = np.concatenate([[west], south, [east]])  # One drives on the right: eastward is the southern side.
    westward = np.concatenate([[east], north[::-1], [west]])
    edges = [np.stack([line[:-1], line[1:]], axis=1) for line in (eastward, westward)]
    ramps = np.array([ramp for slot in slots for ramp in _ramps(slot, steps, south, north)])
    kinds = np.repeat([Road.MOTORWAY, Road.MOTORWAY_LINK], [2 * (count + 1), len(ramps)])
    points = np.concatenate([middle - square * HALF_WIDTH, middle + square * HALF_WIDTH])
    return Motorway(points, np.concatenate([*edges, ramps]), kinds, axis)


def _axis(trunk: Trunk) -> LineString:
    course = np.array(COURSE)
    course[[0, -1]] = [trunk.points[_nearest(trunk, end)] for end in course[[0, -1]]]
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(course, axis=0).T))])
    return LineString(CubicSpline(along, course)(np.arange(0, along[-1] + 0.1, 0.1).clip(max=along[-1])))


def _nearest(trunk: Trunk, place: Floats) -> int:
    """The point of the northern main roads nearest to a place."""
    away = np.hypot(*(trunk.points - place).T) + 1000 * trunk.banks
    return int(away.argmin())


def _square(axis: LineString, steps: Floats) -> Floats:
    """Unit vectors square to the axis, northwards."""
    ends = [[axis.interpolate(step + way).coords[0] for way in (-0.05, 0.05)] for step in steps]
    along = unit(np.diff(np.array(ends), axis=1)[:, 0])
    return np.stack([-along[:, 1], along[:, 0]], axis=1)


def _interchange(trunk: Trunk, axis: LineString, east: float) -> tuple[float, int, int]:
    """Where on the axis, then the ends, north and south, of the part of a main road that passes there."""
    parts = shapely.linestrings(trunk.points[trunk.edges])
    shapely.prepare(axis)
    crossing = np.flatnonzero(shapely.intersects(axis, parts) & (trunk.banks[trunk.edges[:, 0]] == 0))
    where = shapely.get_coordinates(shapely.centroid(parts[crossing]))
    edge = crossing[np.abs(where[:, 0] - east).argmin()]
    place = axis.project(shapely.centroid(parts[edge]))
    start, end = trunk.edges[edge]
    north = _square(axis, np.array([place]))[0]
    is_north = (trunk.points[start] - axis.interpolate(place).coords[0]) @ north > 0
    return place, int(start if is_north else end), int(end if is_north else start)


def _ramps(slot: tuple[float, int, int], steps: Floats, south: Ints, north: Ints) -> list[tuple[int, int]]:
    """Four ramps: off and on eastward by the southern end of the road below, off and on westward by the northern."""
    place, above, below = slot
    before, after = (int(np.abs(steps - place - way).argmin()) for way in (-RAMP_KM, RAMP_KM))
    return [
        (int(south[before]), below),
        (below, int(south[after])),
        (int(north[after]), above),
        (above, int(north[before])),
    ]
