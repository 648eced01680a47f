"""What the directory brings to « ma journée », the global search and the menus, and hands over at a departure."""

import datetime as dt
from itertools import islice
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from maillage.actors.actions.departures import Handover, Holding, hands_over
from maillage.actors.choices import Role
from maillage.actors.models import User
from maillage.core import clock, journal
from maillage.core.gathering import Found, Waiting, global_search, my_day
from maillage.core.navigation import Entry, navigation
from maillage.core.text import stem
from maillage.core.text import words as words_of
from maillage.directory.actions.saving import remove_all
from maillage.directory.choices import SubmissionState
from maillage.directory.deadlines import answer_due, calendar
from maillage.directory.models import SavedSearch, Service, Structure, Submission, UnknownWord
from maillage.directory.pages.saved import news_of
from maillage.directory.permissions import (
    awaits_second_factor,
    can_edit_structure,
    can_follow_submission,
    can_moderate_submission,
    can_read_service,
    can_read_structure,
    can_read_submission,
    can_settle_unknown_word,
    can_use_saved_search,
)
from maillage.directory.search.candidates import services_named
from maillage.directory.secrecy import records_that_tell

FORGOTTEN = dt.timedelta(days=7)
MOST_NAMED = 5_000
"""Services whose names bear a word, beyond which the word says too little to be looked at whole."""
TOOLS = (
    Entry(
        gettext_lazy("Mes recherches"),
        "directory:saved_searches",
        tuple(Role.values),
        gettext_lazy("Les recherches que vous refaites souvent, et ce qui y a changé."),
        "bookmark",
        weight=15,
    ),
    Entry(
        gettext_lazy("Mes fiches"),
        "directory:my_records",
        (Role.PARTNER_EDITOR,),
        gettext_lazy("Les fiches de votre organisation : dites ce qui change, ou que tout est exact."),
        "list-checks",
        weight=20,
    ),
    Entry(
        gettext_lazy("Propositions à publier"),
        "directory:submissions",
        (Role.MDS_EDITOR, Role.MDS_MANAGER),
        gettext_lazy("Ce que les structures proposent pour leurs fiches ; les retards d'abord."),
        "inbox",
        weight=19,
    ),
    Entry(
        gettext_lazy("Les mots des habitants"),
        "directory:words",
        (Role.MDS_EDITOR, Role.MDS_MANAGER),
        gettext_lazy("Les mots que la recherche n'a pas compris, et ceux que vous lui apprenez."),
        "message-square-text",
        weight=8,
        rule=can_settle_unknown_word,
    ),
)


def register() -> None:
    """Called once, when the house starts."""
    for entry in TOOLS:
        navigation.add(entry)
    my_day.add(proposals_to_answer)
    my_day.add(proposals_to_carry_on)
    my_day.add(protected_records)
    my_day.add(words_to_understand)
    my_day.add(telling_records)
    my_day.add(searches_that_changed)
    global_search.add(gettext_lazy("Structures"), find_structures)
    global_search.add(gettext_lazy("Services"), find_services)
    global_search.add(gettext_lazy("Propositions"), find_proposals)
    hands_over(
        Handover(
            gettext_lazy("Recherches enregistrées : elles seront retirées"),
            held_searches,
            lambda user, to, by: remove_all(user, by=by),
            needs_successor=False,
        )
    )
    hands_over(
        Handover(
            gettext_lazy("Propositions de fiches en cours : elles restent à son organisation"),
            held_proposals,
            hand_over_proposals,
            needs_successor=False,
            shown_to=proposals_shown,
        )
    )


# -- What waits ------------------------------------------------------------------------------------------------------


def proposals_to_answer(reader: Any) -> list[Waiting]:
    """For who keeps a sector: each proposal that waits, with the day its answer is due."""
    waiting = can_moderate_submission.among(Submission.objects.waiting(), reader)
    counted = calendar()
    found = []
    for one in waiting.select_related("structure", "service", "organisation").order_by("submitted_at"):
        due = answer_due(one, on=counted)
        found.append(
            Waiting(
                title=one.name,
                url=one.get_absolute_url(),
                why=_("%(organisation)s propose, vous publiez ou renvoyez.") % {"organisation": one.organisation},
                due_on=due.date if due else None,
                weight=20,
                kind=one.get_kind_display(),
            )
        )
    return found


def proposals_to_carry_on(reader: Any) -> list[Waiting]:
    """For a member of a structure: what came back, and the drafts that were left a week ago."""
    forgotten = Q(state=SubmissionState.DRAFT, state_since__lt=clock.now() - FORGOTTEN)
    ours = can_follow_submission.among(
        Submission.objects.filter(Q(state=SubmissionState.RETURNED) | forgotten), reader
    )
    return [
        Waiting(
            title=one.name,
            url=one.get_absolute_url(),
            why=_("La Maison des solidarités vous l'a renvoyée avec un mot.")
            if one.state == SubmissionState.RETURNED
            else _("Ce brouillon n'est pas encore envoyé."),
            weight=15 if one.state == SubmissionState.RETURNED else 5,
            kind=one.get_state_display(),
        )
        for one in ours.select_related("structure", "service")
    ]


def protected_records(reader: Any) -> list[Waiting]:
    """The records whose confidential address closes them to a session opened with a password alone."""
    count = awaits_second_factor.among(Structure.objects.all(), reader).count()
    if not count:
        return []
    title = ngettext(
        "%(count)d fiche attend votre second facteur", "%(count)d fiches attendent votre second facteur", count
    )
    why = _("Elle protège une adresse : sans second facteur, vous ne pouvez ni la lire ni la corriger.")
    return [Waiting(title % {"count": count}, reverse("second_factor"), why, weight=10, kind=_("Second facteur"))]


def words_to_understand(reader: Any) -> list[Waiting]:
    """For who keeps the whole Département: the words that nobody understood, those put off aside."""
    count = can_settle_unknown_word.among(UnknownWord.objects.now(), reader).count()
    if not count:
        return []
    title = ngettext("%(count)d mot à comprendre", "%(count)d mots à comprendre", count) % {"count": count}
    why = _("Des habitants les ont écrits, et la recherche ne les comprend pas : apprenez-les-lui, ou écartez-les.")
    return [Waiting(title, reverse("directory:words"), why, weight=3, kind=_("Mots des habitants"))]


def telling_records(reader: Any) -> list[Waiting]:
    """For who keeps it: a confidential address that a public text tells, whatever brought that text."""
    hidden = Structure.objects.published().filter(is_address_confidential=True)
    return [
        Waiting(
            title=one.name,
            url=one.get_absolute_url(),
            why=_("Un texte public nomme la commune ou la rue de cette adresse confidentielle : corrigez-le."),
            weight=25,
            kind=_("Adresse confidentielle"),
        )
        for one in can_edit_structure.among(hidden, reader)
        if records_that_tell(one)
    ]


def searches_that_changed(reader: Any) -> list[Waiting]:
    """The searches this reader follows whose answers changed since they looked."""
    mine = can_use_saved_search.among(SavedSearch.objects.filter(is_watched=True), reader)
    found = [(one, news_of(one, reader=reader).sentence) for one in mine if one.has_news]
    return [
        Waiting(one.name, one.get_absolute_url(), f"{said}.", weight=2, kind=_("Recherche enregistrée"))
        for one, said in found
        if said
    ]


# -- What is found ---------------------------------------------------------------------------------------------------


def find_structures(reader: Any, words: str, limit: int) -> list[Found]:
    """Structures whose name, or the names of whose services, bear every word."""
    named = Q(name__icontains=words.strip())
    if asked := _stems(words):
        named |= Q(pk__in=_bearing(asked).values("structure"))
    found = can_read_structure.among(Structure.objects.filter(named), reader).order_by("name", "pk")
    return [
        Found(
            one.name,
            one.get_absolute_url(),
            where=_("adresse confidentielle") if one.is_address_confidential else one.commune_name,
        )
        for one in found[:limit]
    ]


def find_services(reader: Any, words: str, limit: int) -> list[Found]:
    """Services whose name, or whose structure's, bears every word."""
    named = Q(name__icontains=words.strip())
    if asked := _stems(words):
        named |= Q(pk__in=_bearing(asked).values("pk"))
    found = can_read_service.among(Service.objects.filter(named), reader)
    ordered = found.select_related("structure").order_by("name", "pk")
    return [Found(one.name, one.get_absolute_url(), where=one.structure.name) for one in ordered[:limit]]


def find_proposals(reader: Any, words: str, limit: int) -> list[Found]:
    """The proposals this reader may read, by the name of their structure or service."""
    asked = words_of(words)
    if not asked or not reader.is_authenticated:
        return []
    mine = can_read_submission.among(Submission.objects.all(), reader)
    # Names alone, of all of them: compared here, as accents are; the few that match are then read whole.
    named = mine.values_list("pk", "service__name", "structure__name", "values__name").iterator()
    bearing = (pk for pk, *names in named if _bears(asked, names))
    chosen = mine.filter(pk__in=list(islice(bearing, limit))).select_related("structure", "service")
    return [
        Found(one.name, one.get_absolute_url(), kind=one.get_state_display(), where=one.structure.name)
        for one in chosen
    ]


def _bears(asked: list[str], names: list[str | None]) -> bool:
    said = " ".join(words_of(" ".join(filter(None, names))))
    return all(word in said for word in asked)


def _stems(words: str) -> list[str]:
    return [stem(word) for word in words_of(words)]


def _bearing(stems: list[str]) -> Any:
    """The published services in whose names, or in whose structure's, each of these words stands."""
    named = services_named(stems).tolist()
    return Service.objects.filter(pk__in=named[:MOST_NAMED])


# -- What is handed over ---------------------------------------------------------------------------------------------


def held_searches(user: User) -> list[Holding]:
    """How many, and no more: what someone was looking for is theirs."""
    count = SavedSearch.objects.filter(owner=user).count()
    said = ngettext("%(n)d recherche enregistrée", "%(n)d recherches enregistrées", count) % {"n": count}
    return [Holding(said)] if count else []


def _authored(user: User) -> Any:
    return Submission.objects.open().filter(author=user).select_related("structure", "service")


def held_proposals(user: User) -> list[Holding]:
    return [Holding(str(one), one.get_absolute_url()) for one in _authored(user)]


def proposals_shown(reader: User, user: User) -> list[Holding]:
    """Those this reader may read; of the others, how many: a draft is its organisation's alone."""
    authored = _authored(user)
    known = can_read_submission.among(authored, reader)
    shown = [Holding(str(one), one.get_absolute_url()) for one in known]
    if rest := authored.count() - len(shown):
        said = ngettext("et %(n)d autre proposition", "et %(n)d autres propositions", rest)
        alone = ngettext("%(n)d proposition", "%(n)d propositions", rest)
        shown.append(Holding((said if shown else alone) % {"n": rest}))
    return shown


def hand_over_proposals(user: User, to: User | None, by: User | None) -> int:
    """A colleague who keeps the same records becomes their author; else they are their organisation's, as before."""
    count = 0
    for one in _authored(user):
        heir = to if to is not None and can_follow_submission(to, one) else None
        Submission.objects.filter(pk=one.pk).update(author=heir)
        journal.record(by, "directory.submission_handed_over", one, to=getattr(heir, "pk", None))
        count += 1
    return count
