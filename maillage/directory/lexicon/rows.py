"""The lexicon's files, read as they are: one row per everyday expression, with the place where it is written."""

from dataclasses import dataclass
from pathlib import Path

from maillage.core.text import words
from maillage.directory.lexicon.files import FOLDER, ORDINARY_WORDS, category_files, read_cells
from maillage.directory.lexicon.hearing import said, what_is_meant

# In the order of whom to call first when a sentence says several.
URGENCIES = ("violence", "child", "elder", "suicide", "street", "health")


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
        return self.key_of(said(self.expression))

    def key_of(self, words: list[str]) -> tuple[str, ...]:
        """The key, when the words of the expression are already known."""
        return tuple(words if self.is_exact else what_is_meant(words))


def ordinary_words(folder: Path = FOLDER) -> frozenset[str]:
    """Words of every day that look like one of the lexicon and are no slip: « fermer » is not « former »."""
    return frozenset(words((folder / ORDINARY_WORDS).read_text(encoding="utf-8")))


def read_rows(folder: Path = FOLDER) -> list[Row]:
    return [row for path in category_files(folder) for row in _rows_of(path)]


def count_expressions(folder: Path = FOLDER) -> dict[str, int]:
    """How many expressions each file has."""
    return {path.name: len(_rows_of(path)) for path in category_files(folder)}


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
