"""Passkeys, applications and recovery codes of one's own account: allauth's views, where ours must differ."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.internal import flows
from allauth.mfa.webauthn.views import AddWebAuthnView, LoginWebAuthnView, RemoveWebAuthnView
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache

from maillage.actors.actions import accounts
from maillage.actors.models import User
from maillage.core.http import AgentRequest


class SignInWithPasskey(LoginWebAuthnView):
    """Sign in with a passkey alone, then go where one was going."""

    def form_valid(self, form: Any) -> HttpResponse:
        passkey = form.cleaned_data["credential"]
        onward = Login(user=passkey.user, redirect_url=get_next_redirect_url(self.request))
        return flows.perform_passwordless_login(self.request, passkey, onward)


class AddPasskey(AddWebAuthnView):
    """Add a passkey that recognises its owner and is found without an address: two factors in one gesture."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told = super().get_context_data(**kwargs)
        told["form"] = kwargs.get("form") or told["form"]
        told["js_data"] = {"creation_options": webauthn.begin_registration(self.request.user, passwordless=True)}
        return told


class RemovePasskey(RemoveWebAuthnView):
    """Remove a passkey, unless it is the last factor of someone whose roles need one."""

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            _refuse_the_last(self.request.user.pk, self.object)
            return super().form_valid(form)


class RemoveApplication(DeactivateTOTPView):
    """Remove the application, with the same reserve."""

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            _refuse_the_last(self.request.user.pk, self.authenticator)
            return super().form_valid(form)


def _refuse_the_last(person_pk: int, factor: Authenticator) -> None:
    """Two tabs that each remove one of two factors wait for one another on the person's row."""
    User.objects.select_for_update().get(pk=person_pk)
    if refusal := accounts.may_remove_factor(factor):
        raise refusal


sign_in_with_passkey = SignInWithPasskey.as_view()
add_passkey = AddPasskey.as_view()
remove_passkey = RemovePasskey.as_view(success_url=reverse_lazy("own_account"))
remove_application = RemoveApplication.as_view(success_url=reverse_lazy("own_account"))


@never_cache
@reauthentication_required(app="allauth.mfa")
def recovery_codes(request: AgentRequest) -> HttpResponse:
    """The codes that are left. Reading them writes nothing: allauth's own page does."""
    return render(request, "actors/account/codes.html", {"codes": _codes(request)})


@never_cache
@reauthentication_required(app="allauth.mfa")
def recovery_codes_file(request: AgentRequest) -> HttpResponse:
    """The same, to print or to keep in a password manager."""
    response = render(request, "actors/account/codes.txt", {"codes": _codes(request)}, content_type="text/plain")
    response["Content-Disposition"] = 'attachment; filename="maillage-codes-de-secours.txt"'
    return response


def _codes(request: AgentRequest) -> list[str]:
    found = Authenticator.objects.filter(user=request.user, type=accounts.RECOVERY).first()
    if found is None:
        raise Http404
    return list(found.wrap().get_unused_codes())
