"""What the tests of the tools share: a lift for the triggers, people acting at once, a house of one's own."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as house
from django.db import connection
from django.db.models.signals import post_migrate

from maillage.core import access, jobs

append_only = import_module("maillage.core.migrations.0004_retire_journal_months")


class Editor:
    """As much of a schema editor as the migration of the triggers asks for."""

    connection = connection

    @staticmethod
    def execute(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


def lift_append_only() -> None:
    """Let the journal be tampered with, as whoever owns the database could."""
    append_only.unprotect(None, Editor)


@pytest.fixture
def committed(transactional_db):
    """Transactions that really commit. The triggers are lifted while the database is emptied, then put back."""
    yield

    def restore(**kwargs: object) -> None:
        post_migrate.disconnect(restore, sender=apps.get_app_config("core"))
        append_only.protect(None, Editor)

    lift_append_only()
    post_migrate.connect(restore, sender=apps.get_app_config("core"), weak=False)


@pytest.fixture
def at_once(committed):
    """Several people act at the same instant, each on a connection of their own; what each got, in order."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's test database lives in memory, in one connection: see the house of one's own.")

    def run(*acts: Callable[[], object]) -> list[object]:
        results: list[object] = [None] * len(acts)
        start = threading.Barrier(len(acts))

        def go(rank: int) -> None:
            start.wait()
            try:
                results[rank] = acts[rank]()
            except Exception as refused:
                results[rank] = refused
            finally:
                connection.close()

        people = [threading.Thread(target=go, args=[rank]) for rank in range(len(acts))]
        for person in people:
            person.start()
        for person in people:
            person.join()
        return results

    return run


@pytest.fixture
def claire(django_user_model, db):
    """Claire is the data protection officer. Core knows no more of a role than that a reader says it holds it."""
    one = django_user_model.objects.create_user("claire", first_name="Claire")
    one.roles = lambda: frozenset({"dpo"})
    return one


@pytest.fixture(scope="module")
def own_house(tmp_path_factory):
    """A migrated house with its own SQLite file: each command runs as a process of its own."""
    folder = tmp_path_factory.mktemp("house")
    asked = {name: value for name, value in os.environ.items() if not name.startswith(("MAILLAGE_", "DJANGO_"))}
    environment = asked | {"MAILLAGE_VAR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'house.sqlite3'}"}

    def manage(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(Path(house.BASE_DIR) / "manage.py"), *words]
        return subprocess.Popen(
            command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=house.BASE_DIR
        )

    said(manage("migrate", "-v0"))
    return manage


def said(process: subprocess.Popen[str]) -> str:
    """What a command wrote, once it has ended well."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


@pytest.fixture
def rules():
    """The registry of rules, given back as it was."""
    kept = dict(access.RULES)
    yield access.RULES
    access.RULES.clear()
    access.RULES.update(kept)


@pytest.fixture
def schedules():
    """No job but those of the test; the house's own come back after it."""
    kept = dict(jobs.SCHEDULES)
    jobs.SCHEDULES.clear()
    yield jobs.SCHEDULES
    jobs.SCHEDULES.clear()
    jobs.SCHEDULES.update(kept)
