"""The door everyone who signs in comes through in the morning."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from maillage.core.access import allow_oneself
from maillage.core.http import AgentRequest
from maillage.home.pages import day


@allow_oneself
@never_cache
@require_safe
def my_day(request: AgentRequest) -> HttpResponse:
    return render(request, "home/my_day.html", day.day(request.user, page=request.GET.get("page", 1)))
