"""Who is behind a session, with how many factors they opened it, and until when it stays open."""

import ipaddress
from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user, logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext, ngettext

from maillage.actors.choices import ROLES, Role
from maillage.core import clock
from maillage.core.throttle import address_of

VOUCHED = "actors.second_factor"  # Who vouches for a second factor we did not see: an identity provider, a demo.
SEEN_AT = "actors.seen_at"
OPENED_AT = "actors.opened_at"  # When its owner last signed in: each page moves Django's own expiry, none moves this.
NOTED_EACH = 60  # Seconds between two writes of when a session was last seen: a page costs one query, not one write.


class WhoIsHere(AuthenticationMiddleware):
    """Give the request its user, who knows whether this session was opened with two factors."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _known(request))  # type: ignore[assignment]


def _known(request: HttpRequest) -> Any:
    user: Any = get_user(request)
    if user.is_authenticated:
        user.has_second_factor = has_second_factor(request, user)
    return user


def has_second_factor(request: HttpRequest, user: Any) -> bool:
    """Whether this session was opened with a passkey, a password and a second factor, or one that was vouched for."""
    if request.session.get(VOUCHED):
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


def vouch_for_second_factor(request: HttpRequest, *, by: str) -> None:
    """Remember who vouches that this person proved themselves twice, elsewhere.

    Once they are signed in, never before: a word kept in a session without a name would serve whoever signs in next.
    """
    if not request.user.is_authenticated:
        raise ValueError("Sign in first: nobody is vouched for before their name is known.")
    request.session[VOUCHED] = by
    request.user.has_second_factor = True


def count_new_factor(sender: Any, request: HttpRequest, user: Any, authenticator: Any, **kwargs: Any) -> None:
    """Whoever has just added a passkey or an application has shown it works: this session counts it at once."""
    if authenticator.type != authenticator.Type.RECOVERY_CODES and request.user.is_authenticated:
        told = {"id": authenticator.pk, "type": authenticator.type, "reauthenticated": True}
        record_authentication(request, user, "mfa", **told)
        request.user.has_second_factor = True


# -- How long a session stays open -----------------------------------------------------------------------------------


class EndIdleSessions:
    """Close the session left alone too long, when what it opens is sensitive; note when the others were last seen.

    Every session ends ten hours after the sign-in, however busy, or with the browser. One whose roles need a second
    factor also ends after thirty minutes without a page (CNIL, guide de la sécurité des données personnelles:
    « verrouillage automatique »): an agent called away from the desk leaves files open behind them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.session.session_key and request.user.is_authenticated:
            now = int(clock.now().timestamp())
            spent = now - request.session.get(SEEN_AT, now)
            if now - request.session.setdefault(OPENED_AT, now) > settings.SESSION_COOKIE_AGE:
                _close(request, _said_of_age())
            elif spent > settings.SESSION_IDLE_MINUTES * 60 and _is_sensitive(request.user):
                _close(request, _said_of_idleness())
            elif spent >= NOTED_EACH or SEEN_AT not in request.session:
                request.session[SEEN_AT] = now
                note_seen(request)
        return self.get_response(request)


def _is_sensitive(user: Any) -> bool:
    return any(ROLES[Role(held.role)].needs_second_factor for held in user.open_roles())


def remember_opening(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Someone has just proved who they are: from now the session is theirs for ten hours."""
    request.session[OPENED_AT] = int(clock.now().timestamp())


def _close(request: HttpRequest, said: str) -> None:
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    logout(request)
    messages.warning(request, said)


def _said_of_age() -> str:
    hours = settings.SESSION_COOKIE_AGE // 3600
    said = ngettext(
        "Votre session s'est fermée : %(hours)s heure après la connexion, il faut se connecter de nouveau.",
        "Votre session s'est fermée : %(hours)s heures après la connexion, il faut se connecter de nouveau.",
        hours,
    )
    return said % {"hours": hours}


def _said_of_idleness() -> str:
    minutes = settings.SESSION_IDLE_MINUTES
    said = ngettext(
        "Votre session s'est fermée après %(minutes)s minute sans activité, pour protéger ce qu'elle ouvre.",
        "Votre session s'est fermée après %(minutes)s minutes sans activité, pour protéger ce qu'elle ouvre.",
        minutes,
    )
    return said % {"minutes": minutes}


def note_seen(request: HttpRequest) -> None:
    """This session, from this browser, was seen now. Its address is kept without its last part."""
    seen = {
        "user_id": request.user.pk,
        "last_seen_at": clock.now(),
        "ip": network_of(request),
        "user_agent": browser_of(request),
    }
    UserSession.objects.update_or_create(session_key=request.session.session_key, defaults=seen)


def browser_of(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")[:200]


def network_of(request: HttpRequest) -> str:
    """The network of the visitor, not their address: 24 bits of it (IPv4), 48 (IPv6). 0.0.0.0 when unreadable."""
    try:
        address = ipaddress.ip_address(address_of(request))
    except ValueError:
        return "0.0.0.0"
    bits = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False).network_address)


def counted_address(request: HttpRequest) -> str:
    """The address that wrong passwords are counted for; 0.0.0.0 for what PostgreSQL would not keep as an address."""
    try:
        return str(ipaddress.ip_address(address_of(request)))
    except ValueError:
        return "0.0.0.0"


# -- Words for a browser ---------------------------------------------------------------------------------------------

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def device_in_words(user_agent: str) -> str:
    """« Firefox sur Windows », from what a browser says of itself."""
    browser = next((word for mark, word in BROWSERS if mark in user_agent), gettext("Un navigateur"))
    system = next((word for mark, word in SYSTEMS if mark in user_agent), gettext("un appareil inconnu"))
    return gettext("%(browser)s sur %(system)s") % {"browser": browser, "system": system}


# -- Who tries to sign in, for the lockout ---------------------------------------------------------------------------


def who_tries(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The address someone tries to sign in with, as it is counted: however they write its capitals."""
    given = credentials or {}
    tried = given.get("email") or request.POST.get("login") or given.get("username") or given.get("login")
    return str(tried or "").strip().lower()[:150]
