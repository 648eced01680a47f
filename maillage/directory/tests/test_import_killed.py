"""An import killed in the middle, at several moments, then run again, ends as if nothing had happened."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from django.conf import settings

from maillage.directory.tests.factories import a_service, a_structure

STRUCTURES, SERVICES = 600, 2_400
MOMENTS = {
    "as soon as it has begun": ("SELECT count(*) FROM directory_importrun WHERE state = 'running'", 1),
    "after some structures": ("SELECT count(*) FROM directory_structure WHERE version = 2", 1),
    "after some services": ("SELECT count(*) FROM directory_service WHERE version = 2", 1),
    "later still": ("SELECT count(*) FROM directory_service WHERE version = 2", 1_001),
}


def first_file():
    structures = [a_structure(f"test--s{n}", nom=f"Maison {n}") for n in range(STRUCTURES)]
    services = [
        a_service(f"test--{n}", structure=f"test--s{n // 4}", nom=f"Atelier {n}") for n in range(SERVICES - 100)
    ]
    return {"structures": structures, "services": services}


def second_file():
    """Every structure renamed, some services changed, some gone, some new, some refused."""
    structures = [a_structure(f"test--s{n}", nom=f"Centre {n}") for n in range(STRUCTURES - 20)]
    services = [
        a_service(
            f"test--{n}", structure=f"test--s{n // 5}", nom=f"Permanence {n}", publics=["jeunes"] if n % 2 else None
        )
        for n in range(30, SERVICES)
    ]
    services[7] |= {"courriel": "non"}
    return {"structures": structures, "services": services}


class House:
    """A house of its own: one SQLite file, and commands run as an operator runs them."""

    def __init__(self, folder):
        self.folder, self.file = folder, folder / "house.sqlite3"

    def start(self, *command):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MAILLAGE_")}
        environment |= {"DATABASE_URL": f"sqlite:///{self.file}", "MAILLAGE_VAR": str(self.folder / "var")}
        line = [sys.executable, str(settings.BASE_DIR / "manage.py"), *command]
        return subprocess.Popen(
            line, env=environment, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(self, *command):
        process = self.start(*command)
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said
        return said

    def take(self, path):
        return self.run("import_directory", str(path), "--source", "test", "--format", "data-inclusion")

    def take_and_die(self, path, question, enough):
        process = self.start("import_directory", str(path), "--source", "test", "--format", "data-inclusion")
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if self.ask(question)[0][0] >= enough:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.002)
        process.communicate(timeout=60)
        return process.returncode

    def ask(self, question):
        link = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=20)
        try:
            return link.execute(question).fetchall()
        finally:
            link.close()

    def export(self):
        path = self.folder / "export.json"
        self.run("export_directory", str(path))
        return json.loads(path.read_text(encoding="utf-8"))

    def search_tables(self):
        """What search holds, by identifiers that do not depend on the order of writing."""
        join = "JOIN directory_service s ON s.id = t.service_id ORDER BY 1, 2, 3"
        return [
            self.ask(f"SELECT s.uid, t.latitude, t.updated_on, t.hours FROM directory_searchentry t {join}"),
            self.ask(f"SELECT s.uid, t.is_listed, t.own_words FROM directory_searchentry t {join}"),
            self.ask(f"SELECT s.uid, t.words, t.codes FROM directory_searchentry t {join}"),
            self.ask("SELECT uid, name, withdrawn_at IS NULL FROM directory_service ORDER BY uid"),
            self.ask("SELECT uid, name, withdrawn_at IS NULL FROM directory_structure ORDER BY uid"),
        ]


@pytest.fixture
def two_houses(tmp_path):
    """Two equal houses that know the first file."""
    for name in ("quiet", "disturbed"):
        (tmp_path / name).mkdir()
    quiet, disturbed = House(tmp_path / "quiet"), House(tmp_path / "disturbed")
    quiet.run("migrate", "--verbosity", "0")
    path = tmp_path / "first.json"
    path.write_text(json.dumps(first_file()))
    quiet.take(path)
    shutil.copy(quiet.file, disturbed.file)
    return quiet, disturbed


def test_killed_at_any_moment_and_run_again_it_ends_in_the_same_state(two_houses, tmp_path):
    quiet, disturbed = two_houses
    path = tmp_path / "second.json"
    path.write_text(json.dumps(second_file()))
    quiet.take(path)

    for question, enough in MOMENTS.values():
        assert disturbed.take_and_die(path, question, enough) == -signal.SIGKILL
        assert disturbed.ask("SELECT count(*) FROM directory_importrun WHERE state = 'running'")[0][0] == 1
    said = disturbed.take(path)

    assert "1 ligne refusée" in said
    assert disturbed.export() == quiet.export()
    assert disturbed.search_tables() == quiet.search_tables()
    assert disturbed.ask("SELECT count(*) FROM directory_importrun WHERE state = 'running'") == [(0,)]
    assert "0 ajoutés, 0 mis à jour, 2369 inchangés, 0 retirés" in disturbed.take(path)
    assert "Le journal est entier" in disturbed.run("verify_journal")
