"""What a proposal may become, by whom, and what stands in the way."""

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from maillage.core.refusals import Refused
from maillage.core.workflow import Transition, Workflow
from maillage.directory.choices import SubmissionKind, SubmissionState
from maillage.directory.data_inclusion import faults_of
from maillage.directory.models import Submission
from maillage.directory.models.proposals import alike, said_by
from maillage.directory.permissions import can_follow_submission, can_moderate_submission
from maillage.directory.wording import field_label

DRAFT, SUBMITTED = SubmissionState.DRAFT, SubmissionState.SUBMITTED
PUBLISHED, RETURNED, WITHDRAWN = SubmissionState.PUBLISHED, SubmissionState.RETURNED, SubmissionState.WITHDRAWN


def overtaken(submission: Submission) -> list[str]:
    """The fields that changed in the record since they were read, and not to what is proposed."""
    if submission.kind != SubmissionKind.CORRECTION:
        return []
    record = submission.record()
    return [
        name
        for name, proposed in submission.values.items()
        if not alike(now := said_by(record, name), submission.read.get(name)) and not alike(now, proposed)
    ]


def nothing_proposed(submission: Submission) -> Refused | None:
    """A proposal that proposes nothing is not sent."""
    if submission.values or submission.kind == SubmissionKind.CLOSING:
        return None
    return Refused(
        gettext("Cette proposition ne change rien : il n'y a rien à envoyer."),
        instead=gettext("Écrivez ce qui change, ou abandonnez-la."),
    )


def cannot_be_published(submission: Submission) -> Refused | None:
    """The record changed meanwhile on the same field, the service is closed already, or the standard refuses it."""
    if submission.kind == SubmissionKind.CLOSING and submission.record().is_withdrawn:
        return Refused(
            gettext("Ce service est déjà retiré de l'annuaire."),
            instead=gettext("Renvoyez la proposition avec un mot."),
        )
    if fields := overtaken(submission):
        said = ngettext(
            "La fiche a changé entre-temps sur un champ proposé : %(fields)s.",
            "La fiche a changé entre-temps sur des champs proposés : %(fields)s.",
            len(fields),
        )
        labels = ", ".join(map(field_label, fields))
        return Refused(
            said % {"fields": labels}, instead=gettext("Relisez, choisissez ce que vous gardez, puis publiez.")
        )
    faults = [fault for fault in faults_of(submission.proposed()) if fault[0] in submission.values]
    if faults:
        name, right = faults[0]
        return Refused(
            gettext("Ceci ne peut pas être publié. « %(field)s » : il faut %(right)s.")
            % {"field": field_label(name), "right": right},
            instead=gettext("Renvoyez la proposition en le disant."),
        )
    return None


PROPOSALS = Workflow(
    Submission,
    SubmissionState,
    (
        Transition(
            "submit", _("Envoyer"), (DRAFT, RETURNED), SUBMITTED, can_follow_submission, obstacle=nothing_proposed
        ),
        Transition("take_back", _("Reprendre pour modifier"), (SUBMITTED,), DRAFT, can_follow_submission),
        Transition("withdraw", _("Abandonner"), (DRAFT, SUBMITTED, RETURNED), WITHDRAWN, can_follow_submission),
        Transition(
            "publish", _("Publier"), (SUBMITTED,), PUBLISHED, can_moderate_submission, obstacle=cannot_be_published
        ),
        Transition(
            "return",
            _("Renvoyer"),
            (SUBMITTED,),
            RETURNED,
            can_moderate_submission,
            asks=_("ce qu'il faut changer, ou pourquoi ce n'est pas publié."),
        ),
    ),
    # Sent at once by an organisation's software; what a partial publication leaves.
    births=(SUBMITTED, RETURNED),
)
