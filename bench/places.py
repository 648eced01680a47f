"""Where people live in France: its communes, each with a middle and an outline to draw points in, from open data."""

import gzip
import heapq
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from maillage.core.text import fold

METROPOLE_DE_LYON = "200046977"
ARTICLE = re.compile(r"^(?:le |la |les |l')")
KM_PER_DEGREE = 111.2


@dataclass(eq=False)
class Town:
    """A commune as the official list has it, and the outline its points are drawn in: its own, or its canton's."""

    code: str
    name: str
    departement: str
    epci: str
    postal_codes: tuple[str, ...]
    population: int
    outline: Any = None
    neighbours: int = 1
    centre: tuple[float, float] | None = None

    @cached_property
    def reach(self) -> float:
        """How far from its middle most of it lies, in degrees of latitude."""
        return float(np.sqrt(self.outline.area / self.neighbours / np.pi)) / 1.5

    def points(self, count: int, dice: np.random.Generator) -> np.ndarray:
        """`count` points (latitude, longitude) around its middle, inside its outline."""
        shapely.prepare(self.outline)
        found = np.empty((0, 2))
        latitude, longitude = self.centre or (0.0, 0.0)
        spread = self.reach
        while len(found) < count:
            drawn = dice.normal((latitude, longitude), (spread, spread * 1.4), (4 * count + 8, 2))
            found = np.concatenate([found, drawn[shapely.contains_xy(self.outline, drawn[:, 1], drawn[:, 0])]])
            spread *= 0.9  # A middle close to a corner: look nearer.
        return np.round(found[:count], 5)


@dataclass(frozen=True)
class France:
    """All communes, those with an outline first; names of the Départements and of the EPCI."""

    towns: list[Town]
    departements: dict[str, str]
    epcis: dict[str, str]

    def drawn(self) -> list[Town]:
        return [town for town in self.towns if town.outline is not None]


def read_france(decoupage: Path, contours: Path, dice: np.random.Generator) -> France:
    """The communes of the npm package, set in the outlines of `contours`; overseas without outline have no point."""
    rows = {
        name: json.loads((decoupage / f"{name}.json").read_bytes()) for name in ("communes", "departements", "epci")
    }
    epci_of = {member["code"]: epci["code"] for epci in rows["epci"] for member in epci["membres"]}
    by_departement: dict[str, list[Town]] = {}
    for row in rows["communes"]:
        if row["type"] == "commune-actuelle" and "departement" in row:
            postal = tuple(row.get("codesPostaux", ())) or (f"{row['code'][:2]}000",)
            by_departement.setdefault(row["departement"], []).append(
                Town(row["code"], row["nom"], row["departement"], epci_of.get(row["code"], ""), postal,
                     row.get("population", 0))
            )  # fmt: skip
    cantons, whole = _cantons(contours), _outlines(contours / "departements-simplifies-2018.geojson.gz")
    for code, towns in by_departement.items():
        own = contours / f"communes-{code}-cog2026.geojson.gz"
        if own.is_file():
            _in_own_outlines(towns, _outlines(own))
        elif code in cantons or code in whole:
            _in_cantons(towns, cantons.get(code, []), whole.get(code), dice)
    towns = [town for code in sorted(by_departement) for town in by_departement[code]]
    return France(towns, _names(rows["departements"]), _names(rows["epci"]))


def _names(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["code"]: row["nom"] for row in rows}


def _outlines(path: Path) -> dict[str, Any]:
    features = json.loads(gzip.decompress(path.read_bytes()))["features"]
    return {one["properties"]["code"]: _shape(one["geometry"]) for one in features}


def _shape(geometry: dict[str, Any]) -> Any:
    return shapely.make_valid(shapely.from_geojson(json.dumps(geometry)))


def _cantons(contours: Path) -> dict[str, list[tuple[str, Any]]]:
    """By Département: the name of the town that gives its own to the canton, and the canton's outline."""
    content = json.loads(gzip.decompress((contours / "cantons-france-2018.geojson.gz").read_bytes()))
    found: dict[str, list[tuple[str, Any]]] = {}
    for one in content["features"]:
        code, name = one["properties"]["code"], re.sub(r"-\d+$", "", one["properties"]["nom"])
        found.setdefault(code[: 3 if code.startswith("97") else 2], []).append((_key(name), _shape(one["geometry"])))
    return found


def _key(name: str) -> str:
    return ARTICLE.sub("", fold(name))


def _in_own_outlines(towns: list[Town], outlines: dict[str, Any]) -> None:
    for town in towns:
        if town.code in outlines:
            _settle(town, outlines[town.code], outlines[town.code].representative_point())


def _in_cantons(towns: list[Town], cantons: list[tuple[str, Any]], whole: Any, dice: np.random.Generator) -> None:
    """A town that names cantons is in the middle of them. The others fill the cantons evenly.

    The law wants cantons of a Département within 20 % of its mean population (CGCT, art. L3113-2).
    """
    if not cantons:  # Paris: a Département of one commune, without cantons.
        cantons = [("", whole)]
    named: dict[str, list[int]] = {}
    for rank, (name, _) in enumerate(cantons):
        named.setdefault(name, []).append(rank)
    people, members = [0.0] * len(cantons), [0] * len(cantons)
    waiting, lyon = [], []
    for town in sorted(towns, key=lambda one: (-one.population, one.code)):
        if town.epci == METROPOLE_DE_LYON:
            lyon.append(town)
        elif ranks := named.get(_key(town.name)):
            _settle(town, outline := shapely.union_all([cantons[rank][1] for rank in ranks]), outline.centroid)
            for rank in ranks:
                people[rank] += town.population / len(ranks)
                members[rank] += 1
        else:
            waiting.append(town)
    for town, rank in _spread(waiting, people, members):
        town.neighbours = members[rank]
        _settle(town, cantons[rank][1], _somewhere_in(cantons[rank][1], dice))
    if lyon:
        _in_the_rest(lyon, whole.difference(shapely.union_all([outline for _, outline in cantons])), dice)


def _spread(towns: list[Town], people: list[float], members: list[int]) -> list[tuple[Town, int]]:
    """Each town with the canton that has the fewest people when its turn comes."""
    lightest = [(count, rank) for rank, count in enumerate(people)]
    heapq.heapify(lightest)
    settled = []
    for town in towns:
        count, rank = heapq.heappop(lightest)
        heapq.heappush(lightest, (count + town.population, rank))
        members[rank] += 1
        settled.append((town, rank))
    return settled


def _in_the_rest(towns: list[Town], rest: Any, dice: np.random.Generator) -> None:
    """The métropole de Lyon replaced the Département and has no canton; its greatest town is in the middle."""
    for town in towns:
        town.neighbours = len(towns)
        _settle(town, rest, rest.centroid if town is towns[0] else _somewhere_in(rest, dice))


def _settle(town: Town, outline: Any, centre: Any) -> None:
    inside = centre if shapely.contains(outline, centre) else outline.representative_point()
    town.outline, town.centre = outline, (round(inside.y, 5), round(inside.x, 5))


def _somewhere_in(outline: Any, dice: np.random.Generator) -> Any:
    west, south, east, north = outline.bounds
    while True:
        for x, y in dice.uniform((west, south), (east, north), (16, 2)):
            if shapely.contains_xy(outline, x, y):
                return shapely.Point(x, y)
