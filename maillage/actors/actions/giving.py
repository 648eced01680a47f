"""Give a role to an address: at once to someone the giver knows here, else by an invitation."""

from maillage.actors.actions import accounts, invitations, memberships
from maillage.actors.actions.invitations import Offer
from maillage.actors.models import Invitation, Membership, User
from maillage.actors.permissions import can_read_person
from maillage.core import clock, journal
from maillage.core.concurrency import once


def give_or_invite(email: str, offer: Offer, *, key: str, by: User, base: str) -> Membership | Invitation:
    """The role given, or the invitation sent; `base` begins our addresses. Raises Refused, AlreadyDone.

    An account whose name the giver may not read is an address like any other: typing addresses tells nobody who has
    an account, and gives nobody a role they did not accept.
    """
    person = accounts.by_email(email)
    with journal.act():
        once(key)
        if person is None or not person.is_active or not can_read_person(by, person):
            return invitations.invite(email, offer, by=by, base=base)
        given = Membership(
            user=person, role=offer.role, organisation=offer.organisation, sector=offer.sector, site=offer.site,
            valid_from=clock.today(), valid_until=offer.valid_until,
        )  # fmt: skip
        memberships.give(given, by=by)
    return given
