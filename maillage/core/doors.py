"""Every door of the house and its lock: for the page a data protection officer reads, and for the test of the laws."""

import inspect
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from maillage.core.access import LOCK, RULES, Lock

KINDS = {
    "public": "ouverte à tous",
    "rule": "un objet, par la règle",
    "list": "une liste, par la règle",
    "role": "un rôle",
    "token": "un jeton de l'exploitant",
    "oneself": "son propre compte",
    "key": "la clé d'une organisation",
}


@dataclass(frozen=True)
class Door:
    """One address of the house, its name and its lock (None: a door without a lock, which no test lets pass)."""

    address: str
    name: str
    lock: Lock | None


def doors() -> list[Door]:
    """Every URL the house answers, API operations included."""
    found = {(door.address, door.name): door for door in walk(get_resolver().url_patterns)}
    return [found[key] for key in sorted(found)]


def walk(patterns: list[Any], prefix: str = "") -> Iterator[Door]:
    """The doors of these URL patterns, those they include too."""
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern):
            yield from _open(pattern, address)


def _open(pattern: URLPattern, address: str) -> Iterator[Door]:
    operations = _operations(pattern.callback)
    if not operations:
        yield Door(address, pattern.name or "", getattr(pattern.callback, LOCK, None))
        return
    for operation in operations:
        name = f"{', '.join(operation.methods)} {operation.view_func.__name__}"
        yield Door(address, name, getattr(operation.view_func, LOCK, None))


def _operations(callback: Any) -> list[Any]:
    """The operations behind an API address: django-ninja keeps them in the closure of its view."""
    if not inspect.isfunction(callback):
        return []
    return list(getattr(inspect.getclosurevars(callback).nonlocals.get("self"), "operations", []))


def openapi_page() -> str:
    """docs/openapi.json: what the API answers, so that a change of it is seen in a review."""
    answer = resolve(reverse("api:openapi-json")).func(RequestFactory(headers={"host": "localhost"}).get("/"))
    return json.dumps(json.loads(answer.content), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def access_page() -> str:
    """docs/access.md: each rule as one sentence, each door with its lock."""
    every_door = doors()  # First: reading the addresses loads every room's rules.
    lines = [
        "# Qui lit quoi",
        "",
        "Cette page est écrite par `make docs` à partir des règles elles-mêmes : elle dit ce que le logiciel fait, et "
        "un test échoue si elle s'en écarte. Ce qui n'est pas ouvert par une règle est fermé. Aucun rôle ne lit "
        "tout : être administrateur n'ouvre aucun dossier.",
        "",
        "## Les règles",
        "",
        "| pièce | règle | objet | en une phrase |",
        "|---|---|---|---|",
    ]
    for rule in sorted(RULES.values(), key=lambda rule: (rule.room, rule.name)):
        lines.append(f"| `{rule.room}` | `{rule.name}` | {rule.model._meta.verbose_name} | {rule.sentence} |")
    lines += [
        "",
        "## Les portes",
        "",
        "| adresse | serrure | règle ou rôles | chaque lecture est journalisée |",
        "|---|---|---|---|",
    ]
    for door in every_door:
        if door.lock is not None:
            opened_by = ", ".join([*([door.lock.rule.name] if door.lock.rule else []), *door.lock.roles])
            reads = f"`{door.lock.reads}`" if door.lock.reads else ""
            lines.append(
                f"| `/{door.address}` | {KINDS[door.lock.kind]} | {opened_by and f'`{opened_by}`'} | {reads} |"
            )
    return "\n".join(lines) + "\n"
