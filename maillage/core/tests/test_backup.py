"""The house is copied, destroyed and built again: every table the same, the journal whole, the keys elsewhere."""

import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings as house
from django.db import connection

from maillage.core.backup import examine, fingerprints, read_keys
from maillage.core.backup.contents import figures
from maillage.core.refusals import Refused

FILL = """
import datetime as dt
from maillage.core import clock, encryption, journal
from maillage.core.models import Intention
from maillage.actors.models import User
from maillage.territories.models import Departement
Departement.objects.create(code="00", name="L'Aubrelle")
alice = User.objects.create_user("alice", first_name="Alice", last_name="É'xemple \\u202f\\U0001f9f6")
with clock.travel(dt.date(2026, 2, 3)):
    journal.record(alice, "told", "a", count=3)
    journal.record(None, "told", "b")
with clock.travel(dt.date(2026, 3, 3)):
    journal.seal_past_months()
    journal.record(alice, "told", "c", why="art.L271-1")
Intention.objects.create(key=encryption.encrypt("secret")[:60], done_at=clock.now())
"""
CUT = "incomplète"


class House:
    """An installation of its own: a folder, a database, commands run as processes."""

    def __init__(self, var: Path, url: str) -> None:
        self.var, self.url = var, url

    def start(self, *words: str, **more: str) -> "subprocess.Popen[str]":
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")}
        command = [sys.executable, str(Path(house.BASE_DIR) / "manage.py"), *words]
        return subprocess.Popen(
            command, env=kept | {"MAILLAGE_VAR": str(self.var), "DATABASE_URL": self.url, **more},
            cwd=house.BASE_DIR, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def does(self, *words: str, **more: str) -> str:
        process = self.start(*words, **more)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return out

    def refuses(self, *words: str, **more: str) -> str:
        process = self.start(*words, **more)
        out, err = process.communicate(timeout=120)
        assert process.returncode != 0, out
        assert "Traceback" not in err, err
        return err

    def cursor(self):
        if self.url.startswith("sqlite"):
            return closing(sqlite3.connect(self.url.removeprefix("sqlite:///")))
        return psycopg.connect(self.url)

    def contents(self) -> dict[str, str]:
        with self.cursor() as asked:
            return fingerprints(asked.cursor())

    def rows(self) -> dict[str, int]:
        with self.cursor() as asked:
            return figures(asked.cursor()).rows


def missing(said):
    """Skip aloud; in CI, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(said)
    pytest.skip(said)


@pytest.fixture(scope="module")
def postgresql():
    """Databases made for one test and taken away after it; the sentence says why when there is none."""
    if shutil.which("pg_dump") is None:
        missing("pg_dump is not installed: package postgresql-client.")
    try:
        server = psycopg.connect(house.TEST_DATABASE_URL, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        missing("PostgreSQL does not answer at MAILLAGE_TEST_PG.")
    made = []

    def create() -> str:
        made.append(f"maillage_test_{uuid4().hex[:12]}")
        server.execute(f'CREATE DATABASE "{made[-1]}"')
        base, _, _ = house.TEST_DATABASE_URL.rpartition("/")
        return f"{base}/{made[-1]}"

    yield create
    for name in made:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    server.close()


@pytest.fixture(scope="module", params=[connection.vendor])
def engine(request):
    """The database of this run of the suite: each of its two runs tries its own."""
    return request.param


@pytest.fixture(scope="module")
def open_house(engine, request, tmp_path_factory):
    """A house with an empty database of its own."""

    def build() -> House:
        var = tmp_path_factory.mktemp("var")
        url = f"sqlite:///{var / 'house.sqlite3'}"
        return House(var, request.getfixturevalue("postgresql")() if engine == "postgresql" else url)

    return build


@pytest.fixture(scope="module")
def lived_in(open_house):
    """A house where people have worked: accounts, a sealed month, an encrypted text, files."""
    here = open_house()
    here.does("migrate", "-v0")
    here.does("shell", "-v0", "-c", FILL)
    for name in ("shapes/00.geojson", "imports/7.csv", "uploads/ab/abcd.pdf"):
        (here.var / name).parent.mkdir(parents=True, exist_ok=True)
        (here.var / name).write_text(f"content of {name}")
    (here.var / "static").mkdir()
    (here.var / "static/made.css").write_text("made again by the house")
    return here


@pytest.fixture(scope="module")
def kept(lived_in, tmp_path_factory):
    """Its backup, and its keys elsewhere."""
    archives, keys = tmp_path_factory.mktemp("archives"), tmp_path_factory.mktemp("keys")
    said = lived_in.does("backup", "--to", str(archives), "--keys-to", str(keys))
    (archive,), (key_file,) = archives.glob("*"), keys.glob("*")
    assert str(archive) in said
    return archive, key_file


def test_a_destroyed_house_is_built_again_every_table_the_same(lived_in, kept, open_house):
    archive, keys = kept
    new = open_house()
    said = new.does("restore", str(archive), "--keys", str(keys))

    before, after = lived_in.contents(), new.contents()
    assert after == before
    assert len(before) > 20
    assert before["core_journalline"] != before["core_journalsegment"]
    assert "Le journal est entier : 3 lignes, 1 mois scellé." in said
    assert "Le journal est entier" in new.does("verify_journal")
    for name in ("shapes/00.geojson", "imports/7.csv", "uploads/ab/abcd.pdf"):
        assert (new.var / name).read_text() == f"content of {name}"
    assert not (new.var / "static").exists()
    assert (new.var / "secret-key").read_text() == (lived_in.var / "secret-key").read_text()
    assert (new.var / "encryption-keys").read_text() == (lived_in.var / "encryption-keys").read_text()
    assert not list(new.var.glob(".restoring*"))


def test_the_journal_still_refuses_to_be_changed_after_a_restoration(kept, open_house):
    new = open_house()
    new.does("restore", str(kept[0]), "--keys", str(kept[1]))
    with new.cursor() as asked, pytest.raises((sqlite3.Error, psycopg.Error)):
        asked.cursor().execute("UPDATE core_journalline SET verb = 'x' WHERE seq = 1")


def test_an_archive_and_its_keys_are_readable_by_their_owner_alone_and_hold_no_key(lived_in, kept):
    archive, keys = kept
    assert archive.stat().st_mode & 0o077 == keys.stat().st_mode & 0o077 == 0
    content = archive.read_bytes()
    for name in ("secret-key", "encryption-keys"):
        for key in (lived_in.var / name).read_text().split():
            assert key.rpartition(":")[2].encode() not in content
    with tarfile.open(archive) as opened:
        assert not {name for name in opened.getnames() if "key" in name}
        assert opened.getnames()[-1] == "manifest.json"


def test_the_same_rows_in_another_order_are_the_same_and_one_letter_is_not(tmp_path):
    def made(*rows):
        with closing(sqlite3.connect(":memory:")) as base:
            base.execute("CREATE TABLE t (a, b)")
            base.executemany("INSERT INTO t VALUES (?, ?)", rows)
            return fingerprints(base.cursor())

    assert made((1, "x"), (2, "y")) == made((2, "y"), (1, "x"))
    different = [made(), made((1, "x")), made((1, "x"), (1, "x")), made((1, "X")), made(("1", "x")), made(("x", 1))]
    assert len({one["t"] for one in different}) == len(different)


# -- What is refused, nothing being touched --------------------------------------------------------------------------


def spoiled(archive: Path, into: Path, change) -> Path:
    """A copy of the archive whose members (name → bytes) went through `change`."""
    with tarfile.open(archive) as opened:
        members = {one.name: opened.extractfile(one).read() for one in opened}
    change(members)
    with tarfile.open(into, "w") as out:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            out.addfile(info, io.BytesIO(content))
    return into


def in_manifest(**changes):
    def change(members):
        members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | changes).encode()

    return change


def letter_changed(members):
    content = members["uploads/ab/abcd.pdf"]
    members["uploads/ab/abcd.pdf"] = b"C" + content[1:]


def member_lost(members):
    del members["imports/7.csv"]


def stranger_added(members):
    members["../../etc/passwd"] = b"x"
    members["manifest.json"] = members.pop("manifest.json")


def file_slipped_in(members):
    members["uploads/x.html"] = b"x"
    members["manifest.json"] = members.pop("manifest.json")


def from_tomorrow(members):
    told = json.loads(members["manifest.json"])
    told["product"] = "9.9.9"
    told["migrations"]["core"].append("9999_of_tomorrow")
    members["manifest.json"] = json.dumps(told).encode()


SPOILED = {
    "a letter changed": (letter_changed, "altérée : uploads/ab/abcd.pdf"),
    "a member lost": (member_lost, "altérée : imports/7.csv"),
    "a stranger": (stranger_added, "n'est pas de Maillage"),
    "a file slipped in": (file_slipped_in, "altérée : uploads/x.html"),
    "a newer format": (in_manifest(format=2, product="9.9.9"), "plus récente de Maillage (9.9.9)"),
    "no manifest": (lambda members: members.pop("manifest.json"), CUT),
    "an unreadable manifest": (lambda members: members.update({"manifest.json": b"{"}), "illisible"),
    "a manifest of another program": (lambda members: members.update({"manifest.json": b"[]"}), "illisible"),
    "an unknown engine": (in_manifest(engine="oracle"), "illisible"),
}  # fmt: skip


@pytest.mark.parametrize("fault", SPOILED)
def test_an_archive_that_is_not_whole_is_refused_with_a_sentence(kept, tmp_path, fault):
    change, sentence = SPOILED[fault]
    archive = spoiled(kept[0], tmp_path / "spoiled.tar", change)
    with pytest.raises(Refused, match=re.escape(sentence)):
        examine(archive)


def test_a_backup_of_a_newer_version_is_refused_and_nothing_is_touched(kept, open_house, tmp_path):
    newer = spoiled(kept[0], tmp_path / "newer.tar", from_tomorrow)
    new = open_house()
    said = new.refuses("restore", str(newer))
    assert "version plus récente (9.9.9) : cette version ne connaît pas la migration core.9999_of_tomorrow" in said
    assert "Installez d'abord la version 9.9.9" in said
    assert_untouched(new)


def assert_untouched(here: House) -> None:
    assert not {path.name for path in here.var.iterdir()} & {"shapes", "imports", "uploads"}
    assert not list(here.var.glob("*.sqlite3*"))
    if here.url.startswith("postgresql"):
        assert here.contents() == {}


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.95, 0.99])
def test_an_archive_cut_anywhere_is_refused(kept, tmp_path, share):
    whole = kept[0].read_bytes().rstrip(b"\0")
    (tmp_path / "cut.tar").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(Refused, match=f"{CUT}|illisible"):
        examine(tmp_path / "cut.tar")


def test_an_altered_or_truncated_archive_touches_nothing(kept, open_house, tmp_path):
    (tmp_path / "cut.tar").write_bytes(kept[0].read_bytes()[:5000])
    new = open_house()
    assert CUT in new.refuses("restore", str(tmp_path / "cut.tar"), "--keys", str(kept[1]))
    altered = spoiled(kept[0], tmp_path / "altered.tar", letter_changed)
    assert "Rien n'a été changé." in new.refuses("restore", str(altered), "--keys", str(kept[1]))
    assert_untouched(new)


def test_what_is_no_archive_is_refused_with_a_sentence(tmp_path):
    photo = tmp_path / "photo.tar"
    photo.write_bytes(b"\x89PNG" * 1000)
    for path, sentence in ((photo, CUT), (tmp_path / "absent.tar", "n'existe pas"), (tmp_path, "ne peut pas être lu")):
        with pytest.raises(Refused, match=sentence):
            examine(path)
    for text in ("{}", "[]", "x", '{"secret_key": "x", "secret_key_fallbacks": [], "encryption_keys": ["a:b"]}'):
        photo.write_text(text)
        with pytest.raises(Refused, match="fichier de clés"):
            read_keys(photo)


def test_a_database_that_holds_something_is_never_written_over(lived_in, kept):
    before = lived_in.contents()
    assert "n'est pas vide" in lived_in.refuses("restore", str(kept[0]), "--keys", str(kept[1]))
    assert lived_in.contents() == before


def test_a_backup_of_the_other_engine_says_how_to_go_on(kept, engine, tmp_path, request):
    other = House(tmp_path, f"sqlite:///{tmp_path / 'x.sqlite3'}") if engine == "postgresql" else None
    if other is None:
        other = House(tmp_path, request.getfixturevalue("postgresql")())
    said = other.refuses("restore", str(kept[0]))
    assert "Cette sauvegarde vient d'une base" in said
    assert "DATABASE_URL" in said


def test_counts_that_differ_from_the_manifest_leave_nothing_behind(kept, open_house, tmp_path):
    """The failure comes after the data were loaded: everything loaded is taken away again."""
    with tarfile.open(kept[0]) as opened:
        rows = json.loads(opened.extractfile("manifest.json").read())["rows"]
    lying = spoiled(kept[0], tmp_path / "lying.tar", in_manifest(rows=rows | {"actors_user": 12}))
    new = open_house()
    assert "actors_user" in new.refuses("restore", str(lying))
    assert_untouched(new)
    assert new.does("restore", str(kept[0]), "--keys", str(kept[1]))


def test_without_its_keys_the_data_come_back_and_the_journal_is_said_not_to_hold(lived_in, kept, open_house):
    new = open_house()
    said = new.refuses("restore", str(kept[0]))
    assert "ne se vérifie pas" in said
    assert "Clés de chiffrement manquantes" in said
    assert new.contents() == lived_in.contents()


def test_keys_that_the_environment_contradicts_are_refused_before_anything(kept, open_house):
    new = open_house()
    said = new.refuses("restore", str(kept[0]), "--keys", str(kept[1]), MAILLAGE_SECRET_KEY="x" * 60)
    assert "MAILLAGE_SECRET_KEY" in said
    assert_untouched(new)


def test_files_that_were_there_are_set_aside_not_lost(kept, open_house):
    new = open_house()
    (new.var / "uploads").mkdir()
    (new.var / "uploads/mine.pdf").write_text("mine")
    said = new.does("restore", str(kept[0]), "--keys", str(kept[1]))
    (aside,) = new.var.glob("before-restore-*")
    assert str(aside) in said
    assert (aside / "uploads/mine.pdf").read_text() == "mine"
    assert [path.name for path in (new.var / "uploads").iterdir()] == ["ab"]


def test_an_archive_can_be_checked_without_restoring_it(kept, open_house):
    new = open_house()
    said = new.does("restore", str(kept[0]), "--check")
    assert "Sauvegarde entière" in said
    assert "journal à la ligne 3" in said
    assert_untouched(new)


# -- Making it -----------------------------------------------------------------------------------------------------


def test_keys_are_refused_in_the_folder_of_the_backups_or_around_it(lived_in, tmp_path):
    for keys in (tmp_path / "a", tmp_path / "a/keys", tmp_path):
        assert "support" in lived_in.refuses("backup", "--to", str(tmp_path / "a"), "--keys-to", str(keys))
    assert not (tmp_path / "a").exists()


def test_a_killed_backup_leaves_nothing_that_looks_whole(lived_in, tmp_path):
    to = tmp_path / "to"
    big = lived_in.var / "uploads/big.pdf"
    with big.open("wb") as out:
        out.truncate(800_000_000)  # A hole: it weighs nothing here, and takes a while to copy.
    try:
        process = lived_in.start("backup", "--to", str(to))
        while process.poll() is None and not [one for one in to.glob("*.partial") if one.stat().st_size > 10**6]:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    finally:
        big.unlink()
    assert process.returncode == -signal.SIGKILL
    assert list(to.glob(".*.partial"))
    assert not list(to.glob("maillage-*"))


def test_old_backups_go_once_the_new_one_is_there(lived_in, tmp_path):
    to = tmp_path / "to"
    to.mkdir()
    for day in range(1, 6):
        (to / f"maillage-2026010{day}-023000.tar").write_text("old")
    (to / "notes.tar").write_text("someone's own")
    lived_in.does("backup", "--to", str(to), "--keep", "3")
    names = sorted(path.name for path in to.iterdir())
    assert names[:2] == ["maillage-20260104-023000.tar", "maillage-20260105-023000.tar"]
    assert len(names) == 4
    assert "notes.tar" in names
    assert "au moins une" in lived_in.refuses("backup", "--to", str(to), "--keep", "0")


def test_a_backup_without_pg_dump_says_what_to_install(lived_in, engine, tmp_path):
    if engine == "sqlite":
        pytest.skip("SQLite copies itself.")
    to = tmp_path / "to"
    said = lived_in.refuses("backup", "--to", str(to), MAILLAGE_PG_BIN=str(tmp_path))
    assert "postgresql-client" in said
    assert not list(to.iterdir())
