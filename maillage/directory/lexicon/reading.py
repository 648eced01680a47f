"""From everyday words to thématiques: what a person typed, read with the lexicon."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from maillage.core.text import STOP_WORDS, stem, words
from maillage.directory.lexicon.rows import URGENCIES, Row, ordinary_words, read_rows
from maillage.directory.lexicon.typos import Speller

# A need is a few sentences: what comes after these characters is not read, so that no text can hold a page up.
LONGEST_NEED = 2_000

# Words that an expression may need (« aide ménagère », « sans papiers ») but that say nothing once alone.
_FILLING_WORDS = """
    aide aider trouver recherche rechercher demande demander probleme soucis question solution info information
    renseignement conseil conseiller contact contacter rdv rendez service structure endroit lieu pres proche coin
    faire etre avoir mettre donner prendre obtenir venir partir rester aller vais va arriver passer
    bien mal mieux trop sans autre grand petit gros nouveau nouvelle bon bonne cher gratuit
    personne gens monde chose truc cause situation moment jour jours semaine mois an annee ans demain hier soir
    matin nuit urgence urgent savoir connaitre comprendre dire appeler besoin
"""
FILLERS = frozenset(stem(word) for word in _FILLING_WORDS.split())


@dataclass(frozen=True, slots=True)
class Match:
    """An expression of the lexicon found in the sentence, to say « Nous avons compris … »."""

    expression: str
    thematiques: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence says: data·inclusion slugs, best first, and the stems that no expression explains."""

    thematiques: tuple[str, ...]
    publics: tuple[str, ...]
    urgency: str
    matched: tuple[Match, ...]
    leftover: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence says an expression: its words from `start` on."""

    start: int
    size: int
    row: Row


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The rows by their keys, the words they are made of, and those that are no slip for one of them."""

    exact: dict[tuple[str, ...], Row]
    by_stems: dict[tuple[str, ...], Row]
    vocabulary: frozenset[str]
    ordinary: frozenset[str]
    speller: Speller


@cache
def lexicon() -> Lexicon:
    """The reviewed files, read once. Of several spellings of one expression, the shortest is the one shown."""
    return build(product_rows())


def product_rows() -> list[Row]:
    """The rows of the reviewed files, in the order in which `build` wants them."""
    return sorted(read_rows(), key=lambda row: -len(row.expression))


def build(rows: Iterable[Row]) -> Lexicon:
    """A lexicon of these rows. Where two say the same words, the last is right: a Département's own come last."""
    exact: dict[tuple[str, ...], Row] = {}
    by_stems: dict[tuple[str, ...], Row] = {}
    spellings: set[str] = set()
    for row in rows:
        (exact if row.is_exact else by_stems)[row.key] = row
        spellings.update(word for word in words(row.expression) if word not in STOP_WORDS)
    vocabulary = frozenset(part for key in by_stems for part in key)
    return Lexicon(exact, by_stems, vocabulary, ordinary_words(), Speller(spellings))


def read_need(text: str, book: Lexicon | None = None) -> Reading:
    """What a person needs, from their own words: exact expressions, then the longest, each word understood once.

    Read with the product's lexicon, or with another `book`: `house.py` has the one with the Département's own words.
    """
    book, said = book or lexicon(), words(text[:LONGEST_NEED])
    exact = _places(dict(enumerate(said)), book.exact)
    free = set(range(len(said))).difference(*(range(place.start, place.start + place.size) for place in exact))
    parts = {i: _known_stem(said[i], book) for i in sorted(free) if said[i] not in STOP_WORDS}
    places = sorted(exact + _places(parts, book.by_stems), key=lambda place: place.start)
    unexplained = [stem(said[i]) for i, part in parts.items() if part not in FILLERS]
    rows = [place.row for place in places]
    return Reading(
        thematiques=_best_first(places),
        publics=tuple(dict.fromkeys(public for row in rows for public in row.publics)),
        urgency=min((row.urgency for row in rows if row.urgency in URGENCIES), key=URGENCIES.index, default=""),
        matched=tuple(dict.fromkeys(Match(row.expression, row.thematiques) for row in rows)),
        leftover=tuple(dict.fromkeys(unexplained)),
    )


def _known_stem(word: str, book: Lexicon) -> str:
    """The stem of the word, or of the word of the lexicon that was probably meant."""
    root = stem(word)
    if root in book.vocabulary or root in FILLERS or word in book.ordinary:
        return root
    return stem(book.speller.closest(word)) or root


def _places(parts: dict[int, str], index: dict[tuple[str, ...], Row]) -> list[Place]:
    """The expressions that these parts of a sentence say, longest first; takes out of `parts` what it understands."""
    found: list[Place] = []
    order = list(parts)
    for size in range(max(map(len, index), default=0), 0, -1):
        for window in [order[i : i + size] for i in range(len(order) - size + 1)]:
            row = index.get(tuple(parts.get(i, "") for i in window))
            if row:
                found.append(Place(start=window[0], size=size, row=row))
                for i in window:
                    del parts[i]
    return found


def _best_first(places: Sequence[Place]) -> tuple[str, ...]:
    """Long expressions say more than single words, and each row names its main thématique first."""
    weights: dict[str, float] = {}
    for place in places:
        for rank, slug in enumerate(place.row.thematiques, start=1):
            weights[slug] = weights.get(slug, 0) + place.size / rank
    return tuple(sorted(weights, key=lambda slug: -weights[slug]))
