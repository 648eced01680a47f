"""The housekeeping of the tools: seals, counters, and how long each thing that core keeps is kept."""

import datetime as dt

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.utils.translation import gettext_lazy as _
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from maillage.core import clock, journal, models, retention, throttle
from maillage.core.jobs import daily, every
from maillage.core.permissions import can_handle_breach
from maillage.core.retention import Fate, Period, RetentionClass, goes_with, holds_no_personal_data, keeps

KEPT = dt.timedelta(days=30)
LAW_FROM = dt.date(2026, 1, 1)  # When these classes were decided; a change makes a new one.


@daily(hour=1)
@task()
def keep_house() -> dict[str, int]:
    """Seal the months that are over; forget intentions and runs older than a month."""
    long_ago = clock.now() - KEPT
    return {
        "sealed": len(journal.seal_past_months()),
        "intentions": models.Intention.objects.filter(done_at__lt=long_ago).delete()[0],
        "runs": models.JobRun.objects.filter(due_at__lt=long_ago).delete()[0],
    }


@daily(hour=2)
@task()
def apply_retention() -> int:
    """Apply every retention class; how many things were removed. A class that fell makes the job fall, at the end."""
    reports = retention.apply(clock.today())
    if fallen := [f"{report.retention_class} ({report.kind})" for report in reports if report.failed]:
        raise RuntimeError(f"Not applied: {', '.join(fallen)}. See the logs.")
    return sum(report.removed for report in reports)


@every(minutes=10)
@task()
def forget_counters() -> int:
    """Forget the counters of the throttle whose window is over: deleting them is what protects who asked."""
    return throttle.forget_past_windows()


JOURNAL = RetentionClass(
    id="ACCESS_LOGS",
    label=_("Journal des actes et des lectures"),
    purpose=_("Savoir qui a fait et lu quoi, pour protéger les personnes et répondre à leurs demandes."),
    legal_basis=_("Obligation légale : RGPD, art. 5(2) et 32"),
    active=Period(months=12, after=_("après la fin du mois")),
    fate=Fate.DELETE,
    reference="CNIL, délibération 2021-122 du 14 octobre 2021 : six mois à un an",
    valid_from=LAW_FROM,
)
TECHNICAL = RetentionClass(
    id="TECHNICAL_TRACES",
    label=_("Traces techniques"),
    purpose=_("Rendre la main à qui travaille : sessions, travaux programmés, formulaires déjà envoyés."),
    legal_basis=_("Mission d'intérêt public : RGPD, art. 6(1)(e)"),
    active=Period(days=30),
    fate=Fate.DELETE,
    reference="usage de la maison",
    valid_from=LAW_FROM,
)
SESSIONS = RetentionClass(
    id="SESSIONS",
    label=_("Sessions de connexion"),
    purpose=_("Reconnaître d'une page à l'autre qui s'est connecté."),
    legal_basis=_("Mission d'intérêt public : RGPD, art. 6(1)(e)"),
    active=Period(after=_("à l'expiration de la session")),
    fate=Fate.DELETE,
    reference="usage de la maison",
    valid_from=LAW_FROM,
)
BREACHES = RetentionClass(
    id="DATA_BREACHES",
    label=_("Registre des violations de données"),
    purpose=_("Documenter chaque violation, ses effets et les mesures prises, pour la CNIL."),
    legal_basis=_("Obligation légale : RGPD, art. 33(5)"),
    active=Period(months=60, after=_("après la clôture")),
    fate=Fate.DELETE,
    reference="RGPD, art. 33(5) ; durée : usage de la maison",
    valid_from=LAW_FROM,
)
EXCEPTIONS = RetentionClass(
    id="EXCEPTIONS",
    label=_("Échéances déplacées et conservations exceptionnelles"),
    purpose=_("Pouvoir dire pourquoi une date ou une durée n'a pas été celle de la règle."),
    legal_basis=_("Mission d'intérêt public : RGPD, art. 6(1)(e)"),
    active=Period(months=24, after=_("après l'échéance ou la levée")),
    fate=Fate.DELETE,
    reference="usage de la maison",
    valid_from=LAW_FROM,
)
SLIPS = RetentionClass(
    id="ELIMINATION_SLIPS",
    label=_("Bordereaux d'élimination"),
    purpose=_("Prouver que ce qui fut éliminé l'a été avec le visa des archives."),
    legal_basis=_("Obligation légale : Code du patrimoine, art. R212-14"),
    active=None,
    fate=Fate.KEEP,
    reference="Code du patrimoine, art. L212-2 et R212-14",
    valid_from=LAW_FROM,
)


keeps(
    models.JournalSegment,
    JOURNAL,
    # A month is over twelve months ago when it comes before the month of that day.
    expired=lambda day: models.JournalSegment.objects.filter(
        retirement__isnull=True, month__lt=JOURNAL.too_old(day).strftime("%Y-%m")
    ),
    remove=journal.retire,
    subjects=_("agents, partenaires, et personnes dont la page est lue"),
)
goes_with(models.JournalLine, models.JournalSegment, personal=("who", "thing"))
keeps(
    DBTaskResult,
    TECHNICAL,
    expired=lambda day: DBTaskResult.objects.filter(finished_at__lt=TECHNICAL.too_old(day)),
    personal=("args_kwargs", "traceback"),
    subjects=_("agents et partenaires"),
    label=_("travaux accomplis"),
    data=_("identifiants donnés au travail, trace d'un échec"),
)
keeps(
    Session,
    SESSIONS,
    expired=lambda day: Session.objects.filter(expire_date__lt=SESSIONS.too_old(day)),
    personal=("session_data",),
    subjects=_("agents et partenaires"),
    label=_("sessions"),
    data=_("compte reconnu, date de fin"),
)
keeps(
    models.DataBreach,
    BREACHES,
    expired=lambda day: models.DataBreach.objects.filter(closed_at__lt=BREACHES.too_old(day)),
    personal=("what_happened", "data_concerned", "consequences", "measures"),
    subjects=_("personnes dont les données sont touchées"),
)
goes_with(models.BreachStep, models.DataBreach, personal=("done_by", "note"), read_by=(can_handle_breach,))
keeps(
    models.DeadlineOverride,
    EXCEPTIONS,
    expired=lambda day: models.DeadlineOverride.objects.filter(due_on__lt=EXCEPTIONS.too_old(day).date()),
    personal=("by", "note"),
    subjects=_("agents et partenaires"),
)
keeps(
    models.LegalHold,
    EXCEPTIONS,
    expired=lambda day: models.LegalHold.objects.filter(lifted_at__lt=EXCEPTIONS.too_old(day)),
    personal=("placed_by", "lifted_by", "reason"),
    subjects=_("agents et partenaires"),
)
keeps(
    models.EliminationSlip,
    SLIPS,
    expired=lambda day: models.EliminationSlip.objects.none(),
    personal=("signed_by", "ids"),
    subjects=_("agents et partenaires"),
)

holds_no_personal_data(models.JournalRetirement, _("Le numéro d'un mois, une date et une signature."))
holds_no_personal_data(models.Intention, _("Une clé tirée au sort, oubliée après 30 jours."))
holds_no_personal_data(models.JobRun, _("Le nom d'un travail programmé et son heure, oubliés après 30 jours."))
holds_no_personal_data(models.RetentionRun, _("Des nombres, classe par classe."))
holds_no_personal_data(ContentType, _("Les noms des tables."))
holds_no_personal_data(Permission, _("Les droits prévus par Django, que la maison n'emploie pas."))
holds_no_personal_data(Group, _("Les groupes prévus par Django, que la maison n'emploie pas."))
