"""The porch: the front page and what the law asks every public site to say."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from maillage.core.access import public


@public
def front(request: HttpRequest) -> HttpResponse:
    return render(request, "home/front.html")


@public
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "home/accessibility.html")


@public
def legal(request: HttpRequest) -> HttpResponse:
    return render(request, "home/legal.html")


@public
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "home/privacy.html")
