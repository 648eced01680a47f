"""Writes the network as OpenStreetMap data, in the compact form everyone exchanges."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import osmium
from osmium.osm import Box, Location
from osmium.osm.mutable import Node, Relation
from osmium.osm.mutable import Way as OsmWay

from maillage.demo.aubrelle.model import Ring
from maillage.demo.aubrelle.roads.ground import Floats, to_degrees
from maillage.demo.aubrelle.roads.tags import Tags
from maillage.demo.aubrelle.roads.ways import Way

DRAWN_ON = "2026-01-01T00:00:00Z"
"""The date the file bears: always the same, so that the same network is the same file."""


def write(path: Path, points: Floats, ways: list[tuple[Way, Tags]], marks: Mapping[int, Tags], river: Ring) -> int:
    """Write the points in use, the ways and the river; how many points there are. The file is replaced at once."""
    used = np.unique(np.concatenate([way.points for way, _ in ways]))
    number = np.zeros(len(points), dtype=np.int64)
    number[used] = np.arange(1, len(used) + 1)
    places = to_degrees(points[used])
    part = path.with_name(f".part-{path.name}")
    with osmium.SimpleWriter(str(part), header=_header(places), overwrite=True) as out:
        for rank, (point, place) in enumerate(zip(used.tolist(), places.tolist(), strict=True), 1):
            out.add_node(Node(id=rank, version=1, location=place, tags=marks.get(point)))
        banks = range(len(used) + 1, len(used) + 1 + len(river))
        for rank, place in zip(banks, river, strict=True):
            out.add_node(Node(id=rank, version=1, location=place))
        for rank, (way, tags) in enumerate(ways, 1):
            out.add_way(OsmWay(id=rank, version=1, nodes=number[list(way.points)].tolist(), tags=tags))
        water = {"waterway": "river", "name": "L'Aubrelle"}
        out.add_way(OsmWay(id=len(ways) + 1, version=1, nodes=list(banks), tags=water))
        # An extract ends with relations: one that has none is taken for a file cut on its way.
        whole = [("w", len(ways) + 1, "main_stream")]
        out.add_relation(Relation(id=1, version=1, members=whole, tags=water | {"type": "waterway"}))
    part.replace(path)
    return len(used)


def _header(places: Floats) -> osmium.io.Header:
    header = osmium.io.Header()
    header.set("generator", "Maillage, L'Aubrelle (fictif)")
    header.set("osmosis_replication_timestamp", DRAWN_ON)
    (west, south), (east, north) = places.min(axis=0).tolist(), places.max(axis=0).tolist()
    header.add_box(Box(Location(west, south), Location(east, north)))
    return header
