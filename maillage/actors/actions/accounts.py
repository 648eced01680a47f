"""What happens to an account: a new password, factors given back, sessions closed, an identity linked, its closing."""

import datetime as dt
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django_tasks import task

from maillage.actors.actions import letters, memberships
from maillage.actors.actions.api_keys import revoke_key
from maillage.actors.choices import ROLES, Role
from maillage.actors.models import ApiKey, Membership, User
from maillage.actors.permissions import can_manage_person
from maillage.core import clock, encryption, journal
from maillage.core.concurrency import once
from maillage.core.refusals import Refused

UNUSED_AFTER = dt.timedelta(days=2 * 365)
SECRETS_PLACE = "mfa_authenticator.secrets"
SECRETS = ("secret", "seed")  # Of an application; of recovery codes. A passkey's public half is no secret.
RECOVERY = Authenticator.Type.RECOVERY_CODES


def by_email(email: str) -> User | None:
    """The account at this address, whatever its capitals.

    Only plain letters: « ı » or « K » (Kelvin) would become ours once in capitals, and open someone else's account.
    """
    if not email or not email.isascii():
        return None
    return User.objects.filter(email__iexact=email.strip()).first()


# -- Passwords -------------------------------------------------------------------------------------------------------


def set_password(user: User, password: str, *, keep_session: str = "") -> None:
    """Choose a password. What was open before, whoever opened it, is closed; `keep_session` is the visitor's own."""
    validate_password(password, user)
    with journal.act():
        user.set_password(password)
        user.save(update_fields=["password"])
        close_sessions(user, but=keep_session)
        journal.record(user, "actors.password_chosen", user)


def ask_new_password(email: str, *, base: str) -> None:
    """Somebody says that they forgot the password of this address: the answer leaves in the background.

    Whether an account is there is only asked by the task, so that the page does the same work in the same time.
    `base` is the beginning of our addresses (« https://maillage.exemple.fr »).
    """
    answer_forgotten_password.enqueue(encryption.encrypt(email, place=letters.PLACE), base)


@task()
def answer_forgotten_password(sealed: str, base: str) -> bool:
    """Write to the account of this address, when there is one and it is open; whether a letter left."""
    person = by_email(encryption.decrypt(sealed, place=letters.PLACE))
    if person is None or not person.is_active:
        return False
    letters.write(person.email, "new_password", person=person, link=password_link(person, base=base))
    return True


def password_link(person: User, *, base: str) -> str:
    """The link that lets this person choose a password: signed, dated, dead once used."""
    key = default_token_generator.make_token(person)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": key})
    return f"{base}{path}"


# -- Second factors --------------------------------------------------------------------------------------------------


def needs_second_factor(user: User) -> bool:
    return any(ROLES[Role(held.role)].needs_second_factor for held in user.held)


def factors_of(user: User) -> list[Authenticator]:
    """Passkeys and applications, oldest first; recovery codes are only their spare."""
    return list(Authenticator.objects.filter(user=user).exclude(type=RECOVERY).order_by("created_at"))


def may_remove_factor(factor: Authenticator) -> Refused | None:
    """Why this factor must stay; None when it may go. Ask with the person's row held: two tabs remove two factors."""
    others = Authenticator.objects.filter(user=factor.user_id).exclude(type=RECOVERY).exclude(pk=factor.pk)
    if others.exists() or not needs_second_factor(User.objects.get(pk=factor.user_id)):
        return None
    return Refused(
        _("Vos rôles demandent un second facteur : celui-ci est le dernier."),
        article=_("délibération CNIL n° 2022-100 du 21 juillet 2022"),
        instead=_("Ajouter d'abord une autre clé d'accès"),
        instead_url=reverse("mfa_add_webauthn"),
    )


def reset_factors(user: User, *, key: str, by: User, base: str) -> None:
    """Someone lost everything that opens their account: factors and password go, a letter says how to begin again.

    The mailbox alone opens it again: a password known to someone else would otherwise enrol their own key.
    """
    if by.pk == user.pk:
        raise Refused(
            _("Personne ne retire ses propres facteurs de cette façon."),
            instead=_("Demandez-le à une autre personne qui peut donner vos rôles."),
        )
    if not user.is_active or not can_manage_person(by, user):
        raise Refused(_("Seule une personne qui pourrait donner tous les rôles de ce compte lui rend l'accès."))
    with journal.act():
        once(key)
        Authenticator.objects.filter(user=user).delete()
        user.set_unusable_password()
        user.save(update_fields=["password"])
        close_sessions(user)
        journal.record(by, "actors.factors_reset", user)
        letters.write(user.email, "access_given_back", person=user, by=by, link=password_link(user, base=base))


# -- Sessions --------------------------------------------------------------------------------------------------------


def open_sessions(user: User) -> list[UserSession]:
    """The sessions that still open something, last seen first."""
    known = UserSession.objects.filter(user=user).order_by("-last_seen_at")
    alive = Session.objects.filter(expire_date__gt=clock.now()).values("session_key")
    return list(known.filter(session_key__in=alive))


def close_session(session: UserSession, *, by: User) -> None:
    """Close one of one's own sessions: the browser that holds it is signed out at its next page."""
    with journal.act():
        Session.objects.filter(session_key=session.session_key).delete()
        journal.record(by, "actors.session_closed", by, session=session.pk)
        session.delete()


def close_sessions(user: User, *, but: str = "") -> int:
    """Close every session of this person, but that one, inside the caller's act; how many."""
    found = UserSession.objects.filter(user=user).exclude(session_key=but)
    Session.objects.filter(session_key__in=list(found.values_list("session_key", flat=True))).delete()
    return int(found.delete()[0])


def close_other_sessions(user: User, *, but: str) -> int:
    with journal.act():
        count = close_sessions(user, but=but)
        journal.record(user, "actors.sessions_closed", user, count=count)
    return count


# -- Identities ------------------------------------------------------------------------------------------------------


def person_of_identity(identity: SocialAccount, *, email: str) -> User:
    """Whose account this identity opens: the one it is linked to, else the one at its address, linked from now on.

    Raises Refused when there is none: an account is only opened by an invitation.
    """
    linked = SocialAccount.objects.filter(provider=identity.provider, uid=identity.uid).select_related("user").first()
    person: Any = linked.user if linked else by_email(email)
    if person is None:
        raise Refused(
            _("Aucun compte n'est ouvert ici à l'adresse que donne ProConnect (%(email)s).") % {"email": email or "—"},
            instead=_("Demandez une invitation, à cette adresse, à la personne qui administre la maison."),
        )
    if not person.is_active:
        raise Refused(_("Ce compte est fermé."), instead=_("Demandez une invitation à qui administre la maison."))
    if linked is None:
        _link(identity, person)
    return person


def _link(identity: SocialAccount, person: User) -> None:
    with journal.act():
        User.objects.select_for_update().get(pk=person.pk)
        if SocialAccount.objects.filter(user=person, provider=identity.provider).exists():
            raise Refused(
                _("Le compte de cette adresse est déjà relié à une autre identité ProConnect."),
                instead=_("Si cette adresse a changé de mains, dites-le à la personne qui administre la maison."),
            )
        identity.user = person
        identity.save()
        journal.record(person, "actors.identity_linked", person, provider=identity.provider)


def note_siret(person: User, *, siret: str) -> bool:
    """Whether the establishment that ProConnect names is none of this person's: written in the journal, not refused.

    An agent moves, or is lent to another service, before the directory of their employer says so: a warning lets the
    yearly review see it, a refusal would lock out whoever is right.
    """
    if not (siret.isascii() and siret.isdigit() and len(siret) == 14):
        return False
    held = Membership.objects.now().filter(user=person)
    where = Q(organisation__siret=siret) | Q(site__siret=siret) | Q(organisation__siren=siret[:9])
    if not held.exists() or held.filter(where).exists():
        return False
    journal.record(person, "actors.siret_differs", person, siret=siret)
    return True


# -- Opening and closing ---------------------------------------------------------------------------------------------


def open_account(email: str, *, first_name: str, last_name: str, password: str | None) -> User:
    """An account for this address, inside the caller's act; one that was closed opens anew, with nothing of before.

    Neither the roles it held, nor the keys it answered for: only what the invitation gives. `password` None: the
    person chose a passkey, which they add at once.
    """
    person = by_email(email) or User(username=email.lower()[:150], email=email.lower())
    if person.pk:
        _take_back(person, by=None)
    person.first_name, person.last_name = first_name, last_name
    person.is_active, person.closed_at = True, None
    person.set_password(password)
    person.save()
    Authenticator.objects.filter(user=person).delete()
    SocialAccount.objects.filter(user=person).delete()
    close_sessions(person)
    EmailAddress.objects.update_or_create(
        user=person, email=person.email, defaults={"verified": True, "primary": True}
    )
    return person


def hold(person: User) -> None:
    """Keep this account's row until the end of the act: no role is given to it meanwhile."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)


def close_account(person: User, *, by: User | None) -> None:
    """Nobody signs in with it any more, and it holds nothing; what they did keeps their name until retention ends."""
    with journal.act():
        person.is_active, person.closed_at = False, clock.now()
        person.save(update_fields=["is_active", "closed_at"])
        close_sessions(person)
        _take_back(person, by=by)
        journal.record(by, "actors.account_closed", person)


def _take_back(person: User, *, by: User | None) -> None:
    """End the roles of an account and withdraw the keys it alone answers for: nobody may find them again with it."""
    memberships.end_all(person, by=by)
    for api_key in ApiKey.objects.filter(keeper=person, revoked_at__isnull=True):
        revoke_key(api_key, by=by)


def unused() -> QuerySet[User]:
    """The accounts nobody has signed in to for two years, but those of who administers the house, or soon will.

    Two years without a use: CNIL, référentiel 2021-028 (données actives).
    """
    long_ago = clock.now() - UNUSED_AFTER
    used = Q(last_login__gte=long_ago) | Q(last_login=None, date_joined__gte=long_ago)
    keeping = Membership.objects.to_come_or_in_force().filter(role=Role.ADMINISTRATOR)
    return User.objects.filter(is_active=True).exclude(used).exclude(pk__in=keeping.values("user"))


def anonymise(person: User) -> bool:
    """Take the name of a closed account away. Its lines in the journal, while they last, keep a number."""
    with journal.act():
        EmailAddress.objects.filter(user=person).delete()
        Authenticator.objects.filter(user=person).delete()
        SocialAccount.objects.filter(user=person).delete()
        close_sessions(person)
        person.first_name, person.last_name, person.email = "", _("Compte anonymisé"), ""
        person.username, person.last_login = f"anonyme-{person.pk}", None
        person.set_unusable_password()
        person.save()
        journal.record(None, "actors.account_anonymised", person)
    return True
