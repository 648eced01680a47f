"""Letters about proposals: they name the record and give its address, nothing of what is written in it."""

from collections.abc import Iterable

from django.template.loader import render_to_string
from django.utils.translation import gettext
from django_tasks import task

from maillage.actors.actions import letters
from maillage.actors.models import Membership, User
from maillage.core.addresses import house_address
from maillage.directory.choices import SubmissionState
from maillage.directory.deadlines import answer_due
from maillage.directory.models import Submission
from maillage.directory.permissions import KEEPERS, can_follow_submission, can_moderate_submission


@task()
def tell_moderators(pk: int) -> int:
    """Write to those who keep the sector, or to the whole Département's where nobody does; how many were told."""
    proposal = Submission.objects.filter(pk=pk, state=SubmissionState.SUBMITTED).first()
    if proposal is None:  # Taken back, or answered already.
        return 0
    subject = gettext("Une proposition attend votre réponse : %(name)s") % {"name": proposal.name}
    return _write(moderators_of(proposal), proposal, subject=subject, letter="submitted", due=answer_due(proposal))


@task()
def tell_author(pk: int) -> int:
    """Write to whoever proposed, once it is published or returned; how many were told: one, or none."""
    proposal = Submission.objects.select_related("author").filter(pk=pk).first()
    if proposal is None or proposal.author is None or not can_follow_submission(proposal.author, proposal):
        return 0
    letter, subject = _answer_in_words(proposal)
    if not letter:
        return 0
    return _write([proposal.author], proposal, subject=subject % {"name": proposal.name}, letter=letter)


def _answer_in_words(proposal: Submission) -> tuple[str, str]:
    """The letter that says the answer, and its subject; empty when it has none."""
    if proposal.state == SubmissionState.RETURNED:
        return "returned", gettext("Votre proposition vous revient : %(name)s")
    if proposal.state != SubmissionState.PUBLISHED:
        return "", ""
    if proposal.unpublished:
        return "partly_published", gettext("Votre proposition est publiée en partie : %(name)s")
    return "published", gettext("Votre proposition est publiée : %(name)s")


def moderators_of(proposal: Submission) -> list[User]:
    """Who may answer, the sector's own first: those of the whole Département only where a sector has nobody."""
    roles = Membership.objects.now().filter(role__in=KEEPERS)
    keepers = User.objects.filter(pk__in=roles.values("user"), is_active=True).order_by("pk")
    people = [user for user in keepers if can_moderate_submission(user, proposal)]
    return [user for user in people if not _keeps_everything(user)] or people


def _keeps_everything(user: User) -> bool:
    return any(held.role in KEEPERS and not held.sector_code for held in user.held)


def _write(people: Iterable[User], proposal: Submission, *, subject: str, letter: str, due: object = None) -> int:
    told = {"proposal": proposal, "due": due, "address": house_address() + proposal.get_absolute_url()}
    text = render_to_string(f"directory/mails/{letter}.txt", told)
    subject = " ".join(subject.split())
    written = [person.email for person in people if person.email]
    for address in written:  # One letter each: an address that is refused deprives nobody of theirs.
        letters.post(address, subject=subject, text=text)
    return len(written)
