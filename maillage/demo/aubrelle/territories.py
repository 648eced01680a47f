"""Reads the communes, the EPCI and the social sectors of L'Aubrelle from its data files, and dates them."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from maillage.demo.aubrelle.geography import Drawing, Site
from maillage.demo.aubrelle.model import Commune, Departement, Epci, Membership, Sector

DATA = Path(__file__).parent / "data"
FOUNDED_ON = date(2018, 1, 1)
"""First social sectors: TAS and TIS."""
REORGANISED_ON = date(2024, 1, 1)
"""Two lowest-level sectors became four."""
LAST_DAY_BEFORE = date(2023, 12, 31)

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def sites(communes: list[Row]) -> list[Site]:
    return [Site(row["code"], float(row["x"]), float(row["y"]), row["bank"]) for row in communes]


def read_departement(communes: list[Row], drawing: Drawing) -> Departement:
    prefecture = next(row["code"] for row in communes if row["role"] == "prefecture")
    return Departement("00", "L'Aubrelle", prefecture, drawing.outline, drawing.river)


def read_epcis() -> tuple[Epci, ...]:
    return tuple(Epci(row["siren"], row["name"], row["tas"]) for row in rows("epcis.csv"))


def read_communes(communes: list[Row], drawing: Drawing) -> tuple[Commune, ...]:
    tas_of = {row["code"]: row["parent"] for row in rows("sectors.csv")}
    siren_of = {epci.tas: epci.siren for epci in read_epcis()}
    return tuple(
        Commune(
            code=row["code"],
            name=row["name"],
            old_names=tuple(filter(None, row["old_names"].split("|"))),
            postal_codes=tuple(row["postal_codes"].split()),
            population=int(row["population"]),
            latitude=drawing.centroids[row["code"]][1],
            longitude=drawing.centroids[row["code"]][0],
            area_km2=drawing.areas[row["code"]],
            epci=siren_of[tas_of[row["sector"]]],
            shape=drawing.shapes[row["code"]],
        )
        for row in communes
    )


def read_sectors(communes: list[Row]) -> tuple[Sector, ...]:
    code_of = {row["name"]: row["code"] for row in communes}
    table = rows("sectors.csv")
    replaced = {row["replaces"] for row in table}
    return tuple(
        Sector(
            code=row["code"],
            name=row["name"],
            level=row["level"],
            parent=row["parent"] or None,
            seat=code_of[row["seat"]],
            valid_from=REORGANISED_ON if row["replaces"] else FOUNDED_ON,
            valid_until=LAST_DAY_BEFORE if row["code"] in replaced else None,
        )
        for row in table
    )


def read_memberships(communes: list[Row]) -> tuple[Membership, ...]:
    """Each commune in its sector of today, preceded by the one it replaced where it did."""
    replaced_by = {row["code"]: row["replaces"] for row in rows("sectors.csv")}
    return tuple(period for row in communes for period in _periods(row, replaced_by[row["sector"]]))


def _periods(commune: Row, previous: str) -> Iterator[Membership]:
    if previous:
        yield Membership(commune["code"], previous, FOUNDED_ON, LAST_DAY_BEFORE)
    since = REORGANISED_ON if previous else FOUNDED_ON
    yield Membership(commune["code"], commune["sector"], since, None)
