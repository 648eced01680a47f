"""A house of the previous release becomes one of this release: everyone is still there, the journal still holds."""

import gzip
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings as house
from django.db import connection

from maillage.core.backup.contents import figures

FOLDER = Path(__file__).parent / "releases"
# As tests/releases/make.sh signed the seals.
KEY = "a-key-for-the-upgrade-test-only-that-protects-nobody"
RELEASES = ["0.1.0"]
COUNTS = {
    "actors_user": 2, "territories_departement": 1, "territories_commune": 3, "territories_sector": 3,
    "territories_sectorcommune": 3, "directory_structure": 2, "directory_service": 3, "directory_source": 1,
    "core_intention": 3, "core_journalsegment": 1,
}  # fmt: skip
FORMER_LINES = 6
ROLES = """
from maillage.actors.models import Membership
for one in Membership.objects.order_by("user__username"):
    print(one.user.username, one.role)
"""
WORK = """
from maillage.directory.models import Service
courses = Service.objects.get(uid="essai--courses")
print(courses.name, sorted(courses.local_edits))
"""
FOUND = """
from maillage.directory.search.candidates import services_named
print(len(services_named(["epicer"])))
"""


@pytest.fixture(params=[connection.vendor])
def engine(request):
    """The database of this run of the suite: each of its two runs tries its own."""
    return request.param


@pytest.fixture(params=RELEASES)
def former(request, engine, tmp_path):
    """The database of a past release, loaded: its address."""
    text = gzip.decompress((FOLDER / f"{request.param}.{engine}.sql.gz").read_bytes()).decode()
    if engine == "postgresql":
        yield from _on_postgresql(text)
        return
    path = tmp_path / "former.sqlite3"
    with closing(sqlite3.connect(path)) as base:
        base.executescript(text)
    yield f"sqlite:///{path}"


def _on_postgresql(text):
    try:
        server = psycopg.connect(house.TEST_DATABASE_URL, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        said = "PostgreSQL does not answer at MAILLAGE_TEST_PG."
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    name = f"maillage_test_{uuid4().hex[:12]}"
    url = f"{house.TEST_DATABASE_URL.rpartition('/')[0]}/{name}"
    with closing(server):
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            with psycopg.connect(url, autocommit=True) as base:
                base.execute(text)
            yield url
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def manage(former, tmp_path):
    """A command of this release, on that database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")}
    environment = kept | {"DATABASE_URL": former, "MAILLAGE_VAR": str(tmp_path / "house"), "MAILLAGE_SECRET_KEY": KEY}

    def run(*words):
        command = [sys.executable, "-W", "error", str(Path(house.BASE_DIR) / "manage.py"), *words]
        done = subprocess.run(
            command, env=environment, cwd=house.BASE_DIR, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


def held(url):
    base = psycopg.connect(url) if url.startswith("postgresql") else closing(sqlite3.connect(url[len("sqlite:///") :]))
    with base as asked:
        return figures(asked.cursor())


def test_a_house_of_the_previous_release_is_taken_over_whole(former, manage):
    before = held(former)
    assert {table: before.rows[table] for table in COUNTS} == COUNTS
    assert before.journal["seq"] == FORMER_LINES

    manage("migrate", "-v0")

    after = held(former)
    assert {table: after.rows[table] for table in COUNTS} == COUNTS
    assert after.rows["core_journalline"] >= FORMER_LINES
    assert manage("verify_journal").endswith("1 mois scellé.")
    assert manage("shell", "-v0", "-c", WORK) == "Épicerie sociale et solidaire ['name']"
    assert manage("shell", "-v0", "-c", FOUND) == "2", "what search compares was written again"
    assert manage("migrate", "--check", "-v0") == ""


def blank_addresses(url):
    """As the guide of 0.1.0 created accounts: a name and a password, and no address."""
    blank = "UPDATE actors_user SET email = ''"
    if url.startswith("postgresql"):
        with psycopg.connect(url) as base:
            base.execute(blank)
        return
    with closing(sqlite3.connect(url[len("sqlite:///") :])) as base:
        base.execute(blank)
        base.commit()


def test_a_house_whose_people_had_no_address_is_not_locked_out(former, manage):
    blank_addresses(former)
    manage("migrate", "-v0")
    said = manage("first_administrator", "camille.martin@exemple.fr", "--base", "https://aide.exemple.fr")
    assert "https://aide.exemple.fr/invitation/" in said
    assert manage("shell", "-v0", "-c", ROLES).splitlines() == ["basile administrator", "camille mds_editor"]


def test_everyone_keeps_the_role_they_had(manage):
    manage("migrate", "-v0")
    assert manage("shell", "-v0", "-c", ROLES).splitlines() == ["basile administrator", "camille mds_editor"]
