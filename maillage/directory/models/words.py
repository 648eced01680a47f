"""The words of this house: the Département's own expressions, and those that people typed and nobody understood."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from maillage.core import clock
from maillage.core.models import Versioned, someone

LONGEST_EXPRESSION, LONGEST_WORD = 120, 25


class OwnExpressionQuerySet(models.QuerySet):
    def in_use(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class OwnExpression(Versioned):
    """A word or expression of the Département, and what it means here; it wins over the product's own.

    `thematiques` and `publics` are official slugs, the main thématique first. Exact, its little words count. `key` is
    what a sentence must contain, as it was read when written: it only keeps two rows in use from saying the same.
    """

    expression = models.CharField("expression", max_length=LONGEST_EXPRESSION)
    is_exact = models.BooleanField("les petits mots comptent", default=False)
    thematiques = models.JSONField("thématiques", default=list, blank=True)
    publics = models.JSONField("publics", default=list, blank=True)
    urgency = models.CharField("urgence", max_length=20, blank=True)
    key = models.CharField("clé de lecture", max_length=300, editable=False)
    added_at = models.DateTimeField("ajoutée le", default=clock.now, editable=False)
    added_by = someone("ajoutée par")
    changed_at = models.DateTimeField("changée le", default=clock.now, editable=False)
    changed_by = someone("changée par")
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True, editable=False)

    objects = OwnExpressionQuerySet.as_manager()

    class Meta:
        verbose_name = "expression du Département"
        verbose_name_plural = "expressions du Département"
        ordering = ["expression", "pk"]
        constraints = [
            models.UniqueConstraint("key", name="own_expression_once", condition=Q(withdrawn_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"« {self.expression} »" if self.is_exact else self.expression

    def get_absolute_url(self) -> str:
        return reverse("directory:own_word", args=[self.pk])


class LexiconStamp(models.Model):
    """Changes whenever the Département's words do: one row, so that every process knows in one look-up."""

    stamp = models.CharField("tirage", max_length=32)

    class Meta:
        verbose_name = "version des mots du Département"
        verbose_name_plural = "versions des mots du Département"

    def __str__(self) -> str:
        return self.stamp


class UnknownWordQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """To be understood, those put off until another month included."""
        return self.filter(is_ignored=False)

    def now(self) -> Self:
        """To be understood, and not put off this month."""
        return self.waiting().filter(Q(later_month__isnull=True) | Q(later_month__lt=clock.today().replace(day=1)))

    def put_off(self) -> Self:
        return self.waiting().filter(later_month__gte=clock.today().replace(day=1))


class UnknownWord(models.Model):
    """A word that at least five askers of one month typed and that no expression explains. No person, no finer time.

    Ignored, it loses its text: its keyed digest alone says not to count it again.
    """

    digest = models.CharField("empreinte", max_length=64, unique=True, editable=False)
    word = models.CharField("mot", max_length=LONGEST_WORD, blank=True, editable=False)
    times = models.PositiveIntegerField("fois", default=0)
    first_month = models.DateField("depuis le mois de")
    last_month = models.DateField("dernier mois")
    later_month = models.DateField("remis à plus tard en", null=True, blank=True)
    is_ignored = models.BooleanField("n'est pas un besoin", default=False)

    objects = UnknownWordQuerySet.as_manager()

    class Meta:
        verbose_name = "mot que personne n'a compris"
        verbose_name_plural = "mots que personne n'a compris"
        ordering = ["-times", "pk"]
        constraints = [
            models.CheckConstraint(
                name="ignored_word_has_no_text", condition=Q(is_ignored=False) | Q(word="", times=0)
            )
        ]

    def __str__(self) -> str:
        return self.word


class WordCount(models.Model):
    """How many askers typed a word this month, fewer than five: a keyed digest of the month, nothing to read."""

    digest = models.CharField("empreinte du mois", max_length=64, primary_key=True)
    month = models.DateField("mois", db_index=True)
    times = models.PositiveSmallIntegerField("fois")

    class Meta:
        verbose_name = "mot trop rare pour être lu"
        verbose_name_plural = "mots trop rares pour être lus"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class WordAsker(models.Model):
    """That a word was counted from a connection today: one keyed digest of both, gone at the end of the day."""

    digest = models.CharField("empreinte du jour", max_length=64, primary_key=True)
    day = models.DateField("jour", db_index=True)

    class Meta:
        verbose_name = "mot déjà compté aujourd'hui"
        verbose_name_plural = "mots déjà comptés aujourd'hui"

    def __str__(self) -> str:
        return f"{self.day}"
