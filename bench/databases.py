"""A fresh database to measure on, gone afterwards: a file, or one of its own on the server of a PostgreSQL."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

TESTS = "postgresql://127.0.0.1:5432/test"  # As tests/run has it.


def asked(environment: Mapping[str, str]) -> list[str]:
    """The address given, alone; else a file, then the server of the tests if it answers."""
    if given := environment.get("DATABASE_URL"):
        return ["" if given.startswith("sqlite") else given]
    server = environment.get("MAILLAGE_TEST_PG", TESTS)
    try:
        psycopg.connect(server, connect_timeout=5).close()
    except psycopg.OperationalError:
        print("PostgreSQL does not answer at MAILLAGE_TEST_PG: SQLite alone is measured.", flush=True)
        return [""]
    return ["", server]


@contextmanager
def fresh(server: str) -> Iterator[dict[str, str]]:
    """What the environment says of a house of its own, on this server; on a file when there is none."""
    with tempfile.TemporaryDirectory(prefix="maillage-bench-") as folder:
        house = {"MAILLAGE_VAR": folder, "MAILLAGE_DEMO": "1", "DJANGO_SETTINGS_MODULE": "config.settings"}
        if not server:
            yield house | {"DATABASE_URL": f"sqlite:///{Path(folder) / 'maillage.sqlite3'}"}
            return
        name = f"maillage_bench_{os.getpid()}"
        with psycopg.connect(server, autocommit=True) as door:
            door.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            try:
                yield house | {"DATABASE_URL": urlunsplit(urlsplit(server)._replace(path=f"/{name}"))}
            finally:
                door.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
