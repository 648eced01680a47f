"""The files data·inclusion records come in, read row after row: two lists, one list, or a CSV."""

import heapq
from pathlib import Path
from typing import Any

from maillage.core.json_parts import JsonParts, looks_like_json
from maillage.core.rows import Row, Rows
from maillage.core.tabular import SentText, UnreadableFile, csv_rows, delimiter_of
from maillage.directory.data_inclusion import NOT_A_RECORD, SERVICE_ONLY

HEAD = 100_000  # Characters of a file that say what it is, and hold the header of a CSV.


def read(path: Path) -> tuple[Rows, Rows]:
    """The structures and the services of a file: a JSON list, a JSON object of two lists, or one CSV.

    Raises UnreadableFile when the file is neither, or stops before its end.
    """
    with SentText(path) as sent:
        head = sent.read(HEAD)
    with SentText(path) as sent:
        if not looks_like_json(head):
            return _from_csv(sent, head.split("\n", 1)[0], path.name)
        page = JsonParts(sent.read, path.name)
        return _two_lists(page, path.name) if page.next_sign() == "{" else _one_list(page)


def _from_csv(sent: SentText, header: str, name: str) -> tuple[Rows, Rows]:
    is_of_services = any(column in header for column in SERVICE_ONLY)
    required = ("id", "nom", "source", "date_maj", *(("structure_id",) if is_of_services else ()))
    rows = Rows()
    for row in csv_rows(sent, name, delimiter=delimiter_of(header), required=required):
        rows.add(row)
    return (Rows(), rows) if is_of_services else (rows, Rows())


def _two_lists(page: JsonParts, name: str) -> tuple[Rows, Rows]:
    found: dict[str, Rows] = {}
    is_right = True
    for noun in page.members():
        if noun not in {"structures", "services"}:
            page.value()
        elif page.next_sign() == "[":
            found[noun] = Rows()
            for rank, record in enumerate(page.items(), 1):
                found[noun].add(_json_row(rank, record, is_of_services=noun == "services"))
        else:
            found[noun] = Rows()
            is_right = not page.value() and is_right
    page.end()
    if not found or not is_right:
        raise UnreadableFile(f"{name} ne contient ni « structures » ni « services ».")
    return found.get("structures", Rows()), found.get("services", Rows())


def _json_row(rank: int, record: Any, *, is_of_services: bool = False) -> Row:
    extra = {"structure_id": None} if is_of_services else {}
    return Row(rank, extra | record if isinstance(record, dict) else {None: NOT_A_RECORD})


def _one_list(page: JsonParts) -> tuple[Rows, Rows]:
    """A list that mixes both kinds; what is no record at all goes with the kind that is there."""
    others, services = Rows(), Rows()
    are_all_broken, is_any_service = True, False
    for rank, record in enumerate(page.items(), 1):
        row = _json_row(rank, record)
        is_service = bool(SERVICE_ONLY & row.values.keys())
        (services if is_service else others).add(row)
        is_any_service = is_any_service or is_service
        are_all_broken = are_all_broken and (is_service or None in row.values)
    page.end()
    if not (is_any_service and are_all_broken):
        return others, services
    together = Rows()
    for row in heapq.merge(others, services, key=lambda row: row.line):
        together.add(row)
    return Rows(), together
