"""The doors of data breaches: open one, complete it, tick its steps, move it on."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.actors.choices import Role
from maillage.core import breaches as law
from maillage.core import clock
from maillage.core.access import allow, allow_list, allow_role
from maillage.core.concurrency import AlreadyDone, Stale
from maillage.core.http import AgentRequest
from maillage.core.models import DataBreach
from maillage.core.permissions import can_handle_breach
from maillage.home.forms import BreachForm
from maillage.home.pages import breaches as pages


@require_safe
@never_cache
@allow_list(can_handle_breach, roles=(Role.DPO,))
def index(request: AgentRequest, found: QuerySet[DataBreach]) -> HttpResponse:
    return render(request, "home/breaches.html", pages.index(found))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@allow_role(Role.DPO)
def new(request: AgentRequest) -> HttpResponse:
    form = BreachForm(request.POST or None, initial={"discovered_at": clock.local_now()})
    if not form.is_bound or not form.is_valid():
        told: dict[str, object] = {"form": form, "breach": None, "conflicts": ()}
        return render(request, "home/breach_form.html", told, status=422 if form.is_bound else 200)
    try:
        made = law.open_breach(form.save(commit=False), by=request.user, key=form.cleaned_data["intention"])
    except AlreadyDone:
        return redirect("home:breaches")
    messages.success(request, gettext("Enregistré. La liste ci-dessous dit quoi faire, et d'ici quand."))
    return redirect("home:breach", pk=made.pk)


@require_safe
@never_cache
@allow(can_handle_breach, reads="home.breach_read")
def breach(request: AgentRequest, found: DataBreach) -> HttpResponse:
    return render(request, "home/breach.html", pages.breach(found, request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@allow(can_handle_breach, reads="home.breach_read")
def complete(request: AgentRequest, found: DataBreach) -> HttpResponse:
    """What is learnt bit by bit; two people who write at once lose nothing."""
    if request.method != "POST":
        return _completing(request, BreachForm(instance=found, initial={"version_read": found.version}))
    form = BreachForm(request.POST, instance=found)
    if not form.is_valid():
        return _completing(request, form, status=422)
    try:
        _keep(form, found, by=request.user)
    except Stale as stale:
        conflicts = form.conflicts(stale.current)
        return _completing(request, form.rebased(stale.current), status=409, conflicts=conflicts)
    messages.success(request, gettext("Enregistré."))
    return redirect("home:breach", pk=found.pk)


def _keep(form: BreachForm, found: DataBreach, *, by: Any) -> None:
    """Write what was changed; what two people changed apart is merged. Raises Stale when both changed the same."""
    fields, expected = form.changed_fields(), form.cleaned_data["version_read"] or 0
    if not fields:
        return
    try:
        law.complete_breach(found, by=by, fields=fields, expected_version=expected)
    except Stale as stale:
        if form.conflicts(stale.current):
            raise
        version = stale.current.version
        law.complete_breach(form.merged(stale.current), by=by, fields=fields, expected_version=version)


def _completing(request: AgentRequest, form: BreachForm, *, status: int = 200, conflicts: Any = ()) -> HttpResponse:
    told = {"form": form, "breach": form.instance, "conflicts": conflicts}
    return render(request, "home/breach_form.html", told, status=status)


@require_POST
@allow(can_handle_breach, reads="home.breach_read")
def check(request: AgentRequest, found: DataBreach, code: str) -> HttpResponse:
    if code not in pages.STEP_FORMS:
        raise Http404
    form = pages.STEP_FORMS[code](request.POST, prefix=code)
    if not form.is_valid():
        return render(request, "home/breach.html", pages.breach(found, request.user, sent=code, form=form), status=422)
    facts = form.cleaned_data
    if code == "assess":
        law.assess_risk(found, facts["risk"], by=request.user, read=facts["risk_read"], note=facts["note"])
        messages.success(request, gettext("Risque enregistré."))
    else:
        law.check_step(found, code, by=request.user, note=facts["note"])
        messages.success(request, gettext("Étape notée."))
    return redirect("home:breach", pk=found.pk)


@require_POST
@allow(can_handle_breach, reads="home.breach_read")
def move(request: AgentRequest, found: DataBreach, move: str) -> HttpResponse:
    """Notified, not notified with a reason, closed."""
    if move not in pages.FORMS:
        raise Http404
    form = pages.FORMS[move](request.POST, auto_id=f"{move}-%s")
    if not form.is_valid():
        told = pages.breach(found, request.user, sent=move, form=form)
        return render(request, "home/breach.html", told, status=422)
    try:
        _act(move, found, facts=form.cleaned_data, by=request.user)
        messages.success(request, gettext("Enregistré."))
    except AlreadyDone:
        messages.info(request, gettext("C'était déjà fait."))
    return redirect("home:breach", pk=found.pk)


def _act(move: str, found: DataBreach, *, facts: dict[str, Any], by: Any) -> None:
    key = facts["intention"]
    if move == "notify":
        at = facts["notified_at"]
        law.notify_cnil(found, by=by, reference=facts["sentence"], notified_at=at, key=key)
    elif move == "do_without":
        law.do_without_notice(found, by=by, because=facts["sentence"], key=key)
    else:
        law.close_breach(found, by=by, key=key)
