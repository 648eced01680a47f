"""How long the directory keeps what tells of people: contacts of records, proposals, the past of each field."""

import datetime as dt

from django.db.models import Model, Q, QuerySet

from maillage.core.retention import Fate, Period, RetentionClass, holds_no_personal_data, keeps
from maillage.directory.choices import SubmissionState
from maillage.directory.models import (
    ImportRun,
    RecordChange,
    SavedSearch,
    SearchEntry,
    SearchState,
    Service,
    Source,
    Structure,
    Submission,
)

LAWFUL = "Mission d'intérêt public (RGPD, art. 6(1)(e)) : informer sur l'action sociale (CASF, art. L123-1)."
"""The Département leads social action and pilots its services (CASF, art. L121-1, L123-1)."""
SINCE = dt.date(2026, 1, 1)

CONTACTS = RetentionClass(
    id="DIRECTORY_PRO_CONTACT",
    label="Contacts professionnels de l'annuaire",
    purpose="Faire savoir qui offre quoi, où, et comment joindre chaque service.",
    legal_basis=LAWFUL,
    active=Period(months=12, after="après le retrait de la fiche"),
    fate=Fate.DELETE,
    reference="Usage de la maison : tant que la fiche est valable, puis un an.",
    valid_from=SINCE,
)
PROPOSALS = RetentionClass(
    id="DIRECTORY_SUBMISSION",
    label="Propositions de l'annuaire",
    purpose="Laisser les structures proposer leurs corrections, et savoir ce qui leur fut répondu.",
    legal_basis=LAWFUL,
    active=Period(months=24, after="après la réponse, ou après le dernier geste quand il n'y en eut pas"),
    fate=Fate.DELETE,
    needs_visa=True,
    reference="Code du patrimoine, art. L212-2 : archives publiques, éliminées avec le visa des archives.",
    valid_from=SINCE,
)
PAST = RetentionClass(
    id="DIRECTORY_HISTORY",
    label="Histoire des fiches",
    purpose="Savoir ce qu'une fiche disait, depuis quand, et réparer une erreur.",
    legal_basis=LAWFUL,
    active=Period(months=24, after="après le changement"),
    fate=Fate.DELETE,
    reference="Usage de la maison : ses contacts ne se gardent pas plus longtemps qu'une proposition.",
    valid_from=SINCE,
)
SEARCHES = RetentionClass(
    id="DIRECTORY_SAVED_SEARCH",
    label="Recherches enregistrées",
    purpose="Relancer une recherche qu'un professionnel fait souvent, et lui dire ce qui y change.",
    legal_basis=LAWFUL,
    active=Period(months=12, after="après le dernier usage, ou aussitôt le compte fermé"),
    fate=Fate.DELETE,
    reference="Usage de la maison : un outil qui ne sert plus depuis un an est retiré, avec son alerte.",
    valid_from=SINCE,
)


def _withdrawn_structures(day: dt.date) -> QuerySet[Structure]:
    """Those that no proposal still refers to, and none of whose services is still kept."""
    before = CONTACTS.too_old(day)
    kept = Service._base_manager.exclude(withdrawn_at__lt=before)
    old = Structure._base_manager.filter(withdrawn_at__lt=before)
    proposed = Submission.objects.values("structure")
    return old.exclude(pk__in=kept.values("structure")).exclude(pk__in=proposed)


def _withdrawn_services(day: dt.date) -> QuerySet[Service]:
    before = CONTACTS.too_old(day)
    proposed = Submission.objects.filter(service__isnull=False).values("service")
    return Service._base_manager.filter(withdrawn_at__lt=before).exclude(pk__in=proposed)


def _old_proposals(day: dt.date) -> QuerySet[Submission]:
    """A proposal that waits for an answer is never too old."""
    return Submission.objects.filter(state_since__lt=PROPOSALS.too_old(day)).exclude(state=SubmissionState.SUBMITTED)


def _old_changes(day: dt.date) -> QuerySet[RecordChange]:
    return RecordChange.objects.filter(at__lt=PAST.too_old(day))


def _unused_searches(day: dt.date) -> QuerySet[SavedSearch]:
    return SavedSearch.objects.filter(Q(used_at__lt=SEARCHES.too_old(day)) | Q(owner__is_active=False))


IMPERSONAL: dict[type[Model], str] = {
    Source: "D'où viennent les fiches.",
    ImportRun: "Le bilan chiffré d'un import.",
    SearchEntry: "Ce que la recherche compare d'un service, sans contact.",
    SearchState: "Où en sont ces entrées.",
}


def register() -> None:
    """Declare the classes of the room; called once, by `apps.py`."""
    contacts = "professionnels des structures"
    keeps(
        Service, CONTACTS, expired=_withdrawn_services, subjects=contacts, dated="withdrawn_at",
        personal=("contact_name", "email", "phone", "received"),
    )  # fmt: skip
    keeps(
        Structure, CONTACTS, expired=_withdrawn_structures, subjects=contacts, dated="withdrawn_at",
        personal=("email", "phone", "received"),
    )  # fmt: skip
    keeps(
        Submission, PROPOSALS, expired=_old_proposals, subjects="membres des structures et agents",
        dated="state_since", personal=("author", "decided_by", "values", "unpublished", "read", "note", "sentence"),
    )  # fmt: skip
    keeps(
        RecordChange, PAST, expired=_old_changes, subjects="professionnels des structures et agents",
        dated="at", personal=("by", "before", "after"),
    )  # fmt: skip
    keeps(
        SavedSearch, SEARCHES, expired=_unused_searches, subjects="agents et partenaires", dated="used_at",
        personal=("owner", "name", "codes", "used_at"),
    )  # fmt: skip
    for model, reason in IMPERSONAL.items():
        holds_no_personal_data(model, reason)
