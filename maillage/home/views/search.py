"""The door of the global search: words come by POST, so that they are in no address and no log."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.core.access import allow_oneself
from maillage.core.http import AgentRequest
from maillage.core.throttle import throttle
from maillage.home.forms import SearchForm
from maillage.home.pages import day


@allow_oneself
@never_cache
@throttle("global_search", limit=60, seconds=60)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: AgentRequest) -> HttpResponse:
    form = SearchForm(request.POST) if request.method == "POST" else SearchForm()
    told = day.found(request.user, form.cleaned_data["words"]) if form.is_bound and form.is_valid() else {}
    return render(request, "home/find.html", {"form": form, "sections": [], "words": ""} | told)
