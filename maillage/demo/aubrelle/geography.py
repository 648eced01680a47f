"""Draws L'Aubrelle: sixty communes without gap nor overlap, a river between its banks, an outline.

The place: the Atlantic, near 46.8° N and 7.0° W, some two hundred kilometres off Brittany. The coordinates
are valid and close enough to mainland France for maps, time zone and distances, and no real address, no real commune
can be mistaken for one of ours: there is only water there.

The method: a Voronoi diagram of one point per commune, cut by a rough outline; its lines are split at every
crossing, then bent by a smooth noise that depends on the place alone. The same point always bends to the same
place, so that neighbours keep exactly the same border, and a bend that never folds cannot make them overlap.
"""

import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from random import Random

import shapely
from shapely.geometry import LineString, MultiPoint, Point, Polygon
from shapely.ops import linemerge, polygonize, unary_union

from maillage.demo.aubrelle.model import Ring

CENTRE = (46.8, -7.0)
"""Latitude and longitude of the middle of the Département."""
KM_PER_DEGREE = 111.2
STEP_KM = 0.75
SCALE = 0.91
"""Applied once everything is bent, so that the Département measures about ninety kilometres by seventy."""
OUTLINE_KM = (
    (-45, -19), (-46, -6), (-43, 4), (-46, 14), (-44, 24), (-36, 26), (-33, 35), (-22, 34), (-15, 37), (-4, 34),
    (5, 37), (16, 33), (24, 35), (34, 33), (37, 25), (46, 23), (44, 13), (47, 3), (43, -6), (46, -16), (44, -25),
    (36, -27), (33, -35), (22, -34), (14, -37), (4, -34), (-6, -36), (-14, -33), (-24, -36), (-33, -33), (-40, -35),
    (-44, -27),
)  # fmt: skip
OCTAVES = ((52.0, 8.0), (19.0, 2.6), (8.0, 1.0), (3.2, 0.65), (1.5, 0.26))
"""Wavelength and amplitude of the bends, in kilometres: each slope stays under one, so nothing folds."""


@dataclass(frozen=True)
class Site:
    """Where a commune stands before the drawing: kilometres east and north of the centre, and its bank."""

    code: str
    x: float
    y: float
    bank: str


@dataclass(frozen=True)
class Drawing:
    shapes: dict[str, tuple[Ring, ...]]
    centroids: dict[str, tuple[float, float]]
    """Longitude, latitude."""
    areas: dict[str, float]
    """Square kilometres."""
    outline: tuple[Ring, ...]
    river: Ring


def draw(sites: list[Site]) -> Drawing:
    """Shapes of the communes by code, their centroids and areas, the outline and the river."""
    seeds = {site.code: _jittered(site) for site in sites}
    lines = _borders(seeds)
    bent = [LineString([_bend(x, y) for x, y in line.segmentize(STEP_KM).coords]) for line in lines]
    cells = _cells(seeds, bent)
    shapes = {code: _polygon_rings(_to_degrees(cell)) for code, cell in cells.items()}
    return Drawing(
        shapes=shapes,
        centroids={code: _degrees(*_inner_point(cell)) for code, cell in cells.items()},
        areas={code: round(cell.area, 2) for code, cell in cells.items()},
        outline=_polygon_rings(unary_union([Polygon(rings[0]) for rings in shapes.values()])),
        river=_river(sites, shapes),
    )


def _jittered(site: Site) -> Point:
    dice = Random(f"aubrelle:site:{site.code}")
    return Point(site.x + dice.uniform(-3.9, 3.9), site.y + dice.uniform(-3.9, 3.9))


def _borders(seeds: dict[str, Point]) -> list[LineString]:
    """Straight borders of the cells, split at every crossing, each once."""
    outline = Polygon(OUTLINE_KM)
    cells = shapely.voronoi_polygons(MultiPoint(list(seeds.values())), extend_to=outline.buffer(20))
    clipped = [cell.intersection(outline) for cell in cells.geoms]
    network = shapely.node(shapely.set_precision(unary_union([cell.boundary for cell in clipped]), 0.001))
    return list(linemerge(network).geoms)


def _cells(seeds: dict[str, Point], lines: list[LineString]) -> dict[str, Polygon]:
    faces = list(polygonize(lines))
    cells = {}
    for code, seed in seeds.items():
        bent_seed = Point(*_bend(seed.x, seed.y))
        cells[code] = next(face for face in faces if face.contains(bent_seed))
    return cells


def _inner_point(cell: Polygon) -> tuple[float, float]:
    point = cell.centroid if cell.contains(cell.centroid) else cell.representative_point()
    return point.x, point.y


def _bend(x: float, y: float) -> tuple[float, float]:
    for number, (wavelength, amplitude) in enumerate(OCTAVES):
        east = _noise(f"e{number}", x / wavelength, y / wavelength)
        north = _noise(f"n{number}", x / wavelength, y / wavelength)
        x, y = x + amplitude * east, y + amplitude * north
    return x * SCALE, y * SCALE


def _noise(name: str, x: float, y: float) -> float:
    """Smooth noise in [-1, 1], the same for the same place for ever."""
    column, row = math.floor(x), math.floor(y)
    u, v = _ease(x - column), _ease(y - row)
    low = _knot(name, column, row) * (1 - u) + _knot(name, column + 1, row) * u
    high = _knot(name, column, row + 1) * (1 - u) + _knot(name, column + 1, row + 1) * u
    return low * (1 - v) + high * v


@cache
def _knot(name: str, column: int, row: int) -> float:
    return Random(f"aubrelle:noise:{name}:{column}:{row}").uniform(-1, 1)


def _ease(t: float) -> float:
    return t * t * (3 - 2 * t)


def _degrees(x: float, y: float) -> tuple[float, float]:
    latitude, longitude = CENTRE
    east = KM_PER_DEGREE * math.cos(math.radians(latitude))
    return round(longitude + x / east, 5), round(latitude + y / KM_PER_DEGREE, 5)


def _to_degrees(cell: Polygon) -> Polygon:
    return Polygon([_degrees(x, y) for x, y in cell.exterior.coords])


def _polygon_rings(polygon: Polygon) -> tuple[Ring, ...]:
    """Rings as GeoJSON wants them: the outer one counter-clockwise."""
    oriented = shapely.geometry.polygon.orient(polygon)
    return tuple(tuple((x, y) for x, y in ring.coords) for ring in (oriented.exterior, *oriented.interiors))


def _river(sites: list[Site], shapes: dict[str, tuple[Ring, ...]]) -> Ring:
    """The border between the two banks, as one line from east to west."""
    banks: dict[str, set[frozenset[tuple[float, float]]]] = {"N": set(), "S": set()}
    for site in sites:
        banks[site.bank] |= {frozenset(edge) for edge in pairwise(shapes[site.code][0])}
    shared = sorted(sorted(edge) for edge in banks["N"] & banks["S"])
    line = linemerge([LineString(edge) for edge in shared])
    points = tuple((x, y) for x, y in line.coords)
    return points if points[0][0] > points[-1][0] else points[::-1]
