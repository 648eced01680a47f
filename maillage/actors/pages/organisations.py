"""What the pages of organisations are told: the list, one organisation, what the national registry found."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maillage.actors.choices import ApiScope, Role
from maillage.actors.companies import Company
from maillage.actors.forms.organisations import OrganisationsAsked
from maillage.actors.models import ApiKey, Membership, Organisation, Site
from maillage.actors.permissions import (
    can_add_site,
    can_create_api_key,
    can_edit_organisation,
    can_edit_site,
    can_manage_api_key,
    can_read_membership,
)
from maillage.core import clock
from maillage.core.access import has_role
from maillage.core.components import Crumb, Table
from maillage.core.text import fold

PER_PAGE = 50


def organisations(found: QuerySet[Organisation], form: OrganisationsAsked, *, reader: Any) -> dict[str, object]:
    facts = getattr(form, "cleaned_data", {})
    found = _kept(found, facts)
    page = Paginator(found.order_by("name", "pk"), PER_PAGE).get_page(facts.get("page") or "1")
    open_sites = Count("sites", filter=Q(sites__closed_on__isnull=True))
    counted = Organisation.objects.filter(pk__in=[one.pk for one in page]).annotate(open_sites=open_sites)
    counts = dict(counted.values_list("pk", "open_sites"))
    rows = [(_name_of(one), one.get_kind_display(), _numbers(one), counts.get(one.pk, 0)) for one in page]
    headers = [_("Organisation"), _("Type"), _("Numéros"), _("Lieux")]
    empty = _("Aucune organisation ne porte ce nom ni ce numéro. Essayez un mot de moins.")
    return {
        "form": form,
        "page": page,
        "table": Table(_("Organisations"), headers, rows, numeric=(3,), empty=empty),
        "may_add": has_role(reader, Role.ADMINISTRATOR) or has_role(reader, Role.MDS_MANAGER),
    }


def _kept(found: QuerySet[Organisation], facts: dict[str, Any]) -> QuerySet[Organisation]:
    if not facts.get("closed"):
        found = found.filter(closed_on__isnull=True)
    if facts.get("kind"):
        found = found.filter(kind=facts["kind"])
    if sought := facts.get("words", "").strip():
        number = sought.replace(" ", "").upper()
        by_name = [pk for pk, name in found.values_list("pk", "name") if fold(sought) in fold(name)]
        found = found.filter(Q(pk__in=by_name) | Q(siren=number[:9], siren__gt="") | Q(rna=number, rna__gt=""))
    return found


def _name_of(one: Organisation) -> str:
    link = format_html('<a href="{}">{}</a>', reverse("actors:organisation", args=[one.pk]), one.name)
    return format_html("{} <small>({})</small>", link, _("ne participe plus")) if one.closed_on else link


def _numbers(one: Organisation) -> str:
    said = [f"SIREN {spaced(one.siren)}" if one.siren else "", f"RNA {one.rna}" if one.rna else ""]
    return " · ".join(filter(None, said)) or _("aucun")


def spaced(number: str) -> str:
    """« 000 990 010 », « 000 990 010 00017 »."""
    parts = [number[:3], number[3:6], number[6:9], number[9:]]
    return "\u00a0".join(filter(None, parts))


# -- One organisation ----------------------------------------------------------------------------------------------


def organisation(one: Organisation, *, reader: Any) -> dict[str, object]:
    open_now = one.closed_on is None
    return {
        "organisation": one,
        "crumbs": [Crumb(_("Organisations"), reverse("actors:organisations")), Crumb(one.name)],
        "facts": [
            (_("Type"), one.get_kind_display()),
            (_("SIREN"), spaced(one.siren)),
            (_("SIRET du siège"), spaced(one.siret)),
            (_("RNA"), one.rna),
            (_("Adresse du siège"), one.address),
            (_("Ne participe plus depuis le"), one.closed_on and date_format(one.closed_on)),
        ],
        "sites": _sites(one, reader=reader),
        "people": _people(one, reader=reader),
        "keys": _keys(one, reader=reader),
        "may_edit": can_edit_organisation(reader, one),
        "may_close": open_now and not one.is_house and can_edit_organisation(reader, one),
        "may_add_site": open_now and can_add_site(reader, one),
        "may_create_key": open_now and can_create_api_key(reader, one),
    }


def _sites(one: Organisation, *, reader: Any) -> Table:
    sites = list(Site.objects.filter(organisation=one).select_related("commune").order_by("closed_on", "name"))
    mine = set(can_edit_site.among(Site.objects.filter(organisation=one), reader).values_list("pk", flat=True))
    rows = [
        (site.name, *_where(site, is_mine=site.pk in mine), _state(site), _site_links(site) if site.pk in mine else "")
        for site in sites
    ]
    headers = [_("Lieu"), _("Commune"), _("SIRET"), _("État"), _("Que faire")]
    return Table(_("Ses lieux"), headers, rows, empty=_("Aucun lieu n'est encore écrit."))


def _where(site: Site, *, is_mine: bool) -> tuple[object, str]:
    """Its commune and its SIRET, or nothing that leads to a confidential address."""
    if site.is_address_confidential and not is_mine:
        return _("adresse confidentielle"), ""
    return site.commune or "", spaced(site.siret)


def _state(site: Site) -> str:
    return _("fermé le %(day)s") % {"day": date_format(site.closed_on)} if site.closed_on else _("ouvert")


def _site_links(site: Site) -> str:
    links = [(reverse("actors:correct_site", args=[site.pk]), _("Corriger"))]
    if not site.closed_on:
        links.append((reverse("actors:close_site", args=[site.pk]), _("Fermer")))
    return one_cell(links)


def one_cell(links: list[tuple[str, str]]) -> str:
    """Links in one block: on a phone a cell's children each take a line of their own."""
    return format_html("<span>{}</span>", format_html_join(" · ", '<a href="{}">{}</a>', links)) if links else ""


def _people(one: Organisation, *, reader: Any) -> Table | None:
    """Who acts for it today, for those only who may know; None when the reader may read none of them."""
    running = Membership.objects.now().filter(organisation=one)
    known = can_read_membership.among(running, reader).select_related("user", "site", "sector")
    if not known and not running.exists():
        return Table(_("Qui agit pour elle"), [_("Personne"), _("Rôle"), _("Où")], [], empty=_("Personne encore."))
    if not known:
        return None
    rows = [(str(each.user), each.get_role_display(), str(each.site or each.sector or _("partout"))) for each in known]
    hidden = running.count() - len(rows)
    note = _("D'autres personnes y tiennent un rôle que vous ne lisez pas.") if hidden else ""
    return Table(_("Qui agit pour elle"), [_("Personne"), _("Rôle"), _("Où")], rows, note=note)


def _keys(one: Organisation, *, reader: Any) -> list[tuple[ApiKey, list[tuple[str, object]]]]:
    """The keys and what is known of each, for who may withdraw them."""
    rows = can_manage_api_key.among(ApiKey.objects.filter(organisation=one), reader).select_related("use", "keeper")
    return [(each, _key_facts(each)) for each in rows]


def _key_facts(each: ApiKey) -> list[tuple[str, object]]:
    scopes = [str(ApiScope(scope).label) for scope in each.scopes if scope in ApiScope.values]
    used = each.use.last_used_at if hasattr(each, "use") else None
    return [
        (_("Début de la clé"), f"mlg_{each.prefix}_…"),
        (_("Permet de"), " ; ".join(scopes)),
        (_("Dernier jour"), date_format(each.expires_on)),
        (_("Dernier usage"), date_format(localtime(used), "j F Y à H:i") if used else _("n'a jamais servi")),
        (_("En répond"), str(each.keeper) if each.keeper else ""),
        (_("Retirée le"), each.revoked_at and date_format(localtime(each.revoked_at))),
        (_("État"), "" if each.is_open or each.revoked_at else _("expirée")),
    ]


def expiring_keys(reader: Any, *, within: Any) -> QuerySet[ApiKey]:
    """The keys this reader answers for whose last day comes within that time."""
    running = ApiKey.objects.filter(revoked_at__isnull=True, expires_on__gte=clock.today())
    return can_manage_api_key.among(running.filter(expires_on__lte=clock.today() + within), reader)


# -- The national registry -----------------------------------------------------------------------------------------


def searched(found: list[Company], typed: dict[str, str], *, is_away: bool) -> dict[str, object]:
    """What the form shows after a search: filled when one unit was found, a choice when several were."""
    one = found[0] if len(found) == 1 else None
    values = typed if one is None else typed | _values_of(one)
    return {
        "values": values,
        "is_away": is_away,
        "found": one,
        "several": found if len(found) > 1 else [],
        "is_nothing": not found and not is_away,
    }


def _values_of(company: Company) -> dict[str, str]:
    facts = {
        "name": company.name, "siren": company.siren, "siret": company.siret, "rna": company.rna,
        "address": company.address,
    }  # fmt: skip
    return {name: value for name, value in facts.items() if value}
