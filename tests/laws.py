"""The laws of the house that no linter reads, as functions that list who breaks them."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import grimp
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from maillage.core.access import Rule, paths_of_many_rows
from maillage.core.doors import Door
from maillage.core.workflow import WORKFLOWS

HOUSE = Path(settings.BASE_DIR) / "maillage"
FLOORS = [name.rsplit(".", 1)[-1] for name in settings.ROOMS]
COUNTER = {"models", "choices", "actions", "permissions", "deadlines", "documents", "facts", "sessions", "keys"}
SHARED_TEMPLATES = ("layout/", "components/")
FORBIDDEN_FILES = {"utils.py", "helpers.py", "common.py", "services.py"}
FALSE_FRIENDS = {"convention", "instruction", "dossier", "formation", "department", "beneficiary", "cer"}
CLOCKS = re.compile(r"timezone\.now\(|\bdate\.today\(|datetime\.(now|utcnow|today)\(|timezone\.localdate\(\)")
TEMPLATE_NAME = re.compile(r"{%\s*(?:extends|include)\s+[\"']([^\"']+)[\"']")
INLINE = re.compile(
    r"<script(?![^>]*\b(?:src|type=\"application/json\"))|\sstyle=|\son(?:click|load|submit|change)=", re.I
)
NO_DOCSTRING = {"apps.py", "__init__.py"}


def house_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in FLOORS]


def climbing(models: Iterable[type[Model]]) -> list[str]:
    """Relations that point upstairs."""
    return [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in models
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model._meta.app_label in FLOORS
        if FLOORS.index(field.related_model._meta.app_label) > FLOORS.index(model._meta.app_label)
    ]


def without_lock(doors: Iterable[Door]) -> list[str]:
    return [f"/{door.address}" for door in doors if door.lock is None]


def borrowed_behind_the_counter(modules: Iterable[tuple[str, str]]) -> list[str]:
    """Imports (importer, imported) of another room's private drawers. Core lends everything; the roof assembles."""
    found = []
    for importer, imported in modules:
        there, here = imported.split("."), importer.split(".")
        if there[0] != "maillage" or here[0] != "maillage" or "tests" in here or len(there) < 3:
            continue
        if there[1] not in {here[1], "core"} and there[2] not in COUNTER:
            found.append(f"{importer} ← {imported}")
    return found


def imports() -> Iterator[tuple[str, str]]:
    graph = grimp.build_graph("maillage", "config")
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            yield importer, imported


def strangers_in_templates(files: Iterable[tuple[str, str, str]]) -> list[str]:
    """Templates (room, name, text) that use another room's."""
    return [
        f"{room}/{name} uses {used}"
        for room, name, text in files
        for used in TEMPLATE_NAME.findall(text)
        if not used.startswith((*SHARED_TEMPLATES, f"{room}/"))
    ]


def inline_code(files: Iterable[tuple[str, str, str]]) -> list[str]:
    """Templates with a script or a style that our Content-Security-Policy would refuse."""
    return [f"{room}/{name}: {found[0]}" for room, name, text in files if (found := INLINE.search(text))]


def templates() -> Iterator[tuple[str, str, str]]:
    for path in HOUSE.rglob("templates/**/*.html"):
        yield path.relative_to(HOUSE).parts[0], path.name, path.read_text(encoding="utf-8")


def missing_from_glossary(models: Iterable[type[Model]], glossary: str) -> list[str]:
    return [model.__name__ for model in models if f"`{model.__name__}`" not in glossary]


def joining_many_rows(rules: Iterable[Rule], readers: Iterable[object]) -> list[str]:
    return [
        path for rule in rules for reader in readers for path in paths_of_many_rows(rule.model, rule.condition(reader))
    ]


def readers() -> list[object]:
    """One reader of each kind a rule may meet."""
    from maillage.actors.choices import ApiScope, Role
    from maillage.actors.models import ApiKey, User
    from maillage.actors.tests.factories import playing

    idle = User(pk=1)
    idle.held = ()
    key = ApiKey(pk=1, organisation_id=1, scopes=list(ApiScope))
    places = {"organisation_id": 1, "site_id": 1, "sector_code": "S1"}
    return [AnonymousUser(), idle, key, *(playing(role) for role in Role), *(playing(role, **places) for role in Role)]


def sources() -> Iterator[tuple[str, str]]:
    """Our Python files (path from the house, text), tests and migrations apart."""
    for path in HOUSE.rglob("*.py"):
        if not {"tests", "migrations"} & set(path.parts):
            yield str(path.relative_to(HOUSE)), path.read_text(encoding="utf-8")


def asking_the_time(files: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f"{name}: {found[0]}" for name, text in files if name != "core/clock.py" and (found := CLOCKS.search(text))
    ]


def too_long(files: Iterable[tuple[str, str]], *, most: int = 400) -> list[str]:
    return [name for name, text in files if len(text.splitlines()) > most]


def badly_named(files: Iterable[tuple[str, str]]) -> list[str]:
    """Files that hold anything, and identifiers that say something else in French."""
    found = []
    for name, text in files:
        if Path(name).name in FORBIDDEN_FILES:
            found.append(name)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                words = set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name).lower().split("_"))
                found += [f"{name}: {node.name}" for _ in words & FALSE_FRIENDS]
    return found


def without_opening_line(files: Iterable[tuple[str, str]]) -> list[str]:
    return [
        name for name, text in files if Path(name).name not in NO_DOCSTRING and not ast.get_docstring(ast.parse(text))
    ]


def long_functions(files: Iterable[tuple[str, str]], *, most: int = 40) -> list[str]:
    return [
        f"{name}: {node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for name, text in files
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > most
    ]


# A workflow moves by its table; an import's run is one process's own logbook, which nobody moves.
MAY_WRITE_STATES = {"core/workflow.py", "directory/actions/imports.py"}
BIRTHS_AND_CHANGES = {"update", "create", "get_or_create", "update_or_create", "bulk_update"}


def moving_by_hand(files: Iterable[tuple[str, str]]) -> list[str]:
    """Places that write a workflow's state themselves: `thing.state = …`, `update(state=…)`, `create(state=…)`."""
    fields = {workflow.field for workflow in WORKFLOWS.values()}
    return [
        f"{name}:{node.lineno}"
        for name, text in files
        if name not in MAY_WRITE_STATES
        for node in ast.walk(ast.parse(text))
        if _writes(node, fields)
    ]


def _writes(node: ast.AST, fields: set[str]) -> bool:
    if isinstance(node, ast.Attribute):
        return isinstance(node.ctx, ast.Store) and node.attr in fields
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name) and node.func.id == "setattr":
        return any(isinstance(given, ast.Constant) and given.value in fields for given in node.args)
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in BIRTHS_AND_CHANGES:
        return False
    named = {keyword.arg for keyword in node.keywords}
    told = {inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant)}
    return bool(fields & (named | told))
