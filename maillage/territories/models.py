"""Places: communes and their groupings, the Département's own social sectors, dated."""

import datetime as dt
from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import F, Q

from maillage.core import clock
from maillage.territories.choices import Density, SectorLevel


class DepartementQuerySet(models.QuerySet["Departement"]):
    def home(self) -> "Departement | None":
        """The one this house serves, once it is open."""
        return self.filter(is_home=True).first()


class Departement(models.Model):
    """The Département this house serves, or a neighbour whose open data it holds."""

    code = models.CharField("code", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=100)
    is_home = models.BooleanField("est celui de la maison", default=False)
    is_fictional = models.BooleanField("est fictif", default=False)
    time_zone = models.CharField("fuseau horaire", max_length=40, default="Europe/Paris")
    shapes_digest = models.CharField("empreinte des contours chargés", max_length=64, blank=True)

    objects = DepartementQuerySet.as_manager()

    class Meta:
        verbose_name = "département"
        verbose_name_plural = "départements"
        ordering = ["code"]
        constraints = [models.UniqueConstraint("is_home", name="one_home_departement", condition=Q(is_home=True))]

    def __str__(self) -> str:
        return self.name


class Epci(models.Model):
    """Établissement public de coopération intercommunale: communes that act together (CGCT, art. L5210-1-1 A)."""

    siren = models.CharField("SIREN", max_length=9, primary_key=True)
    name = models.CharField("nom", max_length=200)

    class Meta:
        verbose_name = "intercommunalité"
        verbose_name_plural = "intercommunalités"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CommuneQuerySet(models.QuerySet):
    def current(self) -> Self:
        """On the official list today."""
        return self.filter(left_on__isnull=True)

    def listed_on(self, day: dt.date) -> Self:
        """On the official list that day, as far as this house knows."""
        return self.filter(Q(joined_on__isnull=True) | Q(joined_on__lte=day)).filter(
            Q(left_on__isnull=True) | Q(left_on__gt=day)
        )

    def placed(self) -> Self:
        return self.filter(latitude__isnull=False)


class Commune(models.Model):
    """A commune of the official code list, with what is known of where it is.

    One that left the list (merged into another) stays while something refers to it; `left_on` is the day this house
    learnt it. `joined_on` is empty for those that were there when the Département was first loaded.
    """

    code = models.CharField("code Insee", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=100)
    departement = models.ForeignKey(Departement, models.PROTECT, related_name="communes", verbose_name="département")
    epci = models.ForeignKey(
        Epci, models.SET_NULL, null=True, blank=True, related_name="communes", verbose_name="intercommunalité"
    )
    population = models.PositiveIntegerField("population", default=0)
    latitude = models.FloatField("latitude du centre", null=True, blank=True)
    longitude = models.FloatField("longitude du centre", null=True, blank=True)
    area_km2 = models.FloatField("superficie (km²)", null=True, blank=True)
    density = models.CharField("densité", max_length=12, choices=Density, default=Density.SPARSE)
    joined_on = models.DateField("sur la liste depuis le", null=True, blank=True)
    left_on = models.DateField("a quitté la liste le", null=True, blank=True)

    objects = CommuneQuerySet.as_manager()

    class Meta:
        verbose_name = "commune"
        verbose_name_plural = "communes"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="commune_has_both_coordinates_or_none",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_point(self) -> bool:
        return self.latitude is not None

    def sector_on(self, day: dt.date) -> "Sector | None":
        """The TIS this commune was in that day, its TAS at hand; None before the first map."""
        return Sector.objects.of(self, on=day).first()


class CommuneName(models.Model):
    """A name someone may type for a commune: its own, an old one, that of a delegated commune."""

    commune = models.ForeignKey(Commune, models.CASCADE, related_name="names", verbose_name="commune")
    name = models.CharField("nom", max_length=100)
    key = models.CharField("nom sans accents ni traits d'union", max_length=100, db_index=True)
    is_current = models.BooleanField("est le nom actuel", default=False)

    class Meta:
        verbose_name = "nom de commune"
        verbose_name_plural = "noms de communes"
        constraints = [models.UniqueConstraint(name="commune_name_once", fields=["commune", "key"])]

    def __str__(self) -> str:
        return self.name


class CommunePostalCode(models.Model):
    """A postal code of a commune: several communes share one, a town may have many."""

    commune = models.ForeignKey(Commune, models.CASCADE, related_name="postal_codes", verbose_name="commune")
    postal_code = models.CharField("code postal", max_length=5, db_index=True)

    class Meta:
        verbose_name = "code postal"
        verbose_name_plural = "codes postaux"
        constraints = [models.UniqueConstraint(name="commune_postal_code_once", fields=["commune", "postal_code"])]

    def __str__(self) -> str:
        return self.postal_code


class DatedQuerySet(models.QuerySet):
    def on(self, day: dt.date) -> Self:
        """In force that day."""
        return self.filter(valid_from__lte=day).filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day))

    def now(self) -> Self:
        return self.on(clock.today())


class SectorQuerySet(DatedQuerySet):
    def of(self, commune: Commune, *, on: dt.date) -> Self:
        """The lowest-level sector the commune was in that day: one row at most."""
        memberships = SectorCommune.objects.filter(commune=commune).on(on)
        return self.filter(pk__in=memberships.values("sector")).select_related("parent")

    def versions_of(self, sector: "Sector") -> Self:
        """The sector under all its dates; with `.on(day)`, the one in force that day."""
        return self.filter(departement=sector.departement_id, code=sector.code)


class Sector(models.Model):
    """A social sector drawn by the Département: a TIS (seat of an MDS) inside a TAS.

    Dated: maps change, history stays. A new name or a new TAS is a new row of the same code.
    `valid_until` is the first day it is no longer in force.
    """

    departement = models.ForeignKey(Departement, models.PROTECT, related_name="sectors", verbose_name="département")
    code = models.CharField("code", max_length=30)
    name = models.CharField("nom", max_length=120)
    level = models.CharField("niveau", max_length=3, choices=SectorLevel)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="dans"
    )
    valid_from = models.DateField("depuis le")
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)

    objects = SectorQuerySet.as_manager()

    class Meta:
        verbose_name = "secteur social"
        verbose_name_plural = "secteurs sociaux"
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(name="sector_once_per_start", fields=["departement", "code", "valid_from"]),
            models.CheckConstraint(
                name="sector_ends_after_it_starts",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            models.CheckConstraint(
                name="sector_has_a_parent_unless_it_is_a_tas",
                condition=Q(level=SectorLevel.TAS, parent__isnull=True)
                | Q(level=SectorLevel.TIS, parent__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SectorCommuneQuerySet(DatedQuerySet):
    def of_sectors(self, codes: Iterable[str]) -> Self:
        """Of the sectors of these codes, under any of their dates; a TAS covers its TIS."""
        codes = list(codes)
        return self.filter(Q(sector__code__in=codes) | Q(sector__parent__code__in=codes))


class SectorCommune(models.Model):
    """A commune belongs to exactly one lowest-level sector at any date; the action `set_sectors` keeps it true."""

    sector = models.ForeignKey(Sector, models.CASCADE, related_name="memberships", verbose_name="secteur")
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="sector_memberships", verbose_name="commune")
    valid_from = models.DateField("depuis le")
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)

    objects = SectorCommuneQuerySet.as_manager()

    class Meta:
        verbose_name = "commune d'un secteur"
        verbose_name_plural = "communes des secteurs"
        constraints = [
            models.UniqueConstraint(name="commune_sector_once_per_start", fields=["commune", "valid_from"]),
            models.UniqueConstraint(
                name="commune_in_one_sector_now", fields=["commune"], condition=Q(valid_until__isnull=True)
            ),
            models.CheckConstraint(
                name="membership_ends_after_it_starts",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commune} · {self.sector}"
