"""Invite the first administrator of a new house, who will invite everyone else. Prints the link, and mails it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from maillage.actors.actions.invitations import Offer, invite_with_token, link_of
from maillage.actors.choices import OrganisationKind, Role
from maillage.actors.models import Invitation, Membership, Organisation
from maillage.core import clock
from maillage.core.addresses import house_address
from maillage.core.refusals import Refused
from maillage.territories.models import Departement


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="Where the invitation goes.")
        parser.add_argument("--base", help="The address of the site (https://…); the first MAILLAGE_HOSTS by default.")

    def handle(self, *, email: str, base: str | None, **options: Any) -> None:
        base = (base or house_address()).rstrip("/")
        try:
            with transaction.atomic():
                _refuse_a_second()
                made, token = invite_with_token(email, Offer(Role.ADMINISTRATOR, _house()), by=None, base=base)
        except Refused as refusal:
            raise CommandError(f"{refusal.sentence} {refusal.instead}".strip()) from None
        self.stdout.write(
            _("Invitation envoyée à %(email)s. Elle sert une fois, pendant sept jours :") % {"email": made.email}
        )
        self.stdout.write(link_of(token, base=base))


def _refuse_a_second() -> None:
    """An administrator in place invites the others, under their own name.

    One without an address is not in place: one signs in by one's address, which release 0.1.0 did not ask for.
    """
    held = Membership.objects.now().filter(role=Role.ADMINISTRATOR, user__is_active=True)
    if held.exclude(user__email="").exists():
        raise Refused(
            _("La maison a déjà un administrateur."), instead=_("C'est à lui d'inviter les autres, depuis le site.")
        )
    open_ones = {"role": Role.ADMINISTRATOR, "accepted_at": None, "withdrawn_at": None, "invited_by": None}
    Invitation.objects.filter(**open_ones).update(withdrawn_at=clock.now())


def _house() -> Organisation:
    """The Département's own organisation, created with the first administrator when nothing has yet."""
    home = Departement.objects.filter(is_home=True).first()
    name = _("Département · %(name)s") % {"name": home.name} if home else _("Le Département")
    made, _created = Organisation.objects.get_or_create(
        is_house=True, defaults={"name": name, "kind": OrganisationKind.PUBLIC}
    )
    return made
