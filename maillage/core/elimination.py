"""The archivist's visa: what a class wants to remove is listed on a slip, signed before anything goes.

Code du patrimoine, art. L212-2 (sorting of public archives) and R212-14 (elimination under the archives' visa).
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core import clock, journal
from maillage.core.documents import compile_document, in_words
from maillage.core.models import EliminationSlip, SlipState
from maillage.core.permissions import can_handle_slip
from maillage.core.refusals import Refused
from maillage.core.workflow import Transition, Workflow

TEMPLATE = "core/typst/elimination.typ"
ARTICLE = "Code du patrimoine, art. L212-2 et R212-14"
LONGEST_REFERENCE = 80
UNDER_WAY = (SlipState.PREPARED, SlipState.SIGNED, SlipState.REFUSED)


def by_the_house(reader: Any, slip: EliminationSlip) -> bool:
    """La tâche de nuit, elle seule, une fois le visa inscrit."""
    return reader is None


SLIPS = Workflow(
    EliminationSlip,
    SlipState,
    (
        Transition(
            "sign",
            gettext_lazy("Enregistrer le visa"),
            (SlipState.PREPARED,),
            SlipState.SIGNED,
            can_handle_slip,
            asks=gettext_lazy("la référence du visa donné par les archives départementales"),
        ),
        Transition(
            "refuse",
            gettext_lazy("Enregistrer le refus des archives"),
            (SlipState.PREPARED,),
            SlipState.REFUSED,
            can_handle_slip,
            asks=gettext_lazy("la raison donnée par les archives départementales"),
        ),
        Transition("carry_out", gettext_lazy("Éliminer"), (SlipState.SIGNED,), SlipState.CARRIED_OUT, by_the_house),
    ),
)


def prepare(
    class_id: str, kind: str, *, ids: Sequence[str], dates: tuple[dt.date | None, dt.date | None]
) -> EliminationSlip:
    """A slip that waits for its visa. `kind` is the model's label, `dates` the oldest and the latest."""
    with journal.act():
        slip = EliminationSlip.objects.create(
            retention_class=class_id,
            kind=kind,
            ids=list(ids),
            count=len(ids),
            first_on=dates[0],
            last_on=dates[1],
            prepared_at=clock.now(),
            state_since=clock.now(),
        )
        journal.record(None, "core.slip_prepared", slip, retention_class=class_id, count=len(ids))
    return slip


def sign(slip: EliminationSlip, *, reference: str, by: Any, key: str = "") -> EliminationSlip:
    """Write down the archivist's visa: from now on, the nightly job may remove what the slip lists."""
    if len(reference) > LONGEST_REFERENCE:
        raise Refused(_("La référence d'un visa tient en %(most)d signes.") % {"most": LONGEST_REFERENCE})

    def keep(current: EliminationSlip) -> None:
        current.reference, current.signed_by, current.signed_at = reference.strip(), by, clock.now()
        current.save(update_fields=["reference", "signed_by", "signed_at"])

    return SLIPS.apply("sign", slip, by=by, then=keep, sentence=reference, key=key)


def refuse(slip: EliminationSlip, *, because: str, by: Any, key: str = "") -> EliminationSlip:
    """Write down that the archives keep what the slip lists: it is not proposed again."""

    def keep(current: EliminationSlip) -> None:
        current.refusal = because.strip()
        current.save(update_fields=["refusal"])

    return SLIPS.apply("refuse", slip, by=by, then=keep, sentence=because, key=key)


def carried_out(slip: EliminationSlip, *, removed: int) -> EliminationSlip:
    """Close the slip inside the transaction that removed. It keeps its counts, and forgets whom it listed."""

    def keep(current: EliminationSlip) -> None:
        current.removed, current.carried_out_at, current.ids = removed, clock.now(), []
        current.save(update_fields=["removed", "carried_out_at", "ids"])

    return SLIPS.apply("carry_out", slip, by=None, then=keep)


def signed(class_id: str, kind: str) -> QuerySet[EliminationSlip]:
    """The slips of this class that have their visa and wait to be carried out."""
    return EliminationSlip.objects.filter(retention_class=class_id, kind=kind, state=SlipState.SIGNED)


def awaiting(class_id: str, kind: str) -> int:
    """How many things wait for the archivist's visa."""
    slips = EliminationSlip.objects.filter(retention_class=class_id, kind=kind, state=SlipState.PREPARED)
    return sum(slips.values_list("count", flat=True))


def listed(class_id: str, kind: str) -> set[str]:
    """What slips not yet carried out already list: waiting, signed, or kept by the archives."""
    slips = EliminationSlip.objects.filter(retention_class=class_id, kind=kind, state__in=UNDER_WAY)
    return {one for ids in slips.values_list("ids", flat=True) for one in ids}


def slip_document(slip: EliminationSlip, *, house: str, rows: list[list[str]]) -> bytes:
    """The slip to be signed, PDF/UA. `rows` are what it says of its class: word, value."""
    return compile_document(TEMPLATE, slip_data(slip, house, rows))


def slip_data(slip: EliminationSlip, house: str, rows: list[list[str]]) -> dict[str, Any]:
    period = [in_words(day) if day else "non connue" for day in (slip.first_on, slip.last_on)]
    return {
        "title": f"Bordereau d'élimination n° {slip.pk}",
        "house": house,
        "facts": [
            *rows,
            ["Nombre", str(slip.count)],
            ["Date la plus ancienne", period[0]],
            ["Date la plus récente", period[1]],
            ["Préparé le", in_words(timezone.localdate(slip.prepared_at))],
        ],
        "ids": [str(one) for one in slip.ids],
        "signed": f"Visa {slip.reference}, le {in_words(timezone.localdate(slip.signed_at))}."
        if slip.signed_at
        else "",
        "footer": f"{ARTICLE}. Rien n'est éliminé avant le visa des archives départementales.",
    }
