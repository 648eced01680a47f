"""Correct or confirm a record by hand: it survives imports, nobody's work is lost, the journal says who."""

from typing import Any

from django.utils.translation import gettext

from maillage.core import clock, journal
from maillage.core.concurrency import once, save_version
from maillage.core.refusals import Refused
from maillage.directory.actions.changing import changes_between, forget_address, hides, protect_site, values_of
from maillage.directory.actions.indexing import index_services
from maillage.directory.choices import Through
from maillage.directory.data_inclusion import faults_of
from maillage.directory.models import RecordChange, Service, Structure, Submission
from maillage.directory.models.proposals import say
from maillage.territories.actions import find_places

NOT_RESTORED = {"updated_on", "withdrawn_at"}
PLACE = ("address", "postal_code", "commune_code")


def correct(record: Structure | Service, *, fields: list[str], expected: int, key: str, by: Any) -> None:
    """Keep these fields of the record as it stands in memory, if its stored version is still `expected`.

    A record whose address changed is placed again. Raises concurrency.Stale when someone else changed it meanwhile,
    concurrency.AlreadyDone when this very form was already sent; nothing is written then.
    """
    fields = placed(record, fields)
    with journal.act():
        once(key)
        if fields:
            keep(record, fields, expected=expected, by=by)
            journal.record(by, "directory.corrected", record, fields=fields)


def confirm(record: Structure | Service, *, expected: int, key: str, by: Any) -> None:
    """Say that everything is right today: the record is as fresh as this day. Raises as `correct` does."""
    with journal.act():
        once(key)
        keep(record, ["updated_on"], expected=expected, by=by)
        journal.record(by, "directory.confirmed", record)


def restore(change: RecordChange, *, expected: int, key: str, by: Any) -> Structure | Service:
    """Give back to a field the value it had before this change: a correction like another, which history tells.

    `expected` is the version of the record that the person read before saying yes. Raises Refused when the standard
    no longer accepts that value, and as `correct` does.
    """
    record = change.record()
    say(record, {change.field: change.before})
    wrong = [right for name, right in faults_of(record) if name == change.field]
    if wrong or change.field in NOT_RESTORED:
        raise Refused(
            gettext("Cette ancienne valeur ne peut plus être rétablie."),
            instead=gettext("Corrigez la fiche en écrivant la valeur qui convient."),
        )
    correct(record, fields=[change.field], expected=expected, key=key, by=by)
    return record


def placed(record: Structure | Service, fields: list[str]) -> list[str]:
    """The fields to keep: with the point of its new address when it moved. Asks the address service: not in a
    transaction.
    """
    if not _has_moved(record, fields):
        return fields
    record.latitude, record.longitude = _point_of(record)
    return [*fields, "latitude", "longitude"]


def keep(
    record: Structure | Service, fields: list[str], *, expected: int, by: Any, submission: Submission | None = None
) -> None:
    """Write these fields, their past, the day, and what search knows of them; inside the caller's transaction."""
    stored = type(record)._base_manager.get(pk=record.pk)
    before = values_of(stored, fields)
    record.local_edits = record.local_edits | dict.fromkeys(fields, clock.today().isoformat())
    record.updated_on = clock.today()
    save_version(record, expected=expected, fields={*fields, "local_edits", "updated_on"})
    through = Through.SUBMISSION if submission else Through.CORRECTION
    hidden = hides(stored) or hides(record)
    changes = changes_between(record, before, through=through, hidden=hidden, by=by, submission=submission)
    RecordChange.objects.bulk_create(changes)
    if isinstance(record, Structure) and hides(record) and not hides(stored):
        forget_address(record)
        protect_site(record)
    own = Service.objects.filter(pk=record.pk)
    index_services(own if isinstance(record, Service) else Service.objects.filter(structure=record.pk))


def _has_moved(record: Structure | Service, fields: list[str]) -> bool:
    """Whether its address is another, and not merely written for the first time."""
    stored = type(record)._base_manager.filter(pk=record.pk).values(*PLACE).first() or {}
    return any(name in fields and stored.get(name) not in {"", getattr(record, name)} for name in PLACE)


def _point_of(record: Structure | Service) -> tuple[float | None, float | None]:
    """Where the address stands; nowhere when the address service does not know, and the commune's centre serves."""
    written = " ".join(filter(None, [record.address, record.postal_code, record.commune_name]))
    for place in find_places(written).places if record.address else ():
        if place.kind == "address" and place.commune_code == record.commune_code:
            return place.latitude, place.longitude
    return None, None
