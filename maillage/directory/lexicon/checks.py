"""The proof-reading of the lexicon: one French sentence per fault, with the place and what would be right."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from data_inclusion.schema.v1 import Categorie, Public, Thematique

from maillage.core.text import STOP_WORDS, stem
from maillage.directory.lexicon.files import COLUMNS, COLUMNS_OF, FOLDER, NEIGHBOURS, category_files, read_cells
from maillage.directory.lexicon.reading import FILLERS
from maillage.directory.lexicon.rows import URGENCIES, Row, read_rows
from maillage.directory.lexicon.tables import check_tables

THEMATIQUES = tuple(thematique.value for thematique in Thematique)
PUBLICS = tuple(public.value for public in Public)
MOST_NAMED = 20
CATEGORIES = tuple(category.value for category in Categorie)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell of a row, and what would be right."""

    row: Row
    field: str
    value: str
    what: str

    @property
    def sentence(self) -> str:
        """« … » n'existe pas ; vouliez-vous écrire « … » ?"""
        said = f"« {self.value} » {self.what}" if self.value else f"La colonne « {self.field} » {self.what}"
        return said if said.endswith("?") else f"{said}."

    @property
    def placed(self) -> str:
        """The same, with the file, the line and the column."""
        said = f"{self.row.file}, ligne {self.row.line}, colonne « {self.field} » : « {self.value} » {self.what}"
        return said if said.endswith("?") else f"{said}."


def check_lexicon(folder: Path = FOLDER) -> list[str]:
    """The faults of the lexicon's files, in the order of the files; an empty list when all is well."""
    wrong_columns = list(_columns(folder))
    if wrong_columns:
        return wrong_columns
    rows = read_rows(folder)
    of_each_row = [fault for row in rows for fault in (*check_row(row), *_misplaced(row))]
    faults = [*of_each_row, *_contradictions(rows), *_neighbours(folder)]
    return [*(fault.placed for fault in faults), *check_tables(folder)]


def check_row(row: Row) -> list[Fault]:
    """The faults of one row, wherever it is written."""
    return [*_expression(row), *_meaning(row)]


def _columns(folder: Path) -> Iterator[str]:
    expected = dict.fromkeys(category_files(folder), COLUMNS) | {
        folder / name: COLUMNS_OF[name] for name in COLUMNS_OF
    }
    for path, columns in expected.items():
        if not path.exists():
            yield f"{path.name} : ce fichier manque."
            continue
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header = next(csv.reader(lines), [])
        if tuple(header) != columns:
            yield f"{path.name}, ligne 1 : les colonnes sont « {','.join(header)} » ; écrivez « {','.join(columns)} »."


def _expression(row: Row) -> Iterator[Fault]:
    if not row.expression:
        yield Fault(row, "expression", "", "est vide ; écrivez les mots d'une personne, ou supprimez la ligne")
    elif not row.key:
        yield Fault(row, "expression", row.expression, "n'a que des mots de liaison ; ajoutez le mot qui compte")
    elif len(row.key) == 1 and _says_little(row):
        yield Fault(row, "expression", row.expression, "est trop large ; ajoutez le mot qui compte")


def _says_little(row: Row) -> bool:
    word = row.key[0]
    return word in STOP_WORDS or stem(word) in FILLERS if row.is_exact else word in FILLERS


def _meaning(row: Row) -> Iterator[Fault]:
    for slug in row.thematiques:
        yield from _unknown(row, "thematiques", slug, THEMATIQUES)
    for slug in row.publics:
        yield from _unknown(row, "publics", slug, PUBLICS)
    if row.urgency:
        yield from _unknown(row, "urgence", row.urgency, URGENCIES)
    if not (row.thematiques or row.publics or row.urgency):
        yield Fault(row, "thematiques", "", "est vide ; écrivez au moins une thématique ou un public")


def _misplaced(row: Row) -> Iterator[Fault]:
    category = row.thematiques[0].partition("--")[0] if row.thematiques else ""
    if category in CATEGORIES and row.file != f"{category}.csv":
        yield Fault(row, "thematiques", row.thematiques[0], f"a sa place dans {category}.csv")


def _unknown(row: Row, field: str, value: str, allowed: Iterable[str]) -> Iterator[Fault]:
    if value not in allowed:
        yield Fault(row, field, value, f"n'existe pas ; {_suggestion(value, allowed)}")


def _suggestion(value: str, allowed: Iterable[str]) -> str:
    known = list(allowed)
    if nearest := get_close_matches(value, known, n=1, cutoff=0.5):
        return f"vouliez-vous écrire « {nearest[0]} » ?"
    if len(known) > MOST_NAMED:
        return f"les plus proches : {', '.join(get_close_matches(value, known, n=3, cutoff=0))}"
    return f"choisissez parmi : {', '.join(known)}"


def _contradictions(rows: Iterable[Row]) -> Iterator[Fault]:
    """The same words, to the reader, may not mean two things."""
    first: dict[tuple[bool, tuple[str, ...]], Row] = {}
    for row in rows:
        other = first.setdefault((row.is_exact, row.key), row)
        if row.key and sense(other) != sense(row):
            place = f"« {other.expression} » ({other.file}, ligne {other.line})"
            what = f"se lit comme {place}, avec un autre sens ; gardez-en une"
            yield Fault(row, "expression", row.expression, what)


def sense(row: Row) -> tuple[object, ...]:
    """What a row means, whatever its words."""
    return row.thematiques, row.publics, row.urgency


def _neighbours(folder: Path) -> Iterator[Fault]:
    path = folder / NEIGHBOURS
    for line, cells in read_cells(path):
        for field in COLUMNS_OF[NEIGHBOURS]:
            row = Row(NEIGHBOURS, line, "", (), (), "")
            slugs = cells.get(field, "").split()
            if not slugs:
                yield Fault(row, field, "", "est vide ; écrivez une thématique")
            for slug in slugs:
                yield from _unknown(row, field, slug, THEMATIQUES)
