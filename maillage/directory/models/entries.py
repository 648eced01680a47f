"""The narrow tables that make search fast: rebuilt from the records, they hold nothing of their own."""

from django.db import models
from django.db.models import Q

from maillage.directory.models.records import Service


class SearchEntry(models.Model):
    """One narrow row per published service: all that search filters or orders on, nothing it shows.

    A service received on site has a point; one with a confidential address never has.
    """

    service = models.OneToOneField(
        Service, models.CASCADE, primary_key=True, related_name="entry", verbose_name="service"
    )
    latitude = models.FloatField("latitude", null=True)
    longitude = models.FloatField("longitude", null=True)
    density = models.PositiveSmallIntegerField("densité de la commune")
    is_on_site = models.BooleanField("reçoit sur place")
    is_remote = models.BooleanField("répond à distance")
    is_zoned = models.BooleanField("a une zone d'éligibilité")
    updated_on = models.DateField("mise à jour le")
    cost = models.CharField("frais", max_length=10, blank=True)
    hours = models.TextField("horaires", blank=True)

    class Meta:
        verbose_name = "entrée de recherche"
        verbose_name_plural = "entrées de recherche"
        indexes = [
            models.Index(fields=["latitude", "longitude"], name="entry_point", condition=Q(is_on_site=True)),
            models.Index(fields=["is_remote"], name="entry_remote", condition=Q(is_remote=True)),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class SearchTerm(models.Model):
    """A folded, stemmed word of a service, and where it stands: 8 its name, 4 its structure's, 1 its texts."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="+", verbose_name="service")
    term = models.CharField("mot", max_length=60)
    weight = models.PositiveSmallIntegerField("poids")

    class Meta:
        verbose_name = "mot de recherche"
        verbose_name_plural = "mots de recherche"
        constraints = [models.UniqueConstraint(name="term_once_per_service", fields=["term", "service"])]

    def __str__(self) -> str:
        return self.term


class SearchFacet(models.Model):
    """A code a service answers to: a thématique, a public, or a place of its eligibility zone."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="+", verbose_name="service")
    kind = models.CharField("sorte", max_length=8)
    code = models.CharField("code", max_length=100)

    class Meta:
        verbose_name = "facette de recherche"
        verbose_name_plural = "facettes de recherche"
        constraints = [models.UniqueConstraint(name="facet_once_per_service", fields=["kind", "code", "service"])]

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}"
