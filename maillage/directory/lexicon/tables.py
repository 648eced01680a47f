"""The proof-reading of the small tables: spellings, synonyms, and the numbers to call."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from maillage.core.text import STOP_WORDS, fold, stem
from maillage.directory.lexicon.files import COLUMNS_OF, SPELLINGS, SYNONYMS, URGENT_NUMBERS, read_cells
from maillage.directory.lexicon.rows import URGENCIES
from maillage.directory.lexicon.urgent import KNOWN_NUMBERS

_Lines = list[tuple[int, dict[str, str]]]


def check_tables(folder: Path) -> list[str]:
    """One French sentence per fault, with the place and what would be right."""
    spellings, synonyms, numbers = (read_cells(folder / name) for name in (SPELLINGS, SYNONYMS, URGENT_NUMBERS))
    return [
        *_empty(SPELLINGS, spellings),
        *_one_word(SPELLINGS, spellings, "ecrit"),
        *_twice(SPELLINGS, spellings, "ecrit"),
        *_empty(SYNONYMS, synonyms),
        *_one_word(SYNONYMS, synonyms, "mot"),
        *_one_word(SYNONYMS, synonyms, "comme"),
        *_twice(SYNONYMS, synonyms, "mot"),
        *_chains(synonyms),
        *_empty(URGENT_NUMBERS, numbers),
        *_numbers(numbers),
        *_without_number(numbers),
    ]


def _empty(name: str, lines: _Lines) -> Iterator[str]:
    for line, cells in lines:
        for column in COLUMNS_OF[name]:
            if not cells.get(column):
                yield f"{name}, ligne {line}, colonne « {column} » : est vide ; remplissez-la, ou supprimez la ligne."


def _one_word(name: str, lines: _Lines, column: str) -> Iterator[str]:
    for line, cells in lines:
        if " " in cells.get(column, ""):
            place = f"{name}, ligne {line}, colonne « {column} »"
            yield f"{place} : « {cells[column]} » fait plusieurs mots ; écrivez-en un seul."


def _twice(name: str, lines: _Lines, column: str) -> Iterator[str]:
    first: dict[str, int] = {}
    for line, cells in lines:
        word = fold(cells.get(column, ""))
        if word and first.setdefault(word, line) != line:
            yield f"{name}, ligne {line} : « {cells[column]} » est déjà à la ligne {first[word]} ; gardez-en une."


def _chains(lines: _Lines) -> Iterator[str]:
    """A synonym of a synonym would not be followed; one of a little word would never be read."""
    words = {stem(cells.get("mot", "")) for _, cells in lines}
    for line, cells in lines:
        for column in ("mot", "comme"):
            if fold(cells.get(column, "")) in STOP_WORDS:
                yield f"{SYNONYMS}, ligne {line} : « {cells[column]} » est un mot de liaison ; supprimez la ligne."
        if stem(cells.get("comme", "")) in words:
            what = "est lui-même un synonyme ; écrivez le mot auquel il mène"
            yield f"{SYNONYMS}, ligne {line} : « {cells['comme']} » {what}."


def _numbers(lines: _Lines) -> Iterator[str]:
    for line, cells in lines:
        yield from _unknown(line, cells, "urgence", URGENCIES)
        yield from _unknown(line, cells, "numero", sorted(KNOWN_NUMBERS))
        if not cells.get("ordre", "").isdigit():
            place = f"{URGENT_NUMBERS}, ligne {line}, colonne « ordre »"
            yield f"{place} : « {cells.get('ordre', '')} » n'est pas un nombre."


def _unknown(line: int, cells: dict[str, str], column: str, allowed: Iterable[str]) -> Iterator[str]:
    value = cells.get(column, "")
    if value and value not in allowed:
        place = f"{URGENT_NUMBERS}, ligne {line}, colonne « {column} »"
        yield f"{place} : « {value} » n'existe pas ; choisissez parmi : {', '.join(allowed)}."


def _without_number(lines: _Lines) -> Iterator[str]:
    have = {cells.get("urgence") for _, cells in lines}
    for urgency in URGENCIES:
        if urgency not in have:
            yield f"{URGENT_NUMBERS} : aucun numéro pour « {urgency} » ; ajoutez une ligne."
