"""L'Aubrelle, the fictional Département of the demonstration: what it offers to the rest of the house.

Pure and deterministic: no database, no clock, no chance that is not seeded by a name. Everything is invented; phone
numbers are those Arcep keeps for fictions, e-mails and sites end in `.example`, SIRET begin with 000.
"""

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from maillage.demo.aubrelle import territories
from maillage.demo.aubrelle.geography import draw
from maillage.demo.aubrelle.model import (
    Aubrelle,
    Commune,
    Departement,
    Epci,
    Membership,
    Partner,
    Sector,
    Staff,
    TeamPlan,
)
from maillage.demo.aubrelle.offers import Region, build_services
from maillage.demo.aubrelle.partners import HOUSE, PARTNERS, rna, siren, siret
from maillage.demo.aubrelle.people import PEOPLE
from maillage.demo.aubrelle.structures import CONFIDENTIAL_KINDS, House, build_houses
from maillage.demo.aubrelle.teams import TEAMS
from maillage.demo.aubrelle.welcome import with_welcome

__all__ = [
    "HOUSE",
    "PARTNERS",
    "PEOPLE",
    "TEAMS",
    "Aubrelle",
    "Commune",
    "Departement",
    "Epci",
    "Membership",
    "Partner",
    "Sector",
    "Staff",
    "TeamPlan",
    "build",
    "recipe",
    "rna",
    "shapes_geojson",
    "siren",
    "siret",
]


def build(today: date) -> Aubrelle:
    """The whole Département; `today` only dates the last updates of structures and services."""
    table = territories.rows("communes.csv")
    drawing = draw(territories.sites(table))
    communes = territories.read_communes(table, drawing)
    sectors = territories.read_sectors(table)
    region = _region(communes, sectors)
    houses = build_houses(communes, region.sector_names, today)
    return Aubrelle(
        departement=territories.read_departement(table, drawing),
        epcis=territories.read_epcis(),
        communes=communes,
        sectors=sectors,
        memberships=territories.read_memberships(table),
        structures=tuple(with_welcome(house) for house in houses),
        services=build_services(houses, region, today),
        mds_of_sector=_mds_of_sector(houses, sectors),
        confidential=frozenset(house.record["id"] for house in houses if house.kind in CONFIDENTIAL_KINDS),
    )


def recipe() -> str:
    """A fingerprint of all that L'Aubrelle is made from: the same as long as nobody changes a line of it."""
    home = Path(__file__).parent
    pages = sorted(path for path in home.rglob("*") if path.suffix in {".py", ".csv", ".toml"})
    return sha256(b"".join(sha256(page.read_bytes()).digest() for page in pages)).hexdigest()


def shapes_geojson(aubrelle: Aubrelle) -> dict[str, Any]:
    """The communes as a GeoJSON FeatureCollection; properties `code`, `nom`, `population`."""
    return {"type": "FeatureCollection", "features": [_feature(commune) for commune in aubrelle.communes]}


def _feature(commune: Commune) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": commune.code,
        "properties": {"code": commune.code, "nom": commune.name, "population": commune.population},
        "geometry": {
            "type": "Polygon",
            "coordinates": [[list(point) for point in ring] for ring in commune.shape],
        },
    }


def _region(communes: tuple[Commune, ...], sectors: tuple[Sector, ...]) -> Region:
    names = {sector.code: sector.name for sector in sectors}
    sector_of = {row["code"]: row["sector"] for row in territories.rows("communes.csv")}
    return Region(
        communes=communes,
        sector_of=sector_of,
        sector_names={commune: names[sector] for commune, sector in sector_of.items()},
        epci_phrases={row["siren"]: row["phrase"] for row in territories.rows("epcis.csv")},
    )


def _mds_of_sector(houses: list[House], sectors: tuple[Sector, ...]) -> dict[str, str]:
    mds_in = {house.commune.code: house.record["id"] for house in houses if house.kind == "mds" and house.commune}
    return {s.code: mds_in[s.seat] for s in sectors if s.level == "tis" and s.valid_until is None}
