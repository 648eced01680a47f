"""Writes the services of L'Aubrelle in the data·inclusion v1 shape, from their plans and the words of their offers."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from maillage.demo.aubrelle.french import at, capitalised, of
from maillage.demo.aubrelle.model import Commune
from maillage.demo.aubrelle.opening import Hours, draw_hours
from maillage.demo.aubrelle.plans import Plan, choose_plans
from maillage.demo.aubrelle.structures import CONFIDENTIAL_KINDS, SOURCE, House, read_toml
from maillage.demo.aubrelle.welcome import welcome_of

ZONES = {"mds": "tis", "ccas": "commune", "helpline": "france"}
"""Who a service is for when its offer does not say. Elsewhere the EPCI, or the Département for those that travel."""
TRIPS = {
    "walk-in": (["se-presenter", "telephoner"], ["professionnels", "usagers"]),
    "appointment": (["envoyer-un-courriel", "telephoner"], ["professionnels", "usagers"]),
    "referral": (["envoyer-un-courriel", "telephoner"], ["professionnels"]),
    "phone": (["telephoner"], ["professionnels", "usagers"]),
    "online": (["utiliser-lien-mobilisation"], ["usagers"]),
}
"""How one reaches the service, and who may."""
WAYS = {
    "walk-in": "Venez sans rendez-vous aux heures indiquées.",
    "appointment": "Appelez ou écrivez : un rendez-vous vous est proposé dans les quinze jours.",
    "referral": "Un travailleur social ou un conseiller fait la demande avec vous, par courriel ou par téléphone.",
    "phone": "Appelez ; si la ligne est occupée, laissez un numéro, on vous rappelle.",
    "online": "Utilisez le lien ; aucun compte n'est nécessaire.",
}
RECEPTION = {"on-site": ["en-presentiel"], "remote": ["a-distance"], "both": ["a-distance", "en-presentiel"]}
PLACE = ("commune", "code_postal", "code_insee", "adresse", "complement_adresse", "longitude", "latitude")
CODES = ("commune", "code_postal", "code_insee")


@dataclass(frozen=True)
class Region:
    """What a service needs to know of the territory."""

    communes: tuple[Commune, ...]
    sector_of: dict[str, str]
    """Present sector code by commune code."""
    sector_names: dict[str, str]
    """Present sector name by commune code."""
    epci_phrases: dict[str, str]
    """Name with its article, by SIREN."""

    def same_sector(self, commune: Commune) -> list[Commune]:
        return [c for c in self.communes if self.sector_of[c.code] == self.sector_of[commune.code]]


def build_services(houses: list[House], region: Region, today: date) -> tuple[dict[str, Any], ...]:
    places = read_toml("places.toml")
    said: set[str] = set()
    plans = choose_plans(houses, {commune.name: commune for commune in region.communes})
    return tuple(_record(plan, region, places, said, today) for plan in plans)


def _record(plan: Plan, region: Region, places: dict[str, Any], said: set[str], today: date) -> dict[str, Any]:
    dice = Random(f"aubrelle:service:{plan.slug}")
    offer, house = plan.offer, plan.house.record
    hours = draw_hours(offer["hours"], house["horaires_accueil"], dice)
    name, description = _name_and_description(plan, hours, region, places, said)
    modes, users = TRIPS[offer["access"]]
    link = f"https://rendez-vous.aubrelle.example/{plan.slug}"
    has_link = offer["access"] == "online" or (offer["access"] == "appointment" and dice.random() < 0.2)
    record = {
        "source": SOURCE,
        "structure_id": house["id"],
        "id": f"{SOURCE}--{plan.slug}",
        "nom": name,
        "description": description,
        "lien_source": f"https://annuaire.aubrelle.example/services/{plan.slug}",
        "date_maj": (today - timedelta(days=_age(dice))).isoformat(),
        "type": offer.get("type"),
        "thematiques": sorted(offer["themes"]) or None,
        **_fees(offer, dice),
        "publics": _publics(offer, dice),
        "publics_precisions": offer.get("publics_detail"),
        "conditions_acces": offer.get("conditions"),
        **_place(plan, places, dice),
        "telephone": house["telephone"] if dice.random() < 0.8 else None,
        "courriel": house["courriel"] if dice.random() < 0.8 else None,
        "modes_accueil": RECEPTION[offer.get("reach", "on-site")],
        "zone_eligibilite": _zone(plan, region),
        "contact_nom_prenom": None,
        "lien_mobilisation": link if has_link else None,
        "modes_mobilisation": sorted({*modes, "utiliser-lien-mobilisation"}) if has_link else modes,
        "mobilisable_par": users,
        "mobilisation_precisions": WAYS[offer["access"]] if dice.random() < 0.75 else None,
        "volume_horaire_hebdomadaire": float(offer["volume"]) if "volume" in offer else None,
        "nombre_semaines": offer.get("weeks"),
        "horaires_accueil": _published_hours(offer, hours, dice),
    }
    return record | _missing_codes(plan, dice) | welcome_of(offer["slug"], plan.house)


def _age(dice: Random) -> int:
    """Days since the last update, from three weeks to two years: more recent ones than old ones."""
    return int(dice.triangular(21, 730, 60))


def _fees(offer: dict[str, Any], dice: Random) -> dict[str, Any]:
    """`fees` absent: free of charge; « none »: the question has no meaning; otherwise what it costs."""
    detail = offer.get("fees")
    if detail == "none" or (detail is None and dice.random() < 0.05):
        return {"frais": None, "frais_precisions": None}
    return {"frais": "payant" if detail else "gratuit", "frais_precisions": detail}


def _publics(offer: dict[str, Any], dice: Random) -> list[str] | None:
    publics = [public for public in offer["publics"] if public != "tous-publics" or len(offer["publics"]) == 1]
    return None if not publics or dice.random() < 0.04 else sorted(publics)


def _place(plan: Plan, places: dict[str, Any], dice: Random) -> dict[str, Any]:
    """The place of the structure, the town hall of the commune of a drop-in, or nothing at all."""
    if plan.is_remote or plan.house.kind in CONFIDENTIAL_KINDS:
        return dict.fromkeys(PLACE)
    if plan.elsewhere is None:
        return {name: plan.house.record[name] for name in PLACE}
    commune = plan.elsewhere
    return {
        "commune": commune.name,
        "code_postal": dice.choice(commune.postal_codes),
        "code_insee": commune.code,
        "adresse": "Place de la Mairie",
        "complement_adresse": None if plan.house.kind == "bus" else "Mairie",
        "longitude": round(commune.longitude + 0.0021, 5),
        "latitude": round(commune.latitude - 0.0013, 5),
    }


def _missing_codes(plan: Plan, dice: Random) -> dict[str, None]:
    """A few producers give a point and no code, some not even the name of the commune."""
    draw = dice.random()
    if plan.is_remote or plan.house.kind in CONFIDENTIAL_KINDS or draw > 0.035:
        return {}
    return dict.fromkeys(CODES if draw < 0.015 else CODES[2:])


def _zone(plan: Plan, region: Region) -> list[str]:
    kind, commune = plan.house.kind, plan.commune
    usual = ZONES.get(kind, "departement" if plan.house.is_itinerant else "epci")
    zone = "epci" if plan.house.slug.startswith("cias") else plan.offer.get("zone", usual)
    if zone == "france" or commune is None:
        return ["france"]
    return {
        "commune": [commune.code],
        "tis": sorted(c.code for c in region.same_sector(commune)),
        "epci": [commune.epci],
        "departement": ["00"],
    }[zone]


def _published_hours(offer: dict[str, Any], hours: Hours, dice: Random) -> str | None:
    """What the record says: mostly what the description says; sometimes nothing, rarely another day."""
    draw = dice.random()
    if draw < 0.07:
        return None
    if draw < 0.09 and offer["hours"] == "slots":
        return draw_hours("slots", None, Random(f"aubrelle:contradiction:{hours.osm}")).osm
    return hours.osm


def _name_and_description(
    plan: Plan, hours: Hours, region: Region, places: dict[str, Any], said: set[str]
) -> tuple[str, str]:
    """The words of the offer, drawn until no other service says the same."""
    for attempt in range(50):
        dice = Random(f"aubrelle:words:{plan.slug}:{attempt}")
        name, text = _compose(plan, hours, region, places, dice)
        if text not in said:
            said.add(text)
            return name, text
    raise ValueError(f"Too few words for {plan.slug}.")


def _compose(plan: Plan, hours: Hours, region: Region, places: dict[str, Any], dice: Random) -> tuple[str, str]:
    """The name goes with the opening: the first one with the first, and so on around."""
    names, (openings, *others) = plan.offer["names"], plan.offer["text"]
    first = dice.randrange(len(openings))
    name = dice.choice(names[first :: len(openings)] or names[-1:])
    sentences = [openings[first], *(dice.choice(group) for group in others)]
    if _may_tell_the_way(plan) and dice.random() < 0.5:
        sentences.append(plan.house.access)
    if plan.elsewhere and plan.house.kind != "bus":
        name += f", permanence {at(plan.elsewhere.name)}"
        sentences.append(dice.choice(places["elsewhere"]))
    return name, " ".join(sentences).format(**_words(plan, hours, region, dice))


def _may_tell_the_way(plan: Plan) -> bool:
    at_home = plan.elsewhere is None and not plan.is_remote
    return plan.house.access is not None and at_home and plan.offer["access"] in {"walk-in", "appointment"}


def _words(plan: Plan, hours: Hours, region: Region, dice: Random) -> dict[str, str]:
    phrase = plan.house.phrase
    words = {
        "a_home": at(plan.house.commune.name) if plan.house.commune else "",
        "place": phrase,
        "Place": capitalised(phrase),
        "at_place": at(phrase),
        "of_place": of(phrase),
        "when": hours.words,
    }
    if plan.commune is None:
        return words
    if plan.elsewhere:
        town_hall = f"la mairie {of(plan.elsewhere.name)}"
        words["at_place"] = f"devant {town_hall}" if plan.house.kind == "bus" else at(town_hall)
    neighbours = [commune for commune in region.same_sector(plan.commune) if commune != plan.commune]
    return words | {
        "a_commune": at(plan.commune.name),
        "de_commune": of(plan.commune.name),
        "a_neighbour": at(dice.choice(neighbours).name),
        "de_epci": of(region.epci_phrases[plan.commune.epci]),
    }
