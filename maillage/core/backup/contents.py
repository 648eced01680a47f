"""What a database holds, told in a few figures: enough to know that two of them are the same."""

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

MODULUS = 2**256
BY_THOUSANDS = 1000


class Cursor(Protocol):
    """A cursor of either database, as Python's DB-API gives it."""

    @property
    def description(self) -> Any: ...

    def execute(self, sql: str) -> Any: ...

    def fetchmany(self, size: int) -> list[Any]: ...

    def fetchall(self) -> list[Any]: ...


@dataclass(frozen=True)
class Figures:
    """What a manifest says of a database: migrations per app, rows per table, the journal's last link."""

    migrations: dict[str, list[str]]
    rows: dict[str, int]
    journal: dict[str, Any]


def tables(cursor: Cursor) -> list[str]:
    """The tables of this database, in order; the engine's own left out."""
    cursor.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        if _is_sqlite(cursor)
        else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    )
    return sorted(str(row[0]) for row in cursor.fetchall())


def figures(cursor: Cursor) -> Figures:
    """Read them in one transaction, or from a copy nobody writes to: they must be of one instant."""
    known = tables(cursor)
    migrations: dict[str, list[str]] = {}
    for app, name in _asked(cursor, "SELECT app, name FROM django_migrations ORDER BY app, name"):
        migrations.setdefault(app, []).append(name)
    rows = {table: int(next(_asked(cursor, f'SELECT count(*) FROM "{table}"'))[0]) for table in known}
    last = next(_asked(cursor, "SELECT seq, digest FROM core_journalline ORDER BY seq DESC LIMIT 1"), (0, ""))
    return Figures(migrations, rows, {"seq": last[0], "digest": last[1]})


def fingerprints(cursor: Cursor) -> dict[str, str]:
    """Each table as one digest of its columns and of all its rows, in whatever order they come.

    Rows are digested one by one and their digests added up: two tables have the same rows, as many times each, exactly
    when they have the same digest. Nothing is kept in memory but a sum.
    """
    return {table: _fingerprint(cursor, table) for table in tables(cursor)}


def _fingerprint(cursor: Cursor, table: str) -> str:
    cursor.execute(f'SELECT * FROM "{table}"')
    columns = [column[0] for column in cursor.description]
    order = sorted(
        range(len(columns)), key=columns.__getitem__
    )  # A migration may have added columns in another order.
    rows, total = 0, 0
    while found := cursor.fetchmany(BY_THOUSANDS):
        for row in found:
            rows += 1
            total += int.from_bytes(hashlib.sha256(repr([row[at] for at in order]).encode()).digest())
    told = f"{sorted(columns)}|{rows}|{total % MODULUS}"
    return hashlib.sha256(told.encode()).hexdigest()


def _asked(cursor: Cursor, sql: str) -> Iterator[Any]:
    cursor.execute(sql)
    yield from cursor.fetchall()


def _is_sqlite(cursor: Cursor) -> bool:
    return isinstance(cursor, sqlite3.Cursor)
