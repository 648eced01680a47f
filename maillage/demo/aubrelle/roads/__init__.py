"""The roads of L'Aubrelle, drawn whole from its communes and its river, and written as OpenStreetMap data.

Pure and deterministic: no database, no clock, the same file on every run. Two bridges only cross the river; the
motorway stays north of it; in the hills of the south, lanes climb their valley and stop there.
"""

from dataclasses import dataclass
from pathlib import Path

from maillage.demo.aubrelle.model import Aubrelle
from maillage.demo.aubrelle.roads import osm
from maillage.demo.aubrelle.roads.choices import Road
from maillage.demo.aubrelle.roads.ground import Ground, survey
from maillage.demo.aubrelle.roads.junctions import Ring, with_bollards, with_lights, with_roundabouts
from maillage.demo.aubrelle.roads.mesh import lengths
from maillage.demo.aubrelle.roads.motorway import lay_motorway
from maillage.demo.aubrelle.roads.places import scatter
from maillage.demo.aubrelle.roads.tags import point_tags, tag
from maillage.demo.aubrelle.roads.trunk import choose_trunk
from maillage.demo.aubrelle.roads.ways import Way, make_ways
from maillage.demo.aubrelle.roads.weave import Net, bend, weave

__all__ = ["Drawn", "Road", "RoadsSummary", "draw_roads", "write_roads"]


@dataclass(frozen=True, eq=False)
class Drawn:
    """The network as lines in a plane, before it is written."""

    ground: Ground
    net: Net
    rings: tuple[Ring, ...]


@dataclass(frozen=True)
class RoadsSummary:
    """What was written."""

    nodes: int
    ways: int
    kilometres: float
    one_ways: int
    kilometres_by_kind: dict[str, float]
    """By OpenStreetMap class, in kilometres of carriageway."""

    def __str__(self) -> str:
        return f"{_thousands(self.kilometres)} km de routes et de chemins, {_thousands(self.nodes)} points."


def draw_roads(aubrelle: Aubrelle) -> Drawn:
    """The roads of the Département: main ones first, then all that hangs on them."""
    ground = survey(aubrelle)
    trunk = choose_trunk(ground)
    motorway = lay_motorway(trunk)
    places = scatter(ground, trunk.points, motorway.axis, aubrelle)
    net, rings = with_roundabouts(bend(ground, weave(ground, places, trunk, motorway)))
    return Drawn(ground, net, rings)


def write_roads(path: Path, aubrelle: Aubrelle, drawn: Drawn | None = None) -> RoadsSummary:
    """Write the network at `path`, whose name ends in `.osm.pbf`; drawn already, it is not drawn again."""
    drawn = drawn or draw_roads(aubrelle)
    net = drawn.net
    ways, bollards = make_ways(drawn.ground, net, drawn.rings, with_bollards(net))
    tags = tag(net, ways, aubrelle)
    marks = point_tags(net, ways, with_lights(net), bollards)
    count = osm.write(path, net.points, list(zip(ways, tags, strict=True)), marks, aubrelle.departement.river)
    return _summary(net, ways, count)


def _summary(net: Net, ways: list[Way], count: int) -> RoadsSummary:
    by_kind = {kind.name.lower(): float(lengths(net.points, net.edges[net.kinds == kind]).sum()) for kind in Road}
    return RoadsSummary(
        nodes=count,
        ways=len(ways),
        kilometres=round(sum(by_kind.values()), 1),
        one_ways=sum(1 for way in ways if way.is_one_way),
        kilometres_by_kind={kind: round(length, 1) for kind, length in by_kind.items()},
    )


def _thousands(number: float) -> str:
    return f"{number:,.0f}".replace(",", "\u202f")
