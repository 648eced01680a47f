"""One's own account: what one holds, the factor that is missing, signing out; and the page of a locked door."""

import datetime as dt
from contextlib import suppress
from typing import Any

from allauth.account.internal.flows.logout import logout
from allauth.account.views import LoginView
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localtime
from django.utils.translation import gettext

from maillage.actors import own, proconnect
from maillage.actors.actions import accounts
from maillage.actors.models import User
from maillage.actors.permissions import can_manage_person
from maillage.actors.sessions import counted_address, who_tries
from maillage.core import clock
from maillage.core.access import allow, allow_oneself, public
from maillage.core.concurrency import AlreadyDone, new_key
from maillage.core.http import AgentRequest
from maillage.core.refusals import Refused, refusal_page


class SignIn(LoginView):
    """The entrance: an address and a password, a passkey, or ProConnect when the house has it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"has_proconnect": proconnect.is_configured()}


sign_in = SignIn.as_view()


@allow_oneself
def own_account(request: AgentRequest) -> HttpResponse:
    """Who I am here, what I may do, how I sign in."""
    person: Any = request.user
    told = {
        "person": person,
        "roles": own.roles_of(person),
        "factors": own.factors_of(person),
        "codes_left": own.codes_left(person),
        "sessions_count": len(accounts.open_sessions(person)),
        "has_password": person.has_usable_password(),
    }
    return render(request, "actors/account/own.html", told)


@allow_oneself
def to_own_account(request: AgentRequest) -> HttpResponse:
    return redirect("own_account")


@allow_oneself
def second_factor(request: AgentRequest) -> HttpResponse:
    """Which roles wait for a second factor, and how to add one."""
    person: Any = request.user
    onward = next_of(request)
    if not person.waits_for_second_factor():
        return redirect(onward)
    waiting = [role for role in own.roles_of(person) if role.waits]
    told = {"waiting": waiting, "factors": own.factors_of(person), "onward": onward}
    return render(request, "actors/account/second_factor.html", told)


@public
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave; and leave ProConnect too when one came from there."""
    onward = next_of(request, default=settings.LOGOUT_REDIRECT_URL)
    if request.method != "POST":
        return render(request, "account/logout.html") if request.user.is_authenticated else redirect(onward)
    elsewhere = proconnect.goodbye_url(request)
    logout(request, show_message=not elsewhere)
    if not elsewhere:
        return redirect(onward)
    return leaving(request, elsewhere, title=gettext("Vous quittez aussi ProConnect"))


def leaving(request: HttpRequest, url: str, *, title: str) -> HttpResponse:
    """A page that leads to another site by itself, and by a link: a form may not be answered by a redirection there.

    Browsers apply `form-action` to redirections too: ours names no other site, whatever that site redirects to.
    """
    return render(request, "actors/account/leaving.html", {"url": url, "title": title})


def next_of(request: HttpRequest, *, default: str = "") -> str:
    """Where the visitor was going, when it is one of our pages."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url(default or settings.LOGIN_REDIRECT_URL)


@allow(can_manage_person)
def give_access_back(request: AgentRequest, person: User) -> HttpResponse:
    """Someone lost everything that opened their account."""
    is_done = request.method == "POST"
    if is_done:
        by: Any = request.user
        with suppress(AlreadyDone):  # A second click reads what the first one did.
            accounts.reset_factors(person, key=request.POST.get("intention", ""), by=by, base=base_of(request))
    told = {"person": person, "is_done": is_done, "key": new_key()}
    return render(request, "actors/account/access_given_back.html", told)


def base_of(request: HttpRequest) -> str:
    """The beginning of our addresses, for a link in a letter."""
    return request.build_absolute_uri("/").rstrip("/")


def locked_out(
    request: HttpRequest, answered: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Too many wrong passwords, whether or not an account is there: when to try again, and what else opens it."""
    tried = AccessAttempt.objects.filter(username=who_tries(request, credentials), ip_address=counted_address(request))
    last = max(tried.values_list("attempt_time", flat=True), default=clock.now())
    again_at = last + (get_cool_off(request) or dt.timedelta())
    local = localtime(again_at + dt.timedelta(seconds=59))
    sentence = gettext("Cinq mots de passe faux de suite : réessayez à %(hour)s, ou entrez avec une clé d'accès.")
    refusal = Refused(
        sentence % {"hour": f"{local.hour} h {local.minute:02}"},
        article=gettext("délibération CNIL n° 2022-100 : après quelques essais, il faut attendre"),
        instead=gettext("Choisir un nouveau mot de passe"),
        instead_url=reverse("account_reset_password"),
    )
    refusal.status = 429
    response = refusal_page(request, refusal)
    response["Retry-After"] = str(max(1, int((again_at - clock.now()).total_seconds()) + 1))
    return response
