"""From a sentence to its wishes and what remains of it: the need. In doubt, a wish is left in the need, unread."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from maillage.core import clock
from maillage.core.text import words
from maillage.directory.choices import AccessNeed, DayPart
from maillage.directory.languages import SIGN_LANGUAGE, spoken_words
from maillage.directory.lexicon.reading import LONGEST_NEED, read_need
from maillage.directory.lexicon.wishes import patterns as said
from maillage.directory.lexicon.wishes.sentence import Sentence
from maillage.directory.when import When
from maillage.territories.choices import TravelMode

MOBILITY = "mobilite--"
NEAR = 4
"""How many words before a phrase may make a need of it."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a sentence asks besides its need, and `rest`, the sentence without it, where the need is read.

    `languages`: codes of `languages.LANGUAGES`; `accessibility`: of `choices.AccessNeed`.
    """

    rest: str
    when: When | None = None
    is_open_now: bool = False
    languages: tuple[str, ...] = ()
    accessibility: tuple[str, ...] = ()
    is_women_only: bool = False
    mode: TravelMode | None = None

    def __bool__(self) -> bool:
        """Whether anything was wished for."""
        return replace(self, rest="") != Wishes("")


def read_wishes(text: str, *, today: dt.date | None = None) -> Wishes:
    """The wishes said in the first words of a text; `today` is what « demain » is counted from."""
    heard = Sentence(text[:LONGEST_NEED])
    # Days last: « à pied », « accessible », once heard, no longer look like the verbs that make a day doubtful.
    mode = _mode(heard)
    languages = tuple(dict.fromkeys(_languages(heard)))
    accessibility = tuple(dict.fromkeys(_accessibility(heard)))
    among_women = _among_women(heard)
    when, is_open_now = _when(heard, today or clock.today())
    rest = heard.rest() + text[LONGEST_NEED:]
    found = Wishes(rest, when, is_open_now, languages, accessibility, among_women, mode)
    return _without_loss(found, text) if found else found


def _without_loss(found: Wishes, text: str) -> Wishes:
    """When the need was in the very words of a wish (« sans voiture », « fauteuil roulant »), it stays a need."""
    whole, remains = read_need(text), read_need(found.rest)
    has_no_car = bool(said.WITHOUT_CAR.search(Sentence(text[:LONGEST_NEED]).line))
    is_a_way_asked = has_no_car and whole.understood[:1] and whole.understood[0].startswith(MOBILITY)
    is_lost = bool(whole.understood and not remains.understood) or bool(is_a_way_asked)
    if whole.urgency == remains.urgency and _says_only_how(found, text):
        return found
    if not is_lost and whole.urgency == remains.urgency:
        return found
    return replace(found, rest=text, accessibility=(), mode=None if has_no_car else found.mode)


def _says_only_how(found: Wishes, text: str) -> bool:
    """« En arabe », « accessible en fauteuil roulant »: how one is received, whatever the need.

    « Je parle arabe » may be a need as well: learning French.
    """
    heard = words(text)
    is_access = bool(found.accessibility) and "accessible" in heard
    is_language = bool(found.languages) and not any(word.startswith("parl") for word in heard)
    return not words(found.rest) and (is_language or is_access)


def _before(heard: Sentence, start: int, count: int) -> list[str]:
    return heard.line[:start].split()[-count:]


# -- When ------------------------------------------------------------------------------------------------------------


def _when(heard: Sentence, today: dt.date) -> tuple[When | None, bool]:
    for ways, is_alone in ((said.SAID_OPEN, False), (said.SAID_FREE, False), (said.SAID_ALONE, True)):
        if is_alone and _tells_of_a_day(heard):
            break
        for found in _first(heard, ways):
            heard.take(*found.span())
            told = found.groupdict()
            return (None, True) if told.get("now") else (_told(told, today), False)
    return None, False


def _tells_of_a_day(heard: Sentence) -> bool:
    """Whether a day alone may be something else than when someone comes. An urgent sentence is never narrowed."""
    left = Sentence(heard.rest()).line
    is_told = said.TELLS.intersection(left.split()) or len(said.ANY_DAY.findall(left)) > 1
    is_doubtful = said.NEGATION.search(left) or said.OPENS.search(left)
    return bool(is_told or is_doubtful or read_need(heard.text).urgency)


def _first(heard: Sentence, ways: Iterable[re.Pattern[str]]) -> Iterator[re.Match[str]]:
    for way in ways:
        for found in way.finditer(heard.line):
            denied = any(said.NEGATION.fullmatch(word) for word in _before(heard, found.start(), 1))
            if not denied and not said.ANOTHER_DAY.match(heard.line[found.end() :].lstrip()):
                yield found


def _told(told: dict[str, str | None], today: dt.date) -> When:
    """The day and the part of the day that a pattern found."""
    part = DayPart.MIDDAY if told.get("lunch") else said.PARTS.get(told.get("part") or "")
    if told.get("hour"):
        part = _part_at(int(told["hour"] or 0), told["bound"] or "")
    for name, days in (("today", 0), ("this", 0), ("tomorrow", 1), ("after", 2)):
        if told.get(name):
            return When(on=today + dt.timedelta(days=days), part=part)
    day = told.get("day")
    return When(weekday=said.DAYS[day] if day else None, part=part)


def _part_at(hour: int, bound: str) -> DayPart:
    """« Après 17 h » is the evening, « avant 9 h » the morning, « à 13 h » the middle of the day."""
    if bound == "avant":
        hour -= 1
    elif bound in {"apres", "a partir de", "des"}:
        hour += 1
    if hour < 12:
        return DayPart.MORNING
    if hour < 14:
        return DayPart.MIDDAY
    return DayPart.AFTERNOON if hour < 18 else DayPart.EVENING


# -- In which language, with which access, among whom, how ------------------------------------------------------------


def _languages(heard: Sentence) -> Iterator[str]:
    for found in said.INTERPRETED.finditer(heard.line):  # The interpreter stays in the need.
        yield from _codes(found["asked"])
        heard.take(*found.span("asked"))
    for way in said.LANGUAGES_SAID:
        for found in way.finditer(heard.line):
            learnt = said.LEARNT.intersection(_before(heard, found.start(), NEAR))
            if learnt or not heard.is_free(*found.span()):
                continue
            if codes := list(_codes(found[0])):
                yield from codes
                heard.take(*found.span())


def _codes(line: str) -> Iterator[str]:
    for one in said.ONE_LANGUAGE.finditer(line):
        yield SIGN_LANGUAGE if one["signs"] else spoken_words()[one["spoken"]]


def _accessibility(heard: Sentence) -> Iterator[AccessNeed]:
    if said.THINGS.intersection(heard.line.split()):
        return
    for need, way in said.ACCESS_SAID:
        for found in way.finditer(heard.line):
            is_a_thing = said.ARTICLES.intersection(_before(heard, found.start(), 1))
            if heard.is_free(*found.span()) and not is_a_thing:
                yield need
                heard.take(*found.span())


def _among_women(heard: Sentence) -> bool:
    if said.NOT_AMONG_WOMEN.intersection(heard.line.split()):
        return False
    found = said.AMONG_WOMEN.search(heard.line)
    if found:
        heard.take(*found.span())
    return found is not None


def _mode(heard: Sentence) -> TravelMode | None:
    """« Pas de voiture » is a need, and stays one."""
    for mode, way in said.MODES_SAID:
        for found in way.finditer(heard.line):
            if said.NOT_A_MODE.intersection(_before(heard, found.start(), NEAR)):
                continue
            heard.take(*found.span())
            return mode
    return None
