"""The expressions that a sentence says: the longest first, then those said with a word between, each word once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from maillage.core.text import STOP_WORDS
from maillage.directory.lexicon.hearing import is_little
from maillage.directory.lexicon.rows import Row

Key = tuple[str, ...]

# Said in other words than written, an expression says a little less.
AS_WRITTEN, IN_ANOTHER_ORDER, WITH_WORDS_BETWEEN = 1.0, 0.8, 0.7
MOST_WORDS_BETWEEN = 2
WITHOUT = "sans"  # « Logement sans escalier » is not « sans logement ».
LONGEST_LOOSE = 4  # Longer expressions are only met as written.


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence says an expression: the words it takes, in order, and how closely it is said."""

    words: tuple[int, ...]
    row: Row
    key: Key
    closeness: float = AS_WRITTEN

    @property
    def start(self) -> int:
        return self.words[0]


@dataclass(frozen=True, slots=True)
class Index:
    """The rows by what the sentence has to contain: exact ones by their words, the others by what those mean."""

    rows: Mapping[Key, Row]
    unordered: Mapping[Key, Key]
    longest: int
    exact: Mapping[str, tuple[tuple[Key, Row], ...]]

    @classmethod
    def of(cls, rows: Mapping[Key, Row], exact: Mapping[Key, Row]) -> "Index":
        loose = (key for key in rows if 2 <= len(key) <= LONGEST_LOOSE and WITHOUT not in key)
        unordered = {tuple(sorted(key)): key for key in loose}
        longest = max(map(len, [*rows, *exact]), default=0)
        by_first: dict[str, list[tuple[Key, Row]]] = {}
        for key, row in exact.items():
            by_first.setdefault(key[0], []).append((key, row))
        return cls(rows, unordered, longest, {first: tuple(found) for first, found in by_first.items()})


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a sentence and the parts of it not yet understood.

    `sentences` numbers what stands between commas, `halves` between commas and « et ».
    """

    words: tuple[str, ...]
    parts: dict[int, str]
    order: tuple[int, ...]
    sentences: Mapping[int, int]
    halves: Mapping[int, int]

    def windows(self, *, size: int) -> Iterator[tuple[int, ...]]:
        """As many parts that follow each other, within one sentence."""
        windows = (self.order[i : i + size] for i in range(len(self.order) - size + 1))
        return (window for window in windows if self.sentences[window[0]] == self.sentences[window[-1]])

    def key(self, window: Iterable[int]) -> Key:
        """What these words say; a word already understood says nothing more."""
        return tuple(self.parts.get(i, "") for i in window)

    def take(self, candidates: Iterable[Place]) -> list[Place]:
        """Those whose words are still free when their turn comes; they no longer are for the next."""
        kept = []
        for place in candidates:
            heavy = [i for i in place.words if not is_little(self.words[i])]
            if all(i in self.parts for i in heavy):
                kept.append(place)
                for i in heavy:
                    del self.parts[i]
        return kept


def places(said: Said, index: Index) -> list[Place]:
    """What a sentence says; takes out of its parts what is understood. No expression is read across a comma."""
    exact, found = _exact(said, index), list[Place]()
    for size in range(index.longest, -1, -1):
        found += said.take(exact.get(size, ()))
        if not said.parts:
            continue
        if size:
            found += said.take(_as_written(said, index, size=size))
        if 2 <= size <= LONGEST_LOOSE:
            found += said.take(_in_another_order(said, index, size=size))
            found += said.take(_with_words_between(said, index, size=size))
    return found


def _exact(said: Said, index: Index) -> dict[int, list[Place]]:
    """The exact expressions, by the number of their words that carry meaning; of those, the longest first."""
    found: dict[int, list[Place]] = {}
    for i, word in enumerate(said.words):
        for key, row in index.exact.get(word, ()):
            if said.words[i : i + len(key)] == key:
                heavy = sum(each not in STOP_WORDS for each in key)
                found.setdefault(heavy, []).append(Place(tuple(range(i, i + len(key))), row, key))
    return {size: _apart(group) for size, group in found.items()}


def _apart(group: list[Place]) -> list[Place]:
    """Without those that overlap a longer one."""
    kept: list[Place] = []
    for place in sorted(group, key=lambda place: -len(place.key)):
        if all(set(place.words).isdisjoint(other.words) for other in kept):
            kept.append(place)
    return kept


def _as_written(said: Said, index: Index, *, size: int) -> Iterator[Place]:
    for window in said.windows(size=size):
        key = said.key(window)
        if row := index.rows.get(key):
            yield Place(window, row, key)


def _in_another_order(said: Said, index: Index, *, size: int) -> Iterator[Place]:
    for window in said.windows(size=size):
        key = index.unordered.get(tuple(sorted(said.key(window))))
        if key and said.halves[window[0]] == said.halves[window[-1]]:
            yield Place(window, index.rows[key], key, IN_ANOTHER_ORDER)


def _with_words_between(said: Said, index: Index, *, size: int) -> Iterator[Place]:
    for rank, first in enumerate(said.order):
        near = said.order[rank + 1 : rank + size + MOST_WORDS_BETWEEN]
        for others in combinations([i for i in near if said.halves[i] == said.halves[first]], size - 1):
            words = (first, *others)
            key = said.key(words)
            if row := index.rows.get(key):
                yield Place(words, row, key, WITH_WORDS_BETWEEN)
