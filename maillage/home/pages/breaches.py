"""The pages of data breaches: the list, one breach with its checklist and its seventy-two hours."""

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core import clock
from maillage.core.breaches import BREACHES, CNIL, STEPS, Step, due_of, is_asked
from maillage.core.models import BreachRisk, BreachState, BreachStep, DataBreach
from maillage.core.refusals import Refused
from maillage.core.workflow import Transition
from maillage.home.forms import AssessForm, CloseForm, NoticeForm, StepForm, WithoutNoticeForm
from maillage.home.pages.protection import accounts
from maillage.home.wording import instant_in_words, time_left_in_words

FORMS: dict[str, type[forms.Form]] = {"notify": NoticeForm, "do_without": WithoutNoticeForm, "close": CloseForm}
STEP_FORMS: dict[str, type[StepForm]] = {
    step.code: AssessForm if step.code == "assess" else StepForm for step in STEPS if step.code != "notify"
}  # The notice to the CNIL is a move: it has a number and an hour.
HARMS = (
    ("harms_confidentiality", gettext_lazy("confidentialité")),
    ("harms_integrity", gettext_lazy("intégrité")),
    ("harms_availability", gettext_lazy("disponibilité")),
)


@dataclass(frozen=True)
class Check:
    """A line of the checklist: the step, where it stands, what was done, or the form that says it is.

    `standing` is done, todo, unknown (the risk will say) or unasked (the law does not ask for it today).
    """

    step: Step
    standing: str
    done: BreachStep | None
    when: str
    by: str
    form: StepForm | None

    @property
    def fold(self) -> str:
        """The words that unfold the form, where nothing is waited for."""
        if self.step.code == "assess":
            return _("Changer cette évaluation") if self.standing == "done" else ""
        return _("Noter que c'est fait") if self.standing in ("unasked", "unknown") else ""


@dataclass(frozen=True)
class Move:
    """A way out of the present state: its form, or what still stands in the way."""

    transition: Transition
    form: forms.Form
    obstacle: Refused | None


def index(found: QuerySet[DataBreach]) -> dict[str, object]:
    """Those to treat first, the least time left before; then those under way, then those closed."""
    to_treat = found.filter(state=BreachState.OPEN).order_by("discovered_at")
    others = found.exclude(state=BreachState.OPEN)
    ordered = [*to_treat, *others.exclude(state=BreachState.CLOSED), *others.filter(state=BreachState.CLOSED)]
    return {"breaches": [(one, instant_in_words(one.discovered_at), *_countdown(one)) for one in ordered]}


def _countdown(breach: DataBreach) -> tuple[str, bool]:
    """What the seventy-two hours have come to, in words; whether they are over without a notice."""
    due = due_of(breach)
    if breach.state == BreachState.NOTIFIED and breach.notified_at:
        return _("notifiée le %(when)s") % {"when": instant_in_words(breach.notified_at)}, False
    if breach.state != BreachState.OPEN or due.at is None:
        return breach.get_state_display(), False
    return time_left_in_words(due.at, now=clock.now()), due.is_late


def breach(found: DataBreach, reader: Any, *, sent: str = "", form: Any = None) -> dict[str, object]:
    """One breach. `sent` names the step or the move whose `form` just came with a fault, shown as it was written."""
    due, (left, is_late) = due_of(found), _countdown(found)
    return {
        "breach": found,
        "left": left,
        "is_late": is_late,
        "is_open": found.state == BreachState.OPEN,
        "deadline": instant_in_words(due.at) if due.at else "",
        "discovered": instant_in_words(found.discovered_at),
        "facts": _facts(found),
        "checks": [_as_sent(check, sent, form) for check in _checks(found, reader)],
        "moves": [
            _move(one, found, sent=form if one.name == sent else None) for one in BREACHES.open_to(reader, found)
        ],
        "cnil": CNIL,
        "risk": found.get_risk_display(),
        "is_closed": found.state == BreachState.CLOSED,
        "wrong": form if form is not None and form.errors else None,
    }


def _facts(found: DataBreach) -> list[tuple[str, object]]:
    harms = [str(label) for name, label in HARMS if getattr(found, name)]
    return [
        (_("Ce qui s'est passé"), found.what_happened),
        (_("Ce qui est touché"), ", ".join(harms)),
        (_("Données"), found.data_concerned),
        (_("Personnes, environ"), found.people_about),
        (_("Enregistrements, environ"), found.records_about),
        (_("Conséquences probables"), found.consequences),
        (_("Mesures"), found.measures),
        (_("Risque"), BreachRisk(found.risk).label if found.risk else _("pas encore évalué")),
        (_("Motif du retard"), found.late_because),
        (_("Numéro de la CNIL"), found.cnil_reference),
        (_("Notifiée le"), instant_in_words(found.notified_at) if found.notified_at else ""),
        (_("Pourquoi elle n'est pas notifiée"), found.not_notified_because),
        (_("Close le"), instant_in_words(found.closed_at) if found.closed_at else ""),
    ]


def _checks(found: DataBreach, reader: Any) -> list[Check]:
    done = {one.step: one for one in found.steps.all()}
    people = accounts({one.done_by_id for one in done.values() if one.done_by_id}, reader)
    return [_check(step, found, done=done.get(step.code), people=people) for step in STEPS]


def _check(step: Step, found: DataBreach, *, done: BreachStep | None, people: dict[int | None, str]) -> Check:
    standing = _standing(step, found, done)
    if standing != "done":
        return Check(step, standing, None, "", "", _step_form(step.code, found))
    when = instant_in_words(done.done_at) if done else ""
    by = people.get(done.done_by_id, "") if done else ""
    again = _step_form(step.code, found) if step.code == "assess" else None  # What is known changes, day after day.
    return Check(step, standing, done, when, by, again)


def _standing(step: Step, found: DataBreach, done: BreachStep | None) -> str:
    if found.risk if step.code == "assess" else done:
        return "done"
    if is_asked(step, found):
        return "todo"
    return "unasked" if found.risk else "unknown"


def _step_form(code: str, found: DataBreach) -> StepForm | None:
    if found.state == BreachState.CLOSED or code not in STEP_FORMS:
        return None
    return STEP_FORMS[code](prefix=code, initial={"risk": found.risk, "risk_read": found.risk})


def _as_sent(check: Check, sent: str, form: Any) -> Check:
    """The step with what was written in it; « notify » names a move, and a step that has no form."""
    return replace(check, form=form) if check.form and check.step.code == sent else check


def _move(one: Transition, found: DataBreach, *, sent: forms.Form | None) -> Move:
    form = sent or FORMS[one.name](auto_id=f"{one.name}-%s", initial=_initial(one))
    return Move(one, form, BREACHES.obstacle(one.name, found))


def _initial(one: Transition) -> dict[str, object]:
    return {"notified_at": clock.local_now()} if one.name == "notify" else {}
