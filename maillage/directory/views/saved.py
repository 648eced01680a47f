"""The pages of the searches a professional keeps: saving one, seeing them all, asking one again."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from maillage.actors.choices import Role
from maillage.core.access import allow, allow_list, allow_role
from maillage.core.concurrency import AlreadyDone
from maillage.core.http import AgentRequest
from maillage.directory.actions import saving
from maillage.directory.forms import FollowForm, NameForm, SaveForm, SearchForm
from maillage.directory.models import SavedSearch
from maillage.directory.pages import saved as pages
from maillage.directory.permissions import can_use_saved_search


class SameQuestion(HttpResponseRedirect):
    """Ask the same thing there: the browser sends the same form again, and nothing of it enters an address."""

    status_code = 307


@never_cache
@require_safe
@allow_list(can_use_saved_search, roles=tuple(Role))
def searches(request: AgentRequest, searches: QuerySet[SavedSearch]) -> HttpResponse:
    return render(request, "directory/saved_searches.html", pages.page(searches, reader=request.user))


@csrf_exempt  # It changes nothing: it only shows the form, from a page of results that has no cookie of its own.
@never_cache
@require_POST
@allow_role(*Role)
def new_search(request: HttpRequest) -> HttpResponse:
    """From the page of results: what would be kept of this search, and under which name."""
    asked = SearchForm(request.POST)
    if not asked.is_valid():
        return redirect("directory:search")
    query = asked.query()
    commune = pages.commune_label(query)
    told = {"form": SaveForm.about(query, place=commune) if commune else None, "place": commune}
    return render(request, "directory/save_search.html", told)


@never_cache
@require_POST
@allow_role(*Role)
def save_search(request: AgentRequest) -> HttpResponse:
    form = SaveForm(request.POST)
    if not form.is_valid():
        return render(request, "directory/save_search.html", {"form": form, "place": ""}, status=422)
    facts = form.cleaned_data
    follows = {"is_watched": facts["is_watched"], "is_mailed": facts["is_mailed"]}
    try:
        saving.save_search(facts["name"], form.codes(), key=facts["intention"], by=request.user, **follows)
        messages.success(request, gettext("Recherche enregistrée."))
    except AlreadyDone:
        pass
    return redirect("directory:saved_searches")


@never_cache
@require_POST
@allow(can_use_saved_search)
def run_search(request: AgentRequest, saved: SavedSearch) -> HttpResponse:
    """What changed has been seen; the page's own fields then ask the search."""
    saving.look(saved)
    return SameQuestion(reverse("directory:search"))


@never_cache
@require_POST
@allow(can_use_saved_search)
def change_search(request: AgentRequest, saved: SavedSearch) -> HttpResponse:
    """Its name and its alert."""
    name, follows = NameForm(request.POST), FollowForm(request.POST)
    if not name.is_valid() or not follows.is_valid():
        messages.error(request, " ".join(str(error) for errors in name.errors.values() for error in errors))
        return redirect(saved)
    saving.rename(saved, name.cleaned_data["name"])
    saving.follow(saved, **follows.cleaned_data)
    messages.success(request, gettext("Changements gardés."))
    return redirect(saved)


@never_cache
@require_POST
@allow(can_use_saved_search)
def seen_search(request: AgentRequest, saved: SavedSearch) -> HttpResponse:
    saving.look(saved)
    return redirect(saved)


@never_cache
@require_POST
@allow(can_use_saved_search)
def remove_search(request: AgentRequest, saved: SavedSearch) -> HttpResponse:
    saving.remove(saved, by=request.user)
    messages.success(request, gettext("Recherche retirée."))
    return redirect("directory:saved_searches")
