"""The pages of whoever keeps personal data safe: rules and doors, register, journal."""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from maillage.actors.choices import ROLES, ApiScope, Role
from maillage.actors.models import User
from maillage.actors.permissions import can_read_person, opens
from maillage.core.access import RULES, Rule
from maillage.core.components import Table
from maillage.core.doors import KINDS, Door, doors
from maillage.core.models import JournalLine
from maillage.core.navigation import navigation
from maillage.core.processing import impersonal, register_of_processing
from maillage.home import actions, wording
from maillage.home.actions import Consultation
from maillage.home.choices import PERSONAL_DATA, Reason
from maillage.home.jobs import verify_chain
from maillage.home.subjects import key_of, model_of
from maillage.home.verbs import verb_in_words

A_PAGE = 50
HEADERS = (
    gettext_lazy("Quand"), gettext_lazy("Qui"), gettext_lazy("Acte"), gettext_lazy("Sur quoi"), gettext_lazy("Motif"),
    gettext_lazy("Ligne"),
)  # fmt: skip


def hub(reader: Any) -> dict[str, object]:
    """The pages of this corner that are open to this reader."""
    return {"tools": navigation.of(reader, PERSONAL_DATA)}


# -- Who reads what -------------------------------------------------------------------------------------------------


def who_reads_what(*, role: str, kind: str) -> dict[str, object]:
    """The rules, one sentence each, and the doors with their locks; narrowed to a role, to a kind of object."""
    every_door = doors()  # First: reading the addresses loads every room's rules.
    rules = sorted(RULES.values(), key=lambda law: (law.room, law.name))
    kinds = sorted(
        {(law.model._meta.label_lower, str(law.model._meta.verbose_name)) for law in rules}, key=lambda k: k[1]
    )
    shown = [law for law in rules if kind in ("", law.model._meta.label_lower) and (not role or opens(law, role))]
    doors_shown = [door for door in every_door if _is_shown(door, role=role, kind=kind)]
    return {
        "rules": _rules_table(shown),
        "doors": _doors_table(doors_shown),
        "roles": Role.choices,
        "kinds": kinds,
        "role": role,
        "kind": kind,
        "sentence": str(ROLES[Role(role)].sentence) if role else "",
    }


def _rules_table(rules: list[Rule]) -> Table:
    rows = [(law.model._meta.verbose_name, law.sentence, law.name) for law in rules]
    caption = ngettext("%(count)d règle", "%(count)d règles", len(rows)) % {"count": len(rows)}
    nothing = _("Aucune règle n'ouvre cela à ce rôle : c'est donc fermé.")
    return Table(caption, (_("Objet"), _("En une phrase"), _("Nom de la règle")), rows, empty=nothing)


def _doors_table(found: list[Door]) -> Table:
    rows = []
    for door in found:
        lock = door.lock
        if lock is not None:
            opened_by = [*([lock.rule.name] if lock.rule else []), *map(_key_name, lock.roles)]
            rows.append((f"/{door.address}", KINDS[lock.kind], ", ".join(opened_by), _("oui") if lock.reads else ""))
    caption = ngettext("%(count)d porte", "%(count)d portes", len(rows)) % {"count": len(rows)}
    return Table(caption, (_("Adresse"), _("Serrure"), _("Règle ou rôles"), _("Chaque lecture est journalisée")), rows)


def _key_name(key: str) -> str:
    """What a lock asks for, in words: a role, or what an organisation's software key may do."""
    for words in (Role, ApiScope):
        if key in words:
            return str(words(key).label)
    return key


def _is_shown(door: Door, *, role: str, kind: str) -> bool:
    if door.lock is None:
        return False
    law, roles = door.lock.rule, door.lock.roles
    if kind and (law is None or law.model._meta.label_lower != kind):
        return False
    if not role:
        return True
    return (not roles or role in roles) and (law is None or opens(law, role)) and bool(roles or law)


# -- The register ---------------------------------------------------------------------------------------------------


def register() -> dict[str, object]:
    """Every processing with what art. 30 asks, and what holds nobody's data."""
    reasons = sorted(((reason, label) for label, reason in impersonal()))
    return {
        "entries": register_of_processing(),
        "impersonal": [
            (reason, [label for _r, label in named]) for reason, named in groupby(reasons, key=lambda r: r[0])
        ],
    }


# -- The journal ----------------------------------------------------------------------------------------------------


def lines(asked: Consultation, among: QuerySet[JournalLine], *, page: int | str, reader: Any) -> dict[str, object]:
    """One page of the lines asked for."""
    shown = Paginator(asked.among(among), A_PAGE).get_page(page)
    return {"table": _lines_table(shown, reader), "page": shown, "thing": asked.thing}


def _lines_table(page: Page, reader: Any) -> Table:
    count = page.paginator.count
    said = ngettext("%(count)d ligne", "%(count)d lignes, les plus récentes d'abord", count) % {"count": count}
    caption = said if count else _("Ce que dit le journal")
    nothing = _("Aucune ligne pour cette question. Votre consultation, elle, est inscrite.")
    return Table(caption, [str(word) for word in HEADERS], rows(page.object_list, reader), numeric=(5,), empty=nothing)


def rows(found: Iterable[JournalLine], reader: Any) -> list[tuple[object, ...]]:
    """The lines in words: names where a rule lets this reader see them, identifiers elsewhere."""
    found = list(found)
    people = accounts({line.who_id for line in found if line.who_id}, reader)
    names = things_named({line.thing for line in found}, reader)
    return [
        (
            wording.instant_in_words(line.at),
            people.get(line.who_id, _("la maison")) if line.who_id else _("la maison"),
            verb_in_words(line.verb),
            names[line.thing],
            why_in_words(line.why),
            line.seq,
        )
        for line in found
    ]


def why_in_words(why: str) -> str:
    """The reason of a consultation in words, with its reference; any other as it is written."""
    reason, _colon, reference = why.partition(":")
    return f"{Reason(reason).label} · {reference}" if reason in Reason else why


def accounts(ids: set[int], reader: Any) -> dict[int | None, str]:
    """Each account by its name, if the rule lets, else by its number: an account may be gone."""
    named = can_read_person.among(User.objects.filter(pk__in=ids), reader)
    numbered: dict[int | None, str] = {pk: _("compte n° %(number)d") % {"number": pk} for pk in ids}
    return numbered | {user.pk: str(user) for user in named}


def things_named(identifiers: set[str], reader: Any) -> dict[str, str]:
    """Each thing in words, with its name where a rule lets this reader read it."""
    said = {one: _unnamed(one) for one in identifiers}
    for label, group in groupby(sorted(identifiers), key=lambda one: one.partition(":")[0]):
        model, keys = model_of(label), [one.partition(":")[2] for one in group]
        possible = [key for key in keys if model and key_of(model, key) is not None]
        if model is not None and possible:
            said |= {
                f"{label}:{thing.pk}": f"{thing} ({_unnamed(f'{label}:{thing.pk}')})"
                for thing in _readable(model, possible, reader)
            }
    return said


def _unnamed(identifier: str) -> str:
    model = model_of(identifier)
    pk = identifier.partition(":")[2]
    return f"{model._meta.verbose_name} n° {pk}" if model and pk else identifier


def _readable(model: type[Model], keys: list[str], reader: Any) -> Iterator[Model]:
    """Those of these things that a rule of reading opens to this reader."""
    laws = [law for law in RULES.values() if law.model is model and law.name.startswith(("can_read", "can_handle"))]
    for law in laws:
        yield from law.among(model._base_manager.filter(pk__in=keys), reader)


def watermark(asked: Consultation, reader: Any) -> list[str]:
    """What the first lines of an extract say: whose copy, why, about what."""
    thing = things_named({asked.thing}, reader)[asked.thing]
    return actions.watermark(by=reader, why=why_in_words(asked.why), thing=thing)


def verification() -> dict[str, object]:
    """What the last reading of the whole chain said."""
    last = DBTaskResult.objects.filter(task_path=verify_chain.module_path).order_by("-enqueued_at").first()
    return {"verification": _verification_said(last) if last else None}


def _verification_said(last: DBTaskResult) -> tuple[str, str]:
    """Tone and sentence."""
    if last.status in (TaskResultStatus.READY, TaskResultStatus.RUNNING):
        return "info", _("Vérification en cours. Rechargez cette page dans une minute.")
    if last.status != TaskResultStatus.SUCCESSFUL:
        return "attention", _("La dernière vérification n'a pas pu se terminer. Relancez-la.")
    result = last.return_value
    when = wording.instant_in_words(dt.datetime.fromisoformat(result["at"]))
    if result["sentence"]:
        return "urgent", _("Le %(when)s, la chaîne est rompue. %(why)s") % {"when": when, "why": result["sentence"]}
    held = _("Le %(when)s, les %(lines)d lignes se suivent sans rupture : aucune n'a été changée ni retirée.")
    return "success", held % {"when": when, "lines": result["lines"]}
