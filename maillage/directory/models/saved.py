"""What a professional keeps of a question they ask often, and what changed in its answers since they looked."""

from django.db import models
from django.urls import reverse

from maillage.actors.models import User
from maillage.core import clock
from maillage.directory.choices import WatchPause


class SavedSearch(models.Model):
    """A question to the directory, as codes and a commune: no word unless its owner ticked it, never a point.

    `known` are the numbers of the services that answered at the last check, in minutes by the `roads` of that day;
    `fresh` and `gone`, those that came and went since its owner looked.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="de")
    name = models.CharField("nom", max_length=80)
    codes = models.JSONField("ce qui est cherché", default=dict)
    is_watched = models.BooleanField("avec une alerte", default=False)
    is_mailed = models.BooleanField("alerte par courriel aussi", default=False)
    pause = models.CharField("alerte en pause", max_length=20, choices=WatchPause, blank=True)
    known = models.JSONField("réponses connues", default=list)
    roads = models.CharField("connues avec ces routes", max_length=80, blank=True)
    fresh = models.JSONField("nouvelles réponses", default=list)
    gone = models.JSONField("réponses parties", default=list)
    created_at = models.DateTimeField("enregistrée le", default=clock.now)
    used_at = models.DateTimeField("utilisée le", default=clock.now)
    checked_at = models.DateTimeField("vérifiée le", null=True, blank=True)

    class Meta:
        verbose_name = "recherche enregistrée"
        verbose_name_plural = "recherches enregistrées"
        ordering = ["name", "pk"]
        indexes = [models.Index("owner", name="watched_search", condition=models.Q(is_watched=True))]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('directory:saved_searches')}#recherche-{self.pk}"

    @property
    def has_news(self) -> bool:
        return bool(self.fresh or self.gone)
