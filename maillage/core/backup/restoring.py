"""Building the house again from a backup: everything is checked first, and what fails leaves nothing half-restored."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connections
from django.utils.translation import gettext

from maillage.core import clock, encryption
from maillage.core.backup import engines
from maillage.core.backup.contents import Figures, figures
from maillage.core.backup.keys import Keys, environment_of, install_keys, refuse_other_keys
from maillage.core.backup.making import FOLDERS
from maillage.core.backup.reading import Archive, refuse_incompatible
from maillage.core.refusals import Refused


@dataclass(frozen=True)
class Restored:
    """What was done. `journal` is the verification's own sentence; `missing_keys` are ids nobody gave."""

    rows: int
    is_journal_whole: bool
    journal: str
    set_aside: Path | None
    missing_keys: list[str]


def restore(archive: Archive, *, keys: Keys | None = None) -> Restored:
    """Put the archive in this installation, whose database must be empty. Raises Refused; nothing has then changed.

    The database is brought up to this version's migrations; the journal is verified with the keys given, else with
    those of the installation. A journal that does not hold is told, not hidden: the data are restored all the same.
    """
    refuse_incompatible(archive)
    if keys:
        refuse_other_keys(keys)
    if not engines.is_empty():
        raise Refused(
            gettext("La base n'est pas vide : une restauration ne s'écrit jamais par-dessus des données."),
            instead=gettext("Créez une base neuve, donnez-la dans DATABASE_URL, puis recommencez."),
        )
    connections.close_all()
    believed = environment_of(keys) if keys else {}
    with _draft() as draft:
        archive.extract(draft)
        put = _postgresql if archive.engine == "postgresql" else _sqlite
        with put(archive, draft, believed) as (is_whole, sentence):
            aside = _put_files(draft)
            if keys:
                install_keys(keys)
    ours = set(encryption.parse(keys.encryption_keys)) if keys else set(encryption.key_ids())
    missing = [kid for kid in archive.manifest["encryption_key_ids"] if kid not in ours]
    return Restored(archive.rows, is_whole, sentence, aside, missing)


@contextmanager
def _draft() -> Iterator[Path]:
    """A folder beside the installation's own, so that a rename is enough to put a file in its place."""
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR, prefix=".restoring-") as folder:
        yield Path(folder)


@contextmanager
def _sqlite(archive: Archive, draft: Path, believed: dict[str, str]) -> Iterator[tuple[bool, str]]:
    """Everything is done on a draft beside the real file; its renaming is the last act."""
    target = engines.sqlite_file()
    target.parent.mkdir(parents=True, exist_ok=True)
    drafted = target.with_name(f".{target.name}.restoring-{os.getpid()}")
    try:
        shutil.move(draft / engines.MEMBER["sqlite"], drafted)
        with closing(sqlite3.connect(drafted)) as asked:
            _refuse_other_counts(archive, figures(asked.cursor()))
        environment = believed | {"DATABASE_URL": f"sqlite:///{quote(str(drafted))}"}
        _manage("migrate", "-v0", environment=environment)
        yield _verified(environment)
        with closing(sqlite3.connect(drafted)) as last:
            last.execute("PRAGMA journal_mode=DELETE").fetchall()
        for log in ("-wal", "-shm"):  # Of the database that was lost: not of this one.
            target.with_name(target.name + log).unlink(missing_ok=True)
        drafted.chmod(0o600)
        drafted.rename(target)
    finally:
        for left in target.parent.glob(f"{drafted.name}*"):
            left.unlink()


@contextmanager
def _postgresql(archive: Archive, draft: Path, believed: dict[str, str]) -> Iterator[tuple[bool, str]]:
    """One transaction fills the empty database; what fails after it empties it again."""
    engines.load_postgresql(draft / engines.MEMBER["postgresql"])
    try:
        _refuse_other_counts(archive, engines.postgresql_figures())
        _manage("migrate", "-v0", environment=believed)
        yield _verified(believed)
    except BaseException:
        engines.empty_postgresql()
        raise


def _refuse_other_counts(archive: Archive, found: Figures) -> None:
    expected = archive.manifest
    wrong = sorted(table for table, rows in expected["rows"].items() if found.rows.get(table) != rows)
    if wrong or found.journal != expected["journal"]:
        told = {"names": ", ".join(wrong[:3]) or "core_journalline"}
        raise Refused(
            gettext("La base restaurée ne contient pas ce que la sauvegarde annonce : %(names)s. Rien n'a été changé.")
            % told
        )


def _verified(environment: dict[str, str]) -> tuple[bool, str]:
    try:
        return True, _manage("verify_journal", environment=environment)
    except Refused as broken:
        return False, broken.instead


def _manage(*words: str, environment: dict[str, str]) -> str:
    """Run a command of the house in a process of its own, which believes these variables; what it said."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
    done = subprocess.run(
        command, env=os.environ | environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [""])[-1].removeprefix("CommandError: ")
        raise Refused(gettext("« manage.py %(words)s » a échoué.") % {"words": " ".join(words)}, instead=said)
    return done.stdout.strip()


def _put_files(draft: Path) -> Path | None:
    """The files in their place; those that were there are set aside. Returns the folder where they now are."""
    var = Path(settings.VAR_DIR)
    aside = var / f"before-restore-{clock.local_now():%Y%m%d-%H%M%S}"
    for name in FOLDERS:
        there = var / name
        if there.is_dir() and any(there.iterdir()):
            aside.mkdir(mode=0o700, exist_ok=True)
            there.rename(aside / name)
        if (draft / name).is_dir():
            shutil.rmtree(there, ignore_errors=True)  # Empty: what it held has just been set aside.
            (draft / name).rename(there)
    return aside if aside.exists() else None
