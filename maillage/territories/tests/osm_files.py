"""OpenStreetMap files written by hand: a few points, a few ways."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

Tags = Mapping[str, str]
ORIGIN = (46.0, 2.0)
METRE = 1 / 111_195.08  # Degrees of latitude in a metre, on a sphere of 6371.0088 km.


def at(north: float, east: float = 0.0) -> tuple[float, float]:
    """Degrees, as OpenStreetMap rounds them, so many metres north and east of the origin (exact at its latitude)."""
    return round(ORIGIN[0] + north * METRE, 7), round(ORIGIN[1] + east * METRE / 0.6946583705, 7)


def osm_file(
    path: Path,
    points: Mapping[int, tuple[float, float]],
    ways: Sequence[tuple[Sequence[int], Tags]],
    *,
    tagged: Mapping[int, Tags] | None = None,
) -> Path:
    """Write an .osm file: points by number, ways as (points, tags), tags of points by number."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="a test">']
    for number, (latitude, longitude) in sorted(points.items()):
        inside = _tags((tagged or {}).get(number, {}))
        lines.append(f'<node id="{number}" version="1" lat="{latitude:.7f}" lon="{longitude:.7f}">{inside}</node>')
    for number, (nodes, tags) in enumerate(ways, 1):
        refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
        lines.append(f'<way id="{number}" version="1">{refs}{_tags(tags)}</way>')
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())
