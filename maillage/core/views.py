"""Pages of the tools: the catalogue of the design system."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from maillage.core import catalogue
from maillage.core.access import public


@public
def design(request: HttpRequest) -> HttpResponse:
    """Every component in every state, by day and by night."""
    return render(request, "core/design.html", catalogue.shown())
