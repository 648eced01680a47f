"""The lexicon's files, read as they are: one row per everyday expression, with the place where it is written."""

import csv
from dataclasses import dataclass
from pathlib import Path

from maillage.core.text import stems, words

FOLDER = Path(__file__).parent
NEIGHBOURS = "neighbours.csv"
COLUMNS = ("expression", "thematiques", "publics", "urgence")
ORDINARY_WORDS = "ordinary_words.txt"
NEIGHBOURS_COLUMNS = ("thematique", "voisines")

# In the order of whom to call first when a sentence says several.
URGENCIES = ("violence", "child", "suicide", "street", "health")


@dataclass(frozen=True, slots=True)
class Row:
    """An everyday expression and what it means, in data·inclusion slugs; `urgency` is empty or one of URGENCIES.

    Written between « », it is exact: the little words count, as in « à la rue », which is not any street.
    """

    file: str
    line: int
    expression: str
    thematiques: tuple[str, ...]
    publics: tuple[str, ...]
    urgency: str
    is_exact: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """What the sentence has to contain, in this order: words when exact, stems otherwise."""
        return tuple(words(self.expression) if self.is_exact else stems(self.expression))


def ordinary_words(folder: Path = FOLDER) -> frozenset[str]:
    """Words of every day that look like one of the lexicon and are no slip: « fermer » is not « former »."""
    return frozenset(words((folder / ORDINARY_WORDS).read_text(encoding="utf-8")))


def category_files(folder: Path = FOLDER) -> list[Path]:
    """One file per category of thématiques, and `publics.csv` for the words that only say who the person is."""
    return sorted(path for path in folder.glob("*.csv") if path.name != NEIGHBOURS)


def read_rows(folder: Path = FOLDER) -> list[Row]:
    return [row for path in category_files(folder) for row in _rows_of(path)]


def _rows_of(path: Path) -> list[Row]:
    return [
        Row(
            file=path.name,
            line=line,
            expression=cells.get("expression", "").strip("« »"),
            thematiques=tuple(cells.get("thematiques", "").split()),
            publics=tuple(cells.get("publics", "").split()),
            urgency=cells.get("urgence", ""),
            is_exact=cells.get("expression", "").startswith("«"),
        )
        for line, cells in read_cells(path)
    ]


def read_cells(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Each line with its number, cells trimmed; `utf-8-sig` because spreadsheets add a mark at the start."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, restval="")
        return [
            (reader.line_num, {name: cell.strip() for name, cell in cells.items() if name is not None})
            for cells in reader
        ]
