"""What a member of a structure does with a proposal: write it, send it, take it back, give it up."""

from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from maillage.actors.models import ApiKey, Organisation
from maillage.core import clock, journal
from maillage.core.concurrency import Stale, once, save_version
from maillage.core.refusals import Refused
from maillage.directory.actions.changing import hides, withhold
from maillage.directory.actions.telling import tell_moderators
from maillage.directory.choices import SubmissionKind, SubmissionState
from maillage.directory.models import Service, Structure, Submission
from maillage.directory.models.proposals import alike, said_by
from maillage.directory.workflows import PROPOSALS, cannot_be_published, nothing_proposed


def proposal_about(record: Structure | Service) -> Submission:
    """The open correction of a record by its own organisation, or one about to be written (its version is then 0).

    Raises Refused for a structure that is tied to no organisation.
    """
    organisation = organisation_of(record)
    mine = Submission.objects.open().about(record).filter(organisation=organisation, kind=SubmissionKind.CORRECTION)
    return mine.select_related("structure", "service").first() or _new(record, SubmissionKind.CORRECTION)


def new_service(structure: Structure) -> Submission:
    """A service about to be proposed for this structure."""
    return _new(structure, SubmissionKind.NEW_SERVICE)


def _new(record: Structure | Service, kind: SubmissionKind) -> Submission:
    structure, service = (record.structure, record) if isinstance(record, Service) else (record, None)
    return Submission(kind=kind, structure=structure, service=service, organisation=organisation_of(record), version=0)


def organisation_of(record: Structure | Service) -> Organisation:
    """Whose record it is. Raises Refused when nobody's."""
    structure = record.structure if isinstance(record, Service) else record
    if structure.site is None:
        raise Refused(gettext("Cette structure n'est rattachée à aucune organisation."))
    return structure.site.organisation


@dataclass(frozen=True)
class Written:
    """What someone changed: the record as they typed it, what they had read of each field, a word beside (or None)."""

    typed: Structure | Service
    read: dict[str, Any]
    note: str | None = None


def keep_draft(proposal: Submission, written: Written, *, expected: int, key: str, by: Any) -> Submission:
    """Keep in the proposal what someone wrote, if its stored version is still `expected` (0: none yet).

    Raises Stale, with the record as proposed now, when a colleague kept something meanwhile; AlreadyDone for a form
    sent twice; Refused for a proposal that has left their hands. Nothing is written then.
    """
    with journal.act():
        once(key)
        latest = _latest(proposal)
        if latest.version != expected:
            raise Stale(latest.proposed())
        _still_ours(latest)
        _take(latest, written.typed, written.read)
        latest.note = latest.note if written.note is None else written.note
        if latest.pk is None:
            _create(latest, by=by)
        else:
            save_version(latest, expected=expected, fields=("values", "read", "note"))
        journal.record(by, "directory.submission_written", latest, fields=sorted(latest.values))
    return latest


def _latest(proposal: Submission) -> Submission:
    """The proposal as it is stored; one not written yet may have been by a colleague."""
    if proposal.pk is not None:
        return Submission.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if proposal.kind == SubmissionKind.CORRECTION:
        return proposal_about(proposal.service or proposal.structure)
    return proposal


def _still_ours(proposal: Submission) -> None:
    if proposal.state not in (SubmissionState.DRAFT, SubmissionState.RETURNED):
        raise Refused(
            gettext("Cette proposition est envoyée : elle ne se modifie plus."),
            instead=gettext("Reprenez-la pour la modifier, ou attendez la réponse."),
            instead_url=proposal.get_absolute_url(),
        )


def _take(proposal: Submission, typed: Structure | Service, read: dict[str, Any]) -> None:
    """What was typed; a field back to what was read is no longer proposed."""
    for name, seen in read.items():
        proposed = said_by(typed, name)
        first_read = proposal.read.setdefault(name, seen)
        if alike(proposed, first_read):
            proposal.values.pop(name, None)
            proposal.read.pop(name)
        else:
            proposal.values[name] = proposed


def _create(proposal: Submission, *, by: Any) -> None:
    """Two colleagues who begin at once: the second sees what the first wrote."""
    proposal.author, proposal.version = by, 1
    try:
        with transaction.atomic():
            proposal.save()
    except IntegrityError:
        latest = _latest(Submission(kind=proposal.kind, structure=proposal.structure, service=proposal.service))
        raise Stale(latest.proposed()) from None


def propose_closing(service: Service, *, note: str, key: str, by: Any) -> Submission:
    """Say that a service no longer exists: sent at once, there is nothing to write. Once while one waits."""
    with journal.act():
        once(key)
        proposal = _new(service, SubmissionKind.CLOSING)
        mine = Submission.objects.open().about(service).filter(organisation=proposal.organisation)
        if mine.filter(kind=SubmissionKind.CLOSING).exists() or service.is_withdrawn:
            raise Refused(gettext("La fermeture de ce service est déjà proposée, ou faite."))
        proposal.author, proposal.version, proposal.note = by, 1, note
        try:
            with transaction.atomic():
                proposal.save()
        except IntegrityError:
            raise Refused(gettext("La fermeture de ce service vient d'être proposée.")) from None
        return submit(proposal, by=by)


def submit(proposal: Submission, *, by: Any) -> Submission:
    """Send it to the Maison des solidarités, whose answer is due from now on. Raises Refused."""
    return PROPOSALS.apply("submit", proposal, by=by, then=_sent)


def _sent(proposal: Submission) -> None:
    Submission.objects.filter(pk=proposal.pk).update(submitted_at=clock.now())
    tell_moderators.enqueue(proposal.pk)


def take_back(proposal: Submission, *, by: Any) -> Submission:
    """Take it back to change it: nobody answers a draft."""
    return PROPOSALS.apply("take_back", proposal, by=by)


def withdraw(proposal: Submission, *, by: Any) -> Submission:
    """Give it up."""
    return PROPOSALS.apply("withdraw", proposal, by=by, then=_given_up)


def _given_up(proposal: Submission) -> None:
    if hides(proposal.record()):
        withhold(Submission.objects.filter(pk=proposal.pk))


def submit_by_key(record: Structure | Service, values: dict[str, Any], *, note: str, by: ApiKey) -> Submission:
    """A correction sent by an organisation's software: no author, sent at once. Raises Refused, nothing is written.

    The journal names the key. The record must belong to the key's organisation: the door has asked.
    """
    with journal.act():
        latest = proposal_about(record)
        if latest.pk is not None:
            raise _already_open()
        latest.values = {name: value for name, value in values.items() if not alike(value, said_by(record, name))}
        latest.read = {name: said_by(record, name) for name in latest.values}
        latest.note = note
        if refusal := nothing_proposed(latest) or cannot_be_published(latest):
            raise refusal
        sent = _send_at_once(latest)
        tell_moderators.enqueue(sent.pk)
        journal.record(None, "directory.submission_sent_by_key", sent, key=by.pk, fields=sorted(sent.values))
    return sent


def _send_at_once(proposal: Submission) -> Submission:
    """Two programs, or a program and a colleague, at the same instant: the second is told so."""
    try:
        with transaction.atomic():
            return PROPOSALS.born(
                SubmissionState.SUBMITTED, kind=proposal.kind, structure=proposal.structure, service=proposal.service,
                organisation=proposal.organisation, values=proposal.values, read=proposal.read, note=proposal.note,
                submitted_at=clock.now(),
            )  # fmt: skip
    except IntegrityError:
        raise _already_open() from None


def _already_open() -> Refused:
    return Refused(gettext("Une proposition de votre organisation est déjà ouverte sur cette fiche."))
