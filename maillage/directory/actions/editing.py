"""Correct or confirm a record by hand: it survives imports, nobody's work is lost, the journal says who."""

from typing import Any

from maillage.core import clock, journal
from maillage.core.concurrency import once, save_version
from maillage.directory.actions.indexing import index_services
from maillage.directory.models import Service, Structure
from maillage.territories.actions import find_places

PLACE = ("address", "postal_code", "commune_code")


def correct(record: Structure | Service, *, fields: list[str], expected: int, key: str, by: Any) -> None:
    """Keep these fields of the record as it stands in memory, if its stored version is still `expected`.

    A record whose address changed is placed again. Raises concurrency.Stale when someone else changed it meanwhile,
    concurrency.AlreadyDone when this very form was already sent; nothing is written then.
    """
    if _has_moved(record, fields):
        record.latitude, record.longitude = _point_of(record)
        fields = [*fields, "latitude", "longitude"]
    with journal.act():
        once(key)
        if fields:
            _keep(record, fields, expected=expected)
            journal.record(by, "directory.corrected", record, fields=fields)


def confirm(record: Structure | Service, *, expected: int, key: str, by: Any) -> None:
    """Say that everything is right today: the record is as fresh as this day. Raises as `correct` does."""
    with journal.act():
        once(key)
        _keep(record, ["updated_on"], expected=expected)
        journal.record(by, "directory.confirmed", record)


def _keep(record: Structure | Service, fields: list[str], *, expected: int) -> None:
    record.local_edits = record.local_edits | dict.fromkeys(fields, clock.today().isoformat())
    record.updated_on = clock.today()
    save_version(record, expected=expected, fields={*fields, "local_edits", "updated_on"})
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
