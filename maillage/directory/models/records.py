"""Sources and their imports, structures and services: what the directory says, as it says it."""

import datetime as dt
from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse

from maillage.actors.models import Site
from maillage.core import clock
from maillage.core.deadlines import zone_of
from maillage.core.models import Versioned
from maillage.core.text import words
from maillage.directory.choices import (
    ANSWERS_TO_ACCESS,
    COSTS,
    REMOTE,
    SERVICE_KINDS,
    Access,
    Freshness,
    RunState,
    SourceFormat,
)
from maillage.directory.languages import SIGN_LANGUAGE
from maillage.territories.models import Sector

RECENT_DAYS, AGEING_DAYS = 183, 365  # Six months by default (domain: a directory is worth its freshness), then a year.

OVERSEAS = ("97", "98")


def departement_of(code: str) -> str:
    """The Département's code in a commune's: two signs, three overseas."""
    return code[:3] if code.startswith(OVERSEAS) else code[:2]


class Source(models.Model):
    """Where records come from, and where to fetch them again."""

    slug = models.SlugField("identifiant", max_length=60, primary_key=True)
    name = models.CharField("nom", max_length=120)
    format = models.CharField("format", max_length=20, choices=SourceFormat, blank=True)
    licence = models.CharField("licence", max_length=120, blank=True)
    location = models.CharField("fichier ou adresse", max_length=500, blank=True)
    is_nightly = models.BooleanField("est importée chaque nuit", default=False)

    class Meta:
        verbose_name = "source"
        verbose_name_plural = "sources"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RecordQuerySet(models.QuerySet):
    def published(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class Record(Versioned):
    """What a structure and a service have in common: a place, ways to reach it, where it was learnt, when."""

    uid = models.CharField("identifiant data·inclusion", max_length=200, unique=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+", verbose_name="source")
    producer = models.CharField("producteur", max_length=100)
    source_url = models.TextField("page chez la source", blank=True)
    updated_on = models.DateField("mise à jour le")
    name = models.CharField("nom", max_length=150)
    commune_name = models.CharField("commune", max_length=150, blank=True)
    postal_code = models.CharField("code postal", max_length=5, blank=True)
    commune_code = models.CharField("code Insee de la commune", max_length=5, blank=True, db_index=True)
    address = models.TextField("adresse", blank=True)
    address_extra = models.TextField("complément d'adresse", blank=True)
    latitude = models.FloatField("latitude", null=True, blank=True)
    longitude = models.FloatField("longitude", null=True, blank=True)
    phone = models.CharField("téléphone", max_length=200, blank=True)
    email = models.EmailField("courriel", blank=True)
    opening_hours = models.TextField("horaires d'accueil (format OpenStreetMap)", blank=True)
    languages = models.JSONField("langues parlées", null=True, blank=True)
    first_seen_at = models.DateTimeField("connue ici depuis", default=clock.now, editable=False)
    imported_at = models.DateTimeField("dernier import", null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True, editable=False)
    received = models.JSONField("telle que reçue", null=True, blank=True, editable=False, encoder=DjangoJSONEncoder)
    local_edits = models.JSONField("champs corrigés ici", default=dict, blank=True, editable=False)
    fingerprint = models.CharField("empreinte du contenu reçu", max_length=64, blank=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def freshness(self) -> Freshness:
        return freshness_of(self.updated_on, clock.today())

    @property
    def holiday_zone(self) -> str:
        """The zone of public holidays of its commune: Guadeloupe is not Paris, nor is Strasbourg."""
        return zone_of(departement_of(self.commune_code))


def freshness_of(updated_on: dt.date, today: dt.date) -> Freshness:
    age = (today - updated_on).days
    if age <= RECENT_DAYS:
        return Freshness.RECENT
    return Freshness.AGEING if age <= AGEING_DAYS else Freshness.OLD


class Structure(Record):
    """An organisation's place of work that offers services (data·inclusion v1 « structure »)."""

    description = models.TextField("description", blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    website = models.TextField("site web", blank=True)
    accessibility_url = models.TextField("accessibilité du lieu (Acceslibre)", blank=True)
    accessibility = models.JSONField("accès au lieu", null=True, blank=True)
    networks = models.JSONField("réseaux porteurs", null=True, blank=True)
    is_address_confidential = models.BooleanField("adresse confidentielle", default=False)
    site = models.ForeignKey(
        Site, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="lieu d'une organisation"
    )
    serves_sector = models.ForeignKey(
        Sector, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="MDS du secteur"
    )

    class Meta:
        verbose_name = "structure"
        verbose_name_plural = "structures"
        ordering = ["name"]
        indexes = [
            models.Index("withdrawn_at", name="structure_withdrawn", condition=Q(withdrawn_at__isnull=False)),
            # The few Maisons des solidarités among tens of thousands of structures.
            models.Index("serves_sector", name="structure_mds", condition=Q(serves_sector__isnull=False)),
        ]

    def get_absolute_url(self) -> str:
        return reverse("directory:structure", args=[self.pk])


class Service(Record):
    """Something a structure offers to people (data·inclusion v1 « service »)."""

    structure = models.ForeignKey(Structure, models.CASCADE, related_name="services", verbose_name="structure")
    description = models.TextField("description")
    kind = models.CharField("type", max_length=20, choices=list(SERVICE_KINDS.items()), blank=True)
    themes = models.JSONField("thématiques", null=True, blank=True)
    cost = models.CharField("frais", max_length=10, choices=list(COSTS.items()), blank=True)
    cost_details = models.TextField("précisions sur les frais", blank=True)
    audiences = models.JSONField("publics", null=True, blank=True)
    audience_details = models.TextField("précisions sur les publics", blank=True)
    is_women_only = models.BooleanField("entre femmes seulement", default=False)
    conditions = models.TextField("conditions d'accès", blank=True)
    reception_modes = models.JSONField("modes d'accueil", null=True, blank=True)
    zone = models.JSONField("zone d'éligibilité", null=True, blank=True)
    contact_name = models.CharField("nom du contact", max_length=200, blank=True)
    contact_url = models.TextField("lien de mobilisation", blank=True)
    contact_modes = models.JSONField("modes de mobilisation", null=True, blank=True)
    contacted_by = models.JSONField("mobilisable par", null=True, blank=True)
    contact_details = models.TextField("précisions sur la mobilisation", blank=True)
    weekly_hours = models.FloatField("heures par semaine", null=True, blank=True)
    weeks = models.PositiveIntegerField("nombre de semaines", null=True, blank=True)

    class Meta:
        verbose_name = "service"
        verbose_name_plural = "services"
        ordering = ["name"]

    def get_absolute_url(self) -> str:
        return reverse("directory:service", args=[self.pk])

    @property
    def is_remote(self) -> bool:
        return REMOTE in (self.reception_modes or [])

    @property
    def hours(self) -> str:
        """Its own opening hours, else its structure's (data·inclusion: « peuvent être utilisés »)."""
        return self.opening_hours or self.structure.opening_hours

    @property
    def holiday_zone(self) -> str:
        """Its own commune's, else its structure's."""
        return zone_of(departement_of(self.commune_code or self.structure.commune_code))

    @property
    def hides_its_address(self) -> bool:
        return self.structure.is_address_confidential

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is held at another place than its structure's; of a confidential address, nothing is said."""
        if self.hides_its_address:
            return False
        is_another_street = bool(self.address) and words(self.address) != words(self.structure.address)
        return is_another_street or self.commune_code not in {"", self.structure.commune_code}


def languages_of(service: Service) -> list[str]:
    """The languages one is received in: its own, else its structure's; French's signs where an interpreter comes."""
    spoken = set(service.languages or service.structure.languages or [])
    if Access.SIGN_INTERPRETER in accessibility_of(service):
        spoken.add(SIGN_LANGUAGE)
    return sorted(spoken)


def accessibility_of(service: Service) -> list[str]:
    """What the place where one goes has: its structure's, and nothing known of a place that is not."""
    has = service.structure.accessibility
    return [] if not has or service.is_elsewhere else sorted(has)


def access_needs_of(service: Service) -> list[str]:
    """The needs of access (`choices.AccessNeed`) that its place answers."""
    has = set(accessibility_of(service))
    return [need for need, ways in ANSWERS_TO_ACCESS.items() if ways & has]


class ImportRun(models.Model):
    """One reading of a source's file: what it changed, what it refused, and why."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="runs", verbose_name="source")
    state = models.CharField("état", max_length=10, choices=RunState, default=RunState.RUNNING, editable=False)
    started_at = models.DateTimeField("commencé le", default=clock.now)
    finished_at = models.DateTimeField("terminé le", null=True, blank=True)
    counts = models.JSONField("bilan", default=dict)
    sentence = models.TextField("en une phrase", blank=True)
    rejects_file = models.CharField("fichier des lignes refusées", max_length=300, blank=True)

    class Meta:
        verbose_name = "import"
        verbose_name_plural = "imports"
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.source} · {self.started_at:%Y-%m-%d %H:%M}"
