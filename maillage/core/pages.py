"""The pages of docs/ written from the code: workflows, deadlines, register of processing. A test keeps them true."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import translation

from maillage.core.access import Rule
from maillage.core.deadlines import DEADLINES, DeadlineRule, Unit
from maillage.core.documents import in_words
from maillage.core.processing import TRANSFERS, Entry, impersonal, register_of_processing
from maillage.core.workflow import WORKFLOWS, Workflow

WRITTEN = "Cette page est écrite par `make docs` à partir du code, et un test échoue si elle s'en écarte."


def workflows_page() -> str:
    """docs/workflows.md: for each workflow its drawing and its table."""
    with translation.override(settings.LANGUAGE_CODE):
        lines = ["# Ce qui peut devenir quoi", "", f"{WRITTEN} Ce qui n'est pas dans un tableau est refusé."]
        for _label, workflow in sorted(WORKFLOWS.items()):
            lines += _workflow(workflow)
    return "\n".join(lines) + "\n"


def _workflow(workflow: Workflow[Any]) -> list[str]:
    name = str(workflow.model._meta.verbose_name)
    lines = ["", f"## {name[:1].upper()}{name[1:]}", "", "```mermaid", workflow.drawing(), "```", ""]
    rows = []
    for move in workflow.transitions:
        sources = ", ".join(str(workflow.states(source).label) for source in move.sources)
        law = move.allowed
        who = law.sentence if isinstance(law, Rule) else (law.__doc__ or "")
        rows.append((move.label, sources, workflow.states(move.target).label, " ".join(who.split()), move.asks))
    return lines + _table(("geste", "depuis", "vers", "qui", "phrase demandée"), rows)


def deadlines_page() -> str:
    """docs/deadlines.md: each rule, its versions, their articles and dates."""
    with translation.override(settings.LANGUAGE_CODE):
        rules = [rule for _id, versions in sorted(DEADLINES.items()) for rule in versions]
        headings = (
            "règle",
            "quoi",
            "à partir de",
            "délai",
            "si le dernier jour n'est pas ouvré",
            "source",
            "en vigueur",
        )
        lines = [
            "# Les délais",
            "",
            f"{WRITTEN} La règle appliquée est celle en vigueur au jour de l'événement, qui ne compte pas lui-même. "
            "Un délai en mois va de quantième à quantième. Les jours ouvrés vont du lundi au vendredi, sans les jours "
            "fériés du territoire, usages locaux compris (en Guadeloupe : mi-Carême, Vendredi saint, 27 mai, 21 "
            "juillet).",
            "",
        ]
        lines += _table(headings, [_deadline(rule) for rule in rules])
    return "\n".join(lines) + "\n"


def _deadline(rule: DeadlineRule) -> tuple[object, ...]:
    until = f" au {in_words(rule.valid_until)}" if rule.valid_until else ""
    delay = f"{rule.delay} {Unit(rule.unit).label}"
    extends = "reporté au suivant" if rule.extends_to_working_day else "compte quand même"
    by_day = extends if rule.unit in {Unit.DAYS, Unit.MONTHS} else "sans objet"
    since = f"depuis le {in_words(rule.valid_from)}" if not until else f"du {in_words(rule.valid_from)}"
    return (f"`{rule.id}`", rule.sentence, rule.trigger, delay, by_day, rule.reference, since + until)


def processing_page() -> str:
    """docs/processing.md: the register of processing, entry by entry."""
    with translation.override(settings.LANGUAGE_CODE):
        controller = "RGPD, art. 30(1). Le responsable est le Département."
        lines = ["# Registre des traitements", "", f"{WRITTEN} {controller}", "", str(TRANSFERS)]
        entries = register_of_processing()
        for entry in entries:
            lines += _entry(entry)
        if entries:
            lines += ["", "## Mesures de sécurité, pour tous", "", *(f"- {one}" for one in entries[0].measures)]
        lines += ["", "## Ce qui ne dit rien de personne", "", *_table(("objet", "pourquoi"), impersonal())]
    return "\n".join(lines) + "\n"


def _entry(entry: Entry) -> list[str]:
    rows: list[tuple[object, ...]] = [
        ("finalité", entry.purpose),
        ("base légale", entry.legal_basis),
        ("personnes concernées", ", ".join(entry.subjects)),
        ("durée", entry.kept_for),
        ("source", entry.reference),
    ]
    for thing in entry.things:
        rows.append((f"{thing.label} : données", ", ".join(thing.fields) or "aucune"))
        rows.append(
            (f"{thing.label} : destinataires", " ".join(thing.recipients) or "personne : nulle règle ne les ouvre")
        )
    return ["", f"## {entry.label} (`{entry.id}`)", "", *_table(("", ""), rows)]


def _table(headings: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    cells = (" | ".join(str(cell).replace("|", "\\|") for cell in row) for row in rows)
    return [f"| {' | '.join(headings)} |", "|" + "---|" * len(headings), *(f"| {row} |" for row in cells)]
