"""Builds the structures of L'Aubrelle in the data·inclusion v1 shape, from the list and the kinds in `data/`."""

import csv
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from maillage.demo.aubrelle.french import capitalised, of
from maillage.demo.aubrelle.model import Commune
from maillage.demo.aubrelle.territories import DATA, Row

SOURCE = "aubrelle"
CONFIDENTIAL_KINDS = {"shelter"}
RURAL_NUMBERS = 60
"""Highest street number in a small town; cities go further."""
CITY = 9000
"""Inhabitants from which a commune has a station and long streets."""


@dataclass(frozen=True)
class House:
    """A structure, with what its record does not say: its kind, its name in a sentence, its own way in."""

    slug: str
    kind: str
    phrase: str
    """With its article: « la Maison des solidarités de Melune »."""
    commune: Commune | None
    access: str | None
    """A sentence on how to get in; none for a confidential address."""
    is_itinerant: bool
    """Holds drop-ins in other communes."""
    record: dict[str, Any]


def read_toml(name: str) -> dict[str, Any]:
    with (DATA / name).open("rb") as lines:
        return tomllib.load(lines)


def build_houses(communes: tuple[Commune, ...], sector_names: dict[str, str], today: date) -> list[House]:
    """All the structures; `sector_names` gives the name of the present sector of each commune code."""
    kinds, places = read_toml("kinds.toml"), read_toml("places.toml")
    by_name = {commune.name: commune for commune in communes}
    with (DATA / "structures.csv").open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines, delimiter=";"))
    return [
        _house(row, number, kinds[row["kind"]], places, by_name.get(row["commune"]), sector_names, today)
        for number, row in enumerate(table, 1)
    ]


def _house(  # noqa: PLR0913, PLR0917 -- one row and the tables it is read against
    row: Row,
    number: int,
    kind: dict[str, Any],
    places: dict[str, Any],
    commune: Commune | None,
    sector_names: dict[str, str],
    today: date,
) -> House:
    dice = Random(f"aubrelle:structure:{row['slug']}")
    phrase = phrase_of(row)
    words = {"place": phrase, "Place": capitalised(phrase)}
    if commune:
        words |= {"de_commune": of(commune.name), "sector": sector_names[commune.code]}
    record = {
        "source": SOURCE,
        "id": f"{SOURCE}--{row['slug']}",
        "nom": row["name"],
        "date_maj": (today - timedelta(days=dice.randint(21, 700))).isoformat(),
        "description": dice.choice(kind["text"]).format(**words),
        "lien_source": f"https://annuaire.aubrelle.example/structures/{row['slug']}",
        "siret": None if row["kind"] in CONFIDENTIAL_KINDS or dice.random() < 0.35 else fictional_siret(number),
        **address(commune, places, dice),
        **(point_of(row) if row["point"] else {}),
        "telephone": phone(number, row["kind"]),
        "courriel": email(row),
        "site_web": site(row) if dice.random() < 0.8 else None,
        "horaires_accueil": dice.choice(kind["hours"]) if dice.random() < 0.93 else None,
        "accessibilite_lieu": None,
        "reseaux_porteurs": sorted(kind["networks"]) or None,
    }
    is_confidential = row["kind"] in CONFIDENTIAL_KINDS
    way_in = None if is_confidential or not commune else access(commune, places, dice)
    return House(row["slug"], row["kind"], phrase, commune, way_in, "outreach" in kind, record)


def phrase_of(row: Row) -> str:
    """The name inside a sentence; what follows a comma stays out of it."""
    name, article = row["name"].split(",")[0], row["article"]
    if article.endswith("~"):
        article, name = article[:-1], name[:1].lower() + name[1:]
    return f"{article}{name}" if article.endswith("'") else f"{article} {name}"


def address(commune: Commune | None, places: dict[str, Any], dice: Random) -> dict[str, Any]:
    """The place of a structure, near the middle of its commune; nothing for a structure without one."""
    if commune is None:
        names = ("commune", "code_postal", "code_insee", "adresse", "complement_adresse", "longitude", "latitude")
        return dict.fromkeys(names)
    street = dice.choice(places["streets"])
    number = dice.randint(1, RURAL_NUMBERS if commune.population < CITY else 3 * RURAL_NUMBERS)
    return {
        "commune": commune.name,
        "code_postal": dice.choice(commune.postal_codes),
        "code_insee": commune.code,
        "adresse": capitalised(street) if street.startswith("place") else f"{number} {street}",
        "complement_adresse": dice.choice(places["complements"]) if dice.random() < 0.25 else None,
        "longitude": round(commune.longitude + dice.uniform(-0.011, 0.011), 5),
        "latitude": round(commune.latitude + dice.uniform(-0.008, 0.008), 5),
    }


def point_of(row: Row) -> dict[str, Any]:
    """Where a structure stands that is not near the middle of its commune: the housing office, on its quay."""
    street, latitude, longitude = row["point"].split("|")
    return {"adresse": street, "complement_adresse": None, "latitude": float(latitude), "longitude": float(longitude)}


def access(commune: Commune, places: dict[str, Any], dice: Random) -> str:
    if commune.population >= CITY and dice.random() < 0.3:
        return str(places["station"]).format(de_commune=of(commune.name), minutes=dice.randint(4, 15))
    return str(dice.choice(places["access"]))


def fictional_siret(number: int) -> str:
    """A SIRET with right check digits, in a range Sirene never gives: it begins with 000."""
    siren = with_check_digit(f"000{number * 137 % 100_000:05d}")
    return with_check_digit(f"{siren}0001")


def with_check_digit(digits: str) -> str:
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))]
    total = sum(value - 9 if value > 9 else value for value in doubled)
    return f"{digits}{-total % 10}"


def phone(number: int, kind: str) -> str:
    """A number that Arcep keeps for fictions."""
    if kind == "helpline":
        return "+33199003000"
    if kind == "bus":
        return f"+3363998{number:04d}"
    return f"+3326191{(number * 61) % 10_000:04d}"


def email(row: Row) -> str:
    if row["kind"] in {"mds", "pmi", "bus", "autonomy"}:
        return f"{row['slug']}@aubrelle.example"
    return f"contact@{row['slug']}.example"


def site(row: Row) -> str:
    if row["kind"] in {"mds", "pmi", "bus", "autonomy"}:
        return f"https://www.aubrelle.example/{row['slug']}"
    return f"https://www.{row['slug']}.example/"
