"""The table of social sectors: read from a CSV file, checked line by line before anything is changed."""

import datetime as dt
import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from maillage.core.refusals import Refused
from maillage.core.tabular import read_csv, read_text
from maillage.territories.actions.names import name_key
from maillage.territories.models import Commune, CommuneName, Departement

COLUMNS = ("tas_code", "tas_name", "tis_code", "tis_name", "commune_code")
OPTIONAL = "commune_name"
SHOWN = 10


@dataclass(frozen=True)
class SectorRow:
    """One commune and its TIS, inside its TAS. `line` is where it stands in its file; `commune_name` only helps."""

    tas_code: str
    tas_name: str
    tis_code: str
    tis_name: str
    commune_code: str
    commune_name: str = ""
    line: int = 0


def read_sector_table(path: Path) -> list[SectorRow]:
    """The rows of a CSV file in UTF-8, with the columns of COLUMNS and, if it likes, commune_name.

    Raises Refused: no file, another encoding, missing columns, a file cut short.
    """
    rows = read_csv(read_text(path), path.name, required=COLUMNS)
    return [_row(row.values, row.line) for row in rows]


def _row(cells: dict[str, str], line: int) -> SectorRow:
    values = {name: (cells.get(name) or "").strip() for name in (*COLUMNS, OPTIONAL)}
    return SectorRow(**values, line=line)


def refuse_table(departement: Departement, rows: list[SectorRow], *, from_day: dt.date) -> None:
    """Raise Refused, with one sentence per defect (ten at most), unless the table is a map of the Département."""
    numbered = [(row.line or number, row) for number, row in enumerate(rows, 1)]
    defects = [
        *_empty_cells(numbered),
        *_two_faces(numbered),
        *_foreign(departement, numbered, from_day),
        *_twice(numbered),
        *_absent(departement, rows, from_day),
    ]
    if not rows:
        defects = ["Le tableau est vide."]
    if defects:
        more = len(defects) - SHOWN
        raise Refused(" ".join(defects[:SHOWN]) + (f" Et {more} autres défauts." if more > 0 else ""))


def _empty_cells(rows: list[tuple[int, SectorRow]]) -> Iterator[str]:
    for line, row in rows:
        if empty := [column for column in COLUMNS if not getattr(row, column)]:
            yield f"Ligne {line} : {', '.join(empty)} manque."


def _two_faces(rows: list[tuple[int, SectorRow]]) -> Iterator[str]:
    """One code, one name, one place in the tree."""
    seen: dict[str, tuple[str, str, str]] = {}
    for line, row in rows:
        tas, tis = ("TAS", row.tas_name, ""), ("TIS", row.tis_name, row.tas_code)
        for code, face in ((row.tas_code, tas), (row.tis_code, tis)):
            if code and seen.setdefault(code, face) != face:
                yield f"Ligne {line} : {code} n'a pas le même nom, le même niveau ou le même TAS que plus haut."


def _foreign(departement: Departement, rows: list[tuple[int, SectorRow]], from_day: dt.date) -> Iterator[str]:
    codes = {row.commune_code for _, row in rows}
    known = {commune.code: commune for commune in Commune.objects.filter(code__in=codes).select_related("departement")}
    names: dict[str, CommuneName] | None = None
    for line, row in rows:
        commune = known.get(row.commune_code)
        if commune is None and row.commune_code:
            names = names or _names(departement)
            yield f"Ligne {line} : « {row.commune_code} » n'est le code d'aucune commune.{_suggestion(row, names)}"
        elif commune is not None and commune.departement_id != departement.pk:
            yield f"Ligne {line} : {commune} ({commune.code}) est du département {commune.departement}."
        elif commune is not None and commune.left_on is not None and commune.left_on <= from_day:
            yield f"Ligne {line} : {commune} ({commune.code}) n'est plus une commune ({commune.left_on:%d/%m/%Y})."


def _names(departement: Departement) -> dict[str, CommuneName]:
    names = CommuneName.objects.filter(commune__departement=departement).select_related("commune")
    return {name.key: name for name in names.order_by("is_current")}


def _suggestion(row: SectorRow, names: dict[str, CommuneName]) -> str:
    """The nearest name, from the name in the row or from a name written where the code should be."""
    close = difflib.get_close_matches(name_key(row.commune_name or row.commune_code), names, n=1, cutoff=0.6)
    if not close:
        return ""
    commune = names[close[0]].commune
    return f" Serait-ce {commune} ({commune.code}) ?"


def _twice(rows: list[tuple[int, SectorRow]]) -> Iterator[str]:
    counts = Counter(row.commune_code for _, row in rows if row.commune_code)
    for code in (code for code, times in counts.items() if times > 1):
        lines = ", ".join(str(line) for line, row in rows if row.commune_code == code)
        yield f"Lignes {lines} : la commune {code} y figure plusieurs fois."


def _absent(departement: Departement, rows: list[SectorRow], from_day: dt.date) -> Iterator[str]:
    given = {row.commune_code for row in rows}
    due = departement.communes.current().listed_on(from_day).exclude(code__in=given).order_by("code")
    for commune in due:
        yield f"Il manque {commune} ({commune.code})."
