"""The border with data·inclusion v1: its records to our fields and back, and what is wrong with a record."""

import datetime as dt
import difflib
import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cache
from typing import Any

from data_inclusion.schema import v1
from pydantic import ValidationError

from maillage.core.rows import Row
from maillage.directory.choices import (
    ACCESSIBILITY,
    AUDIENCES,
    CONTACT_MODES,
    CONTACTED_BY,
    COSTS,
    NETWORKS,
    RECEPTION_MODES,
    SERVICE_KINDS,
    THEMES,
)
from maillage.directory.languages import LANGUAGES
from maillage.directory.models import Record, Service, Structure
from maillage.directory.secrecy import shown_zone, texts_that_tell

COMMON = {
    "source": "producer",
    "id": "uid",
    "nom": "name",
    "date_maj": "updated_on",
    "description": "description",
    "lien_source": "source_url",
    "commune": "commune_name",
    "code_postal": "postal_code",
    "code_insee": "commune_code",
    "adresse": "address",
    "complement_adresse": "address_extra",
    "longitude": "longitude",
    "latitude": "latitude",
    "telephone": "phone",
    "courriel": "email",
    "horaires_accueil": "opening_hours",
}
STRUCTURE_FIELDS = COMMON | {
    "siret": "siret",
    "site_web": "website",
    "accessibilite_lieu": "accessibility_url",
    "reseaux_porteurs": "networks",
}
SERVICE_FIELDS = COMMON | {
    "type": "kind",
    "thematiques": "themes",
    "frais": "cost",
    "frais_precisions": "cost_details",
    "publics": "audiences",
    "publics_precisions": "audience_details",
    "conditions_acces": "conditions",
    "modes_accueil": "reception_modes",
    "zone_eligibilite": "zone",
    "contact_nom_prenom": "contact_name",
    "lien_mobilisation": "contact_url",
    "modes_mobilisation": "contact_modes",
    "mobilisable_par": "contacted_by",
    "mobilisation_precisions": "contact_details",
    "volume_horaire_hebdomadaire": "weekly_hours",
    "nombre_semaines": "weeks",
}
OWN_STRUCTURE_FIELDS = {"langues": "languages", "accessibilite_details": "accessibility"}
OWN_SERVICE_FIELDS = {"langues": "languages", "reserve_aux_femmes": "is_women_only"}
"""What the standard has no word for: a source may give it beside the standard's fields, or it is kept here."""
OWN_VOCABULARIES: dict[str, frozenset[str]] = {
    "langues": frozenset(LANGUAGES),
    "accessibilite_details": frozenset(ACCESSIBILITY),
}
TELLING_FIELDS = ("siret", "lien_source", "site_web", "accessibilite_lieu")
"""What is no address but leads to one: a company number and pages that show where it stands."""
ADDRESS_FIELDS = ("commune", "code_postal", "code_insee", "adresse", "complement_adresse", "longitude", "latitude")
VOCABULARIES = {
    "thematiques": THEMES,
    "publics": AUDIENCES,
    "frais": COSTS,
    "modes_accueil": RECEPTION_MODES,
    "modes_mobilisation": CONTACT_MODES,
    "mobilisable_par": CONTACTED_BY,
    "type": SERVICE_KINDS,
    "reseaux_porteurs": NETWORKS,
}
LISTS = {
    "thematiques", "publics", "modes_accueil", "modes_mobilisation", "mobilisable_par", "reseaux_porteurs",
    "zone_eligibilite", *OWN_VOCABULARIES,
}  # fmt: skip
SERVICE_ONLY = {
    "structure_id", "publics", "frais", "modes_accueil", "zone_eligibilite", "mobilisable_par", "modes_mobilisation",
}  # fmt: skip
"""Any of these says that a record is a service, even when it forgot its structure."""
NUMBERS = {"longitude": float, "latitude": float, "volume_horaire_hebdomadaire": float, "nombre_semaines": int}
RIGHT = {
    "id": "un identifiant unique, par exemple « ma-source--12 »",
    "source": "l'identifiant du producteur, par exemple « dora »",
    "nom": "un nom de 3 à 150 caractères",
    "description": "un texte de 5 à 10 000 caractères",
    "date_maj": "une date passée au format AAAA-MM-JJ",
    "code_postal": "5 chiffres, par exemple 77000",
    "code_insee": "5 caractères, par exemple 77288 ou 2A004",
    "siret": "14 chiffres, sans espace",
    "courriel": "une seule adresse, par exemple accueil@exemple.fr",
    "longitude": "un nombre en degrés, par exemple 2.66",
    "latitude": "un nombre en degrés, par exemple 48.54",
    "structure_id": "l'identifiant d'une structure présente dans l'annuaire ou dans le fichier",
    "zone_eligibilite": "des codes de commune, d'EPCI ou de département, ou « france »",
    "publics": "« tous-publics » seul, ou des publics précis",
    "nombre_semaines": "un nombre entier, 1 ou plus",
    "volume_horaire_hebdomadaire": "un nombre d'heures, 0 ou plus",
}  # fmt: skip
LINKS = {"lien_source", "site_web", "accessibilite_lieu", "lien_mobilisation"}
BOUNDS = {
    "latitude": (-90, 90), "longitude": (-180, 180), "volume_horaire_hebdomadaire": (0, 168),
    "nombre_semaines": (1, 5_200),
}  # fmt: skip
YES_NO = {"true": True, "oui": True, "1": True, "false": False, "non": False, "0": False}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:T.*)?", re.DOTALL)
UNSAID = frozenset({"", "null", "NULL", "None"})
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps: the null character, halves of characters."""
NOT_A_RECORD = "pas une fiche"


@dataclass(frozen=True)
class Rejected:
    """A row that was not taken: where it stands, which field, what it held, what would be right."""

    line: int
    uid: str
    field: str
    value: str
    right: str
    row: dict[Any, Any] = dataclass_field(default_factory=dict, compare=False, repr=False)

    def __str__(self) -> str:
        return f"ligne {self.line}, {self.field} « {self.value} » : il faut {self.right}."


# -- Reading -------------------------------------------------------------------------------------------------------


def clean(values: dict[Any, Any]) -> dict[str, Any]:
    """The values as the official schema wants them: absent is None, lists are lists, numbers are numbers."""
    return {
        key: _clean_text(key, value.strip()) if isinstance(value, str) else value
        for key, value in values.items()
        if isinstance(key, str)
    }


def _clean_text(key: str, value: str) -> Any:
    if value in UNSAID:
        return None
    if key in LISTS:
        return split_list(value)
    if key in NUMBERS:
        return _number(key, value)
    return value


def split_list(text: str) -> list[str]:
    """A list written in a cell: JSON, a PostgreSQL array, or words between commas."""
    if text.startswith("["):
        try:
            found = json.loads(text.replace("'", '"'))
        except json.JSONDecodeError:
            found = text.strip("[]").split(",")
        return [str(part) for part in found]
    return [part.strip().strip('"') for part in text.strip("{}").replace(";", ",").split(",") if part.strip()]


def _number(key: str, text: str) -> Any:
    try:
        return NUMBERS[key](text.replace(",", "."))
    except ValueError:
        return text


# -- Checking ------------------------------------------------------------------------------------------------------


def check(row: Row, record: dict[str, Any], schema: type[v1.Structure] | type[v1.Service]) -> list[Rejected]:
    """What the official schema finds wrong with a record; an empty list when it may be taken."""
    uid = str(record.get("id") or "")
    if None in row.values:
        fault = str(row.values[None])
        right = "une fiche, entre accolades" if fault == NOT_A_RECORD else "autant de valeurs que de colonnes"
        return [Rejected(row.line, uid, "ligne", fault, right)]
    if unkept := [key for key, value in record.items() if not _can_be_kept(value)]:
        right = "un texte sans caractère nul, un nombre fini"
        return [Rejected(row.line, uid, key, "illisible", right) for key in unkept]
    try:
        schema.model_validate(record)
    except ValidationError as error:
        first = {str(problem["loc"][0]): problem for problem in reversed(error.errors())}
        return [_rejected(row.line, uid, field, problem) for field, problem in reversed(first.items())]
    beyond = list(_out_of_bounds(row.line, uid, {key: record.get(key) for key in schema.model_fields}))
    return beyond or _too_long(row.line, uid, record, Structure if schema is v1.Structure else Service)


def faults_of(thing: Structure | Service) -> list[tuple[str, str]]:
    """What is wrong with a record of ours, for the official schema or for ourselves: our field, and what it needs."""
    if isinstance(thing, Structure):
        names, found = STRUCTURE_FIELDS, check(Row(0, {}), structure_record(thing), v1.Structure)
    else:
        names, found = SERVICE_FIELDS, check(Row(0, {}), service_record(thing), v1.Service)
    told = [(name, "un texte qui ne dise pas où est l'adresse confidentielle") for name in texts_that_tell(thing)]
    return [(names[fault.field], fault.right) for fault in found if fault.field in names] + _own_faults(thing) + told


def _own_faults(thing: Structure | Service) -> list[tuple[str, str]]:
    names = OWN_STRUCTURE_FIELDS if isinstance(thing, Structure) else OWN_SERVICE_FIELDS
    return [
        (ours, "des valeurs de la liste")
        for theirs, ours in names.items()
        if theirs in OWN_VOCABULARIES and not set(getattr(thing, ours) or ()) <= OWN_VOCABULARIES[theirs]
    ]


def _can_be_kept(value: Any) -> bool:
    """Whether a database keeps all the texts and numbers of a value, whatever its shape."""
    if value is None:
        return True
    if isinstance(value, str):
        return not UNWRITABLE.search(value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_can_be_kept, (*value, *value.values())))
    return not isinstance(value, list) or all(map(_can_be_kept, value))


def _out_of_bounds(line: int, uid: str, record: dict[str, Any]) -> Iterator[Rejected]:
    """What the schema lets pass and no map, calendar or database can hold."""
    for field, (least, most) in BOUNDS.items():
        value = record.get(field)
        if value is not None and not (math.isfinite(float(value)) and least <= float(value) <= most):
            yield Rejected(line, uid, field, str(value)[:80], f"{RIGHT[field]}, entre {least} et {most}")
    if not DAY.fullmatch(str(record["date_maj"])):
        yield Rejected(line, uid, "date_maj", str(record["date_maj"])[:80], RIGHT["date_maj"])


def _rejected(line: int, uid: str, field: str, problem: Any) -> Rejected:
    value = "" if problem["type"] == "missing" else problem["input"]
    if field in VOCABULARIES and problem["type"] == "enum":
        return Rejected(line, uid, field, str(value)[:80], _in_vocabulary(field, str(value)))
    right = "une adresse web complète, par exemple https://exemple.fr" if field in LINKS else RIGHT.get(field, "")
    if not right:
        right = _in_vocabulary(field, "") if field in VOCABULARIES else "du texte"
    return Rejected(line, uid, field, "" if value is None else str(value)[:80], right)


def _in_vocabulary(field: str, value: str) -> str:
    close = difflib.get_close_matches(value, VOCABULARIES[field], n=1, cutoff=0.5)
    if close:
        return f"une valeur de la liste officielle (serait-ce « {close[0]} » ?)"
    return RIGHT.get(field) or f"une valeur de la liste officielle : {', '.join(list(VOCABULARIES[field])[:4])}…"


def _too_long(line: int, uid: str, record: dict[str, Any], model: type[Record]) -> list[Rejected]:
    """What the schema leaves free but a column does not."""
    for theirs, limit in _limits(model):
        value = record.get(theirs)
        if isinstance(value, str) and len(value) > limit:
            return [Rejected(line, uid, theirs, f"{value[:40]}…", f"{limit} caractères au plus")]
    return []


@cache
def _limits(model: type[Record]) -> list[tuple[str, int]]:
    """The fields of the standard that a column cuts, and at how many characters."""
    names = STRUCTURE_FIELDS if model is Structure else SERVICE_FIELDS
    limits = {theirs: getattr(model._meta.get_field(ours), "max_length", None) for theirs, ours in names.items()}
    return [(theirs, limit) for theirs, limit in limits.items() if limit]


# -- Crossing the border -------------------------------------------------------------------------------------------


def to_fields(record: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """A checked data·inclusion record as values of our fields."""
    return {ours: _to_field(theirs, record.get(theirs)) for theirs, ours in names.items()}


def own_fields(record: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Those of our own fields that a source gives, in our words; what it does not give is not here.

    Another source may use the same name otherwise: its words that are none of ours are left in « telle que reçue ».
    """
    found: dict[str, Any] = {}
    for theirs, ours in names.items():
        value = record.get(theirs)
        if theirs not in OWN_VOCABULARIES:
            if str(value).lower() in YES_NO:
                found[ours] = YES_NO[str(value).lower()]
        elif isinstance(value, list):
            known = sorted({str(code) for code in value} & OWN_VOCABULARIES[theirs])
            found |= {ours: known} if known or not value else {}
    return found


def _to_field(theirs: str, value: Any) -> Any:
    if theirs == "date_maj":
        return dt.date.fromisoformat(str(value)[:10])
    if theirs in LISTS:
        return None if value is None else sorted(map(str, value))
    if theirs in NUMBERS:
        return value
    return "" if value is None else str(value)


def structure_record(structure: Structure, *, with_address: bool = True) -> dict[str, Any]:
    """The structure in data·inclusion v1; without its address when the reader may not know it."""
    record = {theirs: _to_record(getattr(structure, ours)) for theirs, ours in STRUCTURE_FIELDS.items()}
    return record if with_address else _without_address(record)


def service_record(service: Service, *, with_address: bool = True) -> dict[str, Any]:
    """The service in data·inclusion v1; without its address when the reader may not know it."""
    record = {theirs: _to_record(getattr(service, ours)) for theirs, ours in SERVICE_FIELDS.items()}
    record["structure_id"] = service.structure.uid
    return record if with_address else _without_address(record) | {"zone_eligibilite": shown_zone(service)}


def _to_record(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if value == "" else value


def _without_address(record: dict[str, Any]) -> dict[str, Any]:
    return record | {field: None for field in (*ADDRESS_FIELDS, *TELLING_FIELDS) if field in record}


def export(
    structures: Iterable[Structure], services: Iterable[Service], *, with_hidden_addresses: bool = False
) -> dict[str, list[dict[str, Any]]]:
    """Everything given, as one data·inclusion v1 document; confidential addresses only when asked for by name.

    Beside the standard's fields, our own when they are said: nothing is lost by who moves a house.
    """

    def shown(structure: Structure) -> bool:
        return with_hidden_addresses or not structure.is_address_confidential

    return {
        "structures": [structure_record(s, with_address=shown(s)) | _own(s, OWN_STRUCTURE_FIELDS) for s in structures],
        "services": [
            service_record(s, with_address=shown(s.structure)) | _own(s, OWN_SERVICE_FIELDS) for s in services
        ],
    }


def _own(thing: Record, names: dict[str, str]) -> dict[str, Any]:
    return {theirs: value for theirs, ours in names.items() if (value := getattr(thing, ours))}
