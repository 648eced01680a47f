"""Who reads, corrects, proposes and moderates in the directory. Nothing here, no access."""

from typing import Any

from django.db.models import Q

from maillage.actors.choices import ApiScope, Role
from maillage.actors.models import ApiKey, Site, User, reaches
from maillage.core.access import rule
from maillage.directory.choices import SubmissionState
from maillage.directory.models import (
    OwnExpression,
    RecordChange,
    SavedSearch,
    Service,
    Structure,
    Submission,
    UnknownWord,
)
from maillage.territories.models import SectorCommune

NOBODY = Q(pk__in=())
KEEPERS = (Role.MDS_EDITOR, Role.MDS_MANAGER)
"""The roles that keep the directory true, each in its sector or in the whole Département."""
ANSWERED = (SubmissionState.SUBMITTED, SubmissionState.RETURNED, SubmissionState.PUBLISHED)


# -- Reach -----------------------------------------------------------------------------------------------------------


def kept_by(reader: Any) -> Q:
    """The structures whose commune is, today, in a sector this reader keeps; a TAS covers its TIS.

    A structure in no sector is kept by those who keep the whole Département. One whose address is confidential waits
    for a second factor.
    """
    return _without_protected(reader, _in_sectors_of(reader))


def _in_sectors_of(reader: Any) -> Q:
    codes = {held.sector_code for role in KEEPERS for held in reaches(reader, role)}
    if not codes:
        return NOBODY
    if "" in codes:
        return Q()
    communes = SectorCommune.objects.now().of_sectors(codes)
    return Q(commune_code__in=communes.values("commune"))


def own_of(reader: Any) -> Q:
    """The structures of the organisation, or of the one site, whose records this reader keeps.

    One whose address is confidential waits for a second factor.
    """
    return _without_protected(reader, _at_places_of(reader))


def _at_places_of(reader: Any) -> Q:
    places = NOBODY
    for held in reaches(reader, Role.PARTNER_EDITOR):
        if held.site_id:
            places |= Q(pk=held.site_id)
        elif held.organisation_id:
            places |= Q(organisation=held.organisation_id)
    return NOBODY if places == NOBODY else Q(site__in=Site.objects.filter(places))


def _without_protected(reader: Any, structures: Q) -> Q:
    """A password alone opens no confidential address, nor the forms and the past that would tell it.

    A password may have been phished (CNIL, recommandation relative à l'authentification multifacteur, 2025), and such
    an address protects people from someone who looks for them.
    """
    if structures == NOBODY or getattr(reader, "has_second_factor", True):
        return structures
    return Q(is_address_confidential=False) & structures


def _either(one: Q, other: Q) -> Q:
    """One or the other, without a useless NOBODY in the query."""
    if not one or not other:
        return Q()
    return other if one == NOBODY else one if other == NOBODY else one | other


def _concerned(reader: Any) -> Q:
    return _either(kept_by(reader), own_of(reader))


def _of(structures: Q) -> Q:
    """What belongs to these structures: their services, what is proposed for them, their past."""
    if not structures or structures == NOBODY:
        return structures
    return Q(structure__in=Structure.objects.filter(structures))


@rule(Structure)
def awaits_second_factor(reader: Any) -> Q:
    """Une fiche dont l'adresse est confidentielle attend, pour qui la tient à jour ou en propose les corrections, que
    sa session soit ouverte avec un second facteur.
    """
    if getattr(reader, "has_second_factor", True):
        return NOBODY
    reach = _either(_in_sectors_of(reader), _at_places_of(reader))
    return NOBODY if reach == NOBODY else Q(is_address_confidential=True) & reach


# -- Reading ---------------------------------------------------------------------------------------------------------


@rule(Structure)
def can_read_structure(reader: Any) -> Q:
    """Tout le monde lit une structure publiée ; retirée, elle n'est lue que de qui la tient à jour ou de la sienne."""
    return _either(Q(withdrawn_at__isnull=True), _concerned(reader))


@rule(Service)
def can_read_service(reader: Any) -> Q:
    """Tout le monde lit un service publié d'une structure publiée ; retiré, seuls le lisent qui le tient à jour et sa
    propre organisation.
    """
    concerned = _concerned(reader)
    if not concerned:
        return Q()
    # Few are withdrawn: naming them, with their index, spares reading every structure of the directory.
    published = Q(withdrawn_at__isnull=True) & ~Q(structure__in=Structure.objects.filter(withdrawn_at__isnull=False))
    return _either(published, _of(concerned))


@rule(Structure)
def can_read_hidden_address(reader: Any) -> Q:
    """Une adresse confidentielle n'est lue que de qui tient l'annuaire de son secteur et de l'éditeur des fiches de sa
    propre organisation, avec un second facteur, et chaque lecture est journalisée.

    Elle a une page à part, et les formulaires de correction et de proposition ; nulle recherche, carte, fiche
    imprimée, histoire ou API ne la donne.
    """
    concerned = _concerned(reader)
    return NOBODY if concerned == NOBODY else Q(is_address_confidential=True) & concerned


@rule(Structure)
def can_read_history(reader: Any) -> Q:
    """Qui peut corriger une structure, ou proposer de la corriger, lit ce qu'elle disait avant ; avec un second
    facteur quand son adresse est confidentielle.
    """
    return _concerned(reader)


@rule(Service)
def can_read_service_history(reader: Any) -> Q:
    """Qui peut corriger un service, ou proposer de le corriger, lit ce qu'il disait avant ; avec un second facteur
    quand son adresse est confidentielle.
    """
    return _of(_concerned(reader))


# -- Correcting ------------------------------------------------------------------------------------------------------


@rule(Structure)
def can_edit_structure(reader: Any) -> Q:
    """Corrige une structure qui tient l'annuaire de son secteur, ou de tout le Département ; avec un second facteur
    quand son adresse est confidentielle.
    """
    return kept_by(reader)


@rule(Service)
def can_edit_service(reader: Any) -> Q:
    """Corrige un service qui tient l'annuaire du secteur de sa structure, ou de tout le Département ; avec un second
    facteur quand son adresse est confidentielle.
    """
    return _of(kept_by(reader))


@rule(RecordChange)
def can_restore_change(reader: Any) -> Q:
    """Rétablit une ancienne valeur qui peut corriger la fiche ; une valeur non gardée ne se rétablit pas."""
    kept = _of(kept_by(reader))
    return kept if kept == NOBODY else Q(is_withheld=False) & kept


# -- Proposing and moderating ----------------------------------------------------------------------------------------


@rule(Structure)
def can_propose_structure(reader: Any) -> Q:
    """Propose de corriger une structure, ou dit que tout y est exact, l'éditeur des fiches de son organisation ; avec
    un second facteur quand son adresse est confidentielle.
    """
    return own_of(reader)


@rule(Service)
def can_propose_service(reader: Any) -> Q:
    """Propose de corriger un service l'éditeur des fiches de l'organisation qui l'offre ; avec un second facteur quand
    son adresse est confidentielle.
    """
    return _of(own_of(reader))


@rule(Submission)
def can_follow_submission(reader: Any) -> Q:
    """Une proposition est à son organisation : l'éditeur de ses fiches l'écrit, l'envoie, la reprend, l'abandonne ;
    avec un second facteur quand l'adresse est confidentielle.
    """
    mine = {held.organisation_id for held in reaches(reader, Role.PARTNER_EDITOR) if held.organisation_id}
    return Q(organisation__in=mine) & _of(own_of(reader)) if mine else NOBODY


@rule(Submission)
def can_moderate_submission(reader: Any) -> Q:
    """Publie ou renvoie une proposition qui tient l'annuaire de son secteur, jamais son auteur ni un éditeur des
    fiches de l'organisation qui propose ; avec un second facteur quand l'adresse est confidentielle.
    """
    kept = _of(kept_by(reader))
    if kept == NOBODY:
        return NOBODY
    sides = {held.organisation_id for held in reaches(reader, Role.PARTNER_EDITOR)} - {None}
    foreign = ~Q(author=reader.pk) & ~Q(organisation__in=sides) if sides else ~Q(author=reader.pk)
    return Q(state__in=ANSWERED) & kept & foreign


@rule(Submission)
def can_read_submission(reader: Any) -> Q:
    """Une proposition est lue de son organisation et, une fois envoyée, de qui peut y répondre."""
    return _either(can_follow_submission.condition(reader), can_moderate_submission.condition(reader))


# -- Words -----------------------------------------------------------------------------------------------------------


def _if_keeps_everything(reader: Any) -> Q:
    """All or nothing: a word is read everywhere, so that a sector alone does not decide of it."""
    is_whole = any(not held.sector_code for role in KEEPERS for held in reaches(reader, role))
    return Q() if is_whole else NOBODY


@rule(OwnExpression)
def can_curate_words(reader: Any) -> Q:
    """Ajoute, corrige, retire et rétablit les mots du Département qui tient l'annuaire de tout le Département."""
    return _if_keeps_everything(reader)


@rule(UnknownWord)
def can_settle_unknown_word(reader: Any) -> Q:
    """Lit les mots que personne n'a compris, et décide de leur sort, qui tient l'annuaire de tout le Département."""
    return NOBODY if (whole := _if_keeps_everything(reader)) == NOBODY else whole & Q(is_ignored=False)


# -- Searches one keeps ----------------------------------------------------------------------------------------------


@rule(SavedSearch)
def can_use_saved_search(reader: Any) -> Q:
    """Une recherche enregistrée n'est lue, lancée, changée et retirée que de la personne qui l'a enregistrée, tant
    qu'elle tient un rôle.
    """
    return Q(owner=reader.pk) if isinstance(reader, User) and reader.roles() else NOBODY


# -- Keys ------------------------------------------------------------------------------------------------------------


def _of_key(reader: Any, scope: ApiScope) -> Q:
    if not isinstance(reader, ApiKey) or not reader.may(scope):
        return NOBODY
    return Q(site__in=Site.objects.filter(organisation=reader.organisation_id))


@rule(Structure)
def can_be_read_by_key(reader: Any) -> Q:
    """La clé d'une organisation lit les structures de cette organisation, si elle en a reçu le droit."""
    return _of_key(reader, ApiScope.READ_SELF)


@rule(Structure)
def can_be_proposed_by_key(reader: Any) -> Q:
    """La clé d'une organisation propose des corrections de ses structures et services, si elle en a le droit."""
    return _of_key(reader, ApiScope.SUBMIT)
