"""The two databases, each with the tool of its own that copies it whole while it works."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext
from psycopg.conninfo import make_conninfo

from maillage.core.backup.contents import Figures, figures, tables
from maillage.core.refusals import Refused

MEMBER = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}


def dump(into: Path) -> Figures:
    """Copy the database of this house into one file, while people work; what the copy holds."""
    return _dump_postgresql(into) if connection.vendor == "postgresql" else _dump_sqlite(into)


def is_empty() -> bool:
    """Whether the database can receive a copy: absent, or without a table. Raises Refused when it does not answer."""
    if connection.vendor == "sqlite":
        file = sqlite_file()
        return not file.exists() or file.stat().st_size == 0 or not _sqlite_tables(file)
    with _asking() as asked:
        return not tables(asked)


# -- SQLite --------------------------------------------------------------------------------------------------------


def sqlite_file() -> Path:
    name = str(connection.settings_dict["NAME"])
    if name == ":memory:" or name.startswith("file:"):
        raise Refused(gettext("Cette base vit en mémoire : il n'y a rien à garder."))
    return Path(name).absolute()


def _sqlite_tables(file: Path) -> list[str]:
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as asked:
            return tables(asked.cursor())
    except sqlite3.DatabaseError:
        return ["?"]  # Something is there, which is not a database: it is not ours to replace.


def _dump_sqlite(into: Path) -> Figures:
    """SQLite's online copy: whole and of one instant, even while others write."""
    source_file = sqlite_file()
    if not source_file.exists():
        raise Refused(gettext("La base n'existe pas : %(path)s.") % {"path": source_file})
    with closing(sqlite3.connect(source_file)) as source, closing(sqlite3.connect(into)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE").fetchall()  # One file, without a log beside it.
        return figures(copy.cursor())


# -- PostgreSQL ----------------------------------------------------------------------------------------------------


def _dump_postgresql(into: Path) -> Figures:
    """pg_dump and our own counts look at the same instant: the one our transaction has exported."""
    with _asking() as asked:
        asked.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = asked.execute("SELECT pg_export_snapshot()").fetchone()[0]
        words = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={into}"]
        _run("pg_dump", *words, f"--dbname={_address()}")
        return figures(asked)


def load_postgresql(dumped: Path) -> None:
    """Fill the empty database, in one transaction: whatever fails leaves it empty."""
    words = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run("pg_restore", *words, f"--dbname={_address()}", str(dumped))


def empty_postgresql() -> None:
    """Take away what a restoration has just put into a database that was empty before it."""
    with _asking() as asked:
        for table in tables(asked):
            asked.execute(f'DROP TABLE IF EXISTS "{table}" CASCADE')
        asked.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace"
        )
        for (function,) in asked.fetchall():
            asked.execute(f"DROP FUNCTION IF EXISTS {function} CASCADE")


def postgresql_figures() -> Figures:
    with _asking() as asked:
        return figures(asked)


@contextmanager
def _asking() -> Iterator[Any]:
    """A connection apart from Django's, in one transaction."""
    try:
        asked = psycopg.connect(_address(), password=_told("PASSWORD") or None, connect_timeout=10)
    except psycopg.OperationalError:
        raise Refused(
            gettext("La base PostgreSQL n'existe pas, ou ne répond pas."),
            instead=gettext("Créez-la vide (createdb), vérifiez DATABASE_URL, puis recommencez."),
        ) from None
    with asked, asked.cursor() as cursor:
        yield cursor


def _told(name: str) -> str:
    return str(connection.settings_dict.get(name) or "")


def _address() -> str:
    """How to reach the database, without its password: command lines are seen by everyone on the machine."""
    known = {"host": _told("HOST"), "port": _told("PORT"), "user": _told("USER"), "dbname": _told("NAME")}
    return make_conninfo(**{name: value for name, value in known.items() if value}, **_options())


def _options() -> dict[str, Any]:
    return {name: value for name, value in connection.settings_dict["OPTIONS"].items() if isinstance(value, str)}


def _run(tool: str, *words: str) -> None:
    found = shutil.which(tool, path=settings.PG_BIN or None)
    if found is None:
        raise Refused(
            gettext("L'outil %(tool)s est introuvable.") % {"tool": tool},
            instead=gettext("Installez le paquet postgresql-client, ou dites son dossier dans MAILLAGE_PG_BIN."),
        )
    environment = os.environ | ({"PGPASSWORD": _told("PASSWORD")} if _told("PASSWORD") else {})
    done = subprocess.run([found, *words], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [gettext("sans explication")])[0]
        raise Refused(gettext("%(tool)s a échoué : %(said)s") % {"tool": tool, "said": said})
