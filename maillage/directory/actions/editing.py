"""Correct a record by hand: the correction survives imports, nobody's work is lost, the journal says who."""

from typing import Any

from maillage.core import clock, journal
from maillage.core.concurrency import once, save_version
from maillage.directory.actions.indexing import index_services
from maillage.directory.models import Service, Structure


def correct(record: Structure | Service, *, fields: list[str], expected: int, key: str, by: Any) -> None:
    """Keep these fields of the record as it stands in memory, if its stored version is still `expected`.

    Raises concurrency.Stale when someone else changed it meanwhile, concurrency.AlreadyDone when this very form was
    already sent; nothing is written then.
    """
    with journal.act():
        once(key)
        if not fields:
            return
        if "commune_code" in fields and _had_another_commune(record):
            # The point its source gave is that of the old place: the middle of the new commune is truer.
            record.latitude = record.longitude = None
            fields = [*fields, "latitude", "longitude"]
        record.local_edits = record.local_edits | dict.fromkeys(fields, clock.today().isoformat())
        record.updated_on = clock.today()
        save_version(record, expected=expected, fields=[*fields, "local_edits", "updated_on"])
        own = Service.objects.filter(pk=record.pk)
        touched = own if isinstance(record, Service) else Service.objects.filter(structure=record.pk)
        index_services(touched)
        journal.record(by, "directory.corrected", record, fields=fields)


def _had_another_commune(record: Structure | Service) -> bool:
    return type(record)._base_manager.filter(pk=record.pk).exclude(commune_code__in=["", record.commune_code]).exists()
