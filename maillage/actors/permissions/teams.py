"""Who reads the teams of the Maisons des solidarités, who composes them, who may be placed in one."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from maillage.actors.choices import TEAM_ROLES, Role
from maillage.actors.models import Membership, Organisation, Site, Team, TeamMember, User, reaches
from maillage.actors.permissions.roles import (
    NOBODY,
    can_read_membership,
    communes_in,
    sectors_under,
    sites_in,
)
from maillage.core.access import has_role, rule
from maillage.core.refusals import Refused
from maillage.territories.choices import SectorLevel
from maillage.territories.models import Sector, SectorCommune


def _managed(reader: Any) -> list[str] | None:
    """The codes of the sectors this reader manages; None for the whole Département."""
    codes = [held.sector_code for held in reaches(reader, Role.MDS_MANAGER)]
    return None if "" in codes or has_role(reader, Role.ADMINISTRATOR) else codes


@rule(Team)
def can_read_team(reader: Any) -> Q:
    """Lisent les chiffres des équipes : l'administrateur et le chargé d'observation, toutes ; le responsable de MDS,
    celles de son secteur et celles qui y interviennent.
    """
    codes = _managed(reader)
    if codes is None or has_role(reader, Role.ANALYST):
        return Q()
    covering = Team.communes.through._default_manager.filter(commune__in=communes_in(codes))
    return Q(site__in=sites_in(codes)) | Q(pk__in=covering.values("team")) if codes else NOBODY


@rule(Team)
def can_edit_team(reader: Any) -> Q:
    """Compose, corrige et ferme une équipe : l'administrateur, et le responsable de MDS dans son secteur."""
    codes = _managed(reader)
    return Q() if codes is None else Q(site__in=sites_in(codes))


@rule(Site)
def can_add_team(reader: Any) -> Q:
    """Ajoute une équipe à une Maison des solidarités ouverte : l'administrateur, le responsable dans son secteur."""
    codes = _managed(reader)
    houses = Organisation.objects.filter(is_house=True)
    open_now = Q(organisation__in=houses, closed_on__isnull=True, commune__isnull=False)
    return open_now if codes is None else open_now & Q(commune__in=communes_in(codes))


@rule(TeamMember)
def can_read_team_member(reader: Any) -> Q:
    """Lit le nom d'un membre d'une équipe, et l'en retire, qui compose l'équipe et lit le rôle de cette personne."""
    teams = Team.objects.filter(can_edit_team.condition(reader))
    held = Membership.objects.filter(can_read_membership.condition(reader))
    return Q(team__in=teams, membership__in=held)


def sectors_staffed(reader: Any) -> QuerySet[Sector]:
    """The TIS of today whose teams this reader follows, by their codes."""
    lowest = Sector.objects.now().filter(level=SectorLevel.TIS).order_by("code")
    codes = _managed(reader)
    if codes is None or has_role(reader, Role.ANALYST):
        return lowest
    return lowest.filter(pk__in=sectors_under(codes))


def sector_codes_of(site: Site) -> list[str]:
    """The codes of the TIS, and of the TAS, where this site is today."""
    inside = SectorCommune.objects.now().filter(commune=site.commune_id)
    found = inside.values_list("sector__code", "sector__parent__code").first()
    return [code for code in found or () if code]


def eligible_for(team: Team) -> QuerySet[Membership]:
    """The roles that may be in this team: of a team's kind, in the Département, held today where the team works."""
    here = Q(sector__isnull=True) | Q(sector__code__in=sector_codes_of(team.site))
    houses = Organisation.objects.filter(is_house=True)
    return Membership.objects.now().filter(here, organisation__in=houses, role__in=TEAM_ROLES, user__is_active=True)


def may_place(by: User | None, membership: Membership, team: Team) -> Refused | None:
    """Why this role does not join that team; None when it may. `by` None: the house's own command line."""
    if team.valid_until is not None or (by is not None and not can_edit_team(by, team)):
        return Refused(_("Cette équipe est fermée, ou n'est plus de votre secteur."))
    known = by is None or can_read_membership(by, membership)
    if known and eligible_for(team).filter(pk=membership.pk).exists():
        return None
    return Refused(
        _("Ce rôle n'entre pas dans cette équipe : il est terminé, d'une autre nature ou d'un autre secteur."),
        instead=_("Choisissez une personne de la liste, ou donnez-lui d'abord un rôle dans ce secteur."),
    )


def may_cover(team: Team, codes: list[str], *, kept: set[str]) -> Refused | None:
    """Why this team does not work in these communes (Insee codes); it keeps those it had, whatever the map became."""
    sector = sector_codes_of(team.site)[:1]
    inside = SectorCommune.objects.now().filter(sector__code__in=sector).values_list("commune", flat=True)
    if not codes:
        return Refused(_("Une équipe intervient dans une commune au moins : dites laquelle."))
    if set(codes) - set(inside) - kept:
        return Refused(_("Une équipe n'intervient que dans les communes du secteur de sa Maison des solidarités."))
    return None
