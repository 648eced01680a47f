"""The pages of retention: classes, reports, slips that wait for the archives, exceptional holds."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from maillage.core.components import Table
from maillage.core.documents import in_words
from maillage.core.models import EliminationSlip, LegalHold, RetentionRun
from maillage.core.permissions import can_handle_hold, can_handle_slip
from maillage.core.retention import KEPT, RetentionClass, name_of_kind
from maillage.home.pages.protection import accounts, things_named
from maillage.home.wording import instant_in_words

RUNS = 30


def classes() -> list[tuple[RetentionClass, set[str]]]:
    """Each class in use with the kinds of things it keeps, by label."""
    kinds: dict[str, tuple[RetentionClass, set[str]]] = {}
    for kept in KEPT.values():
        law = kept.retention_class
        kinds.setdefault(law.id, (law, set()))[1].add(kept.name)
    return sorted(kinds.values(), key=lambda found: str(found[0].label))


def personal() -> list[RetentionClass]:
    """The classes that hold someone's data, for the page the public reads."""
    named = {kept.retention_class.id for kept in KEPT.values() if kept.personal or kept.subjects}
    return [law for law, _kinds in classes() if law.id in named]


def durations(reader: Any, runs: QuerySet[RetentionRun]) -> dict[str, object]:
    """The whole page: what each reader sees of it passes through its rule."""
    last = runs.first()
    return {
        "classes": _classes_table(),
        "last": last,
        "report": _report_table(last) if last else None,
        "runs": _runs_table(runs),
        "slips": list(can_handle_slip.among(EliminationSlip.objects.all(), reader)[:RUNS]),
        "holds_open": can_handle_hold.among(LegalHold.objects.filter(lifted_at__isnull=True), reader).count(),
    }


def _classes_table() -> Table:
    rows = [
        (law.label, ", ".join(sorted(kinds)), law.kept_for(), _("oui") if law.needs_visa else _("non"), law.reference)
        for law, kinds in classes()
    ]
    headers = (_("Classe"), _("Ce qui est gardé"), _("Combien de temps"), _("Visa des archives"), _("Référence"))
    return Table(_("Ce qui est gardé, et combien de temps"), headers, rows)


def _report_table(run: RetentionRun) -> Table:
    names = {law.id: str(law.label) for law, _kinds in classes()}
    rows = [
        (
            f"{names.get(line['retention_class'], line['retention_class'])} · {_kind(line['kind'])}",
            line["examined"],
            line["removed"],
            line["held"],
            line["awaiting"],
            _("non appliquée : voir les journaux techniques") if line["failed"] else _("appliquée"),
        )
        for line in run.report
    ]
    headers = (
        _("Classe"),
        _("Arrivés au terme"),
        _("Supprimés"),
        _("Gardés par exception"),
        _("En attente de visa"),
        _("Bilan"),
    )
    caption = _("Dernier passage, le %(day)s") % {"day": in_words(run.day)}
    return Table(caption, headers, rows, numeric=(1, 2, 3, 4), empty=_("Rien n'est arrivé à son terme."))


def _kind(label: str) -> str:
    """The things of a model by their name here; what the house no longer keeps, by its identifier."""
    return name_of_kind(label) or label


def _runs_table(runs: QuerySet[RetentionRun]) -> Table:
    rows = [
        (in_words(run.day), sum(line["removed"] for line in run.report), sum(line["failed"] for line in run.report))
        for run in runs[:RUNS]
    ]
    caption = _("Les derniers passages")
    nothing = _("Les durées n'ont pas encore été appliquées : elles le sont chaque nuit.")
    return Table(
        caption, (_("Jour"), _("Supprimés"), _("Classes non appliquées")), rows, numeric=(1, 2), empty=nothing
    )


def slip_facts(slip: EliminationSlip) -> list[tuple[str, object]]:
    """What a slip says of its class, for the page and for the paper."""
    law = next((law for law, _kinds in classes() if law.id == slip.retention_class), None)
    facts = [
        (_("Objets"), _kind(slip.kind)),
        (_("Classe de conservation"), law.label if law else slip.retention_class),
    ]
    if law:
        facts += [
            (_("Finalité"), law.purpose),
            (_("Conservation"), law.kept_for()),
            (_("Texte"), law.reference),
        ]
    return [(str(word), str(value)) for word, value in facts]


def slip(slip: EliminationSlip, reader: Any) -> dict[str, object]:
    """One slip: what it lists, where it stands."""
    signer = accounts({slip.signed_by_id}, reader).get(slip.signed_by_id, "") if slip.signed_by_id else ""
    state: list[tuple[str, object]] = [
        (_("Nombre"), slip.count),
        (_("Date la plus ancienne"), in_words(slip.first_on) if slip.first_on else ""),
        (_("Date la plus récente"), in_words(slip.last_on) if slip.last_on else ""),
        (_("Préparé le"), in_words(timezone.localdate(slip.prepared_at))),
        (_("État"), slip.get_state_display()),
        (_("Référence du visa"), slip.reference),
        (_("Visa inscrit par"), signer),
        (_("Raison du refus"), slip.refusal),
        (_("Éliminés"), slip.removed if slip.carried_out_at else ""),
    ]
    return {"slip": slip, "facts": [*slip_facts(slip), *state]}


def holds(found: QuerySet[LegalHold], reader: Any) -> dict[str, object]:
    """Holds in force first, each with its thing in words."""
    kept = list(found.order_by("lifted_at", "-placed_at"))
    names = things_named({hold.thing for hold in kept}, reader)
    people = accounts({pk for hold in kept for pk in (hold.placed_by_id, hold.lifted_by_id) if pk}, reader)
    lines = [
        {
            "hold": hold,
            "name": names[hold.thing],
            "placed": _by(hold.placed_at, people.get(hold.placed_by_id, "")),
            "lifted": _by(hold.lifted_at, people.get(hold.lifted_by_id, "")) if hold.lifted_at else "",
        }
        for hold in kept
    ]
    return {"in_force": [one for one in lines if not one["lifted"]], "past": [one for one in lines if one["lifted"]]}


def _by(at: Any, name: str) -> str:
    when = instant_in_words(at)
    return _("le %(when)s par %(name)s") % {"when": when, "name": name} if name else _("le %(when)s") % {"when": when}
