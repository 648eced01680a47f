"""A page that is only read cannot write: checked where it matters, at the database connection."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse

READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
LITERALS = re.compile(r"--[^\n]*|/\*.*?\*/|\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'", re.DOTALL)
NAMES = re.compile(r'"(?:[^"]|"")*"')
QUERIES = re.compile(
    r"[\s(]*(?:SELECT|WITH|VALUES|EXPLAIN(?!.*\bANALY[SZ]E\b)|SHOW|DECLARE|FETCH|CLOSE)\b", re.IGNORECASE
)
WRITES = re.compile(r"\b(?:INSERT|DELETE|MERGE|INTO)\b|(?<!\bFOR )(?<!\bNO KEY )(?<!\bDO )\bUPDATE\b", re.IGNORECASE)
SEQUENCES = re.compile(r'\b(?:NEXTVAL|SETVAL)"?\s*\(', re.IGNORECASE)
TARGET = re.compile(
    r"\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+"
    r'(?:ONLY\s+)?"?(?P<table>\w+)"?(?=[\s(]|$)',
    re.IGNORECASE,
)
BOOKKEEPING = re.compile(
    r"\s*(?:SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|SET\s+(?:LOCAL|SESSION|CONSTRAINTS|TIME|TRANSACTION)"
    r"|PRAGMA\s+(?:table_x?info|table_list|index_x?info|index_list|foreign_key_list|foreign_key_check))\b",
    re.IGNORECASE,
)


class WriteOnRead(Exception):
    """A GET request tried to change domain data. A defect of ours, never of the visitor."""


class RefuseWritesOnRead:
    """Wraps every database connection of a GET, HEAD, OPTIONS or TRACE request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in READING:
            return self.get_response(request)
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(refuse_write))
            return self.get_response(request)


def refuse_write(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if not may_run(sql):
        raise WriteOnRead(f"A read request tried: {sql[:120]}")
    return execute(sql, params, many, context)


def may_run(sql: str) -> bool:
    """Whether a read request may send this: reads, and writes to the three excepted tables.

    What cannot be read with certainty is refused: a second statement counts as much as the first.
    """
    bare = LITERALS.sub(lambda found: " " if found[0][0] in "-/" else "''", sql)
    return all(_may_run(" ".join(statement.split())) for statement in bare.split(";") if statement.strip())


def _may_run(statement: str) -> bool:
    if QUERIES.match(statement):
        return not (WRITES.search(NAMES.sub('""', statement)) or SEQUENCES.search(statement))
    if target := TARGET.match(statement):
        rest = NAMES.sub('""', statement[target.end() :])
        return target["table"] in settings.READ_REQUESTS_MAY_WRITE and not WRITES.search(rest)
    return bool(BOOKKEEPING.match(statement))
