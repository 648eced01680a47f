"""The public API, assembled from the rooms' routers."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError

from maillage.actors.api import router as actors
from maillage.actors.keys import NoKey
from maillage.core.access import LOCK, Lock
from maillage.core.refusals import NotRead, Refused, refusal_page
from maillage.directory.api import router as directory

api = NinjaAPI(
    title="API publique de Maillage",
    version="1",
    description=(
        "L'annuaire des solidarités, en lecture, au schéma data·inclusion v1 : sans clé. Ce qui est d'une seule "
        "organisation demande la clé qu'elle a créée : `Authorization: Bearer mlg_…`."
    ),
    urls_namespace="api",
)
api.add_router("", directory)
api.add_router("", actors)


@api.exception_handler(Refused)
def say_refusal(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return refusal_page(request, refusal)


@api.exception_handler(NoKey)
def ask_for_key(request: HttpRequest, refusal: NoKey) -> HttpResponse:
    """A program learns from this header how to come again (RFC 9110, section 11.6.1)."""
    answer = refusal_page(request, refusal)
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(HttpError)
def say_unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """The body is no JSON: the framework says so in English only."""
    refusal = NotRead("Le corps de la demande n'est pas un JSON que l'on peut lire.")
    refusal.status = error.status_code
    return refusal_page(request, refusal)


def unlock(patterns: Iterable[Any]) -> None:
    """API addresses are locked operation by operation: the sign-in middleware must not lock them a second time."""
    for pattern in patterns:
        login_not_required(pattern.callback)
        if pattern.name in {"api-root", "openapi-json", "openapi-view"}:
            setattr(pattern.callback, LOCK, Lock("public"))


urls = api.urls
unlock(urls[0])
