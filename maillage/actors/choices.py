"""The words for who acts: kinds of organisations, poles of teams, roles and what each may do, in one sentence."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    """The kinds of partners the founding documents name."""

    PUBLIC = "public", _("Collectivité ou établissement public")
    DELEGATED = "delegated", _("Délégation de service public")
    MUTUAL_AID = "mutual_aid", _("Association d'entraide")
    LANDLORD = "landlord", _("Bailleur")
    STATE = "state", _("Service de l'État")
    SOCIAL_SECURITY = "social_security", _("Organisme de Sécurité sociale")


class Role(TextChoices):
    """What someone may be here (domain §14), and who keeps the house and its directory."""

    GREETER = "greeter", _("Agent d'accueil")
    REFERENT = "referent", _("Travailleur social référent")
    MDS_MANAGER = "mds_manager", _("Responsable de Maison des solidarités")
    MDS_EDITOR = "mds_editor", _("Éditeur de l'annuaire")
    CRIP = "crip", _("Agent de la CRIP")
    ASE_DECIDER = "ase_decider", _("Décideur de l'aide sociale à l'enfance")
    FAMILY_CONFERENCE_COORDINATOR = "family_conference_coordinator", _("Coordinateur de conférences familiales")
    DELEGATE = "delegate", _("Intervenant d'une association délégataire")
    PARTNER = "partner", _("Intervenant d'une organisation partenaire")
    PARTNER_EDITOR = "partner_editor", _("Éditeur des fiches de son organisation")
    ELECTED = "elected", _("Élu référent")
    ANALYST = "analyst", _("Chargé d'observation")
    GRANTS_OFFICER = "grants_officer", _("Chargé des subventions")
    DPO = "dpo", _("Délégué à la protection des données")
    ADMINISTRATOR = "administrator", _("Administrateur de la maison")


class Scope(TextChoices):
    """How far a role reaches."""

    HOUSE = "house", _("tout le Département")
    SECTOR = "sector", _("un secteur, ou tout le Département si aucun n'est choisi")
    ORGANISATION = "organisation", _("sa propre organisation, ou un seul de ses lieux")


@dataclass(frozen=True)
class RoleFacts:
    """What a role may do in one sentence, how far it reaches, who grants it, whether it needs a second factor.

    A role that reads personal files, or that keeps the keys of the house, is only held by a session opened with two
    factors (CNIL, délibération n° 2022-100 du 21 juillet 2022 on passwords; référentiel 2021-028, security measures).
    """

    sentence: str | Promise
    scope: Scope
    granted_by: tuple[Role, ...]
    needs_second_factor: bool = True


_BY_ADMINISTRATOR = (Role.ADMINISTRATOR,)
_BY_MANAGER = (Role.ADMINISTRATOR, Role.MDS_MANAGER)
_BY_PARTNER = (Role.ADMINISTRATOR, Role.MDS_MANAGER, Role.PARTNER_EDITOR)

ROLES: dict[Role, RoleFacts] = {
    Role.GREETER: RoleFacts(
        _("Accueille les personnes dans sa Maison des solidarités et les oriente ; ne lit pas leurs dossiers."),
        Scope.SECTOR, _BY_MANAGER,
    ),
    Role.REFERENT: RoleFacts(
        _("Accompagne les personnes dont il est le référent, et ne lit que leurs dossiers."), Scope.SECTOR, _BY_MANAGER
    ),
    Role.MDS_MANAGER: RoleFacts(
        _("Encadre les équipes de son secteur : donne et retire les rôles, publie les fiches proposées."),
        Scope.SECTOR, _BY_ADMINISTRATOR,
    ),
    Role.MDS_EDITOR: RoleFacts(
        _("Tient l'annuaire de son secteur à jour : corrige les fiches, publie ou renvoie celles qu'on lui propose."),
        Scope.SECTOR, _BY_MANAGER, needs_second_factor=False,
    ),
    Role.CRIP: RoleFacts(
        _("Recueille et suit les informations préoccupantes du Département (CASF, art. L226-3)."),
        Scope.HOUSE, _BY_ADMINISTRATOR,
    ),
    Role.ASE_DECIDER: RoleFacts(
        _("Décide des mesures de protection de l'enfance, au nom du président du conseil départemental."),
        Scope.HOUSE, _BY_ADMINISTRATOR,
    ),
    Role.FAMILY_CONFERENCE_COORDINATOR: RoleFacts(
        _("Prépare les conférences familiales qu'on lui confie, sans lire d'autre dossier."),
        Scope.HOUSE, _BY_ADMINISTRATOR,
    ),
    Role.DELEGATE: RoleFacts(
        _("Suit les mesures que le Département a confiées à son association, et aucune autre."),
        Scope.ORGANISATION, _BY_MANAGER,
    ),
    Role.PARTNER: RoleFacts(
        _("Agit avec le Département pour les personnes qui l'ont accepté, dans la limite de leur accord."),
        Scope.ORGANISATION, _BY_PARTNER,
    ),
    Role.PARTNER_EDITOR: RoleFacts(
        _("Propose les corrections des fiches de son organisation, et y invite ses collègues."),
        Scope.ORGANISATION, _BY_PARTNER, needs_second_factor=False,
    ),
    Role.ELECTED: RoleFacts(
        _("Suit les projets et les conférences de son territoire ; ne lit aucun dossier de personne."),
        Scope.SECTOR, _BY_ADMINISTRATOR, needs_second_factor=False,
    ),
    Role.ANALYST: RoleFacts(
        _("Étudie des chiffres sans nom ; ne lit aucun dossier de personne."),
        Scope.HOUSE, _BY_ADMINISTRATOR, needs_second_factor=False,
    ),
    Role.GRANTS_OFFICER: RoleFacts(
        _("Examine les demandes de subvention ; ne lit aucun dossier de personne."), Scope.HOUSE, _BY_ADMINISTRATOR
    ),
    Role.DPO: RoleFacts(
        _("Contrôle qui a lu quoi : lit les règles, le registre et le journal, jamais les dossiers."),
        Scope.HOUSE, _BY_ADMINISTRATOR,
    ),
    Role.ADMINISTRATOR: RoleFacts(
        _("Ouvre et ferme les comptes, suit les imports et l'exploitation ; ne lit aucun dossier."),
        Scope.HOUSE, _BY_ADMINISTRATOR,
    ),
}  # fmt: skip


class ApiScope(TextChoices):
    """What an organisation's key may do."""

    READ_SELF = "organisation:read", _("Lire les fiches de son organisation, publiées ou proposées")
    SUBMIT = "submissions:write", _("Proposer une correction d'une fiche de son organisation")


class Pole(TextChoices):
    """The two halves of a Département's social action: one welcomes everybody, the other follows some for long."""

    RECEPTION = "reception", _("Accueil social")
    ACCOMPANIMENT = "accompaniment", _("Accompagnement")


TEAM_ROLES = (Role.GREETER, Role.REFERENT)
"""The roles whose posts a team counts: who welcomes, and who accompanies."""
