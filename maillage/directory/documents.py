"""The papers of the directory: the sheet about a service, to hand over; the list of several, to take away."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation

from maillage.core import clock
from maillage.core.documents import compile_document, in_words, page_count
from maillage.directory import hours
from maillage.directory.choices import AUDIENCES, COSTS, EVERYONE, Advice, Freshness
from maillage.directory.languages import languages_in_words
from maillage.directory.models import Service, Structure, accessibility_of, languages_of
from maillage.directory.wording import access_in_words, address_lines, phone_in_words, zone_in_words

TEMPLATE = "directory/documents/sheet.typ"
LIST_TEMPLATE = "directory/documents/list.typ"
SHORTER = (1_600, 900, 500, 250, 120)
ON_A_LIST = 360
"""Signs of a description on a list: three or four lines of large type, so that twelve services stay readable."""


def service_sheet(service: Service, *, house: str) -> bytes:
    """One A4 page, PDF/UA: what it is, where, when, on what conditions, how to get in touch, how fresh it is."""
    made = b""
    for longest in SHORTER:
        made = compile_document(TEMPLATE, sheet_data(service, house, longest))
        if page_count(made) == 1:
            break
    return made


def sheet_data(service: Service, house: str, longest: int) -> dict[str, Any]:
    """What the sheet says, in French whatever the language of who prints it: the paper's own words are French."""
    with translation.override(settings.LANGUAGE_CODE):
        return _sheet_data(service, house, longest)


def _sheet_data(service: Service, house: str, longest: int) -> dict[str, Any]:
    structure = service.structure
    website = "" if service.hides_its_address else structure.website
    return {
        "title": service.name,
        "structure": structure.name,
        "house": house,
        "notice": "Fiche ancienne : appelez avant de vous déplacer." if service.freshness == Freshness.OLD else "",
        "description": shortened(service.description, longest),
        "phone": phone_in_words(service.phone or structure.phone),
        "contacts": [text for text in (service.email or structure.email, service.contact_url or website) if text],
        "contact_details": shortened(service.contact_details, longest // 3),
        "address": _address(service, structure),
        "conditions": _conditions(service, longest // 3),
        "hours": [[day.label, day.text] for day in hours.usual_week(service.hours, clock.local_now())],
        "hours_unknown": "Non indiqués : appelez avant de venir.",
        "footer": (
            f"Fiche remise le {in_words(clock.today())}. Information vérifiée le {in_words(service.updated_on)} "
            f"par « {service.source.name} ». Elle peut avoir changé depuis."
        ),
    }


# -- The list --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One service of a list, and the advice ticked beside it."""

    service: Service
    advice: tuple[str, ...] = ()


def list_paper(lines: Sequence[Line], *, house: str) -> bytes:
    """PDF/UA in large type: each service whole on its page, in the order given, and nobody's name."""
    return compile_document(LIST_TEMPLATE, list_data(lines, house))


def list_data(lines: Sequence[Line], house: str) -> dict[str, Any]:
    """What the list says, on paper and by mail, in French as the sheet. Its title tells nothing of what is sought."""
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "title": "Votre liste d'adresses",
            "house": house,
            "lead": f"Liste faite le {in_words(clock.today())}. Vérifiez par téléphone avant de vous déplacer.",
            "items": [_item(line) for line in lines],
            "footer": f"Liste faite le {in_words(clock.today())} ({house}). Elle peut avoir changé depuis.",
        }


def _item(line: Line) -> dict[str, Any]:
    service = line.service
    told = _sheet_data(service, "", ON_A_LIST)
    kept = ("title", "structure", "notice", "description", "phone", "contact_details", "address")
    return {name: told[name] for name in kept} | {
        "conditions": told["conditions"],
        "contacts": [["Écrire" if "@" in way else "En ligne", way] for way in told["contacts"]],
        "hours": shortened(hours.in_words(service.hours, clock.local_now()), ON_A_LIST) or told["hours_unknown"],
        "advice": [str(Advice(word).label) for word in line.advice],
        "checked": f"Vérifié le {in_words(service.updated_on)}.",
    }


def _address(service: Service, structure: Structure) -> list[str]:
    if service.hides_its_address:
        return ["Adresse confidentielle : elle vous sera donnée par téléphone."]
    without = (
        "À distance : il n'y a pas à se déplacer."
        if service.is_remote
        else "Adresse non indiquée : appelez avant de vous déplacer."
    )
    return address_lines(service) or address_lines(structure) or [without]


def _conditions(service: Service, longest: int) -> list[list[str]]:
    audiences = [AUDIENCES[code] for code in service.audiences or [] if code in AUDIENCES and code != EVERYONE]
    women = "Entre femmes seulement." if service.is_women_only else ""
    cost = " ".join(filter(None, [COSTS.get(service.cost, ""), service.cost_details]))
    pairs = [
        ["Pour", " ".join(filter(None, [", ".join(audiences), women, service.audience_details]))],
        ["Où habiter", zone_in_words(service)],
        ["Prix", cost],
        ["Conditions", service.conditions],
        ["Langues", languages_in_words(languages_of(service))],
        ["Accès", ", ".join(access_in_words(accessibility_of(service)))],
    ]
    return [[word, shortened(value, longest)] for word, value in pairs if value.strip()]


def shortened(text: str, longest: int) -> str:
    """The text, cut at a sentence or a word when it is too long for the paper."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    cut = text[:longest]
    sentence = cut.rfind(". ")
    return cut[: sentence + 1] if sentence > longest // 2 else f"{cut.rsplit(' ', 1)[0]}…"
