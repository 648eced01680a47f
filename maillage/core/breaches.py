"""A violation of personal data: its checklist, its seventy-two hours, its workflow (RGPD, art. 33 and 34)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from maillage.core import clock, concurrency, journal
from maillage.core.deadlines import DeadlineRule, Due, Unit, deadline, due_at
from maillage.core.models import BreachRisk, BreachState, BreachStep, DataBreach
from maillage.core.permissions import can_handle_breach
from maillage.core.refusals import Refused
from maillage.core.workflow import Transition, Workflow

CNIL = "https://notifications.cnil.fr/notifications/index"
LONGEST_REFERENCE = 80
BREACH_CNIL = deadline(
    DeadlineRule(
        "BREACH-CNIL",
        trigger="La maison prend connaissance de la violation",
        sentence="Notification à la CNIL",
        delay=72,
        unit=Unit.HOURS,
        reference="RGPD, art. 33(1) ; règlement 1182/71, art. 3",
        valid_from=dt.date(2018, 5, 25),
    )
)


@dataclass(frozen=True)
class Step:
    """A line of the checklist: what to do, by which article, where. Some must be done before closing."""

    code: str
    label: str | Promise
    article: str
    url: str = ""
    needed_to_close: bool = True
    only_at_high_risk: bool = False


STEPS = (
    Step(
        "contain",
        gettext_lazy("Arrêter la fuite : fermer l'accès, changer les clés, garder les preuves."),
        "RGPD, art. 32",
    ),
    Step("assess", gettext_lazy("Évaluer le risque pour les personnes, avec ce que l'on sait."), "RGPD, art. 33(1)"),
    Step(
        "notify",
        gettext_lazy(
            "Notifier à la CNIL dans les 72 heures, sauf si aucun risque n'est probable ; compléter ensuite."
        ),
        "RGPD, art. 33(1) et 33(4)",
        url=CNIL,
        needed_to_close=False,  # The workflow says whether it was, or why not.
    ),
    Step(
        "inform",
        gettext_lazy("Informer les personnes sans attendre, en mots simples, si le risque est élevé."),
        "RGPD, art. 34",
        only_at_high_risk=True,
    ),
    Step("register", gettext_lazy("Compléter le registre : les faits, les effets, les mesures."), "RGPD, art. 33(5)"),
    Step(
        "lessons", gettext_lazy("Tirer les leçons : ce qui change pour que cela n'arrive plus."), "RGPD, art. 32(1)(d)"
    ),
)
BY_CODE = {step.code: step for step in STEPS}
NOTIFIED_RISKS = {BreachRisk.RISK, BreachRisk.HIGH}


def due_of(breach: DataBreach) -> Due:
    """The last minute of the seventy-two hours."""
    return due_at(BREACH_CNIL.id, breach.discovered_at)


def is_asked(step: Step, breach: DataBreach) -> bool:
    """Whether the law asks for this step, as far as is known today: it follows from the risk and from the decision."""
    if step.only_at_high_risk:
        return breach.risk == BreachRisk.HIGH
    if step.code == "notify":
        return breach.state != BreachState.NOT_NOTIFIED or breach.risk in NOTIFIED_RISKS
    return True


def missing_steps(breach: DataBreach) -> list[Step]:
    """What remains to be done before the breach may be closed. The risk is weighed once it is chosen."""
    done = set(breach.steps.values_list("step", flat=True)) - {"assess"} | ({"assess"} if breach.risk else set())
    return [step for step in STEPS if step.needed_to_close and step.code not in done and is_asked(step, breach)]


def _not_assessed(breach: DataBreach) -> Refused | None:
    if breach.risk:
        return None
    return Refused(_("Dites d'abord quel est le risque pour les personnes."), article="RGPD, art. 33(1)")


def _cannot_be_notified(breach: DataBreach) -> Refused | None:
    if due_of(breach).is_late and not breach.late_because.strip():
        return Refused(
            _("Les 72 heures sont passées : la notification doit dire pourquoi."),
            article="RGPD, art. 33(1)",
            instead=_("Écrivez le motif du retard dans la fiche, puis notifiez sans attendre."),
        )
    return _not_assessed(breach)


def _must_be_notified(breach: DataBreach) -> Refused | None:
    if breach.risk in NOTIFIED_RISKS:
        return Refused(
            _("Un risque existe pour les personnes : la violation doit être notifiée à la CNIL."),
            article="RGPD, art. 33(1)",
        )
    return _not_assessed(breach)


def _cannot_be_closed(breach: DataBreach) -> Refused | None:
    if breach.state == BreachState.NOT_NOTIFIED and (refused := _must_be_notified(breach)):
        return refused  # The risk was weighed again since.
    if not (missing := missing_steps(breach)):
        return None
    count = ngettext("Il reste %(count)d étape :", "Il reste %(count)d étapes :", len(missing)) % {
        "count": len(missing)
    }
    return Refused(f"{count} {' '.join(str(step.label) for step in missing)}", article=missing[0].article)


BREACHES = Workflow(
    DataBreach,
    BreachState,
    (
        Transition(
            "notify",
            gettext_lazy("Noter la notification à la CNIL"),
            (BreachState.OPEN, BreachState.NOT_NOTIFIED),
            BreachState.NOTIFIED,
            can_handle_breach,
            _cannot_be_notified,
            asks=gettext_lazy("le numéro donné par la CNIL"),
        ),
        Transition(
            "do_without",
            gettext_lazy("Ne pas notifier"),
            (BreachState.OPEN,),
            BreachState.NOT_NOTIFIED,
            can_handle_breach,
            _must_be_notified,
            asks=gettext_lazy("pourquoi aucun risque n'est probable pour les personnes"),
        ),
        Transition(
            "close",
            gettext_lazy("Clore"),
            (BreachState.NOTIFIED, BreachState.NOT_NOTIFIED),
            BreachState.CLOSED,
            can_handle_breach,
            _cannot_be_closed,
        ),
    ),
)


def open_breach(breach: DataBreach, *, by: Any, key: str = "") -> DataBreach:
    """Open the notice filled in by a form: its hours run from `discovered_at`."""
    if breach.discovered_at > clock.now():
        raise Refused(_("La découverte ne peut pas être dans l'avenir : vérifiez la date et l'heure."))
    if not breach.what_happened.strip():
        raise Refused(_("Dites ce qui s'est passé, même en une phrase : le reste se complète ensuite."))
    with journal.act():
        if key:
            concurrency.once(key)
        breach.state_since = clock.now()
        breach.save(force_insert=True)
        journal.record(by, "core.breach_opened", breach)
    return breach


def complete_breach(breach: DataBreach, *, by: Any, fields: Iterable[str], expected_version: int) -> None:
    """Write what is learnt bit by bit (art. 33(4)). Raises Stale when someone wrote in between."""
    fields = sorted(fields)
    if breach.state == BreachState.CLOSED:
        raise Refused(_("Cette violation est close : ouvrez-en une autre, qui cite celle-ci."))
    with journal.act():
        concurrency.save_version(breach, expected=expected_version, fields=fields)
        journal.record(by, "core.breach_completed", breach, fields=fields)


def assess_risk(breach: DataBreach, risk: str, *, by: Any, read: str, note: str = "") -> None:
    """Say how much risk there is for the people concerned, and tick its step; again when more is known.

    `read` is the risk one had under one's eyes: someone else's choice, made meanwhile, is never written over unseen.
    """
    with journal.act():
        current = _locked(breach)
        if current.risk not in (risk, read):
            raise Refused(_risk_has_changed(current))
        step = BreachStep.objects.filter(breach=current, step="assess").first()
        notes = step.note.splitlines() if step else []
        fresh = [line for line in note.strip().splitlines() if line not in notes]
        if current.risk == risk and step and not fresh:
            return  # Sent twice.
        current.risk = risk
        concurrency.save_version(current, expected=current.version, fields=["risk"])
        weighed = {"done_at": clock.now(), "done_by": by, "note": "\n".join([*notes, *fresh])}
        BreachStep.objects.update_or_create(breach=current, step="assess", defaults=weighed)
        journal.record(by, "core.breach_risk_assessed", breach, risk=risk)
    breach.refresh_from_db()


def _risk_has_changed(current: DataBreach) -> str:
    said = _("Quelqu'un a évalué le risque pendant que vous choisissiez : « %(risk)s ». Relisez, puis choisissez.")
    return said % {"risk": current.get_risk_display() or _("pas encore évalué")}


def _locked(breach: DataBreach) -> DataBreach:
    """The breach as it stands, until the end of this act. Raises Refused once it is closed."""
    current = DataBreach.objects.select_for_update().get(pk=breach.pk)
    if current.state == BreachState.CLOSED:
        raise Refused(_("Cette violation est close : sa liste ne change plus."))
    return current


def check_step(breach: DataBreach, code: str, *, by: Any, note: str = "") -> BreachStep:
    """Tick a step of the checklist, once; ticked twice, the first one stands. LookupError for an unknown code."""
    step = BY_CODE[code]
    with journal.act():
        current = _locked(breach)
        if code == "assess" and (refused := _not_assessed(current)):
            raise refused
        about = {"done_at": clock.now(), "done_by": by, "note": note.strip()}
        done, is_new = BreachStep.objects.get_or_create(breach=breach, step=step.code, defaults=about)
        if is_new:
            journal.record(by, "core.breach_step_done", breach, step=step.code)
    return done


def notify_cnil(breach: DataBreach, *, by: Any, reference: str, notified_at: dt.datetime, key: str = "") -> DataBreach:
    """Write down that the CNIL was notified, when and under which number."""
    if not breach.discovered_at <= notified_at <= clock.now():
        raise Refused(_("La notification a eu lieu entre la découverte et maintenant : vérifiez la date."))
    if len(reference) > LONGEST_REFERENCE:
        raise Refused(_("Le numéro de la CNIL tient en %(most)d signes.") % {"most": LONGEST_REFERENCE})

    def keep(current: DataBreach) -> None:
        current.cnil_reference, current.notified_at = reference.strip(), notified_at
        current.save(update_fields=["cnil_reference", "notified_at"])
        check_step(current, "notify", by=by)

    return BREACHES.apply("notify", breach, by=by, then=keep, sentence=reference, key=key)


def do_without_notice(breach: DataBreach, *, by: Any, because: str, key: str = "") -> DataBreach:
    """Write down why the CNIL is not notified: no risk is likely for anyone."""

    def keep(current: DataBreach) -> None:
        current.not_notified_because = because.strip()
        current.save(update_fields=["not_notified_because"])

    return BREACHES.apply("do_without", breach, by=by, then=keep, sentence=because, key=key)


def close_breach(breach: DataBreach, *, by: Any, key: str = "") -> DataBreach:
    """Close the notice, its checklist done."""

    def keep(current: DataBreach) -> None:
        current.closed_at = clock.now()
        current.save(update_fields=["closed_at"])

    return BREACHES.apply("close", breach, by=by, then=keep, key=key)
