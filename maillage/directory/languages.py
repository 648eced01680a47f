"""The languages people are received in: a reviewed table that a social worker can edit, `languages.csv`.

Codes are those of ISO 639-3, or of ISO 639-2 where only a family is named (« berbère »). French, which is spoken
everywhere, is not in it. `variantes`: other words and spellings people write, without accents, separated by spaces.
"""

import csv
from functools import cache
from pathlib import Path

from maillage.core.text import words

PATH = Path(__file__).with_suffix(".csv")
COLUMNS = ("code", "nom", "variantes")
SIGN_LANGUAGE = "fsl"


def _rows() -> list[dict[str, str]]:
    with PATH.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines, restval=""))


LANGUAGES: dict[str, str] = {row["code"]: row["nom"] for row in _rows()}
"""Each language's code and its name in French."""


@cache
def spoken_words() -> dict[str, str]:
    """Every word that names a language by itself, folded, towards its code: « arabe », « lusophone »."""
    found: dict[str, str] = {}
    for row in _rows():
        name = words(row["nom"])
        own = name if len(name) == 1 else []
        for word in (*own, *words(row["variantes"])):
            found.setdefault(word, row["code"])
    return found


def languages_in_words(codes: list[str] | None) -> str:
    """« arabe, langue des signes française (LSF) », in the order of the table; codes of no language are left out."""
    return ", ".join(name for code, name in LANGUAGES.items() if code in (codes or []))
