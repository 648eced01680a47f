"""How long accounts, invitations, sessions and failed sign-ins are kept, and what becomes of them."""

import datetime as dt
from functools import partial
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessAttemptExpiration, AccessBase, AccessFailureLog, AccessLog
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from maillage.actors.actions import accounts, departures
from maillage.actors.models import (
    ApiKey,
    ApiKeyUse,
    Departure,
    Invitation,
    Membership,
    Organisation,
    Site,
    Team,
    TeamMember,
    TeamPost,
    User,
)
from maillage.core.jobs import daily
from maillage.core.retention import Fate, Period, RetentionClass, goes_with, holds_no_personal_data, keeps

SINCE = dt.date(2026, 1, 1)  # When these classes were decided; a change makes a new one.
SECURITY = _("Obligation légale : RGPD, art. 32")
PEOPLE = _("agents et partenaires")

ACCOUNTS = RetentionClass(
    id="ACCOUNTS",
    label=_("Comptes fermés"),
    purpose=_("Savoir qui a fait quoi, tant que le journal le dit."),
    legal_basis=_("Mission d'intérêt public : RGPD, art. 6, 1, e"),
    active=Period(months=12, after=_("après la fermeture, qui suit le départ ou deux ans sans connexion")),
    fate=Fate.ANONYMISE,
    reference=_("CNIL, référentiel 2021-028 ; recommandation journalisation (2021) : six mois à un an"),
    valid_from=SINCE,
)
INVITATIONS = RetentionClass(
    id="INVITATIONS",
    label=_("Invitations"),
    purpose=_("Savoir qui a invité qui, à quel rôle, et ce qu'il en fut."),
    legal_basis=_("Mission d'intérêt public : RGPD, art. 6, 1, e"),
    active=Period(months=12, after=_("après la réponse, le retrait ou la fin de validité")),
    fate=Fate.DELETE,
    reference=_("usage de la maison : le temps d'une revue des habilitations"),
    valid_from=SINCE,
)
OPEN_SESSIONS = RetentionClass(
    id="OPEN_SESSIONS",
    label=_("Sessions, telles que chacun voit les siennes"),
    purpose=_("Reconnaître une session qui n'est pas la sienne, et la fermer."),
    legal_basis=SECURITY,
    active=Period(days=30, after=_("après la dernière page")),
    fate=Fate.DELETE,
    reference=_("usage de la maison"),
    valid_from=SINCE,
)
FAILURES = RetentionClass(
    id="FAILED_SIGN_INS",
    label=_("Connexions manquées"),
    purpose=_("Fermer la porte à qui essaie des mots de passe, et comprendre une attaque après coup."),
    legal_basis=SECURITY,
    active=Period(months=6, after=_("après le dernier essai")),
    fate=Fate.DELETE,
    reference=_("CNIL, recommandation journalisation (2021) : six mois à un an"),
    valid_from=SINCE,
)
HABILITATIONS = RetentionClass(
    id="HABILITATIONS",
    label=_("Rôles donnés, revus et terminés, départs"),
    purpose=_("Savoir qui tient quel rôle, et pouvoir montrer que chaque accès fut revu."),
    legal_basis=SECURITY,
    active=Period(months=36, after=_("après la fin du rôle, ou le départ")),
    fate=Fate.DELETE,
    reference=_("usage de la maison : le temps de trois revues annuelles"),
    valid_from=SINCE,
)
KEYS = RetentionClass(
    id="API_KEYS",
    label=_("Clés des logiciels d'organisations"),
    purpose=_("Savoir quel logiciel a agi pour quelle organisation, et qui en répond."),
    legal_basis=SECURITY,
    active=Period(months=12, after=_("après le retrait ou la fin de validité")),
    fate=Fate.DELETE,
    reference=_("CNIL, recommandation journalisation (2021) : six mois à un an"),
    valid_from=SINCE,
)


@daily(hour=2)
@task()
def close_unused_accounts() -> int:
    """Close the accounts that nobody has signed in to for two years."""
    return departures.close_unused()


def _closed_long_ago(day: dt.date) -> QuerySet[User]:
    return User.objects.filter(closed_at__lt=ACCOUNTS.too_old(day)).exclude(email="")


def _answered_long_ago(day: dt.date) -> QuerySet[Invitation]:
    ended = Invitation.objects.annotate(ended_at=Coalesce("accepted_at", "withdrawn_at", "expires_at"))
    return ended.filter(ended_at__lt=INVITATIONS.too_old(day))


def _ended_long_ago(day: dt.date) -> QuerySet[Membership]:
    return Membership.objects.filter(valid_until__lt=HABILITATIONS.too_old(day).date())


def _left_long_ago(day: dt.date) -> QuerySet[Departure]:
    return Departure.objects.filter(carried_out_at__lt=HABILITATIONS.too_old(day))


def _dead_keys(day: dt.date) -> QuerySet[ApiKey]:
    before = KEYS.too_old(day)
    return ApiKey.objects.filter(Q(revoked_at__lt=before) | Q(expires_on__lt=before.date()))


def _tried_long_ago(model: type[AccessBase], day: dt.date) -> QuerySet[Any]:
    return model._default_manager.filter(attempt_time__lt=FAILURES.too_old(day))


def _anonymise(people: QuerySet[User]) -> int:
    return sum(accounts.anonymise(person) for person in people)


keeps(
    User,
    ACCOUNTS,
    expired=_closed_long_ago,
    remove=_anonymise,
    personal=("first_name", "last_name", "email", "username", "last_login"),
    subjects=PEOPLE,
    dated="closed_at",
)
goes_with(EmailAddress, User, personal=("email",))
goes_with(EmailConfirmation, EmailAddress)
goes_with(Authenticator, User, personal=("data",))
goes_with(SocialAccount, User, personal=("uid", "extra_data"))
goes_with(SocialToken, SocialAccount, personal=("token",))
keeps(
    Invitation,
    INVITATIONS,
    expired=_answered_long_ago,
    personal=("email", "invited_by", "accepted_by"),
    subjects=PEOPLE,
    dated="created_at",
)
keeps(
    UserSession,
    OPEN_SESSIONS,
    expired=lambda day: UserSession.objects.filter(last_seen_at__lt=OPEN_SESSIONS.too_old(day)),
    personal=("user", "ip", "user_agent", "last_seen_at"),
    subjects=PEOPLE,
    dated="last_seen_at",
    label=_("sessions ouvertes"),
    data=_("compte, réseau, navigateur, dernière page"),
)
for model in (AccessAttempt, AccessFailureLog, AccessLog):
    keeps(
        model,
        FAILURES,
        expired=partial(_tried_long_ago, model),
        personal=("username", "ip_address", "user_agent"),
        subjects=PEOPLE,
        dated="attempt_time",
        label=_("connexions manquées"),
        data=_("adresse essayée, adresse de la connexion, navigateur, heure"),
    )
goes_with(AccessAttemptExpiration, AccessAttempt)
holds_no_personal_data(SocialApp, _("Un fournisseur d'identité ; les nôtres sont dans les réglages."))
keeps(
    Membership,
    HABILITATIONS,
    expired=_ended_long_ago,
    personal=("user", "role", "granted_by", "reviewed_by"),
    subjects=PEOPLE,
    dated="valid_until",
)
goes_with(TeamMember, Membership, personal=("membership", "team"))
keeps(
    Departure,
    HABILITATIONS,
    expired=_left_long_ago,
    personal=("user", "last_day", "successor", "prepared_by"),
    subjects=PEOPLE,
    dated="carried_out_at",
)
keeps(ApiKey, KEYS, expired=_dead_keys, personal=("created_by", "keeper"), subjects=PEOPLE, dated="expires_on")
goes_with(ApiKeyUse, ApiKey)
holds_no_personal_data(Organisation, _("Le nom et les numéros publics d'une personne morale."))
holds_no_personal_data(Site, _("Le nom et l'adresse d'un lieu de travail."))
holds_no_personal_data(Team, _("Le nom d'une équipe, son pôle et ses communes ; qui en est, est écrit ailleurs."))
holds_no_personal_data(TeamPost, _("Un nombre de postes attendus."))
