"""The pages of those who keep the directory: corrections, hidden addresses, the past of a record, imports."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from maillage.actors.choices import Role
from maillage.core.access import allow, allow_list, allow_role
from maillage.core.concurrency import AlreadyDone, Stale, new_key
from maillage.core.http import AgentRequest
from maillage.core.refusals import Refused
from maillage.directory.actions.editing import confirm, correct, restore
from maillage.directory.forms import FOLDED, EditForm, RestoreForm, ServiceForm, StructureForm
from maillage.directory.models import ImportRun, RecordChange, Service, Structure
from maillage.directory.pages import desk
from maillage.directory.permissions import (
    can_edit_service,
    can_edit_structure,
    can_read_hidden_address,
    can_read_history,
    can_read_service_history,
    can_restore_change,
)
from maillage.directory.wording import address_lines, field_label


@never_cache
@allow(can_edit_structure, reads="directory.opened_to_correct")
def edit_structure(request: AgentRequest, structure: Structure) -> HttpResponse:
    return _edit(request, structure, StructureForm)


@never_cache
@allow(can_edit_service, reads="directory.opened_to_correct")
def edit_service(request: AgentRequest, service: Service) -> HttpResponse:
    return _edit(request, service, ServiceForm)


def _edit(request: AgentRequest, record: Structure | Service, kind: type[EditForm]) -> HttpResponse:
    told: dict[str, Any] = {"record": record, "conflicts": [], "folded": FOLDED}
    if request.method != "POST":
        form = kind(instance=record, initial={"version_read": record.version, "intention": new_key()})
        return render(request, "directory/edit.html", told | {"form": form})
    form = kind(request.POST, instance=record)
    if form.is_valid():
        try:
            messages.success(request, _keep(form, record, request))
            return redirect(record)
        except AlreadyDone:
            return redirect(record)
        except Stale as stale:
            told["conflicts"], form = form.conflicts(stale.current), form.rebased(stale.current)
    return render(request, "directory/edit.html", told | {"form": form}, status=409 if told["conflicts"] else 422)


def _keep(form: EditForm, record: Structure | Service, request: AgentRequest) -> str:
    """Keep what was corrected or confirmed; the sentence that says it. Raises Stale when both changed the same."""
    facts, fields = form.cleaned_data, form.changed_fields()
    key, expected = facts["intention"], facts["version_read"]
    if not fields and "confirm" not in request.POST:
        return gettext("Rien n'a changé.")
    try:
        if fields:
            correct(record, fields=fields, expected=expected, key=key, by=request.user)
        else:
            confirm(record, expected=expected, key=key, by=request.user)
    except Stale as stale:
        current = stale.current
        if form.conflicts(current):
            raise
        if not fields:
            return gettext("La fiche a changé pendant que vous la lisiez : relisez-la, puis dites que tout est exact.")
        correct(form.merged(current), fields=fields, expected=current.version, key=key, by=request.user)
    return gettext("Enregistré. Merci : la fiche est vérifiée aujourd'hui.")


@never_cache
@require_safe
@allow(can_read_hidden_address, reads="directory.hidden_address_read")
def hidden_address(request: AgentRequest, structure: Structure) -> HttpResponse:
    told = {"structure": structure, "address": address_lines(structure)}
    return render(request, "directory/hidden_address.html", told)


@never_cache
@require_safe
@allow_list(can_edit_structure, roles=(Role.MDS_EDITOR, Role.MDS_MANAGER))
def records(request: AgentRequest, structures: QuerySet[Structure]) -> HttpResponse:
    """What the editor keeps true, the oldest first."""
    told = desk.records(structures, request.GET.get("page", "1"), reader=request.user)
    return render(request, "directory/records.html", told)


@never_cache
@require_safe
@allow_role(Role.MDS_EDITOR, Role.MDS_MANAGER, Role.ADMINISTRATOR)
def imports(request: AgentRequest) -> HttpResponse:
    runs = ImportRun.objects.select_related("source")[:50]
    return render(request, "directory/imports.html", desk.imports(runs))


# -- The past of a record --------------------------------------------------------------------------------------------


@never_cache
@require_safe
@allow(can_read_history, reads="directory.history_read")
def structure_history(request: AgentRequest, structure: Structure) -> HttpResponse:
    return _history(request, structure)


@never_cache
@require_safe
@allow(can_read_service_history, reads="directory.history_read")
def service_history(request: AgentRequest, service: Service) -> HttpResponse:
    return _history(request, service)


def _history(request: AgentRequest, record: Structure | Service) -> HttpResponse:
    changes = RecordChange.objects.about(record)
    told = desk.history(record, changes, request.GET.get("page", "1"), reader=request.user)
    return render(request, "directory/history.html", told)


@never_cache
@allow(can_restore_change, reads="directory.history_read")
def restore_change(request: AgentRequest, change: RecordChange) -> HttpResponse:
    """Ask once more, then give a field its former value back."""
    record = change.record()
    form = RestoreForm(request.POST or None, initial={"intention": new_key(), "version_read": record.version})
    if request.method == "POST" and form.is_valid():
        try:
            facts = form.cleaned_data
            restore(change, expected=facts["version_read"], key=facts["intention"], by=request.user)
            messages.success(request, gettext("La valeur d'avant est rétablie."))
        except AlreadyDone:
            pass
        except Stale as stale:
            raise Refused(
                gettext("La fiche a changé depuis que vous l'avez lue : rien n'a été rétabli."),
                instead=gettext("Relisez la fiche et son histoire, puis recommencez."),
                instead_url=record.get_absolute_url(),
            ) from stale
        return redirect(record)
    now, before = desk.restoring_in_words(change, record)
    told = {"record": record, "label": field_label(change.field), "before": before, "now": now, "form": form}
    return render(request, "directory/restore.html", told)
