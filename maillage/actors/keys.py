"""Who comes with which key, and what that key opens: lent to the rooms whose API organisations' software uses."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from maillage.actors.actions.api_keys import key_of_text, remember_use
from maillage.actors.choices import ApiScope
from maillage.actors.models import ApiKey
from maillage.core.access import LOCK, Lock
from maillage.core.refusals import Refused
from maillage.core.throttle import count

PER_MINUTE = 120
WRONG_PER_MINUTE = 20
F = TypeVar("F", bound=Callable[..., Any])


class NoKey(Refused):
    """The demand came without a key that opens."""

    status = 401


class OutOfScope(Refused):
    """The key is good, and does not open this."""

    status = 403


class KeyAuth(HttpBearer):
    """`Authorization: Bearer mlg_…`: the request's reader (`request.auth`) is then the key itself."""

    def __call__(self, request: HttpRequest) -> ApiKey:
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise NoKey(_("Cette adresse demande une clé : Authorization: Bearer mlg_…"))
        return self.authenticate(request, text.strip())

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        api_key = key_of_text(token)
        if api_key is None:
            count(request, "wrong-key", limit=WRONG_PER_MINUTE, seconds=60)
            raise NoKey(_("Cette clé n'est pas connue ici."))
        if api_key.revoked_at is not None:
            raise NoKey(_("Cette clé a été retirée : demandez-en une autre à votre organisation."))
        if not api_key.is_open:
            raise NoKey(_("Cette clé a expiré : demandez-en une autre à votre organisation."))
        if api_key.organisation.closed_on is not None:
            raise NoKey(_("L'organisation de cette clé ne participe plus."))
        count(request, "key", limit=PER_MINUTE, seconds=60, who=f"key-{api_key.pk}")
        remember_use(api_key)
        return api_key


def by_key(*scopes: ApiScope) -> Callable[[F], F]:
    """Open an operation to the keys that have one of these scopes (to any key, when none is said).

    The operation's router carries `auth=KeyAuth()`; its reader is `request.auth`.
    """

    def decorate(operation: F) -> F:
        @wraps(operation)
        def locked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            api_key = getattr(request, "auth", None)
            if not isinstance(api_key, ApiKey):
                raise NoKey(_("Cette adresse demande une clé : Authorization: Bearer mlg_…"))
            if scopes and not any(api_key.may(scope) for scope in scopes):
                raise OutOfScope(
                    _("Cette clé ne permet pas cela. Il faut : %(scope)s.") % {"scope": " ou ".join(scopes)}
                )
            return operation(request, *args, **kwargs)

        setattr(locked, LOCK, Lock("key", roles=tuple(scope.value for scope in scopes)))
        return locked  # type: ignore[return-value]

    return decorate
