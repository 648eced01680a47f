"""The expressions that a sentence says: the longest first, then those said with a word between, each word once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from maillage.directory.lexicon.rows import Row

Key = tuple[str, ...]

# Said in other words than written, an expression says a little less.
AS_WRITTEN, IN_ANOTHER_ORDER, WITH_WORDS_BETWEEN = 1.0, 0.8, 0.7
MOST_WORDS_BETWEEN = 2
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
    """The rows by what the sentence has to contain."""

    rows: Mapping[Key, Row]
    longest: int
    unordered: Mapping[Key, Key]

    @classmethod
    def of(cls, rows: Mapping[Key, Row]) -> "Index":
        unordered = {tuple(sorted(key)): key for key in rows if 2 <= len(key) <= LONGEST_LOOSE}
        return cls(rows, max(map(len, rows), default=0), unordered)


@dataclass(frozen=True, slots=True)
class Said:
    """The parts of a sentence not yet understood, all its words in order, and the clause each is said in."""

    parts: dict[int, str]
    order: tuple[int, ...]
    clauses: Mapping[int, int]

    def windows(self, *, size: int) -> Iterator[tuple[int, ...]]:
        return (self.order[i : i + size] for i in range(len(self.order) - size + 1))

    def key(self, window: Iterable[int]) -> Key:
        """What these words say; a word already understood says nothing more."""
        return tuple(self.parts.get(i, "") for i in window)

    def take(self, candidates: Iterator[Place]) -> list[Place]:
        """Those whose words are still free when their turn comes; they no longer are for the next."""
        kept = []
        for place in candidates:
            if all(i in self.parts for i in place.words):
                kept.append(place)
                for i in place.words:
                    del self.parts[i]
        return kept


def places(parts: dict[int, str], index: Index, *, clauses: Mapping[int, int], is_loose: bool) -> list[Place]:
    """What these parts of a sentence say; takes out of `parts` what it understands.

    `clauses` numbers what is said before and after a comma: a loose reading puts no words together across it.
    """
    said, found = Said(parts, tuple(parts), clauses), list[Place]()
    for size in range(index.longest, 0, -1):
        found += said.take(_as_written(said, index, size=size))
        if is_loose and 2 <= size <= LONGEST_LOOSE:
            found += said.take(_in_another_order(said, index, size=size))
            found += said.take(_with_words_between(said, index, size=size))
    return found


def _as_written(said: Said, index: Index, *, size: int) -> Iterator[Place]:
    for window in said.windows(size=size):
        key = said.key(window)
        if row := index.rows.get(key):
            yield Place(window, row, key)


def _in_another_order(said: Said, index: Index, *, size: int) -> Iterator[Place]:
    for window in said.windows(size=size):
        key = index.unordered.get(tuple(sorted(said.key(window))))
        if key and said.clauses[window[0]] == said.clauses[window[-1]]:
            yield Place(window, index.rows[key], key, IN_ANOTHER_ORDER)


def _with_words_between(said: Said, index: Index, *, size: int) -> Iterator[Place]:
    for rank, first in enumerate(said.order):
        near = said.order[rank + 1 : rank + size + MOST_WORDS_BETWEEN]
        for others in combinations([i for i in near if said.clauses[i] == said.clauses[first]], size - 1):
            words = (first, *others)
            key = said.key(words)
            if row := index.rows.get(key):
                yield Place(words, row, key, WITH_WORDS_BETWEEN)
