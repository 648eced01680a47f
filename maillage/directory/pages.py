"""What each page of the directory is told, so that a view only chooses it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.timezone import localtime

from maillage.core import components
from maillage.directory import cards
from maillage.directory.choices import THEMES
from maillage.directory.forms import SearchForm
from maillage.directory.models import ImportRun, Service, Structure
from maillage.directory.permissions import (
    can_edit_service,
    can_edit_structure,
    can_read_hidden_address,
    can_read_service,
)
from maillage.directory.search import Answer, Section
from maillage.directory.territory import Portrait
from maillage.directory.wording import address_lines, phone_in_words
from maillage.territories.models import Departement

FILTERS = ("minutes", "mode", "reception", "free", "open_now")
SECTION_TITLES = {
    Section.NAMED: "",
    Section.ANSWERS: "Pour ce besoin",
    Section.ALSO: "Peut aussi vous aider",
    Section.FOR_OTHERS: "Réservé aux habitants d'autres communes",
    Section.AT_A_DISTANCE: "Sans se déplacer",
}
URGENT = {
    "violence": "3919, violences faites aux femmes : gratuit, jour et nuit, sans trace sur la facture. Police : 17.",
    "child": "119, enfance en danger : gratuit, jour et nuit, pour les enfants et pour les adultes.",
    "suicide": "3114, prévention du suicide : gratuit, jour et nuit. Urgence vitale : 15.",
    "street": "115, sans abri ce soir : gratuit, jour et nuit.",
    "health": "15, urgence médicale. 114 par SMS pour qui entend ou parle difficilement.",
}  # fmt: skip


def asking(form: SearchForm) -> dict[str, object]:
    """The page that asks for a need and a place."""
    themes = cast(QueryDict, form.data).getlist("themes") if form.is_bound else []
    words = form.data.get("words", "") if form.is_bound else ""
    needs = words or ", ".join(THEMES[theme] for theme in themes if theme in THEMES)
    return {"form": form, "needs": needs}


def results(answer: Answer, form: SearchForm) -> dict[str, object]:
    """The page of answers: cards, the map's points, what was understood, the ways out."""
    query, again, ways = answer.query, form.again(), answer.ways_out
    for name in (*FILTERS, "audiences"):  # They stand beside the results, outside the form they belong to.
        again.fields[name].widget.attrs["form"] = "search"
    mds = ways.nearest_mds if ways else None
    return {
        "answer": answer,
        "form": again,
        "heading": heading(answer),
        "origin_line": f"Autour de : {query.origin.label}. Temps de trajet {query.mode.label}, {answer.travel_label}.",
        "choice": form.found.value if form.found else "",
        "choice_for": form.found.label if form.found else "",
        "alternatives": form.alternatives,
        "degraded": form.degraded,
        "understood": [THEMES[theme] for theme in query.wanted_themes() if theme in THEMES][:4],
        "urgency": URGENT.get(answer.reading.urgency, ""),
        "sections": sections(answer),
        "remote_cards": [cards.result_card(result, query.mode) for result in answer.remote],
        "farther_cards": [cards.result_card(result, query.mode) for result in ways.farther] if ways else [],
        "nothing_title": nothing(answer),
        "neighbours": ways.neighbours if ways else (),
        "mds": mds,
        "mds_phone": phone_in_words(mds.phone) if mds else "",
        "mds_hours": cards.opening_card(mds.opening_hours).sentence if mds else "",
        "points": cards.map_points(answer),
        "shapes_url": shapes_url(),
        "legend": [components.Legend("Vous", "origin"), components.Legend("Un service, avec son numéro", "place")],
        "filter_fields": [again[name] for name in FILTERS],
        "audiences_field": again["audiences"],
        "audiences_open": bool(query.audiences),
        "filters_summary": form.filters_in_words(),
    }


@dataclass(frozen=True)
class Part:
    """A part of the answers, under its title; the first part stands without one."""

    title: str
    cards: list[components.Result]


def sections(answer: Answer) -> list[Part]:
    """The answers of this page, part by part."""
    parts: list[Part] = []
    for section, results in groupby(answer.results, key=lambda result: result.section):
        cards_of_part = [cards.result_card(result, answer.query.mode) for result in results]
        titled = bool(parts) or section in {Section.FOR_OTHERS, Section.AT_A_DISTANCE}
        parts.append(Part(SECTION_TITLES[section] if titled else "", cards_of_part))
    return parts


def heading(answer: Answer) -> str:
    """How many answers, in one sentence."""
    near, far, minutes = answer.total_on_site, answer.total_remote, answer.query.minutes
    if near == 1:
        return f"Une réponse à moins de {minutes} minutes"
    if near:
        return f"{number_format(near)} réponses à moins de {minutes} minutes"
    return "Des réponses sans se déplacer" if far else f"Rien à moins de {minutes} minutes"


def nothing(answer: Answer) -> str:
    """What comes after the sentence that says there is nothing near: what is possible."""
    farther = answer.ways_out.farther if answer.ways_out else ()
    if farther and farther[0].minutes:
        return f"À {farther[0].minutes} minutes, il y a…"
    return "Ce qui reste possible"


def shapes_url() -> str:
    home = Departement.objects.home()
    return reverse("territories:shapes", args=[home.code]) if home and home.shapes_digest else ""


def service(service: Service, *, reader: Any) -> dict[str, object]:
    structure = service.structure
    near = Service.objects.filter(structure=structure).exclude(pk=service.pk)
    return {
        "service": service,
        "structure": structure,
        "crumbs": _crumbs((structure.name, structure.get_absolute_url()), (service.name, "")),
        "themes": [THEMES[code] for code in service.themes or [] if code in THEMES],
        "opening": cards.opening_card(service.hours),
        "hours_rows": cards.hours_rows(service.hours),
        "facts": cards.service_facts(service),
        "contacts": cards.contacts_of(service),
        "phone_number": phone_in_words(service.phone or structure.phone),
        "address": [] if service.hides_its_address else address_lines(service) or address_lines(structure),
        "freshness": cards.freshness_card(service),
        "provenance": cards.record_facts(service),
        "siblings": can_read_service.among(near, reader)[:8],
        "sheet_url": reverse("directory:sheet", args=[service.pk]),
        "edit_url": _if(can_edit_service(reader, service), "directory:edit_service", service.pk),
        "hidden_address_url": "",
    }


def structure(structure: Structure, *, reader: Any) -> dict[str, object]:
    services = can_read_service.among(Service.objects.filter(structure=structure), reader)
    may_read = structure.is_address_confidential and can_read_hidden_address(reader, structure)
    return {
        "structure": structure,
        "services": services,
        "crumbs": _crumbs((structure.name, "")),
        "opening": cards.opening_card(structure.opening_hours),
        "hours_rows": cards.hours_rows(structure.opening_hours),
        "address": [] if structure.is_address_confidential else address_lines(structure),
        "contacts": cards.contacts_of_structure(structure),
        "phone_number": phone_in_words(structure.phone),
        "freshness": cards.freshness_card(structure),
        "provenance": cards.record_facts(structure),
        "edit_url": _if(can_edit_structure(reader, structure), "directory:edit_structure", structure.pk),
        "hidden_address_url": _if(may_read, "directory:hidden_address", structure.pk),
    }


def _if(allowed: bool, name: str, pk: int) -> str:
    return reverse(name, args=[pk]) if allowed else ""


def _crumbs(*steps: tuple[str, str]) -> list[components.Crumb]:
    return [
        components.Crumb("Trouver une solution", reverse("directory:search")),
        *(components.Crumb(*s) for s in steps),
    ]


def territory(portrait: Portrait | None) -> dict[str, object]:
    """The page of a commune; empty when none is asked for or known."""
    if portrait is None:
        return {"portrait": None}
    commune, sector, mds = portrait.commune, portrait.sector, portrait.mds
    return {
        "portrait": portrait,
        "summary": sector_sentence(portrait),
        "mds_title": "Votre Maison des solidarités" if portrait.is_own else "La Maison des solidarités la plus proche",
        "mds_phone": phone_in_words(mds.phone) if mds else "",
        "mds_address": address_lines(mds) if mds and not mds.is_address_confidential else [],
        "mds_opening": cards.opening_card(mds.opening_hours).sentence if mds else "",
        "around_url": f"{reverse('directory:search')}?commune={commune.code}",
        "facts": [
            ("Secteur", sector.name if sector else ""),
            ("Territoire d'action sociale", sector.parent.name if sector and sector.parent else ""),
            ("Intercommunalité", commune.epci.name if commune.epci else ""),
            ("Département", commune.departement.name),
            ("Habitants", number_format(commune.population) if commune.population else ""),
            ("Services dans la commune", portrait.service_count),
        ],
    }


def sector_sentence(portrait: Portrait) -> str:
    """Where the commune stands on the Département's social map, in one sentence."""
    if portrait.sector is None:
        return "La carte des secteurs sociaux de ce Département n'est pas encore chargée."
    parent = f", dans {portrait.sector.parent.name}" if portrait.sector.parent else ""
    return f"Cette commune fait partie du secteur {portrait.sector.name}{parent}."


def records(structures: QuerySet[Structure], number: str) -> dict[str, object]:
    """What an editor keeps true, the oldest first, fifty at a time."""
    page = Paginator(structures.select_related("source").order_by("updated_on", "pk"), 50).get_page(number)
    rows = [_record_row(structure) for structure in page]
    headers = ("Structure", "Commune", "Fraîcheur", "Source", "À faire")
    return {"page": page, "table": components.Table("Fiches, les plus anciennes d'abord", headers, rows)}


def _record_row(structure: Structure) -> tuple[object, ...]:
    fresh = cards.freshness_card(structure)
    edit = reverse("directory:edit_structure", args=[structure.pk])
    return (
        format_html('<a href="{}">{}</a>', structure.get_absolute_url(), structure.name),
        "adresse confidentielle" if structure.is_address_confidential else structure.commune_name,
        f"{fresh.word} ({fresh.date})",
        structure.source.name,
        format_html('<a href="{}">Corriger</a>', edit),
    )


def imports(runs: Iterable[ImportRun]) -> dict[str, object]:
    rows = [
        (run.source.name, date_format(localtime(run.started_at), "j F Y à H:i"), run.get_state_display(), run.sentence)
        for run in runs
    ]
    headers = ("Source", "Commencé", "État", "Bilan")
    return {"table": components.Table("Les derniers imports", headers, rows, empty="Rien n'a encore été importé.")}
