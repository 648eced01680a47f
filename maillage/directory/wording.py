"""How a record's facts are said to a visitor: its address, its phone, its zone."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import FieldDoesNotExist
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext

from maillage.core import clock
from maillage.directory import hours
from maillage.directory.choices import (
    ACCESSIBILITY,
    AUDIENCES,
    CONTACT_MODES,
    CONTACTED_BY,
    COSTS,
    EVERYWHERE,
    NETWORKS,
    RECEPTION_MODES,
    SERVICE_KINDS,
    THEMES,
)
from maillage.directory.languages import LANGUAGES
from maillage.directory.models import Record, Service, Structure
from maillage.directory.secrecy import shown_zone
from maillage.territories.models import Commune, Departement, Epci, Sector

FRENCH = re.compile(r"^(?:\+33|0033|0)([1-9]\d{8})$")


def address_lines(record: Record) -> list[str]:
    """The lines of a postal address; empty when the record has none."""
    town = " ".join(filter(None, [record.postal_code, record.commune_name]))
    return [line for line in (record.address_extra, record.address, town) if line] if town or record.address else []


def phone_in_words(phone: str) -> str:
    """A French number by pairs; another as it is written."""
    compact = re.sub(r"[\s.\-()]", "", phone)
    found = FRENCH.match(compact)
    if not found:
        return phone.strip()
    digits = f"0{found[1]}"
    return " ".join(digits[start : start + 2] for start in range(0, 10, 2))


def zone_in_words(service: Service) -> str:
    """For whom it is, when it is for people of some places: « Réservé aux habitants de : … »; empty when for all."""
    codes = shown_zone(service) or []
    if not codes or set(codes) & set(EVERYWHERE):
        return ""
    named = [*Commune.objects.filter(pk__in=codes).values_list("name", flat=True)]
    named += Epci.objects.filter(pk__in=codes).values_list("name", flat=True)
    named += Departement.objects.filter(pk__in=codes).values_list("name", flat=True)
    if set(Departement.objects.filter(is_home=True).values_list("pk", flat=True)) & set(codes):
        return ""
    if not named:
        return gettext("Réservé aux habitants de certaines communes : appelez pour savoir si vous y avez droit.")
    shown = ", ".join(sorted(named)[:6]) + (", …" if len(named) > 6 else "")
    return gettext("Réservé aux habitants de : %(places)s. Si vous habitez ailleurs, appelez.") % {"places": shown}


def mid_sentence(label: str) -> str:
    """A label inside a sentence: its first letter small, its acronyms kept."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def access_in_words(accessibility: list[str] | None) -> list[str]:
    """What a place has for people with a disability, as it stands in a sentence, in the order of the vocabulary."""
    return [mid_sentence(str(label)) for code, label in ACCESSIBILITY.items() if code in (accessibility or [])]


def web_link(address: str) -> str:
    """The address if a browser may safely follow it, else nothing: records come from anywhere."""
    return address if urlsplit(address).scheme in {"http", "https"} else ""


def place_link(*records: Record) -> str:
    """A map's address for where to go, on OpenStreetMap: the first record that has a point; empty when none has."""
    for record in records:
        if record.latitude is not None and record.longitude is not None:
            point = f"{record.latitude:.6f}", f"{record.longitude:.6f}"
            return f"https://www.openstreetmap.org/?mlat={point[0]}&mlon={point[1]}#map=17/{'/'.join(point)}"
    return ""


VOCABULARIES: dict[str, Mapping[str, str | Promise]] = {
    "themes": THEMES, "audiences": AUDIENCES, "cost": COSTS, "reception_modes": RECEPTION_MODES,
    "contact_modes": CONTACT_MODES, "contacted_by": CONTACTED_BY, "kind": SERVICE_KINDS, "networks": NETWORKS,
    "languages": LANGUAGES, "accessibility": ACCESSIBILITY,
}  # fmt: skip


def field_label(name: str) -> str:
    """A field of a structure or a service as people call it: « Téléphone »."""
    if name == "opening_hours":
        return gettext("Horaires d'accueil")
    for model in (Structure, Service):
        try:
            label = str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        except FieldDoesNotExist:
            continue
        return label[:1].upper() + label[1:]
    return name


def value_in_words(name: str, value: Any) -> str:
    """A field's value, as JSON holds it, as people read it."""
    if value is None or value in ("", []):
        return gettext("(vide)")
    if isinstance(value, bool):
        return gettext("oui") if value else gettext("non")
    if name == "serves_sector":
        return str(Sector.objects.filter(pk=value).first() or value)
    if say := SAID.get(name):
        return say(str(value))
    words = VOCABULARIES.get(name, {})
    return ", ".join(str(words.get(part, part)) for part in (value if isinstance(value, list) else [value]))


def both_in_words(name: str, before: Any, after: Any) -> tuple[str, str]:
    """A field's value before and after; as written when only the writing differs, so that what changes is seen."""
    words = value_in_words(name, before), value_in_words(name, after)
    is_written = isinstance(before, str) and isinstance(after, str) and before and after
    return (before, after) if is_written and before != after and words[0] == words[1] else words


def _day_in_words(written: str) -> str:
    at = parse_datetime(written)
    day = localtime(at).date() if at and at.tzinfo else parse_date(written[:10])
    return date_format(day, "j F Y") if day else written


def _hours_in_words(written: str) -> str:
    return hours.in_words(written, clock.local_now())


SAID = {
    "updated_on": _day_in_words, "withdrawn_at": _day_in_words, "phone": phone_in_words,
    "opening_hours": _hours_in_words,
}  # fmt: skip
