"""The doors of retention: durations and reports, elimination slips, exceptional holds."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.actors.choices import Role
from maillage.core import elimination
from maillage.core.access import allow, allow_list
from maillage.core.concurrency import AlreadyDone
from maillage.core.holds import lift_hold, place_hold
from maillage.core.http import AgentRequest
from maillage.core.models import EliminationSlip, LegalHold, RetentionRun
from maillage.core.permissions import can_handle_hold, can_handle_slip, can_read_retention_run
from maillage.home.forms import HoldForm, VisaForm
from maillage.home.pages import retention
from maillage.territories.models import Departement


@require_safe
@never_cache
@allow_list(can_read_retention_run, roles=(Role.DPO, Role.ADMINISTRATOR))
def durations(request: AgentRequest, runs: QuerySet[RetentionRun]) -> HttpResponse:
    return render(request, "home/retention.html", retention.durations(request.user, runs))


@require_safe
@never_cache
@allow(can_handle_slip, reads="home.slip_read")
def slip(request: AgentRequest, slip: EliminationSlip) -> HttpResponse:
    return render(request, "home/slip.html", retention.slip(slip, request.user) | {"form": VisaForm()})


@require_safe
@never_cache
@allow(can_handle_slip, reads="home.slip_read")
def slip_paper(request: AgentRequest, slip: EliminationSlip) -> HttpResponse:
    """The paper the archives sign."""
    home = Departement.objects.home()
    rows = [[word, str(value)] for word, value in retention.slip_facts(slip)]
    paper = elimination.slip_document(slip, house=home.name if home else "Maillage", rows=rows)
    headers = {"Content-Disposition": f'inline; filename="bordereau-{slip.pk}.pdf"'}
    return HttpResponse(paper, content_type="application/pdf", headers=headers)


@require_POST
@allow(can_handle_slip, reads="home.slip_read")
def answer_slip(request: AgentRequest, slip: EliminationSlip) -> HttpResponse:
    """The archives' visa, or their refusal, written down."""
    form = VisaForm(request.POST)
    if not form.is_valid():
        return render(request, "home/slip.html", retention.slip(slip, request.user) | {"form": form}, status=422)
    facts = form.cleaned_data
    try:
        if facts["answer"] == "sign":
            elimination.sign(slip, reference=facts["sentence"], by=request.user, key=facts["intention"])
            messages.success(request, gettext("Visa inscrit. L'élimination se fera cette nuit."))
        else:
            elimination.refuse(slip, because=facts["sentence"], by=request.user, key=facts["intention"])
            messages.success(request, gettext("Refus inscrit. Rien ne sera éliminé."))
    except AlreadyDone:
        messages.info(request, gettext("C'était déjà fait."))
    return redirect("home:slip", pk=slip.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@allow_list(can_handle_hold, roles=(Role.DPO,))
def holds(request: AgentRequest, found: QuerySet[LegalHold]) -> HttpResponse:
    form = HoldForm(request.POST or None)
    if form.is_bound and form.is_valid():
        place_hold(form.cleaned_data["subject"], reason=form.cleaned_data["reason"], by=request.user)
        messages.success(
            request, gettext("Enregistré : rien n'en sera supprimé avant que vous leviez cette exception.")
        )
        return redirect("home:holds")
    told = retention.holds(found, request.user) | {"form": form}
    return render(request, "home/holds.html", told, status=422 if form.is_bound else 200)


@require_POST
@allow(can_handle_hold)
def lift(request: AgentRequest, hold: LegalHold) -> HttpResponse:
    lift_hold(hold, by=request.user)
    messages.success(request, gettext("Exception levée : la durée de conservation s'applique de nouveau."))
    return redirect("home:holds")
