"""One slip of the finger forgiven: the word of a vocabulary that differs by one letter, if there is one."""

from collections import defaultdict
from collections.abc import Iterable

SHORTEST = 6


class Speller:
    """Words indexed by what is left of them without one of their letters, so that a look-up compares a few words."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._by_trace: defaultdict[str, set[str]] = defaultdict(set)
        for word in vocabulary:
            if len(word) >= SHORTEST:
                for trace in _traces(word):
                    self._by_trace[trace].add(word)

    def closest(self, word: str) -> str:
        """The word meant, or an empty string. The same letters in another order first, then the alphabet decides."""
        if len(word) < SHORTEST:
            return ""
        near = {candidate for trace in _traces(word) for candidate in self._by_trace.get(trace, ())}
        meant = (each for each in near if is_one_slip(word, each) and not _starts_otherwise(word, each))
        return min(meant, key=lambda candidate: (sorted(candidate) != sorted(word), candidate), default="")


def _starts_otherwise(typed: str, meant: str) -> bool:
    """People rarely miss the first letter: « caisse » is not « baisse ». They may forget or glue one (« lappart »)."""
    return len(typed) == len(meant) and typed[0] != meant[0]


def _traces(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def is_one_slip(typed: str, meant: str) -> bool:
    """Whether one letter was added, forgotten, replaced or swapped with the next (Damerau-Levenshtein 1, or 0)."""
    if len(typed) > len(meant):
        typed, meant = meant, typed
    start = next((i for i, letter in enumerate(typed) if letter != meant[i]), len(typed))
    if len(typed) < len(meant):
        return typed[start:] == meant[start + 1 :]
    swapped = typed[start + 1 : start + 2] + typed[start : start + 1] + typed[start + 2 :]
    return typed[start + 1 :] == meant[start + 1 :] or swapped == meant[start:]
