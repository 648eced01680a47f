"""What the tools of the house keep: the journal, its seals, intentions already carried out, runs of jobs."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class JournalLine(models.Model):
    """One line of the house journal. Append only: the database refuses update, delete and truncate."""

    seq = models.BigIntegerField("rang", primary_key=True)
    at = models.DateTimeField("le")
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name="par",
    )
    verb = models.CharField("action", max_length=60)
    thing = models.CharField("objet", max_length=120, db_index=True)
    why = models.CharField("motif", max_length=120, blank=True)
    facts = models.JSONField("détails", default=dict, encoder=DjangoJSONEncoder)
    previous = models.CharField("empreinte précédente", max_length=64)
    digest = models.CharField("empreinte", max_length=64)

    class Meta:
        verbose_name = "ligne du journal"
        verbose_name_plural = "lignes du journal"
        ordering = ["-seq"]

    def __str__(self) -> str:
        return f"{self.seq} · {self.verb} · {self.thing}"


class JournalSegment(models.Model):
    """A month of the journal, closed and signed. Written once."""

    month = models.CharField("mois", max_length=7, unique=True)
    first_seq = models.BigIntegerField("première ligne")
    last_seq = models.BigIntegerField("dernière ligne")
    lines = models.PositiveBigIntegerField("nombre de lignes")
    head = models.CharField("empreinte de la dernière ligne", max_length=64)
    signature = models.CharField("signature", max_length=64)
    sealed_at = models.DateTimeField("scellé le")

    class Meta:
        verbose_name = "mois scellé du journal"
        verbose_name_plural = "mois scellés du journal"
        ordering = ["month"]

    def __str__(self) -> str:
        return self.month


class Versioned(models.Model):
    """A thing several people may edit: its version grows at each change, and a stale form is seen."""

    version = models.PositiveIntegerField("version", default=1, editable=False)

    class Meta:
        abstract = True


class Intention(models.Model):
    """An intention already carried out, by its one-use key: sent twice, it is done once."""

    key = models.CharField("clé", max_length=64, primary_key=True)
    done_at = models.DateTimeField("fait le")

    class Meta:
        verbose_name = "intention accomplie"
        verbose_name_plural = "intentions accomplies"
        indexes = [models.Index(fields=["done_at"])]

    def __str__(self) -> str:
        return self.key


class JobRun(models.Model):
    """One occurrence of a scheduled job. The pair (job, due) exists once: a tick repeated starts nothing twice."""

    job = models.CharField("travail", max_length=80)
    due_at = models.DateTimeField("prévu pour")
    started_at = models.DateTimeField("lancé le")

    class Meta:
        verbose_name = "passage d'un travail programmé"
        verbose_name_plural = "passages des travaux programmés"
        ordering = ["-due_at"]
        constraints = [models.UniqueConstraint(name="job_runs_once_per_due_time", fields=["job", "due_at"])]

    def __str__(self) -> str:
        return f"{self.job} · {self.due_at:%Y-%m-%d %H:%M}"
