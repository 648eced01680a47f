"""What a sentence asks for first: precise expressions over vague ones, and one need for each thing said."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from maillage.core.text import stem
from maillage.directory.lexicon.hearing import is_little
from maillage.directory.lexicon.matching import Key, Place
from maillage.directory.lexicon.rows import Row

# What a filling word (« aide », « trouver ») adds to the weight of an expression, next to a word that says something.
FILLER_WEIGHT = 0.2
# Of the thématiques of a row, how much each one weighs: the main one first.
BY_RANK = (1.0, 0.5, 0.3, 0.2)
BEST_GUESSES = 3
# A guess wants two words that agree.
# A hint wants a word met in several expressions: one met once (the name of a town) points nowhere.
ENOUGH, LEAST_HINT, MOST_HINT_BY_WORD = 3, 0.5, 2.0
LEAST_VOICES, LEAST_GUESS = 2, 0.7

# A thing said to be lacking or looked for is the need; what follows « parce que », « quand » or « pour » is around it.
LACK, CIRCUMSTANCE = 1.4, 0.7
_LACKS = frozenset({"sans", "pas", "plus", "besoin", "cherche", "chercher", "recherche", "trouver", "aucun", "aucune"})
_CIRCUMSTANCES = frozenset({"parce", "quand", "car", "lorsque", "pour", "afin", "depuis", "pendant"})
_ARTICLES = frozenset({"de", "des", "du", "la", "le", "les", "un", "une", "mon", "ma", "mes", "a", "au", "aux", "ce"})
# What a little word (« à », « pas ») adds to the weight of an exact expression.
LITTLE_WORD_WEIGHT = 0.2

Weights = dict[str, float]
Weighed = tuple[Place, float]


@dataclass(frozen=True, slots=True)
class Scales:
    """How much each part of speech says (rare in the lexicon, it says more), and towards which thématiques."""

    precision: Mapping[str, float]
    leaning: Mapping[str, Mapping[str, float]]

    @classmethod
    def of(cls, rows: Mapping[Key, Row], fillers: Iterable[str]) -> "Scales":
        """Weigh the parts of the rows: one that leads to a single thématique says the most."""
        leading: defaultdict[str, Weights] = defaultdict(lambda: defaultdict(float))
        for key, row in rows.items():
            for part in set(key):
                for weight, slug in zip(BY_RANK, row.thematiques, strict=False):
                    leading[part][slug] += weight / len(key)
        every = {slug for row in rows.values() for slug in row.thematiques}
        precision = {part: math.log(1 + len(every) / len(towards)) for part, towards in leading.items()}
        precision |= dict.fromkeys(fillers, FILLER_WEIGHT)
        leaning = {part: _shares(towards) for part, towards in leading.items()}
        return cls(precision, leaning)

    def weight(self, place: Place) -> float:
        """What a place says: more with each word that says something, and a little for being said exactly."""
        words = (LITTLE_WORD_WEIGHT if is_little(part) else self.precision.get(stem(part), 1.0) for part in place.key)
        if not place.row.is_exact:
            words = (self.precision.get(part, 1.0) for part in place.key)
        return place.closeness * (1 + sum(words))


def _shares(weights: Mapping[str, float]) -> Weights:
    total = sum(weights.values()) + 2  # Two more for all it may also mean elsewhere.
    return {slug: weight / total for slug, weight in weights.items()}


def best_first(found: Iterable[Weighed]) -> tuple[str, ...]:
    """The thématiques of these places, by all that is said for each."""
    weights: Weights = defaultdict(float)
    for place, weight in found:
        for share, slug in zip(BY_RANK, place.row.thematiques, strict=False):
            weights[slug] += weight * share
    return tuple(sorted(weights, key=lambda slug: -weights[slug]))


def emphasis(place: Place, words: Sequence[str]) -> float:
    """How much the words before a place say that it is the need (« pas de … »), or only why (« parce que … »)."""
    before = words[: place.start]
    near = next((word for word in reversed(before[-4:]) if word not in _ARTICLES), "")
    lack = LACK if near in _LACKS else 1.0
    recent = before[-6:]
    return lack * (CIRCUMSTANCE if any(word in _CIRCUMSTANCES for word in recent) and len(before) > 2 else 1.0)


def guess(parts: Iterable[str], scales: Scales) -> tuple[str, ...]:
    """The thématiques that these words, none of them an expression, are most often said for; none if too few are."""
    weights: Weights = defaultdict(float)
    voices: defaultdict[str, int] = defaultdict(int)
    for part in set(parts):
        for slug, share in scales.leaning.get(part, {}).items():
            weights[slug] += share
            voices[slug] += 1
    likely = [
        slug for slug in sorted(weights, key=lambda slug: (-weights[slug], slug)) if voices[slug] >= LEAST_VOICES
    ]
    return tuple(slug for slug in likely[:BEST_GUESSES] if weights[slug] >= max(LEAST_GUESS, weights[likely[0]] / 2))


def hints(parts: Iterable[str], scales: Scales, *, beside: Sequence[str]) -> tuple[str, ...]:
    """What completes these thématiques, up to three: those that all the words said, taken together, point to most."""
    missing = ENOUGH - len(beside)
    if not beside or missing <= 0:
        return ()
    weights: Weights = defaultdict(float)
    for part in set(parts):
        for slug, share in scales.leaning.get(part, {}).items():
            weights[slug] += share * min(scales.precision.get(part, 0.0), MOST_HINT_BY_WORD)
    likely = (slug for slug in sorted(weights, key=lambda slug: (-weights[slug], slug)) if slug not in beside)
    return tuple(slug for slug in likely if weights[slug] >= LEAST_HINT)[:missing]


def needs(found: Iterable[Weighed], *, cuts: Mapping[int, tuple[int, int]]) -> list[list[Weighed]]:
    """The places by need, in the order said. `cuts`: the clause and the sentence of each word.

    Two expressions say one need when they share a main thématique; when they stand in one clause; or when they are of
    one category and nothing but a new subject (« … je ») parts them.
    """
    groups: list[list[Weighed]] = []
    for place, weight in found:
        if not place.row.thematiques:
            continue
        near = [group for group in groups if any(_same_need(other, place, cuts) for other, _ in group)]
        together = [weighed for group in near for weighed in group] + [(place, weight)]
        first = groups.index(near[0]) if near else len(groups)
        groups = [group for group in groups if group not in near]
        groups.insert(first, together)
    return groups


def _same_need(one: Place, other: Place, cuts: Mapping[int, tuple[int, int]]) -> bool:
    first, second = one.row.thematiques, other.row.thematiques
    if first[0] in second or second[0] in first:
        return True
    (clause, sentence), (other_clause, other_sentence) = cuts[one.words[-1]], cuts[other.start]
    same_category = first[0].partition("--")[0] == second[0].partition("--")[0]
    return clause == other_clause or (sentence == other_sentence and same_category)
