"""Which of the words that nobody understood may be counted: those that look like someone, or somewhere, never are."""

import re
from collections.abc import Collection, Iterator
from functools import cache

from maillage.core.text import STOP_WORDS, fold, stem, words
from maillage.directory.lexicon.files import FOLDER

NAMES = "names_of_people.txt"
SHORTEST, LONGEST = 3, 25
LONGEST_ACRONYM = 5
# An e-mail, a link, a number, a date: « @ », a figure, a sign that ordinary words do not hold, « www. », « .fr ».
_NOT_A_WORD = re.compile(r"[\d@/\\_#:=+*%€<>\[\]{}|~]|www\.|\w\.\w")
_NUMBER = re.compile(r"\d{1,4}(?:bis|ter|quater)?,?", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?:[!?…:]|\w\w\.)$")

# After « 12 rue … », « avenue … »: an address. Some are streets only behind a number: « cours ».
_STREET_WORDS = "rue avenue boulevard impasse allee allees chemin lotissement hameau faubourg"
_NUMBERED_WORDS = """
    place route cours quai square residence passage sentier voie cite villa montee rond bis ter quater
    av ave bd bld blvd che imp all lot rte
"""
_STREETS = frozenset(_STREET_WORDS.split())
_STREETS_AFTER_A_NUMBER = _STREETS | frozenset(_NUMBERED_WORDS.split())
# After « je m'appelle … », « madame … »: someone.
_CALLING_WORDS = """
    madame monsieur mademoiselle maitre docteur m mr mrs mme mlle melle dr
    appelle nomme nommee prenom nom signe
"""
_CALLED = frozenset(_CALLING_WORDS.split())
_OF_A_STREET, _OF_A_NAME = 4, 3


def discreet_words(text: str, leftover: Collection[str]) -> list[str]:
    """The folded words of the text, once each, whose stem is in `leftover` and that look like nobody and nowhere."""
    shouted = text.isupper()
    found = (word for token in _plain(text, shouted=shouted) for word in words(token))
    return list(dict.fromkeys(word for word in found if _may_be_counted(word) and stem(word) in leftover))


def _plain(text: str, *, shouted: bool) -> Iterator[str]:
    """The tokens of a text, without those that look like a name, a number, an address."""
    hidden, is_first, after_number = 0, True, False
    for token in text.split():
        said = fold(token).strip(".,;!?()«»\"'’-")
        opens = _hides_next(said, after_number=after_number)
        is_word = not _NOT_A_WORD.search(token.rstrip(".,;:!?…"))
        if is_word and not (hidden or opens or _looks_like_a_name(token, is_first=is_first, shouted=shouted)):
            yield token
        hidden = max(opens, hidden - 1, 0)
        is_first, after_number = bool(_SENTENCE_END.search(token)), bool(_NUMBER.fullmatch(said))


def _hides_next(said: str, *, after_number: bool) -> int:
    """How many words are hidden after this one."""
    parts = set(words(said)) | {said}
    if parts & (_STREETS_AFTER_A_NUMBER if after_number else _STREETS):
        return _OF_A_STREET
    return _OF_A_NAME if parts & _CALLED else 0


def _looks_like_a_name(token: str, *, is_first: bool, shouted: bool) -> bool:
    """A capital in the middle of a sentence; an acronym is short and all in capitals (« AESH »)."""
    letters = token.strip(".,;:!?…()«»\"'’-")
    after_elision = letters[2:] if letters[1:2] in "'’" else letters
    if shouted or not (letters[:1].isupper() or after_elision[:1].isupper()):
        return False
    if after_elision.isupper():
        return len(after_elision) > LONGEST_ACRONYM
    return not is_first or after_elision[1:] != after_elision[1:].lower()


def _may_be_counted(word: str) -> bool:
    is_short_enough = SHORTEST <= len(word) <= LONGEST
    return word.isalpha() and is_short_enough and word not in STOP_WORDS and word not in names_of_people()


@cache
def names_of_people() -> frozenset[str]:
    """First names, and family names that are no word: typed without a capital, they still are somebody's."""
    return frozenset(words((FOLDER / NAMES).read_text(encoding="utf-8")))
