"""The door of the demonstration: enter as one of its fictional people, without a password."""

from itertools import groupby

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext

from maillage.actors.choices import Role
from maillage.actors.models import User
from maillage.actors.sessions import vouch_for_second_factor
from maillage.core.access import public
from maillage.demo.actions import is_demonstration
from maillage.demo.aubrelle import PEOPLE

SIGNED_IN_BY = "allauth.account.auth_backends.AuthenticationBackend"


@public
def people(request: HttpRequest) -> HttpResponse:
    _only_in_a_demonstration()
    groups = [
        (title, [(staff, Role(staff.role).label) for staff in group])
        for title, group in groupby(PEOPLE, key=lambda staff: staff.shows)
    ]
    return render(request, "demo/people.html", {"groups": groups})


@public
def enter(request: HttpRequest, username: str) -> HttpResponse:
    """A page with one button; the POST signs in. It counts as a second factor: nobody real is behind it."""
    _only_in_a_demonstration()
    staff = next((staff for staff in PEOPLE if staff.username == username), None)
    if staff is None:
        raise Http404
    if request.method == "POST":
        login(request, get_object_or_404(User, username=username), SIGNED_IN_BY)
        vouch_for_second_factor(request, by="demonstration")
        return redirect(settings.LOGIN_REDIRECT_URL)
    label = gettext("Entrer comme %(name)s") % {"name": staff.first_name}
    return render(request, "demo/enter.html", {"staff": staff, "role": Role(staff.role).label, "label": label})


def _only_in_a_demonstration() -> None:
    if not is_demonstration():
        raise Http404
