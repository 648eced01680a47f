"""The link of an invitation: opening it changes nothing, accepting it opens an account or adds a role."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from maillage.actors.actions import accounts
from maillage.actors.actions import invitations as actions
from maillage.actors.choices import ROLES, Role
from maillage.actors.forms.accounts import AcceptInvitation
from maillage.actors.models import Invitation, User
from maillage.actors.views.accounts import next_of
from maillage.core.access import public
from maillage.core.refusals import Refused
from maillage.core.throttle import throttle

INVITED = "actors.invitation"


@public
@require_safe
@throttle("invitation", limit=60, seconds=600, methods=("GET",))
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Keep the secret of the link in the session and leave its address: no history, no referer holds it afterwards."""
    actions.invitation_of(token)
    request.session[INVITED] = token
    return redirect("invitation_accept")


@public
@never_cache
@throttle("invitation_accept", limit=30, seconds=600)
def accept(request: HttpRequest) -> HttpResponse:
    """What is offered, by whom, and how to take it."""
    invitation = actions.invitation_of(request.session.get(INVITED, ""))
    holder = accounts.by_email(invitation.email)
    if holder and holder.is_active:
        return _accept_with_account(request, invitation, holder)
    if request.user.is_authenticated:
        raise _someone_else(request)
    form = AcceptInvitation(request.POST or None, invitation=invitation)
    if request.method == "POST" and form.is_valid():
        newcomer = form.newcomer()
        person = actions.accept_as_newcomer(invitation, newcomer)
        return _enter(request, person, has_password=newcomer.password is not None)
    return render(request, "actors/account/invitation.html", told_of(invitation) | {"form": form})


def _accept_with_account(request: HttpRequest, invitation: Invitation, holder: User) -> HttpResponse:
    """One more role for someone who is already here: one click, once signed in as them."""
    if not request.user.is_authenticated:
        return render(request, "actors/account/invitation_sign_in.html", told_of(invitation))
    if request.user.pk != holder.pk:
        raise _someone_else(request)
    if request.method == "POST":
        actions.accept_as(invitation, holder)
        request.session.pop(INVITED, None)
        messages.success(request, gettext("Ce rôle est le vôtre, dès maintenant."))
        return redirect("own_account")
    return render(request, "actors/account/invitation_add.html", told_of(invitation))


def _enter(request: HttpRequest, person: User, *, has_password: bool) -> HttpResponse:
    """Sign in whoever has just opened their account, then lead them to the factor they chose or need."""
    request.session.pop(INVITED, None)
    if has_password:
        record_authentication(request, person, "password", email=person.email, reauthenticated=True)
    get_adapter().login(request, person)
    messages.success(request, gettext("Votre compte est ouvert."))
    if not has_password:
        return redirect("mfa_add_webauthn")
    return redirect("second_factor" if person.waits_for_second_factor() else next_of(request))


def _someone_else(request: HttpRequest) -> Refused:
    sentence = gettext("Cette invitation est pour une autre adresse que celle du compte ouvert ici (%(email)s).")
    return Refused(
        sentence % {"email": getattr(request.user, "email", "")},
        instead=gettext("Se déconnecter, puis ouvrir de nouveau le lien du courriel"),
        instead_url=reverse("account_logout"),
    )


def told_of(invitation: Invitation) -> dict[str, Any]:
    role = Role(invitation.role)
    return {
        "invitation": invitation,
        "role": role.label,
        "sentence": ROLES[role].sentence,
        "needs_second_factor": ROLES[role].needs_second_factor,
        "place": actions.place_of(invitation),
        "by": actions.inviter_of(invitation),
    }
