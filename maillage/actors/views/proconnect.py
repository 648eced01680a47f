"""Signing in with ProConnect: leaving for it, coming back from it."""

from typing import Any

import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from maillage.actors import proconnect
from maillage.actors.views.accounts import leaving
from maillage.core.access import public
from maillage.core.throttle import throttle


@public
@require_POST
@throttle("proconnect", limit=30, seconds=300)
def leave(request: HttpRequest) -> HttpResponse:
    """Ask ProConnect who this is, with a state, a nonce and a proof key of this very session."""
    _refuse_when_absent()
    provider = get_adapter().get_provider(request, "proconnect")
    try:
        answer = provider.redirect_from_request(request)
    except (requests.RequestException, KeyError) as silent:
        raise proconnect.refusal_for({"exception": requests.RequestException(silent)}) from silent
    return leaving(request, answer["Location"], title=gettext("Vous allez vers ProConnect"))


@public
@never_cache
@throttle("proconnect", limit=30, seconds=300)
def back(request: HttpRequest) -> HttpResponse:
    """Coming back: the page sends itself once more, as a form, because reading a page changes nothing here."""
    _refuse_when_absent()
    if request.method != "POST" and "code" in request.GET:
        return render(request, "actors/account/proconnect_back.html")
    view: Any = OAuth2CallbackView.adapter_view(proconnect.Exchange(request, "proconnect"))
    try:
        return view(request)
    except requests.RequestException as silent:
        raise proconnect.refusal_for({"exception": silent}) from silent


def _refuse_when_absent() -> None:
    if not proconnect.is_configured():
        raise Http404
