"""The words of a sentence as they were meant: text-message spellings undone, and where one thing said ends."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from itertools import chain

from maillage.core.text import STOP_WORDS, fold, stem
from maillage.directory.lexicon.files import FOLDER, SPELLINGS, SYNONYMS, read_cells

_FRENCH_LETTERS = {ord(letter): fold(letter) for letter in "àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ’`"}
_DOTTED = re.compile(r"\b(?:\w\.){2,}(?:\w\b)?")  # « R.S.A. »
_PIECE = re.compile(r"[^\W_]+'?|[,;!?+&/\n]|\.(?=\s|$)")
_ELIDED = {
    "j'": "je", "m'": "me", "t'": "te", "s'": "se", "d'": "de", "c'": "ce", "qu'": "que", "l'": "", "n'": "", "ne": "",
}  # fmt: skip
_ENDS = frozenset({"et", "mais", "puis", "ni", "ainsi"})
_JOINS = frozenset({"que", "quand", "lorsque", "si", "comme", "car", "dont", "qui", "ce"})  # « quand je … » goes on.
_NEW_SUBJECTS = frozenset({"je", "on", "nous", "il", "elle", "ils", "elles"})


class Cut(IntEnum):
    """What stands before a word: nothing, a new subject (« … je »), « et », or a comma."""

    NONE = 0
    SUBJECT = 1
    AND = 2
    END = 3


@dataclass(frozen=True, slots=True)
class Heard:
    """A word as it was meant, folded, and the cut before it."""

    word: str
    cut: Cut = Cut.NONE


def hear(text: str) -> list[Heard]:
    """« G pu dargent, R.S.A. coupé » gives je, ai, plus, dargent, then after a cut rsa, coupe."""
    undotted = _DOTTED.sub(lambda sigle: sigle[0].replace(".", ""), _folded(text))
    pieces = chain.from_iterable(map(_meant, _PIECE.findall(undotted)))
    heard: list[Heard] = []
    cut = Cut.NONE
    for piece in pieces:
        if not piece[0].isalnum():
            cut = Cut.END
        elif piece in _ENDS:
            cut = max(cut, Cut.AND)
        elif piece in _NEW_SUBJECTS and not (heard and heard[-1].word in _JOINS):
            cut = max(cut, Cut.SUBJECT)
        if piece[0].isalnum():
            heard.append(Heard(piece, cut))
            cut = cut if piece in _ENDS or piece in _NEW_SUBJECTS else Cut.NONE
    return heard


def _folded(text: str) -> str:
    """As `fold` does, but quicker on the letters of French: thousands of expressions are read at each start."""
    plain = text.translate(_FRENCH_LETTERS).lower()
    return plain if plain.isascii() else fold(text)


def _meant(piece: str) -> list[str]:
    """The words meant by what stands between two spaces: « g » is « j'ai », « ne », often left out, is nothing."""
    if piece in _ELIDED:
        return [_ELIDED[piece]] if _ELIDED[piece] else []
    bare = piece.rstrip("'")
    meant = spellings().get(bare)
    if meant is not None:
        return list(meant)
    return [bare] if len(bare) > 1 or bare.isdigit() or bare in "ay" or not bare.isalnum() else []


@cache
def spellings() -> dict[str, tuple[str, ...]]:
    """The reviewed table of text-message spellings, folded."""
    rows = (cells for _, cells in read_cells(FOLDER / SPELLINGS))
    return {fold(cells["ecrit"]): tuple(_plain(cells["lire"])) for cells in rows}


def _plain(text: str) -> list[str]:
    pieces = (_ELIDED.get(piece, piece.rstrip("'")) for piece in _PIECE.findall(fold(text)))
    return [piece for piece in pieces if piece]


@cache
def synonyms() -> dict[str, str]:
    """The stems of words that mean another word of the lexicon: « taf » is read as « travail »."""
    rows = (cells for _, cells in read_cells(FOLDER / SYNONYMS))
    return {stem(cells["mot"]): stem(cells["comme"]) for cells in rows}


def is_little(word: str) -> bool:
    """Whether the word carries no meaning of its own."""
    return word in STOP_WORDS or word in {"a", "y"}


def meaning(word: str) -> str:
    """The stem of the word, or of the one it is a synonym of."""
    root = stem(word)
    return synonyms().get(root, root)


def said(text: str) -> list[str]:
    """The words of an exact expression, little ones kept."""
    return [heard.word for heard in hear(text)]


def what_is_meant(words: Iterable[str]) -> list[str]:
    return [meaning(word) for word in words if not is_little(word)]
