"""From everyday words to thématiques: what a person typed, read with the lexicon."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate

from maillage.core.text import stem
from maillage.directory.lexicon.denying import is_denied
from maillage.directory.lexicon.hearing import Cut, Heard, hear, is_little, meaning, said, synonyms
from maillage.directory.lexicon.matching import Index, Key, Place, Said, places
from maillage.directory.lexicon.rows import URGENCIES, Row, ordinary_words, read_rows
from maillage.directory.lexicon.typos import Speller
from maillage.directory.lexicon.weighing import Scales, best_first, emphasis, guess, hints, needs

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
# Which letters may be glued to a word without their apostrophe: to a short one, those of « lapl » and « dapl ».
_ELIDABLE, _VOWELS = (frozenset("dl"), frozenset("dlmst")), frozenset("aeiouyh")
_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Match:
    """An expression of the lexicon found in the sentence, to say « Nous avons compris … »."""

    expression: str
    thematiques: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence says: data·inclusion slugs, best first, and the stems that no expression explains.

    `needs` are those understood, one group for each distinct need, in the order said, best first within each.
    `hints` end the thématiques when fewer than three were understood: the words point to them, no expression says so.
    `is_guess`: no expression was met; these are only the thématiques that its words are most often said for.
    `urgencies` are in the order of whom to call first.
    """

    thematiques: tuple[str, ...]
    publics: tuple[str, ...]
    urgencies: tuple[str, ...]
    matched: tuple[Match, ...]
    leftover: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...] = ()
    hints: tuple[str, ...] = ()
    is_guess: bool = False

    @property
    def understood(self) -> tuple[str, ...]:
        """The thématiques that an expression said: what a page may claim to have understood."""
        return () if self.is_guess else self.thematiques[: len(self.thematiques) - len(self.hints)]

    @property
    def urgency(self) -> str:
        """The first to answer, or an empty string."""
        return self.urgencies[0] if self.urgencies else ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The rows by what they contain, their words, those that are no slip for one of them, what each weighs."""

    index: Index
    spellings: frozenset[str]
    vocabulary: frozenset[str]
    ordinary: frozenset[str]
    speller: Speller
    scales: Scales
    remembered: dict[str, str] = field(default_factory=dict)

    def part(self, word: str) -> str:
        """What the word says: its stem, or that of the word of the lexicon that was probably meant."""
        known = self.remembered.get(word)
        if known is None:
            if len(self.remembered) >= _REMEMBERED:
                self.remembered.clear()
            known = self.remembered[word] = self._understood(word)
        return known

    def _understood(self, word: str) -> str:
        if self._is_known(word):
            return meaning(word)
        if word[0] in _ELIDABLE[len(word) > 4] and word[1:] in self.spellings and word[1] in _VOWELS:
            return meaning(word[1:])  # « lappart », « dargent »
        meant = self.speller.closest(word)
        return meaning(meant) if meant else stem(word)

    def _is_known(self, word: str) -> bool:
        root = stem(word)
        return root in self.vocabulary or root in FILLERS or word in self.ordinary


@cache
def lexicon() -> Lexicon:
    """The reviewed files, read once. Of several spellings of one expression, the shortest is the one shown."""
    return build(product_rows())


def product_rows() -> list[Row]:
    """The rows of the reviewed files, in the order in which `build` wants them."""
    return sorted(read_rows(), key=lambda row: -len(row.expression))


def build(rows: Iterable[Row]) -> Lexicon:
    """A lexicon of these rows. Where two say the same words, the last is right: a Département's own come last."""
    exact: dict[Key, Row] = {}
    by_stems: dict[Key, Row] = {}
    spellings: set[str] = set()
    for row in rows:
        words = said(row.expression)
        (exact if row.is_exact else by_stems)[row.key_of(words)] = row
        spellings.update(word for word in words if not is_little(word))
    vocabulary = {stem(word) for word in spellings} | {part for key in by_stems for part in key} | set(synonyms())
    return Lexicon(
        index=Index.of(by_stems, exact),
        spellings=frozenset(spellings),
        vocabulary=frozenset(vocabulary),
        ordinary=ordinary_words(),
        speller=Speller(spellings),
        scales=Scales.of(by_stems, FILLERS),
    )


def read_need(text: str, book: Lexicon | None = None) -> Reading:
    """What a person needs, from their own words: the longest expressions first, each word understood once.

    Read with the product's lexicon, or with another `book`: `house.py` has the one with the Département's own words.
    """
    book, heard = book or lexicon(), hear(text[:LONGEST_NEED])
    words = tuple(each.word for each in heard)
    clauses, halves, sentences = (_numbered(heard, least) for least in (Cut.SUBJECT, Cut.AND, Cut.END))
    parts = {i: book.part(word) for i, word in enumerate(words) if not is_little(word)}
    found = places(Said(words, dict(parts), tuple(parts), sentences, halves), book.index)
    found = sorted((place for place in found if not _is_false_alarm(place, words)), key=lambda place: place.start)
    explained = {i for place in found for i in place.words}
    unexplained = [i for i, part in parts.items() if i not in explained and part not in FILLERS]
    guessed = (
        () if any(place.row.thematiques for place in found) else guess([parts[i] for i in unexplained], book.scales)
    )
    weights = [book.scales.weight(place) * emphasis(place, words) for place in found]
    weighed = list(zip(found, weights, strict=True))
    sure = best_first(weighed)
    hinted = hints([part for part in parts.values() if part not in FILLERS], book.scales, beside=sure)
    groups = needs(weighed, cuts={i: (clauses[i], halves[i]) for i in clauses})
    return Reading(
        thematiques=sure + hinted or guessed,
        publics=tuple(dict.fromkeys(public for place in found for public in place.row.publics)),
        urgencies=_urgencies(found),
        matched=tuple(dict.fromkeys(Match(place.row.expression, place.row.thematiques) for place in found)),
        leftover=tuple(dict.fromkeys(stem(words[i]) for i in unexplained)),
        needs=tuple(best_first(group) for group in groups) or ((guessed,) if guessed else ()),
        hints=hinted,
        is_guess=bool(guessed),
    )


def _numbered(heard: Sequence[Heard], least: Cut) -> dict[int, int]:
    """For each word, the number of the stretch it stands in, between cuts of at least this kind."""
    return dict(enumerate(accumulate(int(each.cut >= least) for each in heard)))


def _is_false_alarm(place: Place, words: Sequence[str]) -> bool:
    return bool(place.row.urgency) and is_denied(place, words)


def _urgencies(found: Iterable[Place]) -> tuple[str, ...]:
    heard = {place.row.urgency for place in found}
    return tuple(urgency for urgency in URGENCIES if urgency in heard)
