"""Outlines of communes: read from GeoJSON, measured, kept as one file per Département, asked where a point falls."""

import datetime as dt
import gzip
import json
import logging
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from maillage.territories.choices import Density
from maillage.territories.ground import Point, great_circle_km
from maillage.territories.models import Commune

logger = logging.getLogger(__name__)

DECIMALS = 5  # About one metre.
TOLERANCE = 0.0003  # Degrees: outlines may move by some 25 metres. The borders of neighbours move together.
SEAM = 0.002  # Degrees, some 200 metres: a point this close to an outline, in no other, fell in a seam between two.
NEAREST_KM = 15  # Without outlines, a point belongs to the nearest centre no farther than this.
CODE = re.compile(r"(?:\d{2}|2[AB]|9[78]\d)")

# GRS 80 ellipsoid, which carries WGS 84 coordinates.
SEMI_MAJOR_KM, ECCENTRICITY = 6378.137, 0.0818191910428

# Our approximation of Insee's « grille communale de densité » in three levels. Insee counts people in squares of
# 1 km: urban centres gather 50,000 people or more at 1,500 per km² or more, urban clusters 5,000 at 300; a commune
# takes the class where most of its people live. We only know whole communes: one of 10,000 people at that density is
# taken as part of a centre, one of 2,000 as part of a cluster; a town lost in a wide commune (Arles, Fontainebleau)
# counts from 10,000 people. Rows: class, people per km² at least, people at least; the first that fits wins.
DENSITY_THRESHOLDS = (
    (Density.DENSE, 1500, 10_000),
    (Density.INTERMEDIATE, 300, 2_000),
    (Density.INTERMEDIATE, 0, 10_000),
)
# The same, where no area is known.
POPULATION_THRESHOLDS = ((Density.DENSE, 50_000), (Density.INTERMEDIATE, 10_000))


class ShapesUnreadable(Exception):
    """The file is not GeoJSON outlines of communes. `sentence` is in French."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Measure:
    """A point inside the commune, in degrees (WGS 84), and its area in km²."""

    latitude: float
    longitude: float
    area_km2: float


@dataclass(frozen=True)
class Outlines:
    """The outlines of one file, in memory, ready to be asked."""

    version: tuple[int, int]
    tree: shapely.STRtree
    codes: tuple[str, ...]

    def at(self, point: BaseGeometry) -> str:
        """The code of the commune there, or ''. On a shared border, the lowest code, so that answers are stable."""
        if inside := [self.codes[i] for i in self.tree.query(point, predicate="intersects")]:
            return min(inside)
        near = self.tree.query_nearest(point, max_distance=SEAM, all_matches=False)
        return self.codes[near[0]] if len(near) else ""


_outlines: dict[str, Outlines] = {}


# -- Reading and measuring -----------------------------------------------------------------------------------------


def read_shapes(source: Path | dict[str, Any]) -> dict[str, BaseGeometry]:
    """Outlines by commune code, from a GeoJSON FeatureCollection: a file (plain or .gz) or its content.

    Several features of one code are united. Raises ShapesUnreadable.
    """
    features = (source if isinstance(source, dict) else _parse(source)).get("features")
    if not isinstance(features, list) or not features:
        raise ShapesUnreadable("Ce fichier ne contient aucun contour (« features » d'une FeatureCollection GeoJSON).")
    shapes: dict[str, BaseGeometry] = {}
    for number, feature in enumerate(features, 1):
        code, outline = _outline(feature, number)
        shapes[code] = shapes[code].union(outline) if code in shapes else outline
    return shapes


def _parse(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
        content = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    except OSError as away:
        raise ShapesUnreadable(f"Le fichier de contours {path.name} ne s'ouvre pas.") from away
    except (ValueError, EOFError) as broken:
        raise ShapesUnreadable(f"Le fichier {path.name} n'est pas du GeoJSON.") from broken
    if not isinstance(content, dict):
        raise ShapesUnreadable(f"Le fichier {path.name} n'est pas une FeatureCollection GeoJSON.")
    return content


def _outline(feature: Any, number: int) -> tuple[str, BaseGeometry]:
    try:
        code, outline = str(feature["properties"]["code"]), shape(feature["geometry"])
        outline = shapely.make_valid(outline, method="structure", keep_collapsed=False)
    except (KeyError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError) as broken:
        raise ShapesUnreadable(f"Contour n° {number} : il manque le « code », ou le dessin est illisible.") from broken
    if outline.geom_type not in {"Polygon", "MultiPolygon"} or outline.is_empty or not _is_in_degrees(outline):
        raise ShapesUnreadable(f"Contour n° {number} ({code}) : ce n'est pas une surface en degrés (WGS 84).")
    return code, outline


def _is_in_degrees(outline: BaseGeometry) -> bool:
    west, south, east, north = outline.bounds
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def measure(outline: BaseGeometry) -> Measure:
    """Where the commune is and how large. The point is its centroid when inside, else GEOS's « point on surface »."""
    centre = outline.centroid
    inside = centre if outline.contains(centre) else outline.representative_point()
    area = shapely.transform(outline, _equal_area).area
    return Measure(round(inside.y, DECIMALS), round(inside.x, DECIMALS), round(area, 2))


def _equal_area(degrees: np.ndarray) -> np.ndarray:
    """Cylindrical equal-area projection of the ellipsoid, in km: areas are those of the ground.

    Source: J. P. Snyder, Map Projections: A Working Manual (1987), equations 3-12 and 10-1.
    """
    sine = np.sin(np.radians(degrees[:, 1]))
    e = ECCENTRICITY
    q = (1 - e**2) * (sine / (1 - (e * sine) ** 2) - np.log((1 - e * sine) / (1 + e * sine)) / (2 * e))
    return np.column_stack([SEMI_MAJOR_KM * np.radians(degrees[:, 0]), SEMI_MAJOR_KM * q / 2])


def density_of(population: int, area_km2: float | None) -> Density:
    """How dense a commune is, by our approximation of Insee's grid (see DENSITY_THRESHOLDS)."""
    if not area_km2:
        fitting = (density for density, people in POPULATION_THRESHOLDS if population >= people)
        return next(fitting, Density.SPARSE)
    per_km2 = population / area_km2
    fitting = (d for d, least, people in DENSITY_THRESHOLDS if per_km2 >= least and population >= people)
    return next(fitting, Density.SPARSE)


# -- Keeping -------------------------------------------------------------------------------------------------------


def shapes_path(code: str) -> Path | None:
    """Where the outlines of a Département are kept, whether or not they are there; None for what is no code."""
    return Path(settings.SHAPES_DIR) / f"{code}.geojson" if CODE.fullmatch(code) else None


@dataclass(frozen=True)
class KeptShapes:
    """A file of outlines on disk: its version changes with its content."""

    path: Path
    version: str
    changed_at: dt.datetime


def kept_shapes(code: str) -> KeptShapes | None:
    """The outlines kept for a Département; None when there are none, or when the code is no code."""
    path = shapes_path(code)
    if path is None or not path.is_file():
        return None
    stat = path.stat()
    return KeptShapes(path, f"{stat.st_mtime_ns:x}-{stat.st_size:x}", dt.datetime.fromtimestamp(stat.st_mtime, dt.UTC))


def simplified(shapes: dict[str, BaseGeometry], names: dict[str, str]) -> bytes:
    """The GeoJSON to keep and to show: simplified together, 5 decimals, with `code` and `nom`, ordered by code."""
    codes = sorted(shapes)
    outlines = shapely.coverage_simplify([shapes[code] for code in codes], TOLERANCE)
    rounded = shapely.set_precision(outlines, 10**-DECIMALS)
    kept = [shapes[code] if small.is_empty else small for code, small in zip(codes, rounded, strict=True)]
    features = [
        {"type": "Feature", "properties": {"code": code, "nom": names[code]}, "geometry": _rounded(outline)}
        for code, outline in zip(codes, kept, strict=True)
    ]
    content = {"type": "FeatureCollection", "features": features}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _rounded(outline: BaseGeometry) -> dict[str, Any]:
    geometry = mapping(outline)
    return {"type": geometry["type"], "coordinates": _rounded_coordinates(geometry["coordinates"])}


def _rounded_coordinates(coordinates: Any) -> Any:
    if isinstance(coordinates, float):
        return round(coordinates, DECIMALS)
    return [_rounded_coordinates(inner) for inner in coordinates]


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file at once: a reader finds the old outlines or the new ones, never half of them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as page:
            page.write(content)
            page.flush()
            os.fsync(page.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


# -- Asking --------------------------------------------------------------------------------------------------------


def commune_at(latitude: float, longitude: float) -> Commune | None:
    """The commune where a point (degrees, WGS 84) falls, or None.

    By outlines where they are loaded; elsewhere the nearest centre within 15 km.
    """
    loaded = _loaded()
    point = shapely.Point(longitude, latitude)
    found = [code for outlines in loaded.values() if (code := outlines.at(point))]
    if found:
        return Commune.objects.select_related("departement").filter(code__in=found).order_by("code").first()
    return _nearest(latitude, longitude, except_in=set(loaded))


def _loaded() -> dict[str, Outlines]:
    """The outlines on disk, by Département; a damaged file counts as absent, and the operator is told."""
    folder = Path(settings.SHAPES_DIR)
    files = sorted(folder.glob("*.geojson")) if folder.is_dir() else []
    loaded: dict[str, Outlines] = {}
    for path in files:
        if CODE.fullmatch(path.stem):
            try:
                loaded[path.stem] = _current(path)
            except (OSError, ShapesUnreadable):
                logger.warning("Outlines unreadable: %s", path)
    return loaded


def _current(path: Path) -> Outlines:
    """The outlines of a file, read again only when it changed."""
    stat = path.stat()
    version = (stat.st_mtime_ns, stat.st_size)
    kept = _outlines.get(str(path))
    if kept is None or kept.version != version:
        shapes = read_shapes(path)
        tree = shapely.STRtree(list(shapes.values()))
        _outlines[str(path)] = kept = Outlines(version, tree, tuple(shapes))
    return kept


def _nearest(latitude: float, longitude: float, *, except_in: set[str]) -> Commune | None:
    communes = Commune.objects.current().placed().exclude(departement__in=except_in)
    rows = list(communes.values_list("code", "latitude", "longitude"))
    if not rows:
        return None
    centres = np.array([row[1:] for row in rows], dtype=np.float64)
    distances = great_circle_km(Point(latitude, longitude), centres)
    closest = int(distances.argmin())
    if not distances[closest] <= NEAREST_KM:  # Not a number is no place either.
        return None
    return Commune.objects.select_related("departement").get(code=rows[closest][0])
