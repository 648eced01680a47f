"""The directory's pages: search, sheets, territory, corrections, imports."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from maillage.actors.choices import Role
from maillage.core.access import allow, allow_list, allow_role, public
from maillage.core.concurrency import AlreadyDone, Stale, new_key
from maillage.core.http import AgentRequest
from maillage.core.throttle import throttle
from maillage.directory import pages
from maillage.directory.actions.editing import confirm, correct
from maillage.directory.documents import service_sheet
from maillage.directory.forms import EditForm, SearchForm, ServiceForm, StructureForm, TerritoryForm
from maillage.directory.models import ImportRun, Service, Structure
from maillage.directory.permissions import (
    can_edit_service,
    can_edit_structure,
    can_read_hidden_address,
    can_read_service,
    can_read_structure,
)
from maillage.directory.search import search as find
from maillage.directory.territory import portrait_of
from maillage.directory.wording import address_lines
from maillage.territories.models import Departement


@public
@csrf_exempt  # It changes nothing: the public needs no cookie to look for help.
@cache_control(private=True)
@throttle("search", limit=60, seconds=60)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.POST) if request.method == "POST" else SearchForm.from_address(request.GET)
    if not form.is_bound or not form.is_valid():
        return render(request, "directory/search.html", pages.asking(form))
    answer = find(form.query(), reader=request.user)
    return render(request, "directory/results.html", pages.results(answer, form))


@require_safe
@cache_control(private=True)
@allow(can_read_service)
def service(request: HttpRequest, service: Service) -> HttpResponse:
    return render(request, "directory/service.html", pages.service(service, reader=request.user))


@require_safe
@cache_control(private=True)
@throttle("sheet", limit=60, seconds=60, methods=("GET",))
@allow(can_read_service)
def sheet(request: HttpRequest, service: Service) -> HttpResponse:
    home = Departement.objects.home()
    paper = service_sheet(service, house=home.name if home else "Maillage")
    return HttpResponse(
        paper,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="fiche-{service.pk}.pdf"'},
    )


@require_safe
@cache_control(private=True)
@allow(can_read_structure)
def structure(request: HttpRequest, structure: Structure) -> HttpResponse:
    return render(request, "directory/structure.html", pages.structure(structure, reader=request.user))


@public
@csrf_exempt  # As for the search.
@throttle("territory", limit=60, seconds=60)
@require_http_methods(["GET", "HEAD", "POST"])
def territory(request: HttpRequest, code: str = "") -> HttpResponse:
    """Someone's commune, its sector, its Maison des solidarités. What is typed comes by POST; the URL has a code."""
    form = TerritoryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("directory:territory", code=form.commune_code())
    portrait = portrait_of(code, reader=request.user) if code else None
    told = pages.territory(portrait) | {"form": form, "asked": code}
    return render(request, "directory/territory.html", told, status=404 if code and portrait is None else 200)


# -- Behind the counter ---------------------------------------------------------------------------------------------


@never_cache
@allow(can_edit_structure, reads="directory.opened_to_correct")
def edit_structure(request: AgentRequest, structure: Structure) -> HttpResponse:
    return _edit(request, structure, StructureForm)


@never_cache
@allow(can_edit_service, reads="directory.opened_to_correct")
def edit_service(request: AgentRequest, service: Service) -> HttpResponse:
    return _edit(request, service, ServiceForm)


def _edit(request: AgentRequest, record: Structure | Service, kind: type[EditForm]) -> HttpResponse:
    told: dict[str, Any] = {"record": record, "conflicts": [], "folded": ("themes", "audiences")}
    if request.method != "POST":
        form = kind(instance=record, initial={"version_read": record.version, "intention": new_key()})
        return render(request, "directory/edit.html", told | {"form": form})
    form = kind(request.POST, instance=record)
    if form.is_valid():
        try:
            messages.success(request, _keep(form, record, request))
            return redirect(record)
        except AlreadyDone:
            return redirect(record)
        except Stale as stale:
            told["conflicts"], form = form.conflicts(stale.current), form.rebased(stale.current)
    return render(request, "directory/edit.html", told | {"form": form}, status=409 if told["conflicts"] else 422)


def _keep(form: EditForm, record: Structure | Service, request: AgentRequest) -> str:
    """Keep what was corrected or confirmed; the sentence that says it. Raises Stale when both changed the same."""
    facts, fields = form.cleaned_data, form.changed_fields()
    key, expected = facts["intention"], facts["version_read"]
    if not fields and "confirm" not in request.POST:
        return gettext("Rien n'a changé.")
    try:
        if fields:
            correct(record, fields=fields, expected=expected, key=key, by=request.user)
        else:
            confirm(record, expected=expected, key=key, by=request.user)
    except Stale as stale:
        current = stale.current
        if form.conflicts(current):
            raise
        if not fields:
            return gettext("La fiche a changé pendant que vous la lisiez : relisez-la, puis dites que tout est exact.")
        correct(form.merged(current), fields=fields, expected=current.version, key=key, by=request.user)
    return gettext("Enregistré. Merci : la fiche est vérifiée aujourd'hui.")


@never_cache
@require_safe
@allow(can_read_hidden_address, reads="directory.hidden_address_read")
def hidden_address(request: AgentRequest, structure: Structure) -> HttpResponse:
    told = {"structure": structure, "address": address_lines(structure)}
    return render(request, "directory/hidden_address.html", told)


@never_cache
@require_safe
@allow_list(can_edit_structure, roles=(Role.DIRECTORY_EDITOR,))
def records(request: AgentRequest, structures: QuerySet[Structure]) -> HttpResponse:
    """What the editor keeps true, the oldest first."""
    return render(request, "directory/records.html", pages.records(structures, request.GET.get("page", "1")))


@never_cache
@require_safe
@allow_role(Role.DIRECTORY_EDITOR, Role.ADMINISTRATOR)
def imports(request: AgentRequest) -> HttpResponse:
    runs = ImportRun.objects.select_related("source")[:50]
    return render(request, "directory/imports.html", pages.imports(runs))
