"""What the Maison des solidarités does with a proposal: publish it, whole or in part, or return it with a sentence."""

from typing import Any

from django.utils.translation import gettext

from maillage.core import clock, journal
from maillage.core.concurrency import Stale
from maillage.core.refusals import Refused
from maillage.directory.actions.changing import hides, withhold
from maillage.directory.actions.editing import keep, placed
from maillage.directory.actions.indexing import index_services
from maillage.directory.actions.telling import tell_author
from maillage.directory.choices import LOCAL_SOURCE, SubmissionKind, SubmissionState
from maillage.directory.models import Service, Source, Structure, Submission
from maillage.directory.models.proposals import said_by, say
from maillage.directory.workflows import PROPOSALS


def publish(proposal: Submission, *, kept: list[str], sentence: str, seen: int, key: str, by: Any) -> Submission:
    """Put the kept fields in the directory, fresh today; the others go back to their author with the sentence.

    `seen` is the version of the record that the moderator read: what changed before it was seen, and is overwritten
    knowingly. Raises Stale when the record changed since; AlreadyDone; Refused. All or nothing.
    """
    kept, rest = _chosen(proposal, kept, sentence)
    record = proposal.record()
    waits = proposal.state == SubmissionState.SUBMITTED  # Else the workflow says that it is done.
    if waits and not proposal.is_to_be_made and record.version != seen:
        raise Stale(record)
    read, was_hidden = {name: said_by(record, name) for name in kept}, hides(record)
    say(record, {name: proposal.values[name] for name in kept})
    fields = placed(record, kept)

    def carry_out(current: Submission) -> None:
        answer = {"decided_by": by, "decided_at": clock.now(), "sentence": sentence.strip() or current.sentence}
        Submission.objects.filter(pk=current.pk).update(**answer)
        _carry_out(current, record, fields, by=by)
        if rest:
            _send_rest_back(current, rest, sentence=sentence, by=by)
        if was_hidden or hides(record):
            withhold(Submission.objects.filter(pk=current.pk))
        tell_author.enqueue(current.pk)

    with journal.act():
        _set_apart(proposal, rest, read)
        version = proposal.version
        return PROPOSALS.apply("publish", proposal, by=by, then=carry_out, key=key, expected_version=version)


def _chosen(proposal: Submission, kept: list[str], sentence: str) -> tuple[list[str], dict[str, Any]]:
    """The fields to publish, in the order of the proposal, and what remains of it. Raises Refused."""
    if proposal.kind != SubmissionKind.CORRECTION:
        return list(proposal.values), {}
    chosen = [name for name in proposal.values if name in kept]
    rest = {name: value for name, value in proposal.values.items() if name not in chosen}
    if not chosen:
        raise Refused(gettext("Aucun champ n'est coché."), instead=gettext("Cochez ce que vous publiez, ou renvoyez."))
    if rest and not sentence.strip():
        said = gettext("Écrivez pourquoi le reste n'est pas publié : il repart à son auteur avec votre phrase.")
        raise Refused(said)
    return chosen, rest


def _set_apart(proposal: Submission, rest: dict[str, Any], read: dict[str, Any]) -> None:
    """Apart from what is published, beside what the moderator saw: the rest; not in one that someone else decided."""
    if proposal.kind == SubmissionKind.CORRECTION:
        waiting = Submission.objects.waiting().filter(pk=proposal.pk, version=proposal.version)
        kept = {name: value for name, value in proposal.values.items() if name not in rest}
        waiting.update(values=kept, unpublished=rest, read=proposal.read | read)


def _carry_out(current: Submission, record: Structure | Service, fields: list[str], *, by: Any) -> None:
    if current.kind == SubmissionKind.CORRECTION:
        keep(record, fields, expected=record.version, by=by, submission=current)
        journal.record(by, "directory.corrected", record, fields=fields)
    elif current.kind == SubmissionKind.NEW_SERVICE:
        _open_service(current, record, by=by)
    else:
        _close_service(record, by=by, submission=current)


def _open_service(proposal: Submission, record: Structure | Service, *, by: Any) -> None:
    """A service of a source of our own, which no import withdraws."""
    Source.objects.get_or_create(slug=LOCAL_SOURCE, defaults={"name": gettext("Proposées par les structures")})
    record.uid, record.version, record.updated_on = f"{LOCAL_SOURCE}--{proposal.pk}", 1, clock.today()
    record.save(force_insert=True)
    Submission.objects.filter(pk=proposal.pk).update(service=record)
    index_services(Service.objects.filter(pk=record.pk))
    journal.record(by, "directory.service_opened", record)


def _close_service(record: Structure | Service, *, by: Any, submission: Submission) -> None:
    """It is no longer shown, whatever its source still says."""
    record.withdrawn_at = clock.now()
    keep(record, ["withdrawn_at"], expected=record.version, by=by, submission=submission)
    journal.record(by, "directory.service_closed", record)


def _send_rest_back(proposal: Submission, rest: dict[str, Any], *, sentence: str, by: Any) -> None:
    """What was not published becomes a proposal of its own, back in its author's hands: one letter tells both."""
    back = PROPOSALS.born(
        SubmissionState.RETURNED, kind=proposal.kind, structure=proposal.structure, service=proposal.service,
        organisation=proposal.organisation, author=proposal.author, values=rest,
        read={name: proposal.read.get(name) for name in rest}, submitted_at=proposal.submitted_at,
        sentence=sentence.strip(), decided_by=by, decided_at=clock.now(), rest_of=proposal,
    )  # fmt: skip
    journal.record(by, "directory.submission_partly_returned", back, of=proposal.pk, fields=sorted(rest))


def send_back(proposal: Submission, *, sentence: str, key: str, by: Any) -> Submission:
    """Return it with a sentence that says what to change, or why it is not published. Raises Refused, AlreadyDone."""

    def keep_sentence(current: Submission) -> None:
        answer = {"decided_by": by, "decided_at": clock.now(), "sentence": sentence.strip()}
        Submission.objects.filter(pk=current.pk).update(**answer)
        tell_author.enqueue(current.pk)

    return PROPOSALS.apply("return", proposal, by=by, then=keep_sentence, key=key, sentence=sentence)
