"""Pages of the tools: the catalogue of the design system."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from maillage.core.access import public


@public
def design(request: HttpRequest) -> HttpResponse:
    return render(request, "core/design.html")
