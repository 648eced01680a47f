"""The past of a record: each field that changes, before and after, is written down by whoever changes it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from maillage.actors.models import Site
from maillage.core import clock
from maillage.directory.choices import SubmissionState, Through
from maillage.directory.models import RecordChange, Service, Structure, Submission
from maillage.directory.models.proposals import alike, said_by

TELLING = {
    "address", "address_extra", "postal_code", "commune_name", "commune_code", "latitude", "longitude", "siret",
    "source_url", "website", "accessibility_url",
}  # fmt: skip
"""What would tell where a place is: of a confidential address, history keeps that it changed, never its values."""
UNTOLD = {"latitude", "longitude"}
"""What follows from another field."""


def values_of(record: Structure | Service, fields: Iterable[str]) -> dict[str, Any]:
    """These fields of the record, as history keeps them."""
    return {name: said_by(record, name) for name in fields if name not in UNTOLD}


def changes_between(
    record: Structure | Service, before: dict[str, Any], *, through: Through, hidden: bool, by: Any = None,
    submission: Submission | None = None,
) -> list[RecordChange]:  # fmt: skip
    """A line for each field that is no longer what it was, not saved yet. `hidden`: its address is, or was."""
    now = clock.now()
    found = []
    for name, was in before.items():
        becomes = said_by(record, name)
        if alike(was, becomes):
            continue
        withheld = hidden and name in TELLING
        found.append(
            RecordChange(
                structure_id=record.structure_id if isinstance(record, Service) else record.pk,
                service_id=record.pk if isinstance(record, Service) else None,
                field=name,
                before=None if withheld else was,
                after=None if withheld else becomes,
                is_withheld=withheld,
                at=now,
                by=by,
                through=through,
                submission=submission,
            )
        )
    return found


def withhold(proposals: QuerySet[Submission]) -> None:
    """Of those answered for good or given up, keep that a telling field was proposed, and nothing of what it said.

    What their authors still write stays: they need it, and it is closed without a second factor.
    """
    for one in proposals.filter(state__in=(SubmissionState.PUBLISHED, SubmissionState.WITHDRAWN)):
        Submission.objects.filter(pk=one.pk).update(
            values=_untold(one.values), unpublished=_untold(one.unpublished),
            read={name: value for name, value in one.read.items() if name not in TELLING},
        )  # fmt: skip


def _untold(values: dict[str, Any]) -> dict[str, Any]:
    return {name: None if name in TELLING else value for name, value in values.items()}


def forget_address(structure: Structure) -> None:
    """An address that becomes confidential leaves the past too: its own, its services', and what was proposed."""
    past = RecordChange.objects.filter(structure=structure, field__in=TELLING)
    past.update(before=None, after=None, is_withheld=True)
    withhold(Submission.objects.filter(structure=structure))


def protect_site(structure: Structure) -> None:
    """The place of an organisation is protected with its structure; someone says by hand that it no longer is."""
    if structure.is_address_confidential and structure.site_id:
        Site.objects.filter(pk=structure.site_id).update(is_address_confidential=True)


def hides(record: Structure | Service) -> bool:
    """Whether the address of this record is confidential, as it stands in memory."""
    return record.hides_its_address if isinstance(record, Service) else record.is_address_confidential
