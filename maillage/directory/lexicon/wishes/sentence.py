"""A sentence as its folded words in one line, so that a pattern finds them and what it found is taken out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from maillage.core.text import fold
from maillage.directory.choices import WEEKDAYS
from maillage.directory.languages import spoken_words
from maillage.directory.lexicon.typos import Speller

WORD = re.compile(r"[^\W_]+")
KNOWN = """
    ouvert ouverte ouverts ouvertes ouvre ouvrent disponible demain matin midi aujourd apres soiree maintenant moment
    fauteuil roulant accessible mobilite reduite handicape langue langues signes signe femmes femme reserve reservee
    uniquement seulement exclusivement mixte mixite voiture velo bicyclette parle parlent parlant interprete
    traducteur boucle magnetique plain pied escalier escaliers
"""
HANGING = "et|ou|mais|avec|qui|que|en|à|le|la|de|du|pour|où"
LOOSE_ENDS = re.compile(rf"^[\s,;:.!?–-]+|[\s,;:–-]+$|(?:[\s,;:–-]+(?:{HANGING}))+[\s,;:.!?–-]*$", re.IGNORECASE)
GAPS = (
    (re.compile(r"\s+"), " "), (re.compile(r" ([,;.])"), r"\1"), (re.compile(r"[,;](?:\s*[,;])+"), ","),
    (re.compile(r"[,;]+([.!?])"), r"\1"),
)  # fmt: skip


@dataclass
class Sentence:
    """What someone wrote; `line` is its words, folded and spelled as they are known, one space between them."""

    text: str
    line: str = ""
    places: list[tuple[int, int, int, int]] = field(default_factory=list)
    """For each word, where it stands in the line and in the text."""
    taken: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        for found in WORD.finditer(self.text):
            for part in WORD.findall(fold(found[0])) or [found[0]]:
                word = _spelled(part)
                start = len(self.line)
                self.line += f"{word} "
                self.places.append((start, start + len(word), found.start(), found.end()))

    def is_free(self, start: int, end: int) -> bool:
        """Whether none of these words was understood already."""
        return not self.taken.intersection(self._within(start, end))

    def take(self, start: int, end: int) -> None:
        """These words are understood: they leave the sentence."""
        self.taken.update(self._within(start, end))

    def _within(self, start: int, end: int) -> list[int]:
        return [i for i, (first, last, *_text) in enumerate(self.places) if first < end and last > start]

    def rest(self) -> str:
        """The text without the words taken, nor the little words they leave hanging; as written when none was."""
        if not self.taken:
            return self.text
        kept, at = [], 0
        for i in sorted(self.taken):
            *_line, start, end = self.places[i]
            kept.append("" if i - 1 in self.taken else self.text[at : max(at, start)])
            at = max(at, end)
        said = "".join([*kept, self.text[at:]])
        for pattern, instead in GAPS:
            said = pattern.sub(instead, said)
        while (shorter := LOOSE_ENDS.sub("", said)) != said:
            said = shorter
        return said if WORD.search(said) else ""


@cache
def _known_words() -> tuple[frozenset[str], Speller]:
    days = (fold(str(day)) for day in WEEKDAYS)
    known = frozenset((*KNOWN.split(), *days, *spoken_words()))
    return known, Speller(known)


def _spelled(word: str) -> str:
    """The word of a wish that was probably meant, one slip forgiven; else as it is written."""
    known, speller = _known_words()
    return word if word in known else speller.closest(word) or word


def any_of(words: Iterable[str]) -> str:
    """A pattern for one of these words, the longest first."""
    return "(?:" + "|".join(sorted(words, key=lambda word: (-len(word), word))) + ")"
