"""Suggestions of places, and the outlines of communes."""

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition, require_POST, require_safe

from maillage.core.access import public
from maillage.core.throttle import throttle
from maillage.territories.actions import kept_shapes
from maillage.territories.forms import PlaceForm

DAY = 24 * 60 * 60


@public
@csrf_exempt  # It changes nothing: the public needs no cookie to say where they are.
@require_POST
@never_cache
@throttle("places", limit=60, seconds=60)
def places(request: HttpRequest) -> HttpResponse:
    """POST only: what someone types is a position, and must stay out of addresses and logs."""
    answer = PlaceForm(request.POST).answer()
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        found = [{**vars(place), "value": place.value} for place in answer.places]
        return JsonResponse({"places": found, "degraded": answer.degraded})
    return render(request, "territories/places.html", {"answer": answer, "asked": request.POST.get("place", "")})


def _etag(request: HttpRequest, code: str) -> str | None:
    kept = kept_shapes(code)
    return f'"{kept.version}"' if kept else None


def _modified(request: HttpRequest, code: str) -> dt.datetime | None:
    kept = kept_shapes(code)
    return kept.changed_at if kept else None


@public
@require_safe
@cache_control(public=True, max_age=DAY)
@condition(etag_func=_etag, last_modified_func=_modified)
def shapes(request: HttpRequest, code: str) -> HttpResponse:
    kept = kept_shapes(code)
    if kept is None:
        raise Http404("Les contours de ce département ne sont pas chargés.")
    return HttpResponse(kept.path.read_bytes(), content_type="application/geo+json")
