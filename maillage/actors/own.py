"""What the pages of one's own account are told: roles in sentences, factors, sessions, each date in words."""

import datetime as dt
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from maillage.actors.actions import accounts
from maillage.actors.choices import ROLES, Role
from maillage.actors.models import Membership, User
from maillage.actors.sessions import device_in_words
from maillage.core import clock


@dataclass(frozen=True)
class HeldRole:
    """A role someone holds, as they read it."""

    name: str
    sentence: str | Promise
    place: str
    until: str
    waits: bool


@dataclass(frozen=True)
class Factor:
    """A passkey or an application, as its owner reads it."""

    id: int
    name: str
    is_passkey: bool
    added: str
    used: str


@dataclass(frozen=True)
class OpenSession:
    """A session, as its owner reads it."""

    id: int
    device: str
    network: str
    seen: str
    is_this_one: bool


def roles_of(user: User) -> list[HeldRole]:
    """The roles held today; those that wait for a second factor say so."""
    held = Membership.objects.now().filter(user=user).select_related("organisation", "site", "sector")
    return [_held(one, user) for one in held]


def _held(one: Membership, user: User) -> HeldRole:
    facts = ROLES[Role(one.role)]
    place = one.site or one.sector
    where = f"{one.organisation}, {place}" if place else str(one.organisation)
    last = one.valid_until and one.valid_until - dt.timedelta(days=1)
    until = _("jusqu'au %(day)s inclus") % {"day": date_format(last, "j F Y")} if last else ""
    waits = facts.needs_second_factor and not user.has_second_factor
    return HeldRole(str(Role(one.role).label), facts.sentence, where, until, waits)


def factors_of(user: User) -> list[Factor]:
    return [_factor(one) for one in accounts.factors_of(user)]


def _factor(one: Authenticator) -> Factor:
    is_passkey = one.type == Authenticator.Type.WEBAUTHN
    name = one.wrap().name if is_passkey else _("Application d'authentification")
    used = _when(one.last_used_at) if one.last_used_at else ""
    return Factor(one.pk, str(name), is_passkey, _when(one.created_at), used)


def codes_left(user: User) -> int | None:
    """How many recovery codes are left; None when there are none at all."""
    found = Authenticator.objects.filter(user=user, type=accounts.RECOVERY).first()
    return len(found.wrap().get_unused_codes()) if found else None


def sessions_of(user: User, *, this_key: str) -> list[OpenSession]:
    """Open sessions, this one first."""
    shown = [_session(one, this_key) for one in accounts.open_sessions(user)]
    return sorted(shown, key=lambda one: not one.is_this_one)


def _session(one: UserSession, this_key: str) -> OpenSession:
    return OpenSession(
        one.pk, device_in_words(one.user_agent), _network(one.ip), _when(one.last_seen_at),
        one.session_key == this_key,
    )  # fmt: skip


def _network(address: str) -> str:
    """« 192.0.2.… »: enough to recognise one's office, too little to point at a home."""
    if ":" in address:
        return address.rstrip(":") + ":…"
    return ".".join(address.split(".")[:3]) + ".…"


def _when(at: dt.datetime) -> str:
    """« aujourd'hui à 14 h 02 », « le 3 mars 2026 à 9 h 10 »."""
    local = localtime(at)
    hour = f"{local.hour} h {local.minute:02}"
    if local.date() == clock.today():
        return _("aujourd'hui à %(hour)s") % {"hour": hour}
    return _("le %(day)s à %(hour)s") % {"day": date_format(local, "j F Y"), "hour": hour}
