"""What the tools of the house keep: journal and seals, intentions, runs, deadlines moved, retention, breaches."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from maillage.core import clock


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


class Stateful(models.Model):
    """A thing that changes state by its workflow's table, and in no other way (`core/workflow.py`).

    The concrete model declares `state`, with its own words and `editable=False`.
    """

    state_since = models.DateTimeField("dans cet état depuis", default=clock.now, editable=False)

    class Meta:
        abstract = True


def someone(verbose_name: str) -> models.ForeignKey:
    """Who did something. The account may disappear by its own retention: the journal keeps the identifier."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=verbose_name
    )


class JournalRetirement(models.Model):
    """A sealed month of the journal whose lines retention has removed. Signed, written once, never unsaid."""

    segment = models.OneToOneField(JournalSegment, models.PROTECT, related_name="retirement", verbose_name="mois")
    retired_at = models.DateTimeField("retiré le")
    signature = models.CharField("signature", max_length=64)

    class Meta:
        verbose_name = "mois retiré du journal"
        verbose_name_plural = "mois retirés du journal"

    def __str__(self) -> str:
        return str(self.segment)


class OverrideReason(models.TextChoices):
    """Why a computed date gives way to another."""

    AGREED = "agreed", _("Les deux parties se sont mises d'accord")
    INCOMPLETE = "incomplete", _("La demande est incomplète")
    JUDGE = "judge", _("Une décision de justice fixe la date")
    EXCEPTIONAL = "exceptional", _("Un événement imprévisible empêche de tenir la date")


class DeadlineOverride(models.Model):
    """Another date than the one the rule computes, with its reason. The latest one counts."""

    thing = models.CharField("objet", max_length=120)
    rule = models.CharField("règle", max_length=40)
    due_on = models.DateField("échéance")
    reason = models.CharField("motif", max_length=20, choices=OverrideReason)
    note = models.TextField("explication")
    by = someone("par")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "échéance déplacée"
        verbose_name_plural = "échéances déplacées"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["thing", "rule"])]

    def __str__(self) -> str:
        return f"{self.thing} · {self.rule} · {self.due_on}"


class LegalHold(models.Model):
    """What must not be removed for now, whatever its retention class says: a dispute, an inquiry."""

    thing = models.CharField("objet", max_length=120, db_index=True)
    reason = models.TextField("motif")
    placed_by = someone("posée par")
    placed_at = models.DateTimeField("posée le")
    lifted_by = someone("levée par")
    lifted_at = models.DateTimeField("levée le", null=True, blank=True)

    class Meta:
        verbose_name = "conservation exceptionnelle"
        verbose_name_plural = "conservations exceptionnelles"
        ordering = ["-placed_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_hold_at_a_time", fields=["thing"], condition=models.Q(lifted_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.thing


class SlipState(models.TextChoices):
    """Where an elimination slip stands."""

    PREPARED = "prepared", _("À viser")
    SIGNED = "signed", _("Visé")
    REFUSED = "refused", _("Refusé par les archives")
    CARRIED_OUT = "carried_out", _("Exécuté")


class EliminationSlip(Stateful):
    """What the archivist must sign before anything of a class is removed (Code du patrimoine, art. R212-14)."""

    state = models.CharField("état", max_length=12, choices=SlipState, default=SlipState.PREPARED, editable=False)
    retention_class = models.CharField("classe de conservation", max_length=60)
    kind = models.CharField("objets", max_length=80)
    ids = models.JSONField("identifiants", default=list)
    count = models.PositiveIntegerField("nombre")
    first_on = models.DateField("date la plus ancienne", null=True)
    last_on = models.DateField("date la plus récente", null=True)
    prepared_at = models.DateTimeField("préparé le")
    reference = models.CharField("référence du visa", max_length=80, blank=True)
    signed_by = someone("visa enregistré par")
    signed_at = models.DateTimeField("visé le", null=True)
    refusal = models.TextField("raison du refus", blank=True)
    removed = models.PositiveIntegerField("nombre éliminé", default=0)
    carried_out_at = models.DateTimeField("exécuté le", null=True)

    class Meta:
        verbose_name = "bordereau d'élimination"
        verbose_name_plural = "bordereaux d'élimination"
        ordering = ["-prepared_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.retention_class} · {self.prepared_at:%Y-%m-%d}"


class RetentionRun(models.Model):
    """One application of the retention classes: counts only, nobody's name."""

    day = models.DateField("pour le jour")
    started_at = models.DateTimeField("commencé le")
    finished_at = models.DateTimeField("terminé le")
    report = models.JSONField("bilan", default=list)

    class Meta:
        verbose_name = "application des durées de conservation"
        verbose_name_plural = "applications des durées de conservation"
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.day}"


class BreachState(models.TextChoices):
    """Where the notice of a data breach stands."""

    OPEN = "open", _("À traiter")
    NOTIFIED = "notified", _("Notifiée à la CNIL")
    NOT_NOTIFIED = "not_notified", _("Non notifiée, avec un motif")
    CLOSED = "closed", _("Close")


class BreachRisk(models.TextChoices):
    """What the breach may do to people (RGPD, art. 33 and 34)."""

    UNLIKELY = "unlikely", _("Aucun risque probable")
    RISK = "risk", _("Un risque")
    HIGH = "high", _("Un risque élevé")


class DataBreach(Stateful, Versioned):
    """A violation of personal data, from discovery to closing (RGPD, art. 33 and 34). Read by the DPO alone."""

    state = models.CharField("état", max_length=12, choices=BreachState, default=BreachState.OPEN, editable=False)
    what_happened = models.TextField("ce qui s'est passé")
    discovered_at = models.DateTimeField("découverte le")
    harms_confidentiality = models.BooleanField("des données ont pu être lues ou divulguées", default=False)
    harms_integrity = models.BooleanField("des données ont pu être modifiées", default=False)
    harms_availability = models.BooleanField("des données ont été perdues ou sont hors d'atteinte", default=False)
    data_concerned = models.TextField("données concernées", blank=True)
    people_about = models.PositiveIntegerField("nombre approximatif de personnes", null=True, blank=True)
    records_about = models.PositiveIntegerField("nombre approximatif d'enregistrements", null=True, blank=True)
    consequences = models.TextField("conséquences probables", blank=True)
    measures = models.TextField("mesures prises ou envisagées", blank=True)
    risk = models.CharField("risque pour les personnes", max_length=10, choices=BreachRisk, blank=True)
    late_because = models.TextField("motif du retard, au-delà de 72 heures", blank=True)
    notified_at = models.DateTimeField("notifiée à la CNIL le", null=True, blank=True, editable=False)
    cnil_reference = models.CharField("numéro de la CNIL", max_length=80, blank=True, editable=False)
    not_notified_because = models.TextField("motif de l'absence de notification", blank=True, editable=False)
    closed_at = models.DateTimeField("close le", null=True, editable=False)

    class Meta:
        verbose_name = "violation de données"
        verbose_name_plural = "violations de données"
        ordering = ["-discovered_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.discovered_at:%Y-%m-%d} · {self.get_state_display()}"


class BreachStep(models.Model):
    """A step of the checklist of a breach, done: by whom, when, with a note."""

    breach = models.ForeignKey(DataBreach, models.CASCADE, related_name="steps", verbose_name="violation")
    step = models.CharField("étape", max_length=20)
    done_at = models.DateTimeField("faite le")
    done_by = someone("faite par")
    note = models.TextField("note", blank=True)

    class Meta:
        verbose_name = "étape d'une violation"
        verbose_name_plural = "étapes d'une violation"
        constraints = [models.UniqueConstraint(name="a_step_is_done_once", fields=["breach", "step"])]

    def __str__(self) -> str:
        return self.step
