"""A page that is only read cannot write: checked where it matters, at the database connection."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse

READING = frozenset({"GET", "HEAD", "OPTIONS"})
HARMLESS = re.compile(
    r"^\s*(SELECT|EXPLAIN|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|PRAGMA|SHOW|DECLARE|FETCH|CLOSE"
    r"|SET\s+(LOCAL|SESSION|CONSTRAINTS|TIME|TRANSACTION))\b",
    re.IGNORECASE,
)
TARGET = re.compile(
    r"^\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+"
    r'(?:ONLY\s+)?"?(?P<table>\w+)"?',
    re.IGNORECASE,
)
HIDDEN_WRITE = re.compile(r"\b(INSERT\s+INTO|UPDATE\s+\"?\w+\"?\s+SET|DELETE\s+FROM)\b", re.IGNORECASE)


class WriteOnRead(Exception):
    """A GET request tried to change domain data. A defect of ours, never of the visitor."""


class RefuseWritesOnRead:
    """Wraps every database connection of a GET, HEAD or OPTIONS request."""

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
    """Whether a read request may send this statement: reads, and writes to the three excepted tables."""
    if HARMLESS.match(sql):
        return True
    if target := TARGET.match(sql):
        return target["table"] in settings.READ_REQUESTS_MAY_WRITE
    return sql.lstrip()[:4].upper() == "WITH" and not HIDDEN_WRITE.search(sql)
