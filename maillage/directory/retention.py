"""How long the directory keeps what tells of people: contacts, proposals, the past of each field, words typed."""

import datetime as dt

from django.db.models import Model, Q, QuerySet

from maillage.core.retention import Fate, Period, RetentionClass, holds_no_personal_data, keeps
from maillage.directory.choices import SubmissionState
from maillage.directory.models import (
    ImportRun,
    LexiconStamp,
    OwnExpression,
    RecordChange,
    SavedSearch,
    SearchEntry,
    SearchState,
    Service,
    Source,
    Structure,
    Submission,
    UnknownWord,
    WordAsker,
    WordCount,
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
UNKNOWN = RetentionClass(
    id="DIRECTORY_UNKNOWN_WORDS",
    label="Mots que personne n'a compris",
    purpose="Apprendre les mots dans lesquels les personnes disent leurs besoins, sans savoir qui les dit.",
    legal_basis=LAWFUL,
    active=Period(months=12, after="après le premier mois où il fut compté"),
    fate=Fate.DELETE,
    reference="Usage de la maison (décision 0029) : lisibles à partir de cinq demandeurs dans le mois.",
    valid_from=SINCE,
)
IGNORED = RetentionClass(
    id="DIRECTORY_IGNORED_WORDS",
    label="Mots écartés",
    purpose="Ne plus compter un mot qui n'est pas un besoin : une empreinte le dit, son texte est effacé.",
    legal_basis=LAWFUL,
    active=Period(months=36, after="après le premier mois où il fut compté"),
    fate=Fate.DELETE,
    reference="Usage de la maison (décision 0029).",
    valid_from=SINCE,
)
RARE = RetentionClass(
    id="DIRECTORY_RARE_WORDS",
    label="Mots trop rares pour être lus",
    purpose="Compter un mot sans pouvoir le lire, tant que moins de cinq demandeurs l'ont dit dans le mois.",
    legal_basis=LAWFUL,
    active=Period(after="à la fin du mois"),
    fate=Fate.DELETE,
    reference="Usage de la maison (décision 0029) : 31 jours au plus.",
    valid_from=SINCE,
)
ASKERS = RetentionClass(
    id="DIRECTORY_WORD_ASKERS",
    label="Mots déjà comptés dans la journée",
    purpose="Ne compter qu'une fois par jour le mot d'une même connexion : une empreinte des deux ensemble.",
    legal_basis=LAWFUL,
    active=Period(after="à la fin de la journée"),
    fate=Fate.DELETE,
    reference="Usage de la maison (décision 0029).",
    valid_from=SINCE,
)
OWN = RetentionClass(
    id="DIRECTORY_OWN_WORDS",
    label="Mots du Département",
    purpose="Comprendre les mots d'ici, et savoir qui en a décidé.",
    legal_basis=LAWFUL,
    active=Period(months=24, after="après le retrait de l'expression"),
    fate=Fate.DELETE,
    reference="Usage de la maison : comme l'histoire des fiches.",
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


def _old_unknown_words(day: dt.date) -> QuerySet[UnknownWord]:
    return UnknownWord.objects.waiting().filter(first_month__lte=UNKNOWN.too_old(day).date())


def _old_ignored_words(day: dt.date) -> QuerySet[UnknownWord]:
    return UnknownWord.objects.filter(is_ignored=True, first_month__lte=IGNORED.too_old(day).date())


def _counts_of_past_months(day: dt.date) -> QuerySet[WordCount]:
    return WordCount.objects.filter(month__lt=day.replace(day=1))


def _askers_of_past_days(day: dt.date) -> QuerySet[WordAsker]:
    return WordAsker.objects.filter(day__lt=day)


def _withdrawn_words(day: dt.date) -> QuerySet[OwnExpression]:
    return OwnExpression.objects.filter(withdrawn_at__lt=OWN.too_old(day))


def _unused_searches(day: dt.date) -> QuerySet[SavedSearch]:
    return SavedSearch.objects.filter(Q(used_at__lt=SEARCHES.too_old(day)) | Q(owner__is_active=False))


IMPERSONAL: dict[type[Model], str] = {
    Source: "D'où viennent les fiches.",
    ImportRun: "Le bilan chiffré d'un import.",
    SearchEntry: "Ce que la recherche compare d'un service, sans contact.",
    SearchState: "Où en sont ces entrées.",
    LexiconStamp: "Un tirage au sort, nouveau quand les mots du Département changent.",
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
    _register_words()
    keeps(
        SavedSearch, SEARCHES, expired=_unused_searches, subjects="agents et partenaires", dated="used_at",
        personal=("owner", "name", "codes", "used_at"),
    )  # fmt: skip
    for model, reason in IMPERSONAL.items():
        holds_no_personal_data(model, reason)


def _register_words() -> None:
    anyone = "personnes qui cherchent, sans qu'on sache lesquelles"
    keeps(UnknownWord, UNKNOWN, expired=_old_unknown_words, subjects=anyone, dated="first_month", personal=("word",))
    keeps(UnknownWord, IGNORED, expired=_old_ignored_words, subjects=anyone, personal=("digest",))
    keeps(WordCount, RARE, expired=_counts_of_past_months, subjects=anyone, personal=("digest",))
    keeps(WordAsker, ASKERS, expired=_askers_of_past_days, subjects=anyone, personal=("digest",))
    keeps(
        OwnExpression, OWN, expired=_withdrawn_words, subjects="agents", dated="withdrawn_at",
        personal=("added_by", "changed_by"),
    )  # fmt: skip
