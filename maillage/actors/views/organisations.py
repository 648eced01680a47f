"""The pages of organisations and of their sites."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.actors import companies
from maillage.actors.actions import organisations as actions
from maillage.actors.choices import Role
from maillage.actors.forms.organisations import (
    CompanySearchForm,
    ConfirmForm,
    OrganisationForm,
    OrganisationsAsked,
    SiteForm,
    VersionedForm,
)
from maillage.actors.models import Organisation, Site, User
from maillage.actors.pages import organisations as pages
from maillage.actors.permissions import can_add_site, can_edit_organisation, can_edit_site, can_read_organisation
from maillage.core.access import allow, allow_list, allow_role
from maillage.core.concurrency import AlreadyDone, Stale
from maillage.core.throttle import throttle

EVERY_ROLE = tuple(Role.values)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow_list(can_read_organisation, roles=EVERY_ROLE)
def listing(request: HttpRequest, found: QuerySet[Organisation]) -> HttpResponse:
    """What is typed comes by POST: a name stays out of addresses and logs."""
    form = OrganisationsAsked(request.POST if request.method == "POST" else {})
    form.is_valid()
    return render(request, "actors/organisations/list.html", pages.organisations(found, form, reader=request.user))


@never_cache
@require_safe
@allow(can_read_organisation)
def page(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    return render(request, "actors/organisations/page.html", pages.organisation(organisation, reader=request.user))


@never_cache
@throttle("company", limit=20, seconds=60)
@allow_role(Role.ADMINISTRATOR, Role.MDS_MANAGER)
def add(request: HttpRequest) -> HttpResponse:
    if "search" in request.POST or "sought_number" in request.POST:
        return _searched(request)
    form = OrganisationForm(request.POST or None)
    if form.is_valid():
        try:
            actions.add_organisation(form.instance, key=form.cleaned_data["intention"], by=_me(request))
            messages.success(request, gettext("Enregistré. Ajoutez maintenant ses lieux."))
            return redirect("actors:organisation", pk=form.instance.pk)
        except AlreadyDone:
            return redirect("actors:organisations")
    told = {"form": form, "search": CompanySearchForm()}
    return render(request, "actors/organisations/add.html", told, status=422 if form.errors else 200)


def _searched(request: HttpRequest) -> HttpResponse:
    """Ask the national registry; the form comes back prefilled, with nothing saved, or as it was when it is away."""
    search, typed = CompanySearchForm(request.POST), {n: request.POST.get(n, "") for n in OrganisationForm.Meta.fields}
    found: list[companies.Company] = []
    is_away = False
    if search.is_valid():
        try:
            found = companies.search(request.POST.get("sought_number") or search.cleaned_data["sought"])
        except companies.RegistryAway:
            is_away = True
    told = pages.searched(found, typed, is_away=is_away)
    initial = cast(dict[str, Any], told["values"])
    return render(
        request, "actors/organisations/add.html", told | {"form": OrganisationForm(initial=initial), "search": search}
    )


@never_cache
@allow(can_edit_organisation)
def correct(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    told = {"title": gettext("Corriger l'organisation"), "organisation": organisation}
    return _correct(request, organisation, OrganisationForm, actions.correct_organisation, told)


@never_cache
@allow(can_edit_site)
def correct_site(request: HttpRequest, site: Site) -> HttpResponse:
    told = {"title": gettext("Corriger le lieu"), "organisation": site.organisation}
    return _correct(request, site, SiteForm, actions.correct_site, told)


def _correct(
    request: HttpRequest, thing: Any, kind: type[VersionedForm], act: Callable[..., None], told: dict[str, Any]
) -> HttpResponse:
    back = redirect("actors:organisation", pk=told["organisation"].pk)
    form = kind(request.POST or None, instance=thing)
    told = told | {"conflicts": [], "name": str(type(thing).objects.get(pk=thing.pk))}
    if form.is_valid():
        try:
            _keep(form, thing, act, by=_me(request))
            messages.success(request, gettext("Enregistré."))
            return back
        except AlreadyDone:
            return back
        except Stale as stale:
            told["conflicts"], form = form.conflicts(stale.current), form.rebased(stale.current)
    status = 409 if told["conflicts"] else 422 if form.errors else 200
    return render(request, "actors/organisations/correct.html", told | {"form": form}, status=status)


def _keep(form: VersionedForm, thing: Any, act: Callable[..., None], *, by: User) -> None:
    """Keep what was changed. Raises Stale when someone else changed the same meanwhile; the rest is put together."""
    facts, fields = form.cleaned_data, form.changed_fields()
    if not fields:
        return
    try:
        act(thing, fields=fields, expected=facts["version_read"], key=facts["intention"], by=by)
    except Stale as stale:
        if form.conflicts(stale.current):
            raise
        merged = form.merged(stale.current)
        act(merged, fields=fields, expected=merged.version, key=facts["intention"], by=by)


@never_cache
@allow(can_edit_organisation)
def close(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    told = {
        "title": gettext("Fermer « %(name)s »") % {"name": organisation.name},
        "sentence": gettext("Elle ne participera plus à partir d'aujourd'hui, et ses lieux ferment avec elle."),
        "organisation": organisation,
    }
    return _confirm(request, organisation, actions.close_organisation, told)


@never_cache
@allow(can_edit_site)
def close_site(request: HttpRequest, site: Site) -> HttpResponse:
    told = {
        "title": gettext("Fermer le lieu « %(name)s »") % {"name": site.name},
        "sentence": gettext("Plus personne n'y travaille à partir d'aujourd'hui. Ce qui y fut fait reste écrit."),
        "organisation": site.organisation,
    }
    return _confirm(request, site, actions.close_site, told)


def _confirm(request: HttpRequest, thing: Any, act: Callable[..., None], told: dict[str, Any]) -> HttpResponse:
    form = ConfirmForm(request.POST) if request.method == "POST" else ConfirmForm.about(thing)
    if form.is_valid():
        try:
            act(thing, expected=form.cleaned_data["version_read"], key=form.cleaned_data["intention"], by=_me(request))
            messages.success(request, gettext("Fermé."))
        except AlreadyDone:
            pass
        except Stale:
            messages.warning(
                request, gettext("Quelqu'un vient d'y changer quelque chose : relisez, puis recommencez.")
            )
        return redirect("actors:organisation", pk=told["organisation"].pk)
    return render(request, "actors/organisations/confirm.html", told | {"form": form})


@never_cache
@allow(can_add_site)
def add_site(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    form = SiteForm(request.POST or None, instance=Site(organisation=organisation))
    if form.is_valid():
        try:
            actions.add_site(form.instance, key=form.cleaned_data["intention"], by=_me(request))
            messages.success(request, gettext("Lieu enregistré."))
        except AlreadyDone:
            pass
        return redirect("actors:organisation", pk=organisation.pk)
    told = {"title": gettext("Ajouter un lieu"), "organisation": organisation, "name": organisation.name}
    told |= {"form": form, "conflicts": []}
    return render(request, "actors/organisations/correct.html", told, status=422 if form.errors else 200)


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)
