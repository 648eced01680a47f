"""What the pages of teams are told: the list by sector, one team, the review of the two poles."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.actors.choices import Pole, Role
from maillage.actors.forms.teams import PlaceForm
from maillage.actors.models import Site, Team, TeamMember
from maillage.actors.pages.staffing import (
    USUAL_COMMUNES,
    PoleLine,
    Staffed,
    Staffing,
    load,
    members,
    movements,
    staffed,
    staffing,
)
from maillage.actors.permissions import (
    can_add_team,
    can_edit_team,
    can_read_team_member,
    sector_codes_of,
    sectors_staffed,
)
from maillage.core import clock
from maillage.core.components import Crumb, Table
from maillage.territories.models import Commune, SectorCommune

SECTORS_PER_PAGE = 10


# -- Sentences -----------------------------------------------------------------------------------------------------


def missing_words(role: str, count: int) -> str:
    """« Il manque 1 agent d'accueil. »"""
    if role == Role.GREETER:
        said = ngettext("Il manque %(count)d agent d'accueil.", "Il manque %(count)d agents d'accueil.", count)
    else:
        said = ngettext("Il manque %(count)d travailleur social.", "Il manque %(count)d travailleurs sociaux.", count)
    return said % {"count": count}


def _beyond_words(role: str, count: int) -> str:
    if role == Role.GREETER:
        said = ngettext("%(count)d agent d'accueil de plus que prévu.",
                        "%(count)d agents d'accueil de plus que prévu.", count)  # fmt: skip
    else:
        said = ngettext("%(count)d travailleur social de plus que prévu.",
                        "%(count)d travailleurs sociaux de plus que prévu.", count)  # fmt: skip
    return said % {"count": count}


def gap(one: Staffed) -> str:
    """What is missing in a team, or beyond what was expected, in sentences."""
    said = [missing_words(role, count) for role, count in one.missing.items()]
    said += [_beyond_words(role, count) for role, count in one.beyond.items()]
    if one.is_alone:
        said.append(_("Pas encore un binôme."))
    return " ".join(said) or (_("Au complet") if any(one.expected.values()) else _("Aucun poste attendu écrit."))


def _all_missing(line: PoleLine) -> str:
    """The same for a pole: what its teams miss, and those that are not even a pair."""
    if not line.teams:
        return _("Aucune équipe.")
    said = [missing_words(role, count) for role, count in line.missing.items()]
    if line.alone:
        words = ngettext("%(count)d équipe sans binôme.", "%(count)d équipes sans binôme.", line.alone)
        said.append(words % {"count": line.alone})
    return " ".join(said) or _("Rien")


def _load_words(pole: str, value: int | None) -> str:
    if value is None:
        return _("personne en poste")
    said = _("%(count)s par travailleur social") if pole == Pole.ACCOMPANIMENT else _("%(count)s par agent")
    return said % {"count": figure(value)}


def figure(value: int) -> str:
    return number_format(value, force_grouping=True)


def _names(communes: Sequence[Commune]) -> str:
    return ", ".join(commune.name for commune in communes)


# -- The list ------------------------------------------------------------------------------------------------------


def teams(found: QuerySet[Team], number: str, *, reader: Any) -> dict[str, object]:
    """A page of sectors, each with its two poles; the two poles altogether above."""
    told = staffing(found, sectors_staffed(reader), on=clock.today())
    pairs = list(zip(told.lines[::2], told.lines[1::2], strict=True))
    page = Paginator(pairs, SECTORS_PER_PAGE).get_page(number)
    sites = _sites_to_add(reader)
    return {
        "page": page,
        "summary": poles_table(told),
        "sectors": [_sector(pair, sites) for pair in page],
        "elsewhere": _teams_table(_("Équipes d'autres secteurs"), told.elsewhere) if told.elsewhere else None,
    }


def _sites_to_add(reader: Any) -> dict[int, list[Site]]:
    """The sites where this reader may add a team, by the sector they are in today."""
    sites = list(can_add_team.among(Site.objects.order_by("name"), reader))
    inside = SectorCommune.objects.now().filter(commune__in={site.commune_id for site in sites})
    sector_of = dict(inside.values_list("commune", "sector"))
    found: dict[int, list[Site]] = {}
    for site in sites:
        found.setdefault(sector_of.get(site.commune_id or "", 0), []).append(site)
    return found


def _sector(pair: tuple[PoleLine, PoleLine], sites: dict[int, list[Site]]) -> dict[str, object]:
    sector = pair[0].sector
    return {"sector": sector, "tables": [_pole_table(line) for line in pair],
            "sites": sites.get(sector.pk if sector else 0, [])}  # fmt: skip


def _pole_table(line: PoleLine) -> Table:
    told = {"pole": line.pole.label, "sector": line.sector}
    return _teams_table(_("%(pole)s · %(sector)s") % told, line.teams, note=_coverage(line))


def _coverage(line: PoleLine) -> str:
    """Who is covered, by how many, and who is not."""
    said = []
    if line.teams:
        told = {"count": figure(line.population), "load": _load_words(line.pole, line.load)}
        said.append(_("Habitants couverts : %(count)s (%(load)s).") % told)
    if line.uncovered:
        said.append(_("Sans équipe de ce pôle : %(communes)s.") % {"communes": _names(line.uncovered)})
    return " ".join(said)


def _teams_table(caption: str, found: Sequence[Staffed], *, note: str = "") -> Table:
    headers = [_("Équipe"), _("Communes"), _("Habitants"), _("Attendus"), _("En poste"), _("Ce qui manque")]
    rows = [
        (_link(one.team), _names(one.communes), figure(sum(c.population for c in one.communes)),
         sum(one.expected.values()), one.people, gap(one))
        for one in found
    ]  # fmt: skip
    empty = _("Aucune équipe de ce pôle dans ce secteur.")
    return Table(caption, headers, rows, numeric=(2, 3, 4), empty=empty, note=note)


def _link(team: Team) -> str:
    return format_html('<a href="{}">{}</a>', reverse("actors:team", args=[team.pk]), team.name)


# -- One team ------------------------------------------------------------------------------------------------------


def team(one: Team, *, reader: Any, form: PlaceForm | None = None) -> dict[str, object]:
    """Its figures for all who read it; names and gestures for who composes it."""
    today, mine = clock.today(), one.valid_until is None and can_edit_team(reader, one)
    found = staffed(Team.objects.filter(pk=one.pk), on=today)
    return {
        "team": one,
        "crumbs": [Crumb(_("Équipes"), reverse("actors:teams")), Crumb(one.name)],
        "facts": _facts(one, found[0] if found else None),
        "posts": _posts_table(found[0]) if found else None,
        "too_many": one.communes.count() > USUAL_COMMUNES,
        "outside": _outside(one),
        "may_edit": mine,
        "people": _people(one, reader=reader, on=today) if mine else None,
        "form": (form or PlaceForm(None, team=one, reader=reader)) if mine else None,
    }


def _facts(one: Team, figures: Staffed | None) -> list[tuple[str, object]]:
    communes = figures.communes if figures else tuple(one.communes.all())
    population = sum(commune.population for commune in communes)
    return [
        (_("Pôle"), one.get_pole_display()),
        (_("Maison des solidarités"), one.site.name),
        (_("Communes"), _names(communes)),
        (_("Habitants"), figure(population)),
        (_("Charge"), _load_words(one.pole, load(population, one.pole, [figures])) if figures else ""),
        (_("Au travail depuis le"), date_format(one.valid_from)),
        (_("Fermée le"), one.valid_until and date_format(one.valid_until)),
    ]


def _posts_table(one: Staffed) -> Table:
    roles = [role for role in Role.values if one.expected.get(role) or one.held.get(role)]
    rows = [
        (Role(role).label, one.expected.get(role, 0), one.held.get(role, 0), _post_gap(one, role)) for role in roles
    ]
    headers = [_("Rôle"), _("Attendus"), _("En poste"), _("Ce qui manque")]
    note = _("Cette équipe d'accueil n'est pas encore un binôme.") if one.is_alone else ""
    empty = _("Aucun poste attendu n'est écrit.")
    return Table(_("Postes, en personnes"), headers, rows, numeric=(1, 2), note=note, empty=empty)


def _post_gap(one: Staffed, role: str) -> str:
    if count := one.missing.get(role):
        return missing_words(role, count)
    return _beyond_words(role, one.beyond[role]) if role in one.beyond else _("Rien")


def _outside(one: Team) -> str:
    """The communes of the team that the map of sectors has moved elsewhere."""
    inside = SectorCommune.objects.now().filter(sector__code__in=sector_codes_of(one.site)[:1])
    return _names(list(one.communes.exclude(pk__in=inside.values("commune"))))


def _people(one: Team, *, reader: Any, on: dt.date) -> Table:
    """Who is in the team, for who composes it; the others are counted, without a name."""
    at_work = members(one, on=on)
    known = can_read_team_member.among(at_work, reader).select_related("membership__user")
    rows = [
        (str(each.membership.user), each.membership.get_role_display(), date_format(each.valid_from),
         format_html('<a href="{}">{}</a>', reverse("actors:take_out", args=[each.pk]), _("Retirer de l'équipe")))
        for each in known.order_by("membership__user__last_name", "pk")
    ]  # fmt: skip
    hidden = at_work.count() - len(rows)
    note = ngettext("%(count)d autre personne dont le nom ne vous est pas ouvert.",
                    "%(count)d autres personnes dont le nom ne vous est pas ouvert.", hidden)  # fmt: skip
    note = note % {"count": hidden} if hidden else ""
    headers = [_("Personne"), _("Rôle"), _("Depuis le"), _("Que faire")]
    empty = _("Personne n'est encore dans cette équipe.")
    return Table(_("Qui est dans l'équipe"), headers, rows, empty=empty, note=note)


# -- The review of the two poles -----------------------------------------------------------------------------------


def review(found: QuerySet[Team], *, reader: Any) -> dict[str, object]:
    """The two poles today and what changed in twelve months: what one brings to the shared review."""
    today = clock.today()
    told = staffing(found, sectors_staffed(reader), on=today)
    since, moved = movements(found, on=today)
    rows = [(Pole(pole).label, joined, left) for pole, (joined, left) in moved.items()]
    note = _("Qui change d'équipe en quitte une et en rejoint une autre.")
    caption = _("Mouvements depuis le %(day)s") % {"day": date_format(since)}
    headers = [_("Pôle"), _("Arrivées"), _("Départs")]
    return {
        "day": today,
        "summary": poles_table(told),
        "moves": Table(caption, headers, rows, numeric=(1, 2), note=note),
        "table": sectors_table(told),
    }


def poles_table(told: Staffing) -> Table:
    """One row per pole, every sector together."""
    rows = [(line.pole.label, *_figures(line)) for line in told.altogether()]
    said = [
        _("En personnes, non en temps de travail. Une commune que deux équipes couvrent ne compte qu'une fois."),
        _("Charge : habitants par travailleur social en accompagnement, par agent à l'accueil."),
    ]
    return Table(_("Les deux pôles"), [_("Pôle"), *_headers()], rows, numeric=(1, 2, 3, 4, 5), note=" ".join(said))


def sectors_table(told: Staffing) -> Table:
    """One row per sector and pole; the communes that have no team are told among what is missing."""
    rows = [(f"{line.sector} · {line.pole.label}", *_figures(line)) for line in told.lines]
    return Table(
        _("Par secteur et par pôle"), [_("Secteur et pôle"), *_headers()], rows, numeric=(1, 2, 3, 4, 5),
        empty=_("Aucun secteur n'est encore dessiné."),
    )  # fmt: skip


def _headers() -> list[str]:
    return [_("Équipes"), _("Communes"), _("Habitants"), _("En poste"), _("Charge"), _("Ce qui manque")]


def _figures(line: PoleLine) -> tuple[object, ...]:
    posts = _("%(held)d sur %(expected)d") % {"held": line.held, "expected": line.expected}
    charge = _("personne") if line.load is None else figure(line.load)
    missing = _all_missing(line)
    if line.sector and line.teams and line.uncovered:
        missing += " " + _("Communes sans équipe : %(communes)s.") % {"communes": _names(line.uncovered)}
    return len(line.teams), line.communes, figure(line.population), posts, charge, missing


def review_rows(found: QuerySet[Team], *, reader: Any) -> Table:
    """The same, row by row, for a spreadsheet: figures without separators, the day on each row."""
    today = clock.today()
    rows = [
        (today.isoformat(), str(line.sector), line.pole.label, len(line.teams), line.communes, line.population,
         line.expected, line.held, _all_missing(line), line.alone, "" if line.load is None else line.load,
         _names(line.uncovered))
        for line in staffing(found, sectors_staffed(reader), on=today).lines
    ]  # fmt: skip
    headers = [
        _("Jour"), _("Secteur"), _("Pôle"), _("Équipes"), _("Communes couvertes"), _("Habitants couverts"),
        _("Postes attendus"), _("En poste"), _("Ce qui manque"), _("Équipes sans binôme"), _("Charge"),
        _("Communes sans équipe"),
    ]  # fmt: skip
    return Table(_("Par secteur et par pôle"), headers, rows)


# -- What is confirmed, what someone else wrote --------------------------------------------------------------------


def written(one: Team) -> list[tuple[str, object]]:
    """A team as it stands, beside what someone was writing."""
    posts = [f"{post.get_role_display()} : {post.expected}" for post in one.posts.all()]
    return [
        (_("Nom de l'équipe"), one.name),
        (_("Pôle"), one.get_pole_display()),
        (_("Communes"), _names(list(one.communes.all()))),
        (_("Postes attendus"), " · ".join(posts)),
    ]


def closing(one: Team) -> dict[str, object]:
    return {
        "team": one,
        "title": _("Fermer « %(team)s »") % {"team": one},
        "sentence": _(
            "Dès aujourd'hui elle n'intervient plus, et ses membres n'en sont plus. Leurs rôles continuent."
        ),
        "yes": _("Oui, fermer"),
    }


def taking_out(member: TeamMember) -> dict[str, object]:
    told = {"person": str(member.membership.user), "team": member.team.name}
    return {
        "team": member.team,
        "title": _("Retirer %(person)s de « %(team)s »") % told,
        "sentence": _("À partir d'aujourd'hui, cette personne n'y est plus comptée. Son rôle continue."),
        "yes": _("Oui, retirer"),
    }
