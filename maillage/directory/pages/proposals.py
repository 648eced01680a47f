"""What the pages of proposals are told: the form that writes one, the page where it is read and answered, the list."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from maillage.core import clock, components
from maillage.core.concurrency import new_key
from maillage.core.documents import in_words
from maillage.directory.choices import SubmissionKind, SubmissionState
from maillage.directory.deadlines import Calendar, answer_due, calendar, late
from maillage.directory.forms import FOLDED, DecisionForm
from maillage.directory.models import Structure, Submission
from maillage.directory.models.proposals import said_by
from maillage.directory.permissions import can_follow_submission, can_read_submission
from maillage.directory.wording import both_in_words, field_label, value_in_words
from maillage.directory.workflows import PROPOSALS, overtaken
from maillage.territories.models import Commune, Sector

PER_PAGE = 30
FILTERS = ("", "late", "returned", "published")
FOLLOWING = {"submit": "directory:submit", "take_back": "directory:take_back", "withdraw": "directory:withdraw"}
ICONS = {"submit": "send", "take_back": "square-pen", "withdraw": "x"}


def writing(proposal: Submission) -> dict[str, object]:
    """The page where a proposal is written."""
    return {
        "proposal": proposal,
        "title": writing_title(proposal),
        "answerer": answerer_of(proposal.structure),
        **_confirming(proposal),
        "back_url": proposal.get_absolute_url() if proposal.pk else _record_url(proposal),
        "closing_url": _closing_url(proposal),
        "new_service_url": _new_service_url(proposal),
        "conflicts": [],
        "folded": FOLDED,
    }


def _confirming(proposal: Submission) -> dict[str, object]:
    """What says, before anything is written, that the record is exact as it stands."""
    record = proposal.service or proposal.structure
    if proposal.kind != SubmissionKind.CORRECTION or proposal.pk is not None or record.is_withdrawn:
        return {"confirm_url": ""}
    url = reverse(f"directory:confirm_{'service' if proposal.service else 'structure'}", args=[record.pk])
    return {"confirm_url": url, "record_version": record.version, "confirm_key": new_key()}


def _closing_url(proposal: Submission) -> str:
    if proposal.kind != SubmissionKind.CORRECTION or proposal.service is None or proposal.service.is_withdrawn:
        return ""
    return reverse("directory:propose_closing", args=[proposal.service_id])


def _new_service_url(proposal: Submission) -> str:
    if proposal.kind != SubmissionKind.CORRECTION or proposal.service_id is not None:
        return ""
    return reverse("directory:propose_new_service", args=[proposal.structure_id])


def writing_title(proposal: Submission) -> str:
    if proposal.kind == SubmissionKind.NEW_SERVICE:
        return gettext("Proposer un service")
    return gettext("Proposer une correction")


def answerer_of(structure: Structure) -> str:
    """Who will answer, as a name that no sentence holds: the Maison des solidarités of the sector, or its own words.

    Names begin with « Maison », « MDS », « Centre »… : none is given an article.
    """
    commune = Commune.objects.filter(pk=structure.commune_code).first()
    sector = commune.sector_on(clock.today()) if commune else None
    if sector is None:
        return gettext("Département")
    tied = Structure.objects.published().filter(serves_sector__in=Sector.objects.versions_of(sector)).first()
    return tied.name if tied else gettext("MDS du secteur %(sector)s") % {"sector": sector.name}


def _record_url(proposal: Submission) -> str:
    return (proposal.service or proposal.structure).get_absolute_url()


def submission(
    proposal: Submission, *, reader: Any, form: DecisionForm | None = None, refusal: str = ""
) -> dict[str, object]:
    """One proposal, for its organisation and for whoever answers."""
    moves = PROPOSALS.open_to(reader, proposal)
    is_ours = can_follow_submission(reader, proposal)
    decides = any(move.name == "publish" for move in moves)
    record = proposal.record()
    return {
        "proposal": proposal,
        "refusal": refusal,
        "title": f"{proposal.get_kind_display()} : {proposal.name}",
        "facts": _facts(proposal),
        "due": answer_due(proposal),
        "part": _part(proposal, reader),
        "rest_of_url": _readable_url(proposal.rest_of, reader),
        "is_ours": is_ours,
        "answerer": answerer_of(proposal.structure),
        "record_url": "" if proposal.is_to_be_made else record.get_absolute_url(),
        "table": _compared(proposal),
        "reveals": "is_address_confidential" in proposal.values and not proposal.values["is_address_confidential"],
        "overtaken": [field_label(name) for name in _overtaken(proposal)],
        "is_to_write": proposal.state in (SubmissionState.DRAFT, SubmissionState.RETURNED) and is_ours,
        "write_url": reverse("directory:edit_submission", args=[proposal.pk]) if has_values(proposal) else "",
        "moves": [(move.label, reverse(FOLLOWING[move.name], args=[proposal.pk]), ICONS[move.name], move.name)
                  for move in moves if move.name in FOLLOWING],
        "form": (form or decision_form(proposal, record_version=record.version)) if decides else None,
        "back_url": reverse("directory:my_records" if is_ours else "directory:submissions"),
        "back_label": gettext("Mes fiches") if is_ours else gettext("Propositions à publier"),
    }  # fmt: skip


def _part(proposal: Submission, reader: Any) -> dict[str, object] | None:
    """Of a proposal published in part: what was, what was not, and where this is now."""
    if not proposal.unpublished:
        return None
    rest = Submission.objects.filter(rest_of=proposal).first()
    return {
        "published": [field_label(name) for name in proposal.values],
        "rest": [field_label(name) for name in proposal.unpublished],
        "url": _readable_url(rest, reader),
    }


def _readable_url(proposal: Submission | None, reader: Any) -> str:
    return proposal.get_absolute_url() if proposal is not None and can_read_submission(reader, proposal) else ""


def has_values(proposal: Submission) -> bool:
    """Whether something is written in it: saying that a service closes needs no form."""
    return proposal.kind != SubmissionKind.CLOSING


def _overtaken(proposal: Submission) -> list[str]:
    return overtaken(proposal) if proposal.state == SubmissionState.SUBMITTED else []


def decision_form(proposal: Submission, *, record_version: int, data: Any = None) -> DecisionForm:
    """What the moderator ticks: every field, save those that changed meanwhile."""
    choices = []
    if proposal.kind == SubmissionKind.CORRECTION:
        choices = [(name, field_label(name)) for name in proposal.values]
    past = _overtaken(proposal)
    initial = {
        "kept": [name for name, _label in choices if name not in past],
        "record_version": record_version,
        "intention": new_key(),
    }
    return DecisionForm(data, choices=choices, initial=initial)


def _facts(proposal: Submission) -> list[tuple[str, object]]:
    who = " · ".join(str(one) for one in (proposal.author, proposal.organisation) if one)
    return [
        (gettext("Structure"), proposal.structure.name),
        (gettext("Proposée par"), who),
        (gettext("Envoyée le"), _moment(proposal.submitted_at)),
        (gettext("Un mot"), proposal.note),
        (gettext("Réponse du"), _moment(proposal.decided_at)),
        (gettext("Réponse de"), str(proposal.decided_by) if proposal.decided_by else ""),
    ]


def _moment(at: Any) -> str:
    return date_format(localtime(at), gettext("j F Y à H:i")) if at else ""


def _compared(proposal: Submission) -> components.Table | None:
    """Field by field: what was read, what is there now when it changed, what is proposed."""
    if not proposal.values:
        return None
    past, record = _overtaken(proposal), proposal.record()
    headers = [gettext("Champ"), gettext("Avant"), gettext("Proposé")]
    if proposal.is_to_be_made or proposal.kind == SubmissionKind.NEW_SERVICE:
        rows = [[field_label(name), _said(proposal, name, value)] for name, value in proposal.values.items()]
        return components.Table(gettext("Le service proposé"), [headers[0], headers[2]], rows)
    rows = [
        [field_label(name), *_both_said(proposal, name, value)]
        for name, value in (proposal.values | proposal.unpublished).items()
    ]
    if proposal.unpublished:
        headers.append(gettext("Réponse"))
        for name, row in zip(proposal.values | proposal.unpublished, rows, strict=True):
            row.append(gettext("Non publié") if name in proposal.unpublished else gettext("Publié"))
    if past:
        headers.insert(2, gettext("Aujourd'hui dans l'annuaire"))
        for name, row in zip(proposal.values, rows, strict=True):
            row.insert(2, value_in_words(name, said_by(record, name)) if name in past else "")
    return components.Table(gettext("Ce qui change, champ par champ"), headers, rows)


def _both_said(proposal: Submission, name: str, value: Any) -> tuple[str, str]:
    """Before and proposed; nothing of a confidential address once it is over."""
    if name in proposal.withheld:
        return "", _said(proposal, name, value)
    return both_in_words(name, proposal.read.get(name), value)


def _said(proposal: Submission, name: str, value: Any) -> str:
    if name in proposal.withheld:
        return gettext("(adresse confidentielle : valeur non gardée)")
    return value_in_words(name, value)


def submissions(proposals: QuerySet[Submission], *, chosen: str, number: str) -> dict[str, object]:
    """What waits for an answer, the longest first; or what was answered."""
    chosen = chosen if chosen in FILTERS else ""
    waiting = proposals.filter(state=SubmissionState.SUBMITTED)
    overdue = late(waiting)
    shown = {
        "": waiting.order_by("submitted_at", "pk"),
        "late": overdue.order_by("submitted_at", "pk"),
        "returned": proposals.filter(state=SubmissionState.RETURNED).order_by("-decided_at", "-pk"),
        "published": proposals.filter(state=SubmissionState.PUBLISHED).order_by("-decided_at", "-pk"),
    }[chosen]
    page = Paginator(shown.select_related("structure", "service", "organisation"), PER_PAGE).get_page(number)
    return {
        "page": page,
        "table": _list(page, chosen),
        "lead": _lead(waiting.count(), overdue.count()),
        "query": f"etat={chosen}&" if chosen else "",
        "filters": [
            (label, f"?etat={name}" if name else reverse("directory:submissions"), name == chosen)
            for name, label in zip(
                FILTERS,
                (gettext("À répondre"), gettext("En retard"), gettext("Renvoyées"), gettext("Publiées")),
                strict=True,
            )
        ],
    }


def _lead(waiting: int, late: int) -> str:
    if not waiting:
        return gettext("Aucune proposition n'attend : tout est répondu.")
    said = ngettext("%(n)s proposition attend une réponse.", "%(n)s propositions attendent une réponse.", waiting) % {
        "n": waiting
    }
    if late:
        said += " " + ngettext("%(n)s est en retard.", "%(n)s sont en retard.", late) % {"n": late}
    return said


def _list(page: Any, chosen: str) -> components.Table:
    counted = calendar()
    rows = [
        (
            format_html('<a href="{}">{}</a>', one.get_absolute_url(), one.name),
            one.get_kind_display(),
            one.organisation.name,
            one.structure.name,
            when_in_words(one, on=counted),
        )
        for one in page
    ]
    headers = (gettext("Fiche"), gettext("Quoi"), gettext("De"), gettext("Structure"), gettext("Réponse"))
    captions = {
        "": gettext("À répondre, les plus anciennes d'abord"),
        "late": gettext("En retard"),
        "returned": gettext("Renvoyées"),
        "published": gettext("Publiées"),
    }
    return components.Table(captions[chosen], headers, rows, empty=gettext("Rien ici."))


def when_in_words(proposal: Submission, *, on: Calendar | None = None) -> str:
    """By when it is answered, or when it was: « avant le 12 mars 2026 », « en retard depuis le 12 mars 2026 »."""
    due = answer_due(proposal, on=on)
    if due is None:
        at = proposal.decided_at or proposal.state_since
        return gettext("le %(day)s") % {"day": in_words(localtime(at).date())}
    if due.is_late:
        return gettext("en retard depuis le %(day)s") % {"day": in_words(due.date)}
    return gettext("au plus tard le %(day)s") % {"day": in_words(due.date)}
