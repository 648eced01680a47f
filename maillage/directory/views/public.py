"""The public pages of the directory: search, sheets, territory."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from maillage.core.access import allow, public
from maillage.core.throttle import throttle
from maillage.directory.actions.unknown_words import note_unknown_words
from maillage.directory.documents import service_sheet
from maillage.directory.forms import SearchForm, TerritoryForm
from maillage.directory.models import Service, Structure
from maillage.directory.pages import sheets
from maillage.directory.permissions import can_read_service, can_read_structure
from maillage.directory.search import search as find
from maillage.directory.territory import portrait_of
from maillage.territories.models import Departement


@public
@csrf_exempt  # It changes nothing: the public needs no cookie to look for help.
@cache_control(private=True)
@throttle("search", limit=60, seconds=60)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.POST) if request.method == "POST" else SearchForm.from_address(request.GET)
    if not form.is_bound or not form.is_valid():
        return render(request, "directory/search.html", sheets.asking(form))
    answer = find(form.query(), reader=request.user)
    note_unknown_words(answer.query.words, answer.reading, request=request)
    return render(request, "directory/results.html", sheets.results(answer, form))


@require_safe
@cache_control(private=True)
@allow(can_read_service)
def service(request: HttpRequest, service: Service) -> HttpResponse:
    return render(request, "directory/service.html", sheets.service(service, reader=request.user))


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
    return render(request, "directory/structure.html", sheets.structure(structure, reader=request.user))


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
    told = sheets.territory(portrait) | {"form": form, "asked": code}
    return render(request, "directory/territory.html", told, status=404 if code and portrait is None else 200)
