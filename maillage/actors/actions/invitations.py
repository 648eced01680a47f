"""Invite someone to a role, send the link again, take it back, accept it once."""

import datetime as dt
import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maillage.actors.actions import accounts, letters
from maillage.actors.actions.memberships import give
from maillage.actors.choices import ROLES, Role
from maillage.actors.models import Invitation, Membership, Organisation, Site, User
from maillage.actors.permissions import can_withdraw_invitation, may_grant
from maillage.core import clock, journal
from maillage.core.concurrency import once
from maillage.core.refusals import Refused
from maillage.territories.models import Sector

VALID_FOR = dt.timedelta(days=7)
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 bits drawn at random (RGS, annexe B1), written in base 64.


@dataclass(frozen=True)
class Offer:
    """A role somewhere, until a day (excluded) or without end."""

    role: str
    organisation: Organisation
    site: Site | None = None
    sector: Sector | None = None
    valid_until: dt.date | None = None


@dataclass(frozen=True)
class Newcomer:
    """What someone says of themselves when they accept. `password` None: they chose a passkey."""

    first_name: str
    last_name: str
    password: str | None = None


def invite(email: str, offer: Offer, *, by: User | None, base: str) -> Invitation:
    """Send a link to this address: whoever opens it there takes this role. `by` None: the house's command line.

    `base` is the beginning of our addresses (« https://maillage.exemple.fr »). Raises Refused when this role is not
    theirs to give, there.
    """
    made, _token = invite_with_token(email, offer, by=by, base=base)
    return made


def invite_with_token(email: str, offer: Offer, *, by: User | None, base: str) -> tuple[Invitation, str]:
    """The same, with the secret of the link, for the command that prints it. It is written nowhere else."""
    email = _address(email)
    if refusal := may_grant(by, offer.role, offer.organisation, offer.sector, offer.site, to=accounts.by_email(email)):
        raise refusal
    if offer.valid_until and offer.valid_until <= clock.today():
        raise Refused(_("La fin de ce rôle est déjà passée : choisissez une date à venir, ou aucune."))
    token, now = secrets.token_urlsafe(32), clock.now()
    with journal.act():
        made = Invitation.objects.create(
            email=email, role=offer.role, organisation=offer.organisation, site=offer.site, sector=offer.sector,
            valid_until=offer.valid_until, digest=digest_of(token), invited_by=by,
            created_at=now, expires_at=now + VALID_FOR,
        )  # fmt: skip
        journal.record(by, "actors.invitation_sent", made, role=made.role)
        _send(made, token=token, base=base)
    return made, token


def resend_invitation(invitation: Invitation, *, key: str, by: User, base: str) -> None:
    """A new link, for seven days; the one before no longer opens anything. Whoever sends it answers for it.

    Raises concurrency.AlreadyDone for a second click: the link it would kill has just left.
    """
    _refuse_unless_allowed(invitation, by)
    to = accounts.by_email(invitation.email)
    where = invitation
    if refusal := may_grant(by, where.role, where.organisation, where.sector, where.site, to=to):
        raise refusal
    token, now = secrets.token_urlsafe(32), clock.now()
    with journal.act():
        once(key)
        waiting = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
        fresh = {"digest": digest_of(token), "created_at": now, "expires_at": now + VALID_FOR, "invited_by": by}
        if not waiting.update(**fresh):
            raise Refused(_("Cette invitation a déjà servi, ou elle a été retirée."))
        journal.record(by, "actors.invitation_resent", invitation, role=invitation.role)
        invitation.refresh_from_db()
        _send(invitation, token=token, base=base)


def withdraw_invitation(invitation: Invitation, *, by: User) -> None:
    """The link no longer opens anything."""
    _refuse_unless_allowed(invitation, by)
    with journal.act():
        waiting = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
        if not waiting.update(withdrawn_at=clock.now()):
            raise Refused(_("Cette invitation a déjà servi, ou elle a été retirée."))
        journal.record(by, "actors.invitation_withdrawn", invitation, role=invitation.role)
    invitation.refresh_from_db()


def _refuse_unless_allowed(invitation: Invitation, by: User) -> None:
    if not can_withdraw_invitation(by, invitation):
        raise Refused(_("Cette invitation n'est pas de celles que vous pouvez renvoyer ou retirer."))


# -- Accepting -------------------------------------------------------------------------------------------------------


def invitation_of(token: str) -> Invitation:
    """The invitation this link opens today. Raises the refusal that says why it opens nothing."""
    found = None
    if TOKEN.fullmatch(token):
        rows = Invitation.objects.select_related("organisation", "site", "sector", "invited_by")
        found = rows.filter(digest=digest_of(token)).first()
    if found is None:
        raise _closed(
            _("Ce lien d'invitation n'est pas entier, ou il a été remplacé par un autre."),
            instead=_("Ouvrez le dernier courriel reçu, et copiez le lien jusqu'à son dernier caractère."),
            status=404,
        )
    if refusal := why_closed(found):
        raise refusal
    return found


def why_closed(invitation: Invitation) -> Refused | None:
    """Why an invitation no longer opens anything; None when it does."""
    ask = _("Demandez une nouvelle invitation à %(who)s.") % {"who": inviter_of(invitation)}
    if invitation.accepted_at:
        sentence = _("Cette invitation a déjà servi, le %(day)s.") % {"day": _day(invitation.accepted_at)}
        return _closed(sentence, instead=_("Se connecter"), url=reverse("account_login"))
    if invitation.withdrawn_at:
        return _closed(_("Cette invitation a été retirée le %(day)s.") % {"day": _day(invitation.withdrawn_at)}, ask)
    if clock.now() >= invitation.expires_at:
        return _closed(
            _("Cette invitation n'est plus valable depuis le %(day)s.") % {"day": _day(invitation.expires_at)}, ask
        )
    where = invitation
    if may_grant(invitation.invited_by, where.role, where.organisation, where.sector, where.site):
        return _closed(_("La personne qui vous a invité ne peut plus donner ce rôle."), ask)
    if invitation.valid_until and invitation.valid_until <= clock.today():
        return _closed(_("Le rôle de cette invitation est déjà terminé."), ask)
    return None


def accept_as_newcomer(invitation: Invitation, newcomer: Newcomer) -> User:
    """Open the account and take the role: both, or nothing. The link is spent by this very transaction."""
    holder = accounts.by_email(invitation.email)
    if holder and holder.is_active:
        raise _other_account(_("Un compte est déjà ouvert à l'adresse de cette invitation."))
    try:
        with journal.act():
            _spend(invitation)
            person = accounts.open_account(
                invitation.email,
                first_name=newcomer.first_name,
                last_name=newcomer.last_name,
                password=newcomer.password,
            )
            _take_role(invitation, person)
            journal.record(person, "actors.account_opened", person)
    except IntegrityError:  # Another invitation opened this address's account at the same instant.
        raise _other_account(_("Un compte vient d'être ouvert à l'adresse de cette invitation.")) from None
    return person


def accept_as(invitation: Invitation, person: User) -> None:
    """Take one more role, with the account of the address that was invited. For any other one: refused."""
    holder = accounts.by_email(invitation.email)
    if holder is None or holder.pk != person.pk:
        raise _other_account(_("Cette invitation a été envoyée à une autre adresse que celle de votre compte."))
    with journal.act():
        _spend(invitation)
        _take_role(invitation, person)


def _spend(invitation: Invitation) -> None:
    """Only the first of two tabs finds it still open."""
    now = clock.now()
    waiting = Invitation.objects.filter(
        pk=invitation.pk, digest=invitation.digest, accepted_at=None, withdrawn_at=None, expires_at__gt=now
    )
    if not waiting.update(accepted_at=now):
        invitation.refresh_from_db()
        raise why_closed(invitation) or _closed(_("Cette invitation a été remplacée par une autre."))


def _take_role(invitation: Invitation, person: User) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(accepted_by=person)
    taken = Membership(
        user=person, role=invitation.role, organisation=invitation.organisation, site=invitation.site,
        sector=invitation.sector, valid_from=clock.today(), valid_until=invitation.valid_until,
    )  # fmt: skip
    give(taken, by=invitation.invited_by)
    journal.record(person, "actors.invitation_accepted", invitation, role=invitation.role)


def _closed(sentence: str, instead: str = "", *, url: str = "", status: int = 410) -> Refused:
    refusal = Refused(sentence, instead=instead, instead_url=url)
    refusal.status = status
    return refusal


def _other_account(sentence: str) -> Refused:
    return Refused(
        sentence,
        instead=_("Connectez-vous avec le compte de cette adresse, puis ouvrez de nouveau le lien."),
    )


# -- Words and secrets -----------------------------------------------------------------------------------------------


def digest_of(token: str) -> str:
    """What is kept of a link: a token of 256 random bits needs no salt, and cannot be found again from this."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_of(token: str, *, base: str) -> str:
    return f"{base}{reverse('invitation', kwargs={'token': token})}"


def inviter_of(invitation: Invitation) -> str:
    return str(invitation.invited_by) if invitation.invited_by else _("la personne qui administre la maison")


def place_of(invitation: Invitation) -> str:
    """Where the role is held: « Le Département, secteur de Valmont »."""
    place: Any = invitation.site or invitation.sector
    return f"{invitation.organisation}, {place}" if place else str(invitation.organisation)


def _address(email: str) -> str:
    email = email.strip()
    if not email.isascii():
        raise Refused(
            _("Cette adresse contient une lettre accentuée, ou d'un autre alphabet, qui peut en imiter une autre."),
            instead=_("Écrivez-la en lettres simples, ou demandez une autre adresse à cette personne."),
        )
    try:
        validate_email(email)
    except ValidationError:
        raise Refused(_("Cette adresse n'est pas complète : écrivez-la comme prenom.nom@exemple.fr.")) from None
    return email.lower()


def _day(at: dt.datetime) -> str:
    return date_format(localtime(at), "j F Y")


def _send(invitation: Invitation, *, token: str, base: str) -> None:
    told = {
        "role": Role(invitation.role).label,
        "sentence": ROLES[Role(invitation.role)].sentence,
        "place": place_of(invitation),
        "by": inviter_of(invitation),
        "until": _day(invitation.expires_at),
        "link": link_of(token, base=base),
    }
    letters.write(invitation.email, "invitation", **told)
