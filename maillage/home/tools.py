"""What the porch offers in the menus, brings to « ma journée » and lets people find."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.actors.choices import Role
from maillage.core.breaches import due_of
from maillage.core.documents import in_words
from maillage.core.gathering import Found, Waiting, global_search, my_day
from maillage.core.models import BreachState, DataBreach, EliminationSlip, RetentionRun, SlipState
from maillage.core.navigation import ACCOUNT, Entry, navigation
from maillage.core.permissions import can_handle_breach, can_handle_slip, can_read_retention_run
from maillage.core.text import words as words_of
from maillage.home.choices import PERSONAL_DATA

KEEPERS = (Role.DPO, Role.ADMINISTRATOR)
TOOLS = (
    Entry(
        gettext_lazy("Données personnelles"),
        "home:protection",
        KEEPERS,
        gettext_lazy("Règles, registre, journal, durées de conservation, violations."),
        "shield-check",
        weight=10,
    ),
    Entry(
        gettext_lazy("Qui lit quoi"),
        "home:who_reads_what",
        KEEPERS,
        gettext_lazy("Les règles en une phrase chacune, et les portes qu'elles ouvrent."),
        "eye",
        also=PERSONAL_DATA,
    ),
    Entry(
        gettext_lazy("Registre des traitements"),
        "home:register",
        KEEPERS,
        gettext_lazy("Ce qui est gardé, pourquoi, combien de temps (RGPD, art. 30)."),
        "book-lock",
        also=PERSONAL_DATA,
    ),
    Entry(
        gettext_lazy("Durées de conservation"),
        "home:retention",
        KEEPERS,
        gettext_lazy("Ce qui a été supprimé, ce qui attend le visa des archives."),
        "archive",
        also=PERSONAL_DATA,
    ),
    Entry(
        gettext_lazy("Journal des actes et des lectures"),
        "home:journal",
        (Role.DPO,),
        gettext_lazy("Qui a lu ou changé quoi. Chaque consultation y est inscrite."),
        "scroll-text",
        also=PERSONAL_DATA,
    ),
    Entry(
        gettext_lazy("Violations de données"),
        "home:breaches",
        (Role.DPO,),
        gettext_lazy("La liste à suivre, et ses 72 heures (RGPD, art. 33 et 34)."),
        "shield-alert",
        also=PERSONAL_DATA,
    ),
    Entry(gettext_lazy("Mon compte et ma sécurité"), "own_account", icon="key-round", weight=2, menu=ACCOUNT),
    Entry(gettext_lazy("Mes sessions"), "usersessions_list", icon="monitor-smartphone", weight=1, menu=ACCOUNT),
    Entry(
        gettext_lazy("Fiches à tenir"),
        "directory:records",
        (Role.MDS_EDITOR, Role.MDS_MANAGER),
        gettext_lazy("Les fiches de l'annuaire, les plus anciennes d'abord."),
        "list-checks",
        weight=20,
    ),
    Entry(
        gettext_lazy("Imports"),
        "directory:imports",
        (Role.MDS_EDITOR, Role.ADMINISTRATOR),
        gettext_lazy("D'où viennent les fiches, et ce que chaque import a changé."),
        "file-input",
        weight=5,
    ),
)


def register() -> None:
    """Called once, when the house starts."""
    for entry in TOOLS:
        navigation.add(entry)
    my_day.add(protection_waits)
    global_search.add(gettext_lazy("Outils et pages"), find_tools)


def protection_waits(reader: Any) -> list[Waiting]:
    """For whoever keeps personal data safe: breaches to treat, slips to sign, a retention class that fell."""
    return [*_breaches(reader), *_slips(reader), *_failures(reader)]


def _breaches(reader: Any) -> list[Waiting]:
    under_way = can_handle_breach.among(DataBreach.objects.exclude(state=BreachState.CLOSED), reader)
    return [
        Waiting(
            title=_("Violation de données découverte le %(day)s")
            % {"day": in_words(timezone.localdate(breach.discovered_at))},
            url=reverse("home:breach", args=[breach.pk]),
            why=_("Vous traitez les violations de données (RGPD, art. 33)."),
            due_on=due_of(breach).date if breach.state == BreachState.OPEN else None,
            weight=100,
            kind=breach.get_state_display(),
        )
        for breach in under_way
    ]


def _slips(reader: Any) -> list[Waiting]:
    return [
        Waiting(
            title=_("Bordereau d'élimination n° %(number)d") % {"number": slip.pk},
            url=reverse("home:slip", args=[slip.pk]),
            why=_("Il attend le visa des archives départementales : inscrivez-le ici."),
            weight=10,
            kind=slip.get_state_display(),
        )
        for slip in can_handle_slip.among(EliminationSlip.objects.filter(state=SlipState.PREPARED), reader)
    ]


def _failures(reader: Any) -> list[Waiting]:
    last = can_read_retention_run.among(RetentionRun.objects.all(), reader).first()
    fallen = [line for line in last.report if line.get("failed")] if last else []
    if not fallen:
        return []
    return [
        Waiting(
            title=_("Une durée de conservation n'a pas pu être appliquée"),
            url=reverse("home:retention"),
            why=_("Le bilan de la nuit dit laquelle."),
            weight=50,
        )
    ]


def find_tools(reader: Any, words: str, limit: int) -> list[Found]:
    """The pages of the menus whose name or sentence holds every word."""
    asked = words_of(words)
    entries = [*navigation.of(reader), *navigation.of(reader, ACCOUNT)]
    return [
        Found(str(entry.label), entry.url, where=str(entry.sentence))
        for entry in entries
        if asked and all(word in " ".join(words_of(f"{entry.label} {entry.sentence}")) for word in asked)
    ][:limit]
