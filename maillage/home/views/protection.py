"""The doors of personal data: the rules, the register."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from maillage.actors.choices import Role
from maillage.core.access import allow_role
from maillage.home.pages import protection


@require_safe
@never_cache
@allow_role(Role.DPO, Role.ADMINISTRATOR)
def hub(request: HttpRequest) -> HttpResponse:
    return render(request, "home/protection.html", protection.hub(request.user))


@require_safe
@never_cache
@allow_role(Role.DPO, Role.ADMINISTRATOR)
def who_reads_what(request: HttpRequest) -> HttpResponse:
    """The same rules and doors as docs/access.md, read from the code that runs."""
    role = request.GET.get("role", "")
    told = protection.who_reads_what(role=role if role in Role else "", kind=request.GET.get("kind", ""))
    return render(request, "home/who_reads_what.html", told)


@require_safe
@never_cache
@allow_role(Role.DPO, Role.ADMINISTRATOR)
def register(request: HttpRequest) -> HttpResponse:
    """RGPD, art. 30."""
    return render(request, "home/register.html", protection.register())
