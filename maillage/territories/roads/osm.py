"""OpenStreetMap files (.osm.pbf, .osm, .osm.gz, .osm.bz2), read in two streams into plain arrays."""

import datetime as dt
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import osmium
from numpy.typing import NDArray

from maillage.territories.ground import Floats
from maillage.territories.roads.access import MODES, is_closed
from maillage.territories.roads.speeds import seconds
from maillage.territories.roads.ways import READ, Kind, kind_of

ENDINGS = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")
SCALE = 1e-7  # OpenStreetMap keeps coordinates as ten millionths of a degree.
NOWHERE = 2**31 - 1
RIVERS = frozenset({"river", "canal"})  # A stream is jumped over, or has a plank.


class OsmUnreadable(Exception):
    """The file is not whole OpenStreetMap data with roads. `sentence` is in French."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, eq=False)
class Extract:
    """The ways of a file and the nodes they pass through.

    points (n, 2): degrees; closed (n, 3): whether the node stops each mode; has_signals (n,).
    starts (w + 1,): where each way begins in `nodes`, which holds rows of `points`, or -1 for one the file lacks.
    kind (w,): row of `kinds`; lasts (w,): seconds a ferry says it takes, else 0. rivers (s, 4): segments of rivers and
    canals, latitude and longitude of both ends. lacks_end: the file may be cut.
    """

    points: Floats
    closed: NDArray[np.bool_]
    has_signals: NDArray[np.bool_]
    nodes: NDArray[np.int64]
    starts: NDArray[np.int64]
    kind: NDArray[np.int32]
    lasts: Floats
    kinds: tuple[Kind, ...]
    rivers: Floats
    made_at: dt.datetime | None
    lacks_end: bool

    @property
    def missing(self) -> int:
        """How many times a way passes through a node that the file does not hold: where the region was cut."""
        return int((self.nodes < 0).sum())


def read_osm(path: Path) -> Extract:
    """Read the ways, then the nodes they use. Memory grows with the roads, not with the rest of the file.

    Raises OsmUnreadable when the file is absent, of another kind, cut, or holds no road.
    """
    if not path.name.lower().endswith(ENDINGS):
        raise OsmUnreadable(
            f"« {path.name} » n'est pas un fichier OpenStreetMap : son nom finirait par .osm.pbf, .osm ou .osm.gz."
        )
    if not path.is_file():
        raise OsmUnreadable(f"Le fichier « {path.name} » n'existe pas, ou ne s'ouvre pas.")
    try:
        ways = _Ways(path)
        if not ways.kind:
            raise OsmUnreadable(f"« {path.name} » ne contient aucune route : le fichier est vide, ou coupé.")
        return _extract(ways, _Nodes(path, ways.used))
    except (RuntimeError, OSError, ValueError) as broken:
        raise OsmUnreadable(
            f"« {path.name} » est coupé, abîmé, ou n'est pas un fichier OpenStreetMap. Téléchargez-le à nouveau, "
            "et vérifiez sa taille."
        ) from broken


class _Ways:
    """First stream: the ways one can take."""

    def __init__(self, path: Path) -> None:
        self.used = osmium.IdTracker()
        self.refs, self.starts, self.kind, self.lasts = array("q"), array("q", [0]), array("i"), array("d")
        self.water, self.shores = array("q"), array("q", [0])
        self.kinds: dict[Kind, int] = {}
        self._known: dict[tuple[str | None, ...], int] = {}
        reader = osmium.FileProcessor(str(path), osmium.osm.WAY)
        self.made_at = _made_at(reader.header.get("osmosis_replication_timestamp"))
        # Nodes, ways, relations, in this order: an extract that says what it covers always ends with some relation.
        self.lacks_end = reader.header.box().valid() and _has_no_relation(path)
        for way in reader.with_filter(osmium.filter.KeyFilter("highway", "route", "waterway")):
            if way.tags.get("waterway") in RIVERS and "tunnel" not in way.tags:
                self._follow(way)
            else:
                self._take(way)

    def _follow(self, way: Any) -> None:
        self.water.extend(node.ref for node in way.nodes)
        self.shores.append(len(self.water))
        self.used.add_references(way)

    def _take(self, way: Any) -> None:
        tags = way.tags
        signature = tuple(tags.get(key) for key in READ)
        number = self._known.get(signature)
        if number is None:
            kind = kind_of({key: value for key, value in zip(READ, signature, strict=True) if value is not None})
            number = self.kinds.setdefault(kind, len(self.kinds)) if kind.is_open else -1
            self._known[signature] = number
        if number < 0 or len(way.nodes) < 2:
            return
        self.refs.extend(node.ref for node in way.nodes)
        self.starts.append(len(self.refs))
        self.kind.append(number)
        self.lasts.append(seconds(tags.get("duration", "")) if "route" in tags else 0.0)
        self.used.add_references(way)


class _Nodes:
    """Second stream: where the nodes of these ways are, and what stands on them."""

    def __init__(self, path: Path, used: Any) -> None:
        self.ids, self.x, self.y = array("q"), array("i"), array("i")
        self.signals, self.closed = array("q"), array("q")
        self.closed_to: list[list[bool]] = []
        node: Any
        for node in osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(used.id_filter()):
            location = node.location
            if location.x == NOWHERE or not location.valid():
                continue
            if len(node.tags):
                self._note(node.tags)
            self.ids.append(node.id)
            self.x.append(location.x)
            self.y.append(location.y)

    def _note(self, tags: Any) -> None:
        if tags.get("highway") == "traffic_signals":
            self.signals.append(len(self.ids))
        if "barrier" in tags:
            stands = {tag.k: tag.v for tag in tags}
            self.closed.append(len(self.ids))
            self.closed_to.append([is_closed(stands, mode) for mode in MODES])


def _extract(ways: _Ways, nodes: _Nodes) -> Extract:
    ids = np.frombuffer(nodes.ids, dtype=np.int64) if nodes.ids else np.empty(0, np.int64)
    if not len(ids):
        raise OsmUnreadable("Ce fichier contient des routes, mais pas les points où elles passent : il est incomplet.")
    points = SCALE * np.column_stack([np.array(nodes.y, np.float64), np.array(nodes.x, np.float64)])
    signals, closed = np.zeros(len(ids), np.bool_), np.zeros((len(ids), len(MODES)), np.bool_)
    signals[np.array(nodes.signals, np.int64)] = True
    if nodes.closed_to:
        closed[np.array(nodes.closed, np.int64)] = np.array(nodes.closed_to, np.bool_)
    order = np.argsort(ids, kind="stable")

    def rows_of(refs: NDArray[np.int64]) -> NDArray[np.int64]:
        at = np.minimum(np.searchsorted(ids, refs, sorter=order), len(ids) - 1)
        return np.where(ids[order[at]] == refs, order[at], -1)

    water = steps(rows_of(np.array(ways.water, np.int64)), np.array(ways.shores, np.int64))
    return Extract(
        points, closed, signals, rows_of(np.array(ways.refs, np.int64)),
        np.array(ways.starts, np.int64), np.array(ways.kind, np.int32), np.array(ways.lasts, np.float64),
        tuple(ways.kinds), np.hstack([points[water.a], points[water.b]]), ways.made_at, ways.lacks_end,
    )  # fmt: skip


def _has_no_relation(path: Path) -> bool:
    return next(iter(osmium.FileProcessor(str(path), osmium.osm.RELATION)), None) is None


class Steps(NamedTuple):
    """From a node to the next one of the same way (s,): the way, both nodes."""

    way: NDArray[np.int64]
    a: NDArray[np.int64]
    b: NDArray[np.int64]


def steps(nodes: NDArray[np.int64], starts: NDArray[np.int64]) -> Steps:
    """Those of ways laid end to end in `nodes`, each beginning at `starts`, where the file holds both nodes."""
    count = np.maximum(np.diff(starts) - 1, 0)
    way = np.repeat(np.arange(len(count)), count)
    first = np.arange(len(way)) + way  # Each way before this one has one node more than it has steps.
    a, b = nodes[first], nodes[first + 1]
    known = (a >= 0) & (b >= 0) & (a != b)
    return Steps(way[known], a[known], b[known])


def _made_at(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None
