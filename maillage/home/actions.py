"""Reading the journal is an act: it is written down first, and what cannot be written down is not shown."""

import csv
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from maillage.actors.models import User
from maillage.core import clock, journal
from maillage.core.models import JournalLine
from maillage.core.refusals import Refused
from maillage.home.choices import Side
from maillage.home.wording import instant_in_words

ACCOUNT = f"{User._meta.label_lower}:"
MOST_EXPORTED = 20_000


@dataclass(frozen=True)
class Consultation:
    """What is asked of the journal. `thing` is « room.model:pk »; days are included."""

    thing: str
    side: str
    since: dt.date | None
    until: dt.date | None
    verb: str
    why: str

    def among(self, lines: QuerySet[JournalLine]) -> QuerySet[JournalLine]:
        """The lines asked for, the latest first."""
        narrowed = (
            lines.filter(who_id=int(self.thing.removeprefix(ACCOUNT)))
            if self.side == Side.BY
            else lines.filter(thing=self.thing)
        )
        if self.since:
            narrowed = narrowed.filter(at__gte=_midnight(self.since))
        if self.until:
            narrowed = narrowed.filter(at__lt=_midnight(self.until + dt.timedelta(days=1)))
        return (narrowed.filter(verb=self.verb) if self.verb else narrowed).order_by("-seq")

    def facts(self) -> dict[str, object]:
        """What the journal keeps of the question: identifiers and days."""
        return {"side": self.side, "since": self.since, "until": self.until, "act": self.verb}


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


class NotWritten(Refused):
    """The journal does not answer: what it should have written down is not shown."""

    status = 503


def write_down_consultation(asked: Consultation, *, by: Any, page: int = 1, exported: bool = False) -> None:
    """One line, before anything is read: who consults, about what, why. Raises NotWritten when it cannot be kept."""
    verb = "home.journal_exported" if exported else "home.journal_consulted"
    try:
        journal.record(by, verb, asked.thing, why=asked.why, page=page, **asked.facts())
    except DatabaseError as failed:
        raise NotWritten(
            _("Votre consultation n'a pas pu être inscrite au journal : il ne montre donc rien."),
            instead=_("Réessayez dans une minute. Si cela dure, prévenez l'administration de la plateforme."),
        ) from failed


def extract(rows: Iterable[Iterable[object]], headers: Iterable[object], *, watermark: Iterable[str]) -> str:
    """A CSV for a spreadsheet, in French fashion; its first lines say whose copy it is, and why."""
    page = io.StringIO()
    writer = csv.writer(page, delimiter=";")
    writer.writerows([[_harmless(f"# {line}")] for line in watermark])
    writer.writerow(headers)
    writer.writerows([[_harmless(cell) for cell in row] for row in rows])
    return "\ufeff" + page.getvalue()


def watermark(*, by: Any, why: str, thing: str) -> list[str]:
    """Whose copy this is: who, when, why, about what, in words."""
    return [
        _("Extrait du journal, remis à %(who)s") % {"who": by},
        _("Le %(when)s") % {"when": instant_in_words(clock.now())},
        _("Motif et référence : %(why)s") % {"why": why},
        _("Objet : %(thing)s") % {"thing": thing},
        _("Cet extrait sert à ce motif seulement. Il ne mesure le travail de personne."),
    ]


def what_is_cut(total: int) -> list[str]:
    """That an extract stops before the end, when it does: who reads it must not take it for the whole."""
    if total <= MOST_EXPORTED:
        return []
    said = _("Extrait incomplet : les %(kept)d lignes les plus récentes, sur %(total)d. Resserrez les dates.")
    return [said % {"kept": MOST_EXPORTED, "total": total}]


def _harmless(cell: object) -> str:
    """What a spreadsheet would take for a formula is written as text."""
    text = str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
