"""Who reads organisations, people and habilitations, who gives a role and who ends it. Nothing here, no access."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from maillage.actors.choices import ROLES, ApiScope, Role, Scope
from maillage.actors.models import ApiKey, Held, Invitation, Membership, Organisation, Site, User, reaches
from maillage.core import clock, journal
from maillage.core.access import has_role, rule
from maillage.core.models import JournalLine
from maillage.core.refusals import Refused
from maillage.territories.models import Sector, SectorCommune

NOBODY = Q(pk__in=())
OPEN_ADDRESS = Q(is_address_confidential=False)


def granted_by(role: Role) -> list[Role]:
    """The roles that this one gives and ends."""
    return [given for given, facts in ROLES.items() if role in facts.granted_by]


def of_scope(scope: Scope) -> list[Role]:
    return [role for role, facts in ROLES.items() if facts.scope == scope]


# -- Places --------------------------------------------------------------------------------------------------------


def sectors_under(codes: Iterable[str]) -> QuerySet[Sector]:
    """These sectors under all their dates, and the TIS that are inside them today: a TAS covers its TIS."""
    codes = list(codes)
    inside = Sector.objects.now().filter(parent__code__in=codes)
    return Sector.objects.filter(Q(code__in=codes) | Q(code__in=inside.values("code")))


def communes_in(codes: Iterable[str]) -> Any:
    """The communes of these sectors today; what is in force today refers to today's sectors, and TAS."""
    return SectorCommune.objects.now().of_sectors(codes).values("commune")


def sites_in(codes: Iterable[str]) -> QuerySet[Site]:
    """The sites whose commune is in one of these sectors today."""
    return Site.objects.filter(commune__in=communes_in(codes))


def organisations_within(codes: Iterable[str]) -> QuerySet[Organisation]:
    """The partners all of whose open sites are in these sectors: what they do there, they do nowhere else."""
    still_open, communes = Site.objects.filter(closed_on__isnull=True), communes_in(codes)
    here, elsewhere = still_open.filter(commune__in=communes), still_open.exclude(commune__in=communes)
    present = Organisation.objects.filter(is_house=False, pk__in=here.values("organisation"))
    return present.exclude(pk__in=elsewhere.values("organisation"))


def _managed(reader: Any) -> list[str]:
    """The codes of the sectors this reader manages; an empty one stands for the whole Département."""
    return [held.sector_code for held in reaches(reader, Role.MDS_MANAGER)]


def _under_a_manager(reader: Any) -> Q:
    """The habilitations within the reach of a manager. A role of the whole Département is only an administrator's."""
    codes = _managed(reader)
    if not codes:
        return NOBODY
    if "" in codes:
        return Q(sector__isnull=False) | Q(role__in=of_scope(Scope.ORGANISATION))
    at_a_site = Q(site__in=sites_in(codes))
    whole = Q(site__isnull=True, organisation__in=organisations_within(codes))
    return Q(sector__in=sectors_under(codes)) | at_a_site | whole


def _edited_by_partner(reader: Any) -> Q:
    """The habilitations in the organisation, or the one site, of whoever edits its records."""
    found = NOBODY
    for held in reaches(reader, Role.PARTNER_EDITOR):
        found |= Q(organisation=held.organisation_id) & (Q(site=held.site_id) if held.site_id else Q())
    return found


def _own_organisations(reader: Any, role: Role | None = None) -> list[int]:
    """The partners where this reader holds a role (this one, and for the whole of it, when it is said)."""
    if role:
        return [held.organisation_id for held in reaches(reader, role) if held.organisation_id and not held.site_id]
    here: tuple[Held, ...] = getattr(reader, "open_roles", tuple)()
    partners = (held for held in here if ROLES[Role(held.role)].scope == Scope.ORGANISATION)
    return [held.organisation_id for held in partners if held.organisation_id]


# -- Organisations and sites ---------------------------------------------------------------------------------------


@rule(Organisation)
def can_read_organisation(reader: Any) -> Q:
    """Toute personne qui tient un rôle lit les organisations ; la clé d'une organisation ne lit que la sienne."""
    if isinstance(reader, ApiKey):
        return Q(pk=reader.organisation_id) if reader.may(ApiScope.READ_SELF) else NOBODY
    return Q() if isinstance(reader, User) and reader.roles() else NOBODY


@rule(Organisation)
def can_edit_organisation(reader: Any) -> Q:
    """L'administrateur corrige le nom, le type et les numéros d'une organisation, et la ferme."""
    return Q() if has_role(reader, Role.ADMINISTRATOR) else NOBODY


@rule(Organisation)
def can_add_site(reader: Any) -> Q:
    """Ajoute un lieu : l'administrateur partout, le responsable de MDS et l'éditeur d'un partenaire chez celui-ci.

    Le responsable d'un secteur l'ajoute chez tout partenaire, mais dans son secteur seulement, et le premier seulement
    chez un partenaire qu'il a lui-même ajouté ; l'éditeur d'une organisation chez elle, s'il l'est de toute
    l'organisation.
    """
    if has_role(reader, Role.ADMINISTRATOR):
        return Q()
    partners = Q(is_house=False) if _managed(reader) else NOBODY
    return partners | Q(pk__in=_own_organisations(reader, Role.PARTNER_EDITOR))


def may_open_first_site(by: Any, organisation: Organisation) -> Refused | None:
    """Why this person may not give that organisation the only open site it would have; None when they may.

    An organisation all of whose sites are in a sector is within the reach of its manager, roles included: the first
    site would widen one's own reach over people nobody put there. `by` None: the house itself.
    """
    if by is None or has_role(by, Role.ADMINISTRATOR) or "" in _managed(by):
        return None
    if organisation.pk in _own_organisations(by, Role.PARTNER_EDITOR):
        return None
    added = JournalLine.objects.filter(
        verb="actors.organisation_added", thing=journal.name_of(organisation), who=by.pk
    )
    if Site.objects.filter(organisation=organisation, closed_on__isnull=True).exists() or added.exists():
        return None
    return Refused(
        _("Cette organisation n'a encore aucun lieu ouvert : le premier vous donnerait la main sur tous ses rôles."),
        instead=_("Demandez à un administrateur de l'ajouter."),
    )


@rule(Site)
def can_edit_site(reader: Any) -> Q:
    """Corrige ou ferme un lieu : l'administrateur, le responsable de MDS dans son secteur, l'éditeur chez lui.

    Les lieux du Département lui-même ne changent que par l'administrateur. Un lieu dont l'adresse est confidentielle
    attend un second facteur.
    """
    keeps = _keeps_sites(reader)
    return keeps if keeps == NOBODY or getattr(reader, "has_second_factor", True) else OPEN_ADDRESS & keeps


def _keeps_sites(reader: Any) -> Q:
    if has_role(reader, Role.ADMINISTRATOR):
        return Q()
    found, codes = Q(organisation__in=_own_organisations(reader, Role.PARTNER_EDITOR)), _managed(reader)
    for held in reaches(reader, Role.PARTNER_EDITOR):
        found |= Q(pk=held.site_id) if held.site_id else NOBODY
    if codes:
        partners = Q(organisation__in=Organisation.objects.filter(is_house=False))
        found |= partners if "" in codes else partners & Q(commune__in=communes_in(codes))
    return found


# -- People and habilitations --------------------------------------------------------------------------------------


@rule(Membership)
def can_read_membership(reader: Any) -> Q:
    """Lisent qui tient quel rôle : chacun les siens, l'administrateur et le délégué à la protection des données tous.

    Le responsable de MDS lit ceux de son secteur et de ses partenaires ; les membres d'une organisation partenaire,
    ceux de leur organisation. Entre agents du Département, chacun ne lit que les siens : un nom y dirait qui travaille
    à la protection de l'enfance.
    """
    if has_role(reader, Role.ADMINISTRATOR) or has_role(reader, Role.DPO):
        return Q()
    if not isinstance(reader, User):
        return NOBODY
    colleagues = Organisation.objects.filter(is_house=False, pk__in=_own_organisations(reader))
    return Q(user=reader.pk) | _under_a_manager(reader) | Q(organisation__in=colleagues)


@rule(User)
def can_read_person(reader: Any) -> Q:
    """Lit le nom d'une personne qui peut lire l'un de ses rôles ; chacun lit le sien."""
    if has_role(reader, Role.ADMINISTRATOR) or has_role(reader, Role.DPO):
        return Q()
    if not isinstance(reader, User):
        return NOBODY
    return Q(pk=reader.pk) | Q(pk__in=_readable(reader).values("user"))


def _readable(reader: Any) -> QuerySet[Membership]:
    return Membership.objects.filter(can_read_membership.condition(reader))


@rule(Membership)
def can_review_membership(reader: Any) -> Q:
    """Revoit, change ou termine un rôle qui aurait pu le donner ; jamais le sien."""
    if not isinstance(reader, User):
        return NOBODY
    return _grantable(reader) & ~Q(user=reader.pk)


@rule(Membership)
def can_end_membership(reader: Any) -> Q:
    """Termine un rôle qui aurait pu le donner ; un administrateur peut aussi terminer le sien, s'il en reste un autre.

    Que le dernier administrateur reste est vérifié au moment même, les lignes tenues.
    """
    if has_role(reader, Role.ADMINISTRATOR):
        return Q()
    return can_review_membership.condition(reader)


def _grantable(reader: Any) -> Q:
    """The habilitations, and the invitations, that this reader could have given."""
    if has_role(reader, Role.ADMINISTRATOR):
        return Q()
    by_manager = _under_a_manager(reader) & Q(role__in=granted_by(Role.MDS_MANAGER))
    return by_manager | _edited_by_partner(reader) & Q(role__in=granted_by(Role.PARTNER_EDITOR))


@rule(Invitation)
def can_read_invitation(reader: Any) -> Q:
    """Lisent une invitation, la renvoient ou la retirent ceux qui pourraient donner son rôle ; le délégué la lit."""
    if has_role(reader, Role.DPO):
        return Q()
    return _grantable(reader) if isinstance(reader, User) else NOBODY


@rule(Invitation)
def can_withdraw_invitation(reader: Any) -> Q:
    """Retire ou renvoie une invitation qui pourrait donner son rôle."""
    return _grantable(reader) if isinstance(reader, User) else NOBODY


@rule(User)
def can_manage_person(reader: Any) -> Q:
    """Prépare le départ d'une personne, ou lui rend l'accès, qui pourrait donner tous les rôles qu'elle tient."""
    if not isinstance(reader, User):
        return NOBODY
    if has_role(reader, Role.ADMINISTRATOR):
        return Q()
    held = Membership.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=clock.today()))
    others = held.exclude(_grantable(reader))
    mine = held.filter(_grantable(reader))
    return Q(pk__in=mine.values("user")) & ~Q(pk__in=others.values("user")) & ~Q(pk=reader.pk)


@rule(ApiKey)
def can_manage_api_key(reader: Any) -> Q:
    """Voit et retire les clés d'une organisation : l'administrateur, et l'éditeur de toute cette organisation."""
    if has_role(reader, Role.ADMINISTRATOR):
        return Q()
    return Q(organisation__in=_own_organisations(reader, Role.PARTNER_EDITOR))


@rule(Organisation)
def can_create_api_key(reader: Any) -> Q:
    """Crée une clé pour une organisation : l'administrateur, et l'éditeur de toute cette organisation."""
    if has_role(reader, Role.ADMINISTRATOR):
        return Q()
    return Q(pk__in=_own_organisations(reader, Role.PARTNER_EDITOR))


# -- Giving a role -------------------------------------------------------------------------------------------------


def may_grant(
    by: User | None,
    role: str,
    organisation: Organisation,
    sector: Sector | None = None,
    site: Site | None = None,
    *,
    to: User | None = None,
) -> Refused | None:
    """Why this person may not give this role there; None when they may. `by` None: the house's own command line."""
    if by is not None and to is not None and by.pk == to.pk:
        return Refused(
            _("Personne ne se donne un rôle à soi-même."),
            instead=_("Demandez-le à une autre personne qui peut le donner."),
        )
    misplaced = _misplaced(Role(role), organisation, sector, site)
    return misplaced or (_beyond(by, Membership(role=role, organisation=organisation, sector=sector, site=site)))


def _misplaced(role: Role, organisation: Organisation, sector: Sector | None, site: Site | None) -> Refused | None:
    """Why nobody may give this role there."""
    scope, house = ROLES[role].scope, organisation.is_house
    if _is_over(organisation.closed_on):
        sentence = _("Cette organisation ne participe plus : aucun rôle ne s'y donne.")
    elif site and (site.organisation_id != organisation.pk or _is_over(site.closed_on)):
        sentence = _("Ce lieu n'est pas un lieu ouvert de cette organisation : choisissez-en un autre.")
    elif scope == Scope.ORGANISATION and house:
        sentence = _("Ce rôle se donne dans une organisation partenaire, pas dans le Département.")
    elif scope != Scope.ORGANISATION and not house:
        sentence = _("Ce rôle se donne dans le Département : choisissez-le comme organisation.")
    elif scope != Scope.ORGANISATION and site:
        sentence = _("Ce rôle ne se limite pas à un lieu : n'en choisissez aucun.")
    elif scope != Scope.SECTOR and sector:
        sentence = _("Ce rôle ne se limite pas à un secteur : n'en choisissez aucun.")
    elif sector and _is_over(sector.valid_until):
        sentence = _("Ce secteur n'existe plus : choisissez un secteur d'aujourd'hui.")
    else:
        return None
    return Refused(sentence)


def _is_over(day: dt.date | None) -> bool:
    return day is not None and day <= clock.today()


def _beyond(by: User | None, wanted: Membership) -> Refused | None:
    """Why this role, there, is not this person's to give."""
    givers = ROLES[Role(wanted.role)].granted_by
    if by is None or has_role(by, Role.ADMINISTRATOR):
        return None
    reach = by.roles() & set(givers)
    if not reach:
        names = _(" ou ").join(f"« {giver.label} »" for giver in givers)
        return Refused(
            _("Ce rôle n'est pas de ceux que vous pouvez donner."),
            instead=_("Demandez à quelqu'un qui a le rôle : %(names)s.") % {"names": names},
        )
    if Role.PARTNER_EDITOR in reach and _holds_there(by, wanted):
        return None
    if Role.MDS_MANAGER in reach:
        return _beyond_manager(by, wanted)
    return Refused(_("Vous ne donnez de rôle que dans votre propre organisation, ou le lieu qui est le vôtre."))


def _holds_there(by: User, wanted: Membership) -> bool:
    return any(
        held.organisation_id == wanted.organisation_id and held.site_id in {None, wanted.site_id}
        for held in by.holds(Role.PARTNER_EDITOR)
    )


def _beyond_manager(by: User, wanted: Membership) -> Refused | None:
    codes, is_of_sectors = _managed(by), ROLES[Role(wanted.role)].scope == Scope.SECTOR
    if is_of_sectors and wanted.sector is None:
        return Refused(
            _("Un rôle sur tout le Département n'est donné que par un administrateur."),
            instead=_("Choisissez un secteur qui est le vôtre."),
        )
    if "" in codes or _is_within(wanted, codes):
        return None
    if is_of_sectors:
        return Refused(_("Ce secteur n'est pas le vôtre : vous ne donnez de rôle que dans votre secteur."))
    return Refused(
        _("Cette organisation agit aussi hors de votre secteur, ou n'y a pas de lieu."),
        instead=_("Choisissez un de ses lieux qui est dans votre secteur, ou demandez à un administrateur."),
    )


def _is_within(wanted: Membership, codes: list[str]) -> bool:
    """Whether the place of this role is inside these sectors."""
    if wanted.sector:
        return sectors_under(codes).filter(pk=wanted.sector.pk).exists()
    if wanted.site:
        return sites_in(codes).filter(pk=wanted.site.pk).exists()
    return organisations_within(codes).filter(pk=wanted.organisation.pk).exists()


def roles_to_give(by: User) -> list[Role]:
    """The roles this person gives somewhere."""
    mine = by.roles()
    return [role for role, facts in ROLES.items() if mine & set(facts.granted_by)]


def sectors_to_give(by: User) -> QuerySet[Sector]:
    """The sectors of today in which this person gives roles."""
    codes = _managed(by)
    if has_role(by, Role.ADMINISTRATOR) or "" in codes:
        return Sector.objects.now()
    return Sector.objects.now().filter(pk__in=sectors_under(codes))


def may_end(by: User, membership: Membership) -> Refused | None:
    """Why this person may not end this role; None when they may, as far as they alone are concerned."""
    if by.pk == membership.user_id and not has_role(by, Role.ADMINISTRATOR):
        return Refused(
            _("Personne ne termine son propre rôle."),
            instead=_("Demandez-le à une personne qui peut donner ce rôle."),
        )
    return _beyond(by, membership)
