"""The outline of what is reached, as polygons: a grid of cells, closed, whose borders are followed."""

from collections import defaultdict

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from maillage.territories.ground import EARTH_KM, Floats

CELLS = 160  # On the longer side: a finer drawing would not tell more at the scale of a page.
COVER_CELL, COVER_GAP, COVER_CELLS = 1_000.0, 3, 1_000  # Metres; cells to go out and in; on the longer side.
LEAST_CELL = 100.0  # Metres: nodes are 150 m apart at most, so that reached ones touch once holes are closed.
STRAIGHTEN = 0.75  # Cells by which the border may move: steps of one cell become a slope.
SQUARE = np.ones((3, 3), np.bool_)
METRES_PER_DEGREE = 1000 * EARTH_KM * np.pi / 180

Cells = NDArray[np.bool_]
Corner = tuple[int, int]


def around(points: Floats) -> BaseGeometry:
    """A polygon, or several, around points (n, 2) (latitude, longitude), in degrees (longitude, latitude).

    Every point is inside; nothing much farther than two cells is. A cell is 100 m wide, or 1/160 of the whole.
    """
    return _drawn(points, least_cell=LEAST_CELL, gap=1) if len(points) else shapely.Polygon()


def covered(points: Floats) -> BaseGeometry:
    """The area whose roads a network knows, some 1 km around it: gaps up to 8 km wide, and all holes, belong to it."""
    drawn = _drawn(points, least_cell=COVER_CELL, gap=COVER_GAP)
    return shapely.MultiPolygon([shapely.Polygon(part.exterior) for part in shapely.get_parts(drawn)])


def _drawn(points: Floats, *, least_cell: float, gap: int) -> BaseGeometry:
    south, west = points.min(axis=0)
    scale = METRES_PER_DEGREE * np.array([1.0, max(np.cos(np.radians(points[:, 0].mean())), 0.01)])
    metres = (points - [south, west]) * scale
    cell = max(least_cell, float(metres.max()) / (CELLS if gap == 1 else COVER_CELLS))
    at = (metres / cell).astype(np.intp) + gap + 2
    filled = np.zeros(at.max(axis=0) + gap + 3, np.bool_)
    filled[at[:, 0], at[:, 1]] = True
    # One step more out than back in: holes close, and a cell is left around, which straightening the border may cut.
    wide = ndimage.binary_erosion(ndimage.binary_dilation(filled, SQUARE, iterations=gap + 1), SQUARE, iterations=gap)
    drawn = shapely.simplify(shapely.MultiPolygon(_polygons(wide)), STRAIGHTEN)
    size, origin = cell / scale[::-1], np.array([west, south])
    return shapely.transform(drawn, lambda corners: origin + (corners - gap - 2) * size)


def _polygons(filled: Cells) -> list[shapely.Polygon]:
    """One per group of cells that touch by a side."""
    label, count = ndimage.label(filled)
    shells: dict[int, Floats] = {}
    holes: dict[int, list[Floats]] = defaultdict(list)
    for group, ring in _rings(label):
        if _turns_left(ring):
            shells[group] = ring
        else:
            holes[group].append(ring)
    return [shapely.Polygon(shells[group], holes[group]) for group in range(1, count + 1)]


def _rings(label: NDArray[np.int32]) -> list[tuple[int, Floats]]:
    """Borders as rings of corners (column, row), cells on the left, with the group of cells they border."""
    leads, owner = _sides(label)
    rings = []
    while leads:
        start = corner = next(iter(leads))
        step = leads[corner][-1]
        group, ring = owner[corner, step], []
        while True:
            ring.append(corner)
            options = leads[corner]
            options.remove(step)
            if not options:
                del leads[corner]
            corner = step
            if corner == start:
                break
            step = _next(ring[-1], corner, leads[corner], owner, group)
        rings.append((group, np.array(ring, np.float64)))
    return rings


def _next(
    came: Corner, corner: Corner, options: list[Corner], owner: dict[tuple[Corner, Corner], int], group: int
) -> Corner:
    """Where two cells touch by a corner, stay with one's group; when both are, turn right: no ring meets itself."""
    own = [option for option in options if owner[corner, option] == group]
    right = (corner[0] + corner[1] - came[1], corner[1] - corner[0] + came[0])
    return right if right in own else own[0]


def _sides(label: NDArray[np.int32]) -> tuple[dict[Corner, list[Corner]], dict[tuple[Corner, Corner], int]]:
    """Each side between a filled cell and an empty one: a step from corner to corner, the filled one on its left."""
    leads: dict[Corner, list[Corner]] = defaultdict(list)
    owner: dict[tuple[Corner, Corner], int] = {}
    # A cell of row r and column c has its corners at (c, r) and (c + 1, r + 1), rows going north.
    for (down, right), start, end in (
        ((1, 0), (0, 0), (1, 0)), ((-1, 0), (1, 1), (0, 1)), ((0, 1), (0, 1), (0, 0)), ((0, -1), (1, 0), (1, 1)),
    ):  # fmt: skip
        empty_beside = np.roll(label, (down, right), axis=(0, 1)) == 0
        rows, columns = np.nonzero((label > 0) & empty_beside)
        groups = label[rows, columns].tolist()
        for row, column, group in zip(rows.tolist(), columns.tolist(), groups, strict=True):
            begin, to = (column + start[0], row + start[1]), (column + end[0], row + end[1])
            leads[begin].append(to)
            owner[begin, to] = group
    return leads, owner


def _turns_left(ring: Floats) -> bool:
    x, y = ring.T
    return bool(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) > 0)
