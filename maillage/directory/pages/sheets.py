"""What each public page of the directory is told: search, sheets, territory."""

from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, cast

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from maillage.core import clock, components
from maillage.core.deadlines import zone_of
from maillage.directory import cards
from maillage.directory.choices import THEMES
from maillage.directory.forms import SearchForm
from maillage.directory.lexicon import urgent_numbers
from maillage.directory.models import Service, Structure, Submission, departement_of
from maillage.directory.pages import lists
from maillage.directory.permissions import (
    awaits_second_factor,
    can_edit_service,
    can_edit_structure,
    can_moderate_submission,
    can_propose_service,
    can_propose_structure,
    can_read_hidden_address,
    can_read_history,
    can_read_service,
    can_read_service_history,
)
from maillage.directory.search import Answer, SearchQuery, Section, WaysOut
from maillage.directory.secrecy import records_that_tell
from maillage.directory.territory import Portrait
from maillage.directory.wording import address_lines, field_label, phone_in_words
from maillage.territories.models import Departement

SHOWN_FILTERS = ("minutes", "mode", "day", "part", "open_now", "reception", "free")
FOLDED_FILTERS = ("language", "access", "women_only")
SECTION_TITLES = {
    Section.NAMED: "",
    Section.EVERY_NEED: _("Répond à tout, au même endroit"),
    Section.ANSWERS: _("Pour ce besoin"),
    Section.ALSO: _("Peut aussi vous aider"),
    Section.FOR_OTHERS: _("Réservé aux habitants d'autres communes"),
    Section.AT_A_DISTANCE: _("Sans se déplacer"),
}


def asking(form: SearchForm) -> dict[str, object]:
    """The page that asks for a need and a place."""
    themes = cast(QueryDict, form.data).getlist("themes") if form.is_bound else []
    words = form.data.get("words", "") if form.is_bound else ""
    needs = words or ", ".join(THEMES[theme] for theme in themes if theme in THEMES)
    hand = lists.in_hand(cast(QueryDict, form.data) if form.is_bound else QueryDict())
    if form.is_bound and (needs or hand["in_hand"]) and form.says_no_place:  # A question, not an error.
        form = SearchForm(initial={"words": words, "themes": themes})
    return {"form": form, "needs": needs} | hand


def results(answer: Answer, form: SearchForm) -> dict[str, object]:
    """The page of answers: cards, the map's points, what was understood, the ways out, the list in hand."""
    query, ways = answer.query, answer.ways_out
    told = {
        "answer": answer,
        "heading": heading(answer),
        "origin_line": origin_line(answer),
        "choice": form.found.value if form.found else "",
        "choice_for": form.found.label if form.found else "",
        "alternatives": form.alternatives,
        "degraded": form.degraded,
        "understood": [THEMES[theme] for theme in query.wanted_themes() if theme in THEMES][:4],
        "is_guess": answer.reading.is_guess,
        "wishes": form.wishes_in_words(),
        "holiday": holiday_notice(answer),
        "urgency": urgent_numbers(answer.reading.urgencies),
        "not_understood": not_understood(answer),
        "without_filters": ways.without_filters if ways else 0,
        "sections": sections(answer),
        "remote_cards": [cards.result_card(result, query.mode) for result in answer.remote],
        "farther_cards": farther(answer),
        "nothing_title": nothing(answer),
        "only_helps": bool(ways and answer.total_on_site),
        "neighbours": ways.neighbours if ways else (),
        "points": cards.map_points(answer),
        "shapes_url": shapes_url(),
        "legend": legend(),
    }
    in_hand = lists.in_hand(cast(QueryDict, form.data), lists.shown_in(answer))
    return told | _filters(query, form) | _mds_to_call(ways) | in_hand


def _filters(query: SearchQuery, form: SearchForm) -> dict[str, object]:
    """The question ready to be narrowed: its fields, and which of the folded ones are in use."""
    again = form.again()
    for name in (*SHOWN_FILTERS, *FOLDED_FILTERS, "audiences"):  # Outside the form they belong to.
        again.fields[name].widget.attrs["form"] = "search"
    return {
        "form": again,
        "filter_fields": [again[name] for name in SHOWN_FILTERS],
        "folded_fields": [again[name] for name in FOLDED_FILTERS],
        "folded_open": bool(query.languages or query.accessibility or query.is_women_only),
        "audiences_field": again["audiences"],
        "audiences_open": bool(query.audiences),
        "filters_summary": form.filters_in_words(),
    }


def _mds_to_call(ways: WaysOut | None) -> dict[str, object]:
    """The Maison des solidarités that the ways out name, and how to reach it."""
    mds = ways.nearest_mds if ways else None
    if mds is None:
        return {"mds": None, "mds_phone": "", "mds_hours": ""}
    opening = cards.opening_card(mds.opening_hours, zone=mds.holiday_zone)
    return {"mds": mds, "mds_phone": phone_in_words(mds.phone), "mds_hours": opening.sentence}


def holiday_notice(answer: Answer) -> str:
    """What to know when the day asked for is a public holiday where the person is; empty otherwise."""
    query = answer.query
    zone = zone_of(departement_of(query.origin.commune_code))
    return query.when.holiday_notice(clock.today(), zone=zone) if query.when else ""


def farther(answer: Answer) -> list[components.Result]:
    """What is beyond the limit, numbered after the answers of the page."""
    found = answer.ways_out.farther if answer.ways_out else ()
    numbered = [replace(result, rank=answer.total + number) for number, result in enumerate(found, 1)]
    return [cards.result_card(result, answer.query.mode) for result in numbered]


def origin_line(answer: Answer) -> str:
    """Where the answers are counted from, when one goes, and what the minutes are worth."""
    query = answer.query
    sentence = gettext("Autour de : %(place)s. Temps de trajet %(mode)s, %(worth)s.")
    said = sentence % {"place": query.origin.label, "mode": query.mode.label, "worth": answer.travel_label}
    if query.when:
        said += " " + gettext("Ouverts %(when)s.") % {"when": query.when.in_words()}
    return said


def legend() -> list[components.Legend]:
    return [
        components.Legend(gettext("Vous"), "origin"),
        components.Legend(gettext("Un service, avec son numéro"), "place"),
    ]


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
        titled = bool(parts) or section not in {Section.NAMED, Section.ANSWERS}
        parts.append(Part(str(SECTION_TITLES[section]) if titled else "", cards_of_part))
    return parts


def heading(answer: Answer) -> str:
    """How many answers, in one sentence."""
    near, far, minutes = answer.total_on_site, answer.total_remote, answer.query.minutes
    if near:
        sentence = ngettext(
            "Une réponse à moins de %(minutes)s minutes", "%(n)s réponses à moins de %(minutes)s minutes", near
        )
        return sentence % {"n": number_format(near), "minutes": minutes}
    if answer.ways_out and answer.ways_out.without_filters:
        return gettext("Rien avec ces filtres à moins de %(minutes)s minutes") % {"minutes": minutes}
    if far:
        return gettext("Des réponses sans se déplacer")
    return gettext("Rien à moins de %(minutes)s minutes") % {"minutes": minutes}


def not_understood(answer: Answer) -> str:
    """What to say when the words meant nothing to us: never that all this was asked for."""
    words = answer.query.words.strip()
    if not words or answer.query.wanted_themes():
        return ""
    if answer.is_loose or not answer.query.word_stems():
        sentence = gettext(
            "Nous n'avons pas compris « %(words)s ». Essayez d'autres mots, par exemple : loyer, papiers."
        )
        return sentence % {"words": words[:80]}
    return ""


def nothing(answer: Answer) -> str:
    """What comes after the sentence that says there is nothing near: what is possible."""
    farther = answer.ways_out.farther if answer.ways_out else ()
    if farther and farther[0].minutes and answer.total_on_site:
        sentence = gettext("À %(n)s minutes, on répond à ce besoin même")
        return sentence % {"n": farther[0].minutes}
    if farther and farther[0].minutes:
        minutes = farther[0].minutes
        return ngettext("À %(n)s minute, il y a…", "À %(n)s minutes, il y a…", minutes) % {"n": minutes}
    return gettext("Ce qui reste possible")


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
        "opening": cards.opening_card(service.hours, zone=service.holiday_zone),
        "hours_rows": cards.hours_rows(service.hours, zone=service.holiday_zone),
        "facts": cards.service_facts(service),
        "contacts": cards.contacts_of(service),
        "phone_number": phone_in_words(service.phone or structure.phone),
        "address": [] if service.hides_its_address else address_lines(service) or address_lines(structure),
        "freshness": cards.freshness_card(service),
        "provenance": cards.record_facts(service),
        "siblings": can_read_service.among(near, reader)[:8],
        "sheet_url": reverse("directory:sheet", args=[service.pk]),
        "edit_url": _if(can_edit_service(reader, service), "directory:edit_service", service.pk),
        "propose_url": _if(can_propose_service(reader, service), "directory:propose_service", service.pk),
        "history_url": _if(can_read_service_history(reader, service), "directory:service_history", service.pk),
        "proposals": _waiting(Submission.objects.filter(service=service), reader),
        "hidden_address_url": "",
    }


def structure(structure: Structure, *, reader: Any) -> dict[str, object]:
    services = can_read_service.among(Service.objects.filter(structure=structure), reader)
    may_edit = can_edit_structure(reader, structure)
    may_read = structure.is_address_confidential and can_read_hidden_address(reader, structure)
    return {
        "structure": structure,
        "services": services,
        "crumbs": _crumbs((structure.name, "")),
        "opening": cards.opening_card(structure.opening_hours, zone=structure.holiday_zone),
        "hours_rows": cards.hours_rows(structure.opening_hours, zone=structure.holiday_zone),
        "welcome": cards.welcome_facts(structure.languages, structure.accessibility),
        "address": [] if structure.is_address_confidential else address_lines(structure),
        "contacts": cards.contacts_of_structure(structure),
        "phone_number": phone_in_words(structure.phone),
        "freshness": cards.freshness_card(structure),
        "provenance": cards.record_facts(structure),
        "edit_url": _if(may_edit, "directory:edit_structure", structure.pk),
        "tie_url": _if(may_edit, "directory:tie", structure.pk),
        "needs_second_factor": awaits_second_factor(reader, structure),
        "propose_url": _if(can_propose_structure(reader, structure), "directory:propose_structure", structure.pk),
        "history_url": _if(can_read_history(reader, structure), "directory:structure_history", structure.pk),
        "proposals": _waiting(Submission.objects.filter(structure=structure), reader),
        "hidden_address_url": _if(may_read, "directory:hidden_address", structure.pk),
        "telling": _telling(structure) if may_read else [],
    }


def _telling(structure: Structure) -> list[tuple[str, str, str]]:
    """Each public text that tells where its confidential address is: the record, its page, the fields."""
    return [
        (record.name, record.get_absolute_url(), ", ".join(field_label(name) for name in fields))
        for record, fields in records_that_tell(structure)
    ]


def _waiting(proposals: QuerySet[Submission], reader: Any) -> list[Submission]:
    """Those that wait for this reader's answer."""
    if not reader.is_authenticated:
        return []
    waiting = can_moderate_submission.among(proposals, reader).waiting()  # type: ignore[attr-defined]
    return list(waiting.select_related("structure", "service")[:5])


def _if(allowed: bool, name: str, pk: int) -> str:
    return reverse(name, args=[pk]) if allowed else ""


def _crumbs(*steps: tuple[str, str]) -> list[components.Crumb]:
    return [
        components.Crumb(gettext("Trouver une solution"), reverse("directory:search")),
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
        "mds_title": mds_title(portrait),
        "mds_phone": phone_in_words(mds.phone) if mds else "",
        "mds_address": address_lines(mds) if mds and not mds.is_address_confidential else [],
        "mds_opening": cards.opening_card(mds.opening_hours, zone=mds.holiday_zone).sentence if mds else "",
        "around_url": f"{reverse('directory:search')}?commune={commune.code}",
        "facts": [
            (gettext("Secteur"), sector.name if sector else ""),
            (gettext("Territoire d'action sociale"), sector.parent.name if sector and sector.parent else ""),
            (gettext("Intercommunalité"), commune.epci.name if commune.epci else ""),
            (gettext("Département"), commune.departement.name),
            (gettext("Habitants"), number_format(commune.population) if commune.population else ""),
            (gettext("Services dans la commune"), portrait.service_count),
        ],
    }


def mds_title(portrait: Portrait) -> str:
    if portrait.is_own:
        return gettext("Votre Maison des solidarités")
    return gettext("La Maison des solidarités la plus proche")


def sector_sentence(portrait: Portrait) -> str:
    """Where the commune stands on the Département's social map, in one sentence."""
    sector = portrait.sector
    if sector is None:
        return gettext("La carte des secteurs sociaux de ce Département n'est pas encore chargée.")
    if sector.parent is None:
        return gettext("Cette commune fait partie du secteur %(sector)s.") % {"sector": sector.name}
    sentence = gettext("Cette commune fait partie du secteur %(sector)s, dans %(parent)s.")
    return sentence % {"sector": sector.name, "parent": sector.parent.name}
