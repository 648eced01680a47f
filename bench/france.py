"""A directory the size of France, always the same: 40,000 structures and 100,000 services drawn where people live."""

import datetime as dt
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from bench import words
from bench.places import France, Town, read_france
from maillage.demo.aubrelle.french import at, of
from maillage.demo.aubrelle.opening import Hours, draw_hours
from maillage.demo.aubrelle.structures import DATA, fictional_siret, read_toml
from maillage.directory.choices import EVERYONE, category_of

Record = dict[str, Any]
SEED = 2026
STRUCTURES, SERVICES = 40_000, 100_000
SOURCE = "bench"
DAYS = 730  # The last updates are spread over two years.
# How services receive people: on site, on site and at a distance, at a distance, unsaid.
RECEPTION = ((["en-presentiel"], 0.82), (["a-distance", "en-presentiel"], 0.09), (["a-distance"], 0.06), (None, 0.03))
CONTACT = (
    (["telephoner"], ["usagers"]), (["envoyer-un-courriel", "telephoner"], ["professionnels", "usagers"]),
    (["se-presenter", "telephoner"], ["professionnels", "usagers"]), (["envoyer-un-courriel"], ["professionnels"]),
)  # fmt: skip
# Numbers that Arcep keeps for works of fiction (décision 2018-0881, « numéros réservés à un usage audiovisuel »).
FICTION = ("019900", "026191", "035301", "046571", "053649", "063998")
ZONES = ("none", "none", "none", "none", "none", "commune", "epci", "epci", "departement", "departement", "france")
FAR_ZONES = ("departement",) * 7 + ("epci", "epci", "france")


@dataclass(frozen=True)
class Materials:
    """What records are made of, read once."""

    kinds: dict[str, Any]
    offers: dict[str, list[dict[str, Any]]]
    hours: dict[str, list[Hours]]


@dataclass(frozen=True)
class House:
    """A structure drawn: its kind, its town, its record."""

    kind: str
    town: Town
    record: Record


def france(contours: Path, decoupage: Path) -> France:
    """All communes, set in their outlines."""
    return read_france(decoupage, contours, np.random.default_rng(SEED))


def write(path: Path, land: France, *, structures: int = STRUCTURES, services: int = SERVICES, day: dt.date) -> None:
    """Write the data·inclusion v1 document of a directory seen on that day."""
    materials = _materials()
    houses = _houses(land, materials, structures, day)
    with path.open("w", encoding="utf-8") as page:
        page.write('{"structures": [\n')
        _write_all((house.record for house in houses), page)
        page.write('],\n"services": [\n')
        _write_all(_services(houses, land, materials, services, day), page)
        page.write("]}\n")


def _write_all(records: Iterator[Record], page: Any) -> None:
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    for rank, record in enumerate(records):
        page.write(f",\n{encode(record)}" if rank else encode(record))


def _materials() -> Materials:
    files = sorted(path.name for path in (DATA / "offers").glob("*.toml"))
    offers: dict[str, list[dict[str, Any]]] = {}
    for offer in (offer for name in files for offer in read_toml(f"offers/{name}")["offer"]):
        for kind in offer["kinds"]:
            offers.setdefault(kind, []).append(offer)
    dice = random.Random(SEED)
    styles = ("slots", "monthly", "evening", "midday", "shop", "nightly", "saturday", "always")
    hours = {style: [draw_hours(style, None, dice) for _ in range(400)] for style in styles}
    return Materials(read_toml("kinds.toml"), offers, hours)


# -- Structures ------------------------------------------------------------------------------------------------------


def _houses(land: France, materials: Materials, count: int, day: dt.date) -> list[House]:
    """Structures where people live: each one's town drawn by its population."""
    dice, drawing = random.Random(SEED), np.random.default_rng(SEED)
    towns = land.drawn()
    people = np.array([town.population for town in towns], dtype=float)
    ranks = np.sort(drawing.choice(len(towns), count, p=people / people.sum()))
    houses = []
    for rank, group in groupby(ranks.tolist()):
        places = towns[rank].points(len(list(group)), drawing)
        houses += [_house(len(houses) + n, towns[rank], place, materials, dice, day)
                   for n, place in enumerate(places.tolist(), 1)]  # fmt: skip
    return houses


def _house(
    number: int, town: Town, place: list[float], materials: Materials, dice: random.Random, day: dt.date
) -> House:
    kind = dice.choice(COMMON_KINDS) if dice.random() < 0.6 else dice.choice(list(materials.kinds))
    facts = materials.kinds[kind]
    name = dice.choice(words.STRUCTURE_NAMES[kind]).format(de=of(town.name), name=_some_name(dice))[:150]
    text = dice.choice(facts["text"]).format(
        place=name, Place=name, de_commune=of(town.name), sector=f"{town.name} et environs"
    )
    record = {
        "source": SOURCE,
        "id": f"{SOURCE}--structure-{number}",
        "nom": name,
        "date_maj": (day - dt.timedelta(days=dice.randrange(DAYS))).isoformat(),
        "description": f"{text} {dice.choice(words.GENERAL)}" if dice.random() < 0.85 else None,
        "lien_source": f"https://annuaire.bench.example/structures/{number}",
        "siret": fictional_siret(number) if dice.random() < 0.6 else None,
        **_address(town, place, dice),
        "telephone": _phone(number),
        "courriel": f"contact@structure-{number}.example" if dice.random() < 0.8 else None,
        "site_web": f"https://www.structure-{number}.example" if dice.random() < 0.5 else None,
        "horaires_accueil": dice.choice(facts["hours"]) if dice.random() < 0.8 else None,
        "accessibilite_lieu": None,
        "reseaux_porteurs": facts["networks"] or None,
    }
    return House(kind, town, record)


COMMON_KINDS = ("mds", "ccas", "desk", "social-centre", "employment", "youth-employment", "food", "health", "housing")


def _some_name(dice: random.Random) -> str:
    if dice.random() < 0.5:
        return dice.choice(words.PLACE_NAMES)
    return f"{dice.choice(words.FIRST_NAMES)}-{dice.choice(words.LAST_NAMES)}"


def _address(town: Town, place: list[float], dice: random.Random) -> Record:
    return {
        "commune": town.name,
        "code_postal": dice.choice(town.postal_codes),
        "code_insee": town.code,
        "adresse": f"{dice.randint(1, 120)} {dice.choice(words.STREETS)}",
        "complement_adresse": None,
        "longitude": place[1],
        "latitude": place[0],
    }


def _phone(number: int) -> str:
    return f"+33{FICTION[number % len(FICTION)][1:]}{number * 61 % 10_000:04d}"


# -- Services --------------------------------------------------------------------------------------------------------


def _services(houses: list[House], land: France, materials: Materials, count: int, day: dt.date) -> Iterator[Record]:
    """Services of these structures: more of them where the kind of structure has room for more."""
    dice, drawing = random.Random(SEED + 1), np.random.default_rng(SEED + 1)
    room = np.array([materials.kinds[house.kind].get("room", 1) for house in houses], dtype=float)
    owners = np.sort(drawing.choice(len(houses), count, p=room / room.sum()))
    neighbours = _by_epci(land)
    for number, owner in enumerate(owners.tolist(), 1):
        house = houses[owner]
        elsewhere = None
        if dice.random() < 0.15:
            elsewhere = dice.choice(neighbours.get(house.town.epci) or [house.town])
        yield _service(number, house, elsewhere, materials, dice, day)


def _by_epci(land: France) -> dict[str, list[Town]]:
    found: dict[str, list[Town]] = {}
    for town in land.drawn():
        found.setdefault(town.epci, []).append(town)
    return found


def _service(
    number: int, house: House, elsewhere: Town | None, materials: Materials, dice: random.Random, day: dt.date
) -> Record:
    offer = dice.choice(materials.offers[house.kind])
    modes = dice.choices([mode for mode, _ in RECEPTION], [share for _, share in RECEPTION])[0]
    town, at_home = elsewhere or house.town, house.record
    hours = _hours(offer, at_home, materials, dice)
    name, text = _words(offer, at_home["nom"], town, hours, dice)
    ways, users = dice.choice(CONTACT)
    place = at_home if elsewhere is None else _address(elsewhere, list(elsewhere.centre or ()), dice)
    return {
        "source": SOURCE,
        "structure_id": at_home["id"],
        "id": f"{SOURCE}--service-{number}",
        "nom": name,
        "description": text,
        "lien_source": f"https://annuaire.bench.example/services/{number}",
        "date_maj": (day - dt.timedelta(days=dice.randrange(DAYS))).isoformat(),
        "type": offer.get("type"),
        "thematiques": offer["themes"][:3] or None,
        "frais": ("payant" if offer.get("fees") else "gratuit") if dice.random() < 0.9 else None,
        "frais_precisions": None if offer.get("fees") in {None, "none"} else offer["fees"],
        "publics": _publics(offer) if dice.random() < 0.95 else None,
        "publics_precisions": None,
        "conditions_acces": dice.choice(words.CONDITIONS) if dice.random() < 0.4 else None,
        **{field: place[field] for field in ADDRESS},
        "telephone": at_home["telephone"],
        "courriel": at_home["courriel"],
        "modes_accueil": modes,
        "zone_eligibilite": _zone(town, dice.choice(FAR_ZONES if modes == ["a-distance"] else ZONES)),
        "contact_nom_prenom": None,
        "lien_mobilisation": f"https://rendez-vous.bench.example/{number}" if dice.random() < 0.2 else None,
        "modes_mobilisation": ways,
        "mobilisable_par": users,
        "mobilisation_precisions": dice.choice(words.SEND) if dice.random() < 0.6 else None,
        "volume_horaire_hebdomadaire": float(offer["volume"]) if "volume" in offer else None,
        "nombre_semaines": offer.get("weeks"),
        "horaires_accueil": hours.osm if dice.random() < 0.75 else None,
    }


ADDRESS = ("commune", "code_postal", "code_insee", "adresse", "complement_adresse", "longitude", "latitude")


def _publics(offer: dict[str, Any]) -> list[str] | None:
    """« Everyone » stands alone (data·inclusion v1)."""
    return [one for one in offer["publics"] if one != EVERYONE] or offer["publics"] or None


def _hours(offer: dict[str, Any], at_home: Record, materials: Materials, dice: random.Random) -> Hours:
    if offer["hours"] == "open":
        return Hours("aux heures d'ouverture", at_home["horaires_accueil"])
    return dice.choice(materials.hours[offer["hours"]])


def _words(offer: dict[str, Any], place: str, town: Town, hours: Hours, dice: random.Random) -> tuple[str, str]:
    """The words of an offer, then a sentence or two of its category and of the place."""
    name = dice.choice(offer["names"])
    if dice.random() < 0.2:
        name = f"{name} {at(town.name)}"
    sentences = [*map(dice.choice, offer["text"])]
    for theme in offer["themes"][:1]:
        sentences.append(dice.choice(words.BY_CATEGORY[category_of(theme)]))
    sentences += dice.sample(words.GENERAL, dice.randrange(3))
    here = {
        "when": hours.words, "at_place": f"à l'adresse {of(place)}", "place": place, "Place": place,
        "of_place": of(place), "a_commune": at(town.name), "de_commune": of(town.name), "a_home": at(town.name),
        "a_neighbour": "dans une commune voisine", "de_epci": f"des environs {of(town.name)}",
    }  # fmt: skip
    return name[:150], " ".join(sentences).format(**here)


def _zone(town: Town, kind: str) -> list[str] | None:
    code = {"commune": town.code, "epci": town.epci, "departement": town.departement, "france": "france"}.get(kind)
    return [code] if code else None


# -- Communes --------------------------------------------------------------------------------------------------------


def load_communes(land: France) -> None:
    """Every commune of France in the database, with its middle where it is known."""
    from maillage.territories.actions import CommuneFacts, save_communes
    from maillage.territories.models import Departement

    for code, towns in groupby(land.towns, key=lambda town: town.departement):
        departement, _ = Departement.objects.get_or_create(code=code, defaults={"name": land.departements[code]})
        facts = []
        for town in towns:
            latitude, longitude = town.centre or (None, None)
            facts.append(
                CommuneFacts(
                    town.code, town.name, town.epci, land.epcis.get(town.epci, ""), town.postal_codes,
                    town.population, (), latitude, longitude,
                )
            )  # fmt: skip
        save_communes(departement, facts)
