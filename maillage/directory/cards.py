"""What the pages are told of a record: the shapes the design system's components read, every date in words."""

import datetime as dt
from collections.abc import Iterable

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.core import clock, components
from maillage.core.documents import in_words
from maillage.directory import hours
from maillage.directory.choices import AUDIENCES, COSTS, EVERYONE, FREE, Freshness
from maillage.directory.languages import languages_in_words
from maillage.directory.models import Record, Service, Structure, accessibility_of, languages_of
from maillage.directory.search import Answer, Origin, Result
from maillage.directory.wording import access_in_words, phone_in_words, place_link, web_link, zone_in_words
from maillage.territories.choices import TravelMode


def result_card(result: Result, mode: TravelMode) -> components.Result:
    service = result.service
    return components.Result(
        number=result.rank,
        name=service.name,
        url=service.get_absolute_url(),
        structure=service.structure.name,
        place=place_name(service),
        travel=_travel(result, mode),
        opening=components.Opening(result.open_now, result.is_open) if result.open_now else None,
        conditions=_restriction(result),
        cost=COSTS.get(service.cost, ""),
        is_free=service.cost == FREE,
        audiences=_audiences(service),
        why=" · ".join(result.reasons),
        contacts=contacts_of(service),
        freshness=freshness_card(service),
        key=str(service.pk),
    )


def _travel(result: Result, mode: TravelMode) -> components.Travel | None:
    if result.minutes is None:
        return None
    return components.Travel(result.minutes, str(mode.label), result.is_estimate)


def _audiences(service: Service) -> list[str]:
    """Whom it is for, in three words at most; among women, that comes first."""
    women = [_("Entre femmes")] if service.is_women_only else []
    known = [AUDIENCES[code] for code in service.audiences or [] if code in AUDIENCES and code != EVERYONE]
    return [*women, *known][:3]


def place_name(service: Service) -> str:
    """The commune where it is, or why none is said."""
    if service.hides_its_address:
        return _("adresse confidentielle")
    place = service.commune_name or service.structure.commune_name
    return place or (_("à distance") if service.is_remote else "")


def _restriction(result: Result) -> str:
    if result.is_reserved:
        return _("Réservé aux habitants d'autres communes : appelez pour savoir si vous y avez droit.")
    return result.service.conditions[:160]


def contacts_of(service: Service) -> list[components.Contact]:
    """How to get in touch with a service, the surest way first; its structure's ways where it has none of its own."""
    structure = service.structure
    found = list(_reach(service.phone or structure.phone, service.email or structure.email))
    if link := web_link(service.contact_url):
        found.append(components.Contact("form", link, _("En ligne")))
    elif not structure.is_address_confidential:
        found += _site(structure)
    if not structure.is_address_confidential and (where := place_link(service, structure)):
        found.append(components.Contact("route", where))
    return found


def contacts_of_structure(structure: Structure) -> list[components.Contact]:
    found = list(_reach(structure.phone, structure.email))
    if structure.is_address_confidential:  # A website or a map leads to an address.
        return found
    found += _site(structure)
    return [*found, components.Contact("route", where)] if (where := place_link(structure)) else found


def _reach(phone: str, email: str) -> Iterable[components.Contact]:
    if phone:
        yield components.Contact("phone", phone_in_words(phone))
    if email:
        yield components.Contact("email", f"mailto:{email}", _("Courriel"))


def _site(structure: Structure) -> Iterable[components.Contact]:
    if site := web_link(structure.website):
        yield components.Contact("site", site, _("Site"))


def freshness_card(record: Record) -> components.Fresh:
    level = record.freshness
    return components.Fresh(str(Freshness(level).label), ago(record.updated_on, clock.today()), level.value)


def ago(day: dt.date, today: dt.date) -> str:
    """« il y a 3 semaines »: how long ago, as people say it."""
    days = (today - day).days
    weeks, months, years = days // 7, days // 30, days // 365
    if days <= 0:
        return _("aujourd'hui")
    if days == 1:
        return _("hier")
    if days < 14:
        return ngettext("il y a %(n)s jour", "il y a %(n)s jours", days) % {"n": days}
    if days < 60:
        return ngettext("il y a %(n)s semaine", "il y a %(n)s semaines", weeks) % {"n": weeks}
    if days < 730:
        return ngettext("il y a %(n)s mois", "il y a %(n)s mois", months) % {"n": months}
    return ngettext("il y a %(n)s an", "il y a %(n)s ans", years) % {"n": years}


def hours_rows(record_hours: str, *, zone: str = "") -> list[tuple[str, str, bool]]:
    return [(day.label, day.text, day.is_today) for day in hours.week(record_hours, clock.local_now(), zone=zone)]


def map_points(answer: Answer) -> list[components.MapPoint]:
    """The answers one can go to, as on the list; and where the visitor is."""
    origin: Origin = answer.query.origin
    here = components.MapPoint(origin.point.latitude, origin.point.longitude, origin.label)
    return [here, *_points(result for result in answer.results if result.minutes is not None)]


def _points(results: Iterable[Result]) -> Iterable[components.MapPoint]:
    for result in results:
        if result.point:
            anchor = f"#resultat-{result.rank}"
            yield components.MapPoint(*result.point, result.service.name, result.rank, result.minutes, anchor)


def service_facts(service: Service) -> list[tuple[str, object]]:
    """What to know before going, as pairs."""
    audiences = ", ".join(AUDIENCES[code] for code in service.audiences or [] if code in AUDIENCES)
    among_women = _("Entre femmes seulement") if service.is_women_only else ""
    return [
        (_("Pour qui"), ". ".join(filter(None, [audiences, among_women, service.audience_details]))),
        (_("Prix"), " : ".join(filter(None, [COSTS.get(service.cost, ""), service.cost_details]))),
        (_("Où habiter"), zone_in_words(service)),
        (_("Conditions"), service.conditions),
        (_("Prendre contact"), service.contact_details),
        *welcome_facts(languages_of(service), accessibility_of(service)),
    ]


def welcome_facts(languages: list[str] | None, accessibility: list[str] | None) -> list[tuple[str, object]]:
    """In which languages one is received, and what the place has for people with a disability."""
    return [
        (_("Langues parlées"), languages_in_words(languages)),
        (_("Accès au lieu"), ", ".join(access_in_words(accessibility))),
    ]


def opening_card(record_hours: str, *, zone: str = "") -> components.Opening:
    """Open or closed now, where public holidays are those of the zone."""
    at = clock.local_now()
    said = hours.now_in_words(record_hours, at, zone=zone)
    return components.Opening(said, hours.is_open(record_hours, at, zone=zone))


def record_facts(record: Record) -> list[tuple[str, object]]:
    """Where the record comes from and how old it is: trust is a date and a name."""
    edited = [dt.date.fromisoformat(day) for name, day in record.local_edits.items() if name != "updated_on"]
    return [
        (_("Source"), f"{record.source.name} ({record.producer})"),
        (_("Mise à jour"), f"{in_words(record.updated_on)} ({ago(record.updated_on, clock.today())})"),
        (_("Corrigée ici"), in_words(max(edited)) if edited else ""),
        (_("Retirée"), in_words(localtime(record.withdrawn_at).date()) if record.withdrawn_at else ""),
        (_("Identifiant"), record.uid),
    ]
