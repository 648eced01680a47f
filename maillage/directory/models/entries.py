"""What search compares: one narrow row per service, rebuilt from the records; it holds nothing of its own."""

from django.db import models

from maillage.directory.models.records import Service


class SearchEntry(models.Model):
    """One narrow row per published service: all that search filters, orders or reads words in, nothing it shows.

    A service received on site has a point; one with a confidential address never has. Codes and words are separated
    by spaces: folded and stemmed words, each once, by the best place where it stands (the service's own name, its
    structure's name, its texts). A service withdrawn keeps a row without anything, so that whoever has read the
    former one learns it.
    """

    service = models.OneToOneField(
        Service, models.CASCADE, primary_key=True, related_name="entry", verbose_name="service"
    )
    structure_key = models.BigIntegerField("numéro de la structure")
    lot = models.BigIntegerField("ce que le tirage du jour mélange")
    is_listed = models.BooleanField("est montré", default=True)
    latitude = models.FloatField("latitude", null=True)
    longitude = models.FloatField("longitude", null=True)
    density = models.PositiveSmallIntegerField("densité de la commune")
    is_on_site = models.BooleanField("reçoit sur place")
    is_remote = models.BooleanField("répond à distance")
    updated_on = models.DateField("mise à jour le")
    hours = models.TextField("horaires", blank=True)
    holiday_zone = models.CharField("zone des jours fériés", max_length=10, blank=True)
    codes = models.TextField("codes", blank=True)
    own_words = models.TextField("mots de son nom", blank=True)
    structure_words = models.TextField("mots du nom de sa structure", blank=True)
    words = models.TextField("mots de ses textes", blank=True)
    revision = models.BigIntegerField("écrite à la révision", db_index=True)

    class Meta:
        verbose_name = "entrée de recherche"
        verbose_name_plural = "entrées de recherche"

    def __str__(self) -> str:
        return str(self.pk)


class SearchState(models.Model):
    """One row: the last revision written, the last one said to the processes that search, whether all is to redo.

    Whoever writes entries takes its row first and keeps it until its transaction ends: a revision said holds every
    entry written before it.
    """

    written = models.BigIntegerField("dernière révision écrite", default=0)
    said = models.BigIntegerField("dernière révision annoncée", default=0)
    is_to_rebuild = models.BooleanField("tout est à réécrire", default=False)

    class Meta:
        verbose_name = "état de la recherche"
        verbose_name_plural = "états de la recherche"

    def __str__(self) -> str:
        return str(self.said)
