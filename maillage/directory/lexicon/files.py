"""Where the lexicon's files are, and how their lines are read."""

import csv
from pathlib import Path

FOLDER = Path(__file__).parent
NEIGHBOURS = "neighbours.csv"
SPELLINGS = "spellings.csv"
SYNONYMS = "synonyms.csv"
URGENT_NUMBERS = "urgent_numbers.csv"
ORDINARY_WORDS = "ordinary_words.txt"

COLUMNS = ("expression", "thematiques", "publics", "urgence")
COLUMNS_OF = {
    NEIGHBOURS: ("thematique", "voisines"),
    SPELLINGS: ("ecrit", "lire"),
    SYNONYMS: ("mot", "comme"),
    URGENT_NUMBERS: ("urgence", "ordre", "numero", "phrase"),
}


def category_files(folder: Path = FOLDER) -> list[Path]:
    """One file per category of thématiques, and `publics.csv` for the words that only say who the person is."""
    return sorted(path for path in folder.glob("*.csv") if path.name not in COLUMNS_OF)


def read_cells(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Each line with its number, cells trimmed; `utf-8-sig` because spreadsheets add a mark at the start."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, restval="")
        return [
            (reader.line_num, {name: cell.strip() for name, cell in cells.items() if name is not None})
            for cells in reader
        ]
