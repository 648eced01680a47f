"""Who reads and who edits the directory. Nothing here, no access."""

from typing import Any

from django.db.models import Q

from maillage.actors.choices import Role
from maillage.core.access import has_role, rule
from maillage.directory.models import Service, Structure

NOBODY = Q(pk__in=())


@rule(Structure)
def can_read_structure(reader: Any) -> Q:
    """Tout le monde lit une structure publiée ; une structure retirée n'est lue que de qui tient l'annuaire."""
    return Q() if has_role(reader, Role.DIRECTORY_EDITOR) else Q(withdrawn_at__isnull=True)


@rule(Service)
def can_read_service(reader: Any) -> Q:
    """Tout le monde lit un service publié d'une structure publiée ; retiré, il seul le lit qui tient l'annuaire."""
    if has_role(reader, Role.DIRECTORY_EDITOR):
        return Q()
    # Few are withdrawn: naming them, with their index, spares reading every structure of the directory.
    return Q(withdrawn_at__isnull=True) & ~Q(structure__in=Structure.objects.filter(withdrawn_at__isnull=False))


@rule(Structure)
def can_read_hidden_address(reader: Any) -> Q:
    """Une adresse confidentielle n'est lue que de qui tient l'annuaire, et chaque lecture est journalisée.

    Elle a une page à part, et le formulaire de correction ; nulle recherche, carte, fiche imprimée ou API ne la donne.
    """
    return Q(is_address_confidential=True) if has_role(reader, Role.DIRECTORY_EDITOR) else NOBODY


@rule(Structure)
def can_edit_structure(reader: Any) -> Q:
    """Corrige une structure qui tient l'annuaire."""
    return Q() if has_role(reader, Role.DIRECTORY_EDITOR) else NOBODY


@rule(Service)
def can_edit_service(reader: Any) -> Q:
    """Corrige un service qui tient l'annuaire."""
    return Q() if has_role(reader, Role.DIRECTORY_EDITOR) else NOBODY
