"""A confidential address and what would tell it without being it: the texts that name a place, too narrow a zone."""

import re
from collections.abc import Iterator

from maillage.core.text import words
from maillage.directory.choices import EVERYWHERE
from maillage.directory.models import Record, Service, Structure, departement_of
from maillage.territories.models import Commune

TEXTS = (
    "name", "description", "audience_details", "conditions", "cost_details", "contact_details", "contact_name",
)  # fmt: skip
EPCI_LENGTH = 9
SHORT_NAME = 3
"""A commune of so few letters (Y, Eu, Sai) is a word of every text."""


def shown_zone(service: Service) -> list[str] | None:
    """Where people must live to be eligible, as everyone may know it.

    A refuge for the people of one commune or one EPCI is nearly always inside it: of a confidential address, only the
    Départements are said. Whoever calls from elsewhere is told on the phone.
    """
    if not service.zone or not service.hides_its_address:
        return service.zone
    found: set[str] = set()
    for code in service.zone:
        if len(code) == EPCI_LENGTH:
            found.update(Commune.objects.filter(epci_id=code).values_list("departement_id", flat=True))
        else:
            found.add(code if code in EVERYWHERE else departement_of(code))
    return sorted(found) or None


def records_that_tell(structure: Structure) -> list[tuple[Structure | Service, list[str]]]:
    """Of a structure and its published services, those whose public texts tell, and by which fields."""
    if not structure.is_address_confidential:
        return []
    services = Service.objects.published().filter(structure=structure).select_related("structure").order_by("name")
    records: list[Structure | Service] = [structure, *services]
    told = ((record, texts_that_tell(record)) for record in records)
    return [(record, fields) for record, fields in told if fields]


def texts_that_tell(record: Structure | Service) -> list[str]:
    """The fields of a record whose words name the commune or the street of its confidential address."""
    structure = record.structure if isinstance(record, Service) else record
    if not structure.is_address_confidential:
        return []
    own = record.structure if isinstance(record, Service) else None
    places = [record, own] if own else [record]
    communes = {name for place in places for name in _communes_of(place)}
    streets = {tuple(words(place.address)) for place in places} - {()}
    return [name for name in TEXTS if _tells(str(getattr(record, name, "")), communes, streets)]


def _communes_of(place: Record) -> Iterator[str]:
    """The name of a commune as the record writes it, and as the house knows it."""
    yield place.commune_name
    if place.commune_code:
        yield from Commune.objects.filter(pk=place.commune_code).values_list("name", flat=True)


def _tells(text: str, communes: set[str], streets: set[tuple[str, ...]]) -> bool:
    """A commune by its name, written as a name is: « Sens » is a commune, « le sens de la visite » is not."""
    names = (name for name in communes if len(name) > SHORT_NAME)
    if any(re.search(rf"\b(?:{re.escape(name)}|{re.escape(name.upper())})\b", text) for name in names):
        return True
    said = f" {' '.join(words(text))} "
    return any(f" {' '.join(street)} " in said for street in streets)
