"""The pages of proposals: what a member of a structure writes and follows, what the Maison des solidarités answers."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from maillage.actors.choices import Role
from maillage.core.access import allow, allow_list
from maillage.core.concurrency import AlreadyDone, Stale, new_key
from maillage.core.http import AgentRequest
from maillage.core.refusals import NotRead, Refused
from maillage.directory.actions import submitting
from maillage.directory.actions.editing import confirm
from maillage.directory.actions.moderating import publish, send_back
from maillage.directory.choices import SubmissionKind, SubmissionState
from maillage.directory.forms import ClosingForm, ConfirmForm, DecisionForm, ProposedServiceForm, ProposedStructureForm
from maillage.directory.models import Service, Structure, Submission
from maillage.directory.pages import desk, proposals
from maillage.directory.permissions import (
    can_follow_submission,
    can_moderate_submission,
    can_propose_service,
    can_propose_structure,
    can_read_submission,
)
from maillage.directory.workflows import PROPOSALS

ProposedForm = ProposedStructureForm | ProposedServiceForm
SENT = _("Envoyé. Merci : vous serez prévenu de la réponse.")
MOVES = {
    "submit": (submitting.submit, SENT),
    "take_back": (submitting.take_back, _("La proposition est de nouveau entre vos mains.")),
    "withdraw": (submitting.withdraw, _("La proposition est abandonnée.")),
}


# -- Members of structures -------------------------------------------------------------------------------------------


@never_cache
@require_safe
@allow_list(can_propose_structure, roles=(Role.PARTNER_EDITOR,))
def my_records(request: AgentRequest, structures: QuerySet[Structure]) -> HttpResponse:
    """What a member of a structure keeps true."""
    told = desk.my_records(structures, request.GET.get("page", "1"), reader=request.user)
    return render(request, "directory/my_records.html", told)


@never_cache
@allow(can_propose_structure, reads="directory.opened_to_propose")
def propose_structure(request: AgentRequest, structure: Structure) -> HttpResponse:
    return _write(request, submitting.proposal_about(structure))


@never_cache
@allow(can_propose_service, reads="directory.opened_to_propose")
def propose_service(request: AgentRequest, service: Service) -> HttpResponse:
    return _write(request, submitting.proposal_about(service))


@never_cache
@allow(can_propose_structure)
def propose_new_service(request: AgentRequest, structure: Structure) -> HttpResponse:
    return _write(request, submitting.new_service(structure))


@never_cache
@allow(can_follow_submission, reads="directory.opened_to_propose")
def edit_submission(request: AgentRequest, proposal: Submission) -> HttpResponse:
    return _write(request, proposal)


def _write(request: AgentRequest, proposal: Submission) -> HttpResponse:
    if proposal.state not in (SubmissionState.DRAFT, SubmissionState.RETURNED) or not proposals.has_values(proposal):
        return redirect(proposal)
    told = proposals.writing(proposal)
    kind = ProposedStructureForm if proposal.kind == SubmissionKind.CORRECTION and not proposal.service_id else (
        ProposedServiceForm
    )  # fmt: skip
    record = proposal.proposed()
    if request.method != "POST":
        read = {"version_read": proposal.version, "intention": new_key(), "note": proposal.note}
        form = kind(instance=record, initial=read)
        return render(request, "directory/propose.html", told | {"form": form})
    form = kind(request.POST, instance=record, initial={"note": proposal.note})
    if form.is_valid():
        try:
            return redirect(_keep(form, proposal, request))
        except AlreadyDone:
            return redirect(proposal if proposal.pk else proposal.structure)
        except Stale as stale:
            told["conflicts"], form = form.conflicts(stale.current), form.rebased(stale.current)
    return render(request, "directory/propose.html", told | {"form": form}, status=409 if told["conflicts"] else 422)


def _keep(form: ProposedForm, proposal: Submission, request: AgentRequest) -> Submission | Structure | Service:
    """Keep what was proposed, send it if asked; the page to show next. Raises Stale when both changed the same."""
    fields, note = form.changed_fields(), form.new_note()
    if not fields and note is None and proposal.pk is None:
        messages.info(request, gettext("Rien n'a changé."))
        return proposal.service or proposal.structure
    key, expected, read = form.cleaned_data["intention"], form.cleaned_data["version_read"], form.values_read()
    written = submitting.Written(form.instance, read, note)
    try:
        kept = submitting.keep_draft(proposal, written, expected=expected, key=key, by=request.user)
    except Stale as stale:
        if form.conflicts(stale.current):
            raise
        merged = submitting.Written(form.merged(stale.current), read, note)
        version = stale.current.version
        kept = submitting.keep_draft(proposal, merged, expected=version, key=key, by=request.user)
    if "send" in request.POST:
        submitting.submit(kept, by=request.user)
        messages.success(request, SENT)
    else:
        messages.success(request, gettext("Brouillon gardé. Il n'est pas encore envoyé."))
    return kept


@allow(can_propose_structure)
@require_POST
def confirm_structure(request: AgentRequest, structure: Structure) -> HttpResponse:
    return _confirm(request, structure)


@allow(can_propose_service)
@require_POST
def confirm_service(request: AgentRequest, service: Service) -> HttpResponse:
    return _confirm(request, service)


def _confirm(request: AgentRequest, record: Structure | Service) -> HttpResponse:
    """Nothing to change: a member's word that everything is exact is what a directory needs most."""
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        raise NotRead(gettext("Ce formulaire est arrivé incomplet."), instead=gettext("Rechargez la page d'avant."))
    # A page may show many records: its key is spent once for each.
    key = f"{form.cleaned_data['intention']}:{record._meta.model_name}{record.pk}"
    try:
        confirm(record, expected=form.cleaned_data["record_version"], key=key, by=request.user)
        said = gettext("Merci : la fiche « %(name)s » est vérifiée aujourd'hui.")
        messages.success(request, said % {"name": record.name})
    except AlreadyDone:
        pass
    except Stale:
        said = gettext("La fiche a changé pendant que vous la lisiez : relisez-la, puis dites que tout est exact.")
        messages.warning(request, said)
        return redirect(record)
    return redirect("directory:my_records")


@never_cache
@allow(can_propose_service)
def propose_closing(request: AgentRequest, service: Service) -> HttpResponse:
    form = ClosingForm(request.POST or None, initial={"intention": new_key()})
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            sent = submitting.propose_closing(service, note=facts["note"], key=facts["intention"], by=request.user)
        except AlreadyDone:
            return redirect(service)
        messages.success(request, SENT)
        return redirect(sent)
    told = {"service": service, "form": form, "answerer": proposals.answerer_of(service.structure)}
    return render(request, "directory/propose_closing.html", told)


@allow(can_follow_submission)
@require_POST
def follow(request: AgentRequest, proposal: Submission, move: str) -> HttpResponse:
    """Send it, take it back or give it up: the table says what may be done. Pressed twice, it is done once."""
    act, said = MOVES[move]
    if proposal.state != PROPOSALS.named(move).target:
        act(proposal, by=request.user)
        messages.success(request, said)
    return redirect("directory:edit_submission" if move == "take_back" else "directory:submission", proposal.pk)


# -- Both sides ------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
@allow(can_read_submission, reads="directory.submission_read")
def submission(request: AgentRequest, proposal: Submission) -> HttpResponse:
    return render(request, "directory/submission.html", proposals.submission(proposal, reader=request.user))


# -- The Maison des solidarités --------------------------------------------------------------------------------------


@never_cache
@require_safe
@allow_list(can_moderate_submission, roles=(Role.MDS_EDITOR, Role.MDS_MANAGER))
def submissions(request: AgentRequest, waiting: QuerySet[Submission]) -> HttpResponse:
    """What waits for an answer, the late ones first."""
    chosen, number = request.GET.get("etat", ""), request.GET.get("page", "1")
    return render(request, "directory/submissions.html", proposals.submissions(waiting, chosen=chosen, number=number))


@never_cache
@allow(can_moderate_submission, reads="directory.submission_read")
@require_POST
def decide(request: AgentRequest, proposal: Submission) -> HttpResponse:
    """Publish the ticked fields, or return it all with a sentence. Nothing typed is lost when it cannot be done."""
    form = proposals.decision_form(proposal, record_version=0, data=request.POST)
    status, refusal, typed = 422, "", ["kept", "sentence"]
    if form.is_valid():
        try:
            messages.success(request, _answer(form, proposal, request))
            return redirect("directory:submissions")
        except AlreadyDone:
            return redirect(proposal)
        except Stale:
            status, refusal = (
                409,
                gettext("La fiche a changé pendant que vous lisiez. Voici ce qu'elle dit maintenant."),
            )
            typed = ["sentence"]
        except Refused as refused:
            status, refusal = refused.status, f"{refused.sentence} {refused.instead}"
    proposal.refresh_from_db()
    again = proposals.decision_form(proposal, record_version=proposal.record().version)
    again.initial.update({name: form.cleaned_data[name] for name in typed if name in form.cleaned_data})
    told = proposals.submission(proposal, reader=request.user, form=again, refusal=refusal)
    return render(request, "directory/submission.html", told, status=status)


def _answer(form: DecisionForm, proposal: Submission, request: AgentRequest) -> str:
    facts, key = form.cleaned_data, form.cleaned_data["intention"]
    if "return" in request.POST:
        send_back(proposal, sentence=facts["sentence"], key=key, by=request.user)
        return gettext("Renvoyé avec votre mot. Son auteur est prévenu.")
    publish(
        proposal, kept=form.kept_fields(), sentence=facts["sentence"], seen=facts["record_version"], key=key,
        by=request.user,
    )  # fmt: skip
    return gettext("Publié. L'annuaire est à jour, et l'auteur est prévenu.")
