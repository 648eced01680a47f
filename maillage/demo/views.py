"""The door of the demonstration: enter as one of its fictional people, without a password."""

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext

from maillage.actors.choices import Role
from maillage.actors.models import User
from maillage.core.access import public
from maillage.demo.actions import is_demonstration
from maillage.demo.aubrelle import PEOPLE


@public
def people(request: HttpRequest) -> HttpResponse:
    _only_in_a_demonstration()
    known = [(staff, Role(staff.role).label) for staff in PEOPLE]
    return render(request, "demo/people.html", {"people": known})


@public
def enter(request: HttpRequest, username: str) -> HttpResponse:
    """A page with one button; the POST signs in. It counts as a second factor: nobody real is behind it."""
    _only_in_a_demonstration()
    staff = next((staff for staff in PEOPLE if staff.username == username), None)
    if staff is None:
        raise Http404
    if request.method == "POST":
        login(request, get_object_or_404(User, username=username), "django.contrib.auth.backends.ModelBackend")
        return redirect("directory:records" if staff.role == Role.DIRECTORY_EDITOR else "directory:imports")
    label = gettext("Entrer comme %(name)s") % {"name": staff.first_name}
    return render(request, "demo/enter.html", {"staff": staff, "role": Role(staff.role).label, "label": label})


def _only_in_a_demonstration() -> None:
    if not is_demonstration():
        raise Http404
