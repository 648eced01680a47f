"""What members of a structure propose, and what each record said before."""

from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse

from maillage.actors.models import Organisation
from maillage.core import clock
from maillage.core.models import Stateful, Versioned, someone
from maillage.directory.choices import LOCAL_SOURCE, SubmissionKind, SubmissionState, Through
from maillage.directory.models.records import Service, Structure

OPEN = (SubmissionState.DRAFT, SubmissionState.SUBMITTED, SubmissionState.RETURNED)


def said_by(record: Structure | Service, name: str) -> Any:
    """A field of the record as JSON holds it: a text, a number, a list, the key of what it points to."""
    return getattr(record, record._meta.get_field(name).attname)  # type: ignore[union-attr]


def say(record: Structure | Service, values: dict[str, Any]) -> None:
    """Put these values, as JSON holds them, on the record in memory."""
    for name, value in values.items():
        setattr(record, record._meta.get_field(name).attname, value)  # type: ignore[union-attr]


def alike(one: Any, other: Any) -> bool:
    """Whether two values of a field say the same: nothing in several ways, texts whatever their blanks and breaks."""
    return bool(_bare(one) == _bare(other))


def _bare(value: Any) -> Any:
    if isinstance(value, str):
        value = value.replace("\r\n", "\n").strip()
    return None if value in ("", []) else value


class SubmissionQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Neither answered for good nor given up."""
        return self.filter(state__in=OPEN)

    def waiting(self) -> Self:
        """Sent, and not answered yet."""
        return self.filter(state=SubmissionState.SUBMITTED)

    def about(self, record: Structure | Service) -> Self:
        """Those of this very record: a service's are not its structure's."""
        if isinstance(record, Service):
            return self.filter(service=record)
        return self.filter(structure=record, service__isnull=True)


class Submission(Stateful, Versioned):
    """A change of the directory that an organisation proposes for its own structures; the MDS publishes or returns it.

    `values` holds each field and what is proposed, `read` what the record said when it was written. It belongs to the
    organisation: whoever keeps its records may carry it on. A key of the organisation's software has no author.

    Published in part, it keeps what was not in `unpublished`; another one takes this back to its author, as `rest_of`.
    """

    state = models.CharField(
        "état", max_length=10, choices=SubmissionState, default=SubmissionState.DRAFT, editable=False
    )
    kind = models.CharField("ce qui est proposé", max_length=12, choices=SubmissionKind)
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="+", verbose_name="structure")
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="service"
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="organisation")
    author = someone("proposée par")
    values = models.JSONField("valeurs proposées", default=dict, encoder=DjangoJSONEncoder)
    read = models.JSONField("valeurs lues", default=dict, encoder=DjangoJSONEncoder)
    unpublished = models.JSONField("valeurs non publiées", default=dict, encoder=DjangoJSONEncoder)
    rest_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="reste de"
    )
    note = models.TextField("un mot pour la Maison des solidarités", blank=True)
    created_at = models.DateTimeField("commencée le", default=clock.now, editable=False)
    submitted_at = models.DateTimeField("envoyée le", null=True, blank=True, editable=False)
    sentence = models.TextField("mot de la Maison des solidarités", blank=True)
    decided_by = someone("répondue par")
    decided_at = models.DateTimeField("répondue le", null=True, blank=True, editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = "proposition"
        verbose_name_plural = "propositions"
        ordering = ["-state_since", "-pk"]
        indexes = [models.Index(fields=["state", "submitted_at"]), models.Index(fields=["organisation", "state"])]
        constraints = [
            models.UniqueConstraint(
                name="one_open_correction_per_structure",
                fields=["organisation", "structure"],
                condition=Q(state__in=OPEN, kind=SubmissionKind.CORRECTION, service__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_open_proposal_per_service",
                fields=["organisation", "service", "kind"],
                condition=Q(state__in=OPEN, service__isnull=False)
                & Q(kind__in=(SubmissionKind.CORRECTION, SubmissionKind.CLOSING)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("directory:submission", args=[self.pk])

    @property
    def name(self) -> str:
        """The name of what it is about."""
        if self.kind == SubmissionKind.NEW_SERVICE and self.service_id is None:
            return str(self.values.get("name", ""))
        return (self.service or self.structure).name

    @property
    def withheld(self) -> frozenset[str]:
        """The fields whose values were not kept: they would have told a confidential address."""
        return frozenset(self.values.keys() | self.unpublished.keys()) - self.read.keys()

    @property
    def is_to_be_made(self) -> bool:
        """Whether its service does not exist yet."""
        return self.kind == SubmissionKind.NEW_SERVICE and self.service_id is None

    def record(self) -> Structure | Service:
        """What the directory says today of what it is about; an empty service when it is to be made."""
        if self.is_to_be_made:
            return self._blank()
        if self.service_id:
            return Service._base_manager.select_related("structure").get(pk=self.service_id)
        return Structure._base_manager.get(pk=self.structure_id)

    def proposed(self) -> Structure | Service:
        """The record as it would be; its `version` is the proposal's, so that a form of it knows when it is stale."""
        record = self.record()
        say(record, self.values)
        record.version = self.version
        return record

    def _blank(self) -> Service:
        uid = f"{LOCAL_SOURCE}--{self.pk or 'nouveau'}"
        return Service(
            uid=uid, source_id=LOCAL_SOURCE, producer=LOCAL_SOURCE, structure=self.structure, updated_on=clock.today()
        )


class RecordChangeQuerySet(models.QuerySet):
    def about(self, record: Structure | Service) -> Self:
        if isinstance(record, Service):
            return self.filter(service=record)
        return self.filter(structure=record, service__isnull=True)


class RecordChange(models.Model):
    """One field of a record, before and after, when and by whom. Written by what changes records, never edited.

    `by` is empty for an import, and for a person whose account is gone. `is_withheld`: the address was confidential,
    and its values were not kept.
    """

    structure = models.ForeignKey(Structure, models.CASCADE, related_name="+", verbose_name="structure")
    service = models.ForeignKey(
        Service, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="service"
    )
    field = models.CharField("champ", max_length=40)
    before = models.JSONField("avant", null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField("après", null=True, encoder=DjangoJSONEncoder)
    is_withheld = models.BooleanField("valeurs non gardées", default=False)
    at = models.DateTimeField("le", db_index=True)
    by = someone("par")
    through = models.CharField("par quelle voie", max_length=12, choices=Through)
    submission = models.ForeignKey(
        Submission, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="proposition"
    )

    objects = RecordChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "changement d'une fiche"
        verbose_name_plural = "changements des fiches"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["structure", "service", "-at"], name="change_of_record")]

    def __str__(self) -> str:
        return f"{self.field} · {self.at:%Y-%m-%d}"

    def record(self) -> Structure | Service:
        """The record as the directory has it now."""
        if self.service_id:
            return Service._base_manager.select_related("structure").get(pk=self.service_id)
        return Structure._base_manager.get(pk=self.structure_id)
