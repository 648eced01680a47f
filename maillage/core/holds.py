"""Legal holds: what must not be removed for now, whatever its retention class says."""

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from maillage.core import clock, journal
from maillage.core.models import LegalHold
from maillage.core.refusals import Refused


def place_hold(thing: Model, *, reason: str, by: Any) -> LegalHold:
    """Keep a thing until the hold is lifted. The reason stays with the hold: the journal holds no sentence."""
    if not reason.strip():
        raise Refused(_("Une conservation exceptionnelle a un motif : écrivez-le en une phrase."))
    name = journal.name_of(thing)
    with journal.act():
        if LegalHold.objects.filter(thing=name, lifted_at__isnull=True).exists():
            raise Refused(_("Une conservation exceptionnelle est déjà posée ici."))
        hold = LegalHold.objects.create(thing=name, reason=reason.strip(), placed_by=by, placed_at=clock.now())
        journal.record(by, "core.hold_placed", thing, hold=hold.pk)
    return hold


def lift_hold(hold: LegalHold, *, by: Any) -> None:
    """Let the retention class apply again."""
    with journal.act():
        placed = LegalHold.objects.filter(pk=hold.pk, lifted_at__isnull=True)
        if not placed.update(lifted_at=clock.now(), lifted_by=by):
            raise Refused(_("Cette conservation exceptionnelle est déjà levée."))
        journal.record(by, "core.hold_lifted", hold.thing, hold=hold.pk)
    hold.refresh_from_db()


def held(model: type[Model]) -> list[str]:
    """The identifiers of this model's things that a hold keeps."""
    prefix = f"{model._meta.label_lower}:"
    holds = LegalHold.objects.filter(thing__startswith=prefix, lifted_at__isnull=True)
    return [thing.removeprefix(prefix) for thing in holds.values_list("thing", flat=True)]
