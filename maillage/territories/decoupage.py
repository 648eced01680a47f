"""Reads the official list of communes and EPCI, from the npm package `@etalab/decoupage-administratif`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]

PARTS = frozenset({"commune-deleguee", "commune-associee", "arrondissement-municipal"})
# Where clocks are not those of Paris (decree 2017-292 on legal time in France).
TIME_ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
}
PARIS_TIME = "Europe/Paris"


class ListAway(Exception):
    """The official list cannot be read. `sentence` is in French."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class CommuneFacts:
    """What a source says of a commune. Coordinates in degrees (WGS 84), area in km²; None when the source is silent.

    `other_names`: former names, delegated and associated communes, municipal arrondissements.
    """

    code: str
    name: str
    epci_siren: str
    epci_name: str
    postal_codes: tuple[str, ...]
    population: int
    other_names: tuple[str, ...]
    latitude: float | None = None
    longitude: float | None = None
    area_km2: float | None = None


@dataclass(frozen=True)
class DepartementFacts:
    """A Département as the official list has it."""

    code: str
    name: str
    time_zone: str
    communes: tuple[CommuneFacts, ...]


def read_departement(code: str, folder: Path) -> DepartementFacts:
    """The Département of that code and its communes, from the package's `data` folder.

    Raises ListAway when the folder is absent or unreadable, or when no Département has that code.
    """
    name = next((row["nom"] for row in _rows(folder, "departements") if row["code"] == code), "")
    if not name:
        raise ListAway(f"Aucun département ne porte le code {code}.")
    rows = [row for row in _rows(folder, "communes") if row["departement"] == code]
    epcis = _epci_by_commune(_rows(folder, "epci"))
    names = _other_names(rows)
    current = [row for row in rows if row["type"] == "commune-actuelle"]
    communes = tuple(_facts(row, epcis, names) for row in current)
    return DepartementFacts(code, name, TIME_ZONES.get(code, PARIS_TIME), communes)


def _rows(folder: Path, name: str) -> list[Row]:
    path = folder / f"{name}.json"
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError as away:
        raise ListAway(f"La liste officielle des communes manque ({path}). Lancez « npm ci ».") from away
    except ValueError as broken:
        raise ListAway(f"La liste officielle des communes est illisible ({path}).") from broken


def _epci_by_commune(epcis: list[Row]) -> dict[str, tuple[str, str]]:
    return {member["code"]: (epci["code"], epci["nom"]) for epci in epcis for member in epci["membres"]}


def _other_names(rows: list[Row]) -> dict[str, list[str]]:
    """Names of the parts, by the code of today's commune."""
    names: dict[str, list[str]] = {}
    for row in rows:
        if row["type"] in PARTS:
            names.setdefault(row.get("chefLieu") or row["commune"], []).append(row["nom"])
    return names


def _facts(row: Row, epcis: dict[str, tuple[str, str]], names: dict[str, list[str]]) -> CommuneFacts:
    siren, epci_name = epcis.get(row["code"], ("", ""))
    return CommuneFacts(
        code=row["code"],
        name=row["nom"],
        epci_siren=siren,
        epci_name=epci_name,
        postal_codes=tuple(row.get("codesPostaux", ())),
        population=row.get("population", 0),
        other_names=tuple(names.get(row["code"], ())),
    )
