"""The word that was probably meant: one slip of the finger, two in a long word, or one written as it sounds."""

from collections import defaultdict
from collections.abc import Iterable

from maillage.directory.lexicon.sounds import sound

SHORTEST = 6
SHORTEST_WITH_TWO_SLIPS = 9
SHORTEST_BY_EAR = 5
LONG = 6
SHORTEST_SOUND = (4, 3)  # In letters of the sound, for a short word and for a long one.
_END = 4  # Two slips leave the first or the last four letters whole, nearly always.


class Speller:
    """Words indexed by what is left of them without one letter, by their ends and by their sound: few are compared."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._by_trace: defaultdict[int, list[str]] = defaultdict(list)
        self._by_end: defaultdict[str, list[str]] = defaultdict(list)
        self._by_sound: defaultdict[str, list[str]] = defaultdict(list)
        for word in sorted(set(vocabulary)):
            if len(word) >= SHORTEST:
                for trace in _traces(word):
                    self._by_trace[hash(trace)].append(word)
            if len(word) >= SHORTEST_WITH_TWO_SLIPS:
                for end in (word[:_END], word[-_END:]):
                    self._by_end[end].append(word)
            if len(word) >= SHORTEST_BY_EAR and len(heard := sound(word)) >= SHORTEST_SOUND[len(word) > LONG]:
                self._by_sound[heard].append(word)

    def closest(self, word: str) -> str:
        """The word meant, or an empty string."""
        return self._one_slip_away(word) or self._same_sound(word) or self._two_slips_away(word)

    def _one_slip_away(self, word: str) -> str:
        """The same letters in another order first, then the alphabet decides."""
        if len(word) < SHORTEST:
            return ""
        near = {candidate for trace in _traces(word) for candidate in self._by_trace.get(hash(trace), ())}
        meant = (each for each in near if is_one_slip(word, each) and not _starts_otherwise(word, each))
        return min(meant, key=lambda candidate: (sorted(candidate) != sorted(word), candidate), default="")

    def _same_sound(self, word: str) -> str:
        if len(word) < SHORTEST_BY_EAR:
            return ""
        same = (
            each for each in self._by_sound.get(sound(word), ()) if slips(word, each, most=4) <= (len(word) + 1) // 2
        )
        return min(same, key=lambda candidate: (slips(word, candidate, most=9), candidate), default="")

    def _two_slips_away(self, word: str) -> str:
        if len(word) < SHORTEST_WITH_TWO_SLIPS:
            return ""
        near = {each for end in (word[:_END], word[-_END:]) for each in self._by_end.get(end, ())}
        meant = (each for each in near if word[:3] == each[:3] and slips(word, each, most=2) <= 2)
        heard = sound(word)
        return min((each for each in meant if slips(heard, sound(each), most=1) <= 1), default="")


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


def slips(typed: str, meant: str, *, most: int) -> int:
    """How many letters were added, forgotten or replaced (Levenshtein), counted no further than just past `most`."""
    if abs(len(typed) - len(meant)) > most:
        return most + 1
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, start=1):
        before, row[0] = row[0], i
        for j, other in enumerate(meant, start=1):
            before, row[j] = row[j], min(before + (letter != other), row[j] + 1, row[j - 1] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]
