"""Loading the roads of a region: read, checked against what the house serves, swapped in one stroke."""

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from maillage.core import clock, mapped
from maillage.core.refusals import Refused
from maillage.territories.choices import Density, TravelMode
from maillage.territories.ground import DENSITIES, UNKNOWN_DENSITY, on_the_sphere
from maillage.territories.models import Commune
from maillage.territories.roads import stored
from maillage.territories.roads.graph import Graph, graphs_of
from maillage.territories.roads.network import ModeNetwork
from maillage.territories.roads.osm import Extract, OsmUnreadable, read_osm
from maillage.territories.roads.outline import covered
from maillage.territories.travel.calibration import RanksOf, calibrate
from maillage.territories.travel.interface import Calibration, Error


@dataclass(frozen=True)
class ModeReport:
    """One mode: nodes, arcs, and pieces by size in nodes; `left_out`: nodes in pieces too small to count."""

    mode: TravelMode
    nodes: int
    arcs: int
    pieces: tuple[int, ...]
    left_out: int

    def __str__(self) -> str:
        pieces = (
            f" Attention : le réseau est en {len(self.pieces)} morceaux ({', '.join(map(_thousands, self.pieces))} "
            "nœuds). De l'un à l'autre, les temps sont estimés."
            if len(self.pieces) > 1
            else ""
        )
        return (
            f"{self.mode.label.capitalize()} : {_thousands(self.nodes)} nœuds, {_thousands(self.arcs)} arcs, "
            f"{_thousands(self.left_out)} nœuds isolés laissés de côté.{pieces}"
        )


@dataclass(frozen=True)
class RoadsReport:
    """What loading a network did. `away`: communes of the house without a road of this file nearby."""

    name: str
    version: str
    ways: int
    missing: int
    modes: tuple[ModeReport, ...]
    communes: int
    away: tuple[str, ...]
    calibration: tuple[Calibration, ...]
    seconds: float

    def lines(self) -> list[str]:
        """In French, for who loads it."""
        cut = f" La région est coupée à {_thousands(self.missing)} endroits (points absents)." if self.missing else ""
        near = self.communes - len(self.away)
        told = [f"{_thousands(self.ways)} voies lues dans « {self.name} ».{cut}", *map(str, self.modes)]
        if self.communes:
            told.append(f"{_thousands(near)} communes sur {_thousands(self.communes)} ont une route à moins de 5 km.")
        if self.away:
            told.append(
                f"Hors de ce fichier, donc estimées : {', '.join(self.away[:20])}{'…' * (len(self.away) > 20)}."
            )
        told += map(_calibration_line, self.calibration)
        return [
            *told,
            f"Le réseau est en place ({self.seconds:.0f} s). Les temps de trajet l'utilisent dès maintenant.",
        ]

    def __str__(self) -> str:
        return "\n".join(self.lines())


NEAR_KM = 5.0  # A commune's centre with no way this near is outside the file.
MUST_KEEP = 0.8  # Of the nodes in place: a month changes roads less than that.
UNCHANGED = "Les routes en place n'ont pas changé."
INSIST = "Pour le charger quand même, ajoutez --anyway."


def load_roads(path: Path, *, anyway: bool = False) -> RoadsReport:
    """Read an OpenStreetMap file, and make its roads those of the house, for all its processes, at once.

    `anyway`: even when the file is of another region than the house's communes, or much smaller than the roads in
    place. Raises Refused, and the roads in place stay, when the file is unreadable, cut, empty, or so.
    """
    began = time.monotonic()
    try:
        extract = read_osm(path)
    except OsmUnreadable as unreadable:
        raise Refused(f"{unreadable.sentence} {UNCHANGED}") from unreadable
    graphs = graphs_of(extract)
    if not len(graphs[TravelMode.CAR].points):
        raise Refused(
            f"« {path.name} » ne contient aucune route ouverte aux voitures. Les routes en place n'ont pas changé."
        )
    communes, away = _communes_away(graphs[TravelMode.CAR])
    if not anyway:
        _refuse_elsewhere(path, communes, away)
        _refuse_losses(path, extract, graphs)
    held = calibrate(graphs, _ranks_of())
    facts = _facts(path, extract, graphs, held)
    version = mapped.write(stored.home(), stored.arrays_of(graphs, extract.rivers), facts).name
    return RoadsReport(
        path.name, version, len(extract.kind), extract.missing, tuple(_mode_report(*pair) for pair in graphs.items()),
        communes, away, tuple(held), time.monotonic() - began,
    )  # fmt: skip


def _communes_away(graph: Graph) -> tuple[int, tuple[str, ...]]:
    rows = list(Commune.objects.current().placed().order_by("name").values_list("name", "latitude", "longitude"))
    if not rows:
        return 0, ()
    centres = np.array([row[1:] for row in rows], dtype=np.float64)
    node, _ = ModeNetwork(graph).nearest_nodes(centres, within=1000 * NEAR_KM)
    return len(rows), tuple(row[0] for row, at in zip(rows, node, strict=True) if at < 0)


def _refuse_elsewhere(path: Path, communes: int, away: tuple[str, ...]) -> None:
    if communes and len(away) == communes:
        raise Refused(
            f"« {path.name} » est d'une autre région : aucune des {communes} communes de cette maison n'y a de route "
            f"à moins de 5 km. {UNCHANGED}",
            instead=INSIST,
        )


def _refuse_losses(path: Path, extract: Extract, graphs: dict[TravelMode, Graph]) -> None:
    """A file cut just between two of its blocks reads well, and lacks the rest."""
    if extract.lacks_end:
        raise Refused(
            f"« {path.name} » est un extrait régional, et il s'arrête avant les relations : il est sans doute coupé. "
            f"Téléchargez-le à nouveau, et vérifiez sa taille. {UNCHANGED}",
            instead=INSIST,
        )
    former = mapped.current(stored.home())
    had = former.facts.get("nodes", {}).get(TravelMode.CAR, 0) if former else 0
    has = len(graphs[TravelMode.CAR].points)
    if has < MUST_KEEP * had:
        raise Refused(
            f"« {path.name} » donne {_thousands(has)} nœuds, les routes en place {_thousands(had)}. Le fichier "
            f"est peut-être coupé, ou d'une région plus petite. {UNCHANGED}",
            instead=INSIST,
        )


def _ranks_of() -> RanksOf:
    """The density of a point is that of the commune whose centre is nearest; countryside where none is known."""
    rows = list(Commune.objects.current().placed().values_list("latitude", "longitude", "density"))
    if not rows:
        return lambda points: np.full(len(points), UNKNOWN_DENSITY)
    tree = cKDTree(on_the_sphere(np.array([row[:2] for row in rows], dtype=np.float64)))
    ranks = np.array([DENSITIES.index(Density(row[2])) for row in rows])
    return lambda points: ranks[tree.query(on_the_sphere(points))[1]]


def _facts(path: Path, extract: Extract, graphs: dict[TravelMode, Graph], held: list[Calibration]) -> dict[str, Any]:
    return {
        "format": stored.FORMAT,
        "file": path.name,
        "made_at": extract.made_at.isoformat() if extract.made_at else "",
        "loaded_at": clock.now().isoformat(),
        "nodes": {mode.value: len(graph.points) for mode, graph in graphs.items()},
        "arcs": {mode.value: len(graph.seconds) for mode, graph in graphs.items()},
        "fastest": stored.fastest(extract),
        "area": covered(graphs[TravelMode.CAR].points).wkt,
        "calibration": [asdict(one) | {"before": _figures(one.before), "after": _figures(one.after)} for one in held],
    }


def _figures(error: Error) -> list[float]:
    return [error.median, error.late, error.within_five]


def _mode_report(mode: TravelMode, graph: Graph) -> ModeReport:
    sizes = np.bincount(graph.piece[graph.piece >= 0])
    return ModeReport(mode, len(graph.points), len(graph.seconds), tuple(sizes.tolist()), int((graph.piece < 0).sum()))


def _calibration_line(held: Calibration) -> str:
    before, after = (
        f"{error.median:.1f} min d'écart médian, {error.late:.1f} au neuvième décile, {error.within_five:.0%} des "
        "trajets à moins de 5 min".replace(".", ",")
        for error in (held.before, held.after)
    )
    return (
        f"Estimation {held.mode.label}, comparée aux routes sur {_thousands(held.pairs)} trajets : {before}. "
        f"Calée (× {held.scale:.2f}) : {after}.".replace("%", "\u202f%")
    )


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
