"""The page that says whose a structure is."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from maillage.core.access import allow
from maillage.core.concurrency import AlreadyDone, Stale
from maillage.core.http import AgentRequest
from maillage.core.refusals import Refused
from maillage.directory.actions.tying import tie, untie
from maillage.directory.forms import OnceForm, TieForm
from maillage.directory.models import Structure
from maillage.directory.permissions import can_edit_structure


@never_cache
@allow(can_edit_structure)
def tie_structure(request: AgentRequest, structure: Structure) -> HttpResponse:
    """Search among the organisations' places, then choose one; or let the structure be nobody's."""
    searched = str(request.POST.get("words", ""))[:120] if "search" in request.POST else ""
    form = TieForm(structure=structure, reader=request.user, words=searched)
    if request.method == "POST" and "search" not in request.POST:
        form = TieForm(request.POST, structure=structure, reader=request.user)
        if _settle(form, structure, request):
            return redirect(structure)
    site = structure.site
    told = {"structure": structure, "form": form, "searched": searched.strip(),
            "tied_to": f"{site.organisation} · {site}" if site else ""}  # fmt: skip
    return render(request, "directory/tie.html", told, status=422 if form.errors else 200)


def _settle(form: TieForm, structure: Structure, request: AgentRequest) -> bool:
    """Tie or untie as asked; whether it is done."""
    is_over = "untie" in request.POST
    once = OnceForm(request.POST)
    if not (once.is_valid() if is_over else form.is_valid()):
        return False
    read = form.data.get("version_read", "")
    expected, me = int(read) if read.isdecimal() and len(read) < 10 else 0, request.user
    try:
        if is_over:
            untie(structure, expected=expected, key=once.cleaned_data["intention"], by=me)
            messages.success(request, gettext("Cette fiche n'est plus rattachée à une organisation."))
        else:
            facts = form.cleaned_data
            tie(structure, facts["site"], expected=expected, key=facts["intention"], by=me)
            messages.success(request, gettext("Fiche rattachée. Les éditeurs de l'organisation peuvent la corriger."))
    except AlreadyDone:
        pass
    except Stale as stale:
        raise Refused(
            gettext("La fiche a changé pendant que vous choisissiez."),
            instead=gettext("Relisez-la, puis recommencez : rien n'a été fait."),
            instead_url=structure.get_absolute_url(),
        ) from stale
    return True
