"""The directory's pages: search, sheets, edits, imports."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from maillage.core.access import allow, public
from maillage.directory.models import Service, Structure
from maillage.directory.permissions import can_read_service, can_read_structure


@public
def search(request: HttpRequest) -> HttpResponse:
    return render(request, "directory/search.html")


@allow(can_read_service)
def service(request: HttpRequest, service: Service) -> HttpResponse:
    return render(request, "directory/service.html", {"service": service})


@allow(can_read_structure)
def structure(request: HttpRequest, structure: Structure) -> HttpResponse:
    return render(request, "directory/structure.html", {"structure": structure})
