"""The page of capabilities says the truth: what it calls done has a door or a command, and a test that exists."""

import ast
import csv
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver

PAGE = Path(settings.BASE_DIR) / "docs/capabilities.csv"
COLUMNS = ["id", "state", "where", "test"]
STATES = {"done", "partial", "absent"}
A_TEST = "tests/test_capabilities.py::test_the_page_of_capabilities_says_the_truth"
A_DOOR = "directory:search"


@cache
def rows() -> list[dict[str, str]]:
    with PAGE.open(encoding="utf-8", newline="") as page:
        return list(csv.DictReader(page))


def owed(shared: Path) -> list[str]:
    with (shared / "capabilities.csv").open(encoding="utf-8", newline="") as page:
        return [row["id"] for row in csv.DictReader(page)]


def untrue(capabilities: Iterable[dict[str, str]]) -> list[str]:
    """What a row says that the house does not bear out."""
    return [f"{row['id']}: {fault}" for row in capabilities for fault in faults(row)]


def faults(row: dict[str, str]) -> Iterator[str]:
    state, where, test = row["state"], row["where"], row["test"]
    if state not in STATES:
        yield f"« {state} » is no state"
    if state == "done" and not (where and test):
        yield "done, without a place or without a test"
    if state == "absent" and (where or test):
        yield "absent, and yet somewhere"
    if where and where not in places():
        yield f"« {where} » is neither a URL name nor a command"
    if test and not is_test(test):
        yield f"« {test} » is no test"


@cache
def places() -> frozenset[str]:
    """The URL names and the commands of the house itself."""
    commands = {name for name, owner in get_commands().items() if str(owner).startswith("maillage.")}
    return frozenset(commands | set(url_names(get_resolver().url_patterns)))


def url_names(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inside = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from url_names(pattern.url_patterns, inside)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield prefix + pattern.name


def is_test(node: str) -> bool:
    """Whether `path.py::test_name` or `path.py::TestClass::test_name` exists; read, not run."""
    path, *names = node.split("::")
    return bool(names) and names[-1].startswith("test_") and tuple(names) in functions_of(path)


@cache
def functions_of(path: str) -> frozenset[tuple[str, ...]]:
    file = Path(settings.BASE_DIR) / path
    if not file.is_file() or not file.name.startswith("test_"):
        return frozenset()
    found: set[tuple[str, ...]] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add((node.name,))
        elif isinstance(node, ast.ClassDef):
            found |= {(node.name, inner.name) for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return frozenset(found)


def test_each_capability_owed_has_one_row_in_its_order(shared):
    assert [row["id"] for row in rows()] == owed(shared)


def test_the_page_of_capabilities_says_the_truth():
    assert list(rows()[0]) == COLUMNS
    assert untrue(rows()) == []


@pytest.mark.parametrize(
    ("state", "where", "test", "fault"),
    [
        ("done", A_DOOR, "tests/test_capabilities.py::test_that_nobody_wrote", "is no test"),
        ("done", A_DOOR, "tests/test_that_nobody_wrote.py::test_x", "is no test"),
        ("done", A_DOOR, "tests/test_capabilities.py::faults", "is no test"),
        ("done", A_DOOR, "tests/test_capabilities.py", "is no test"),
        ("done", "directory:nowhere", A_TEST, "is neither"),
        ("done", "runserver", A_TEST, "is neither"),
        ("done", "", A_TEST, "without a place"),
        ("done", A_DOOR, "", "without a test"),
        ("partial", "directory:nowhere", "", "is neither"),
        ("absent", A_DOOR, "", "absent, and yet"),
        ("finished", A_DOOR, A_TEST, "is no state"),
    ],
)
def test_a_row_that_promises_too_much_is_caught(state, where, test, fault):
    told = untrue([{"id": "F000", "state": state, "where": where, "test": test}])
    assert any(fault in sentence for sentence in told), told


@pytest.mark.parametrize("where", [A_DOOR, "import_directory"])
def test_a_row_that_keeps_its_promise_passes(where):
    assert untrue([{"id": "F000", "state": "done", "where": where, "test": A_TEST}]) == []


def test_nothing_is_said_of_what_is_absent():
    assert untrue([{"id": "F000", "state": "absent", "where": "", "test": ""}]) == []
