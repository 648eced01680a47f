"""What is asked: a need, a place, limits; and the cursor that continues an answer without moving it."""

import base64
import datetime as dt
import json
from dataclasses import dataclass
from functools import cached_property

from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext

from maillage.core.refusals import Refused
from maillage.core.text import stems
from maillage.directory.choices import category_of
from maillage.directory.lexicon import Reading, read_here
from maillage.directory.when import When
from maillage.territories.actions import Point
from maillage.territories.choices import TravelMode

PAGE = 20
DEFAULT_MINUTES, MOST_MINUTES = 30, 120
MOST_NEEDS = 8
"""Needs said in one question that places are asked to answer together; beyond, it is a list, not a need."""
Key = tuple[int, int]
"""Where a service stands: what orders it, as one number, then its own number."""


class BadCursor(Refused):
    """The cursor was not made here, or was cut."""

    status = 400


@dataclass(frozen=True)
class Origin:
    """Where the person is: a point, the commune's Insee code, and the codes of the areas that hold it."""

    label: str
    point: Point
    commune_code: str = ""
    area_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SearchQuery:
    """One question to the directory. `minutes`: the limit of travel; `reception`: '', en-presentiel or a-distance."""

    origin: Origin
    words: str = ""
    themes: tuple[str, ...] = ()
    minutes: int = DEFAULT_MINUTES
    mode: TravelMode = TravelMode.CAR
    audiences: tuple[str, ...] = ()
    cost: str = ""
    reception: str = ""
    is_open_now: bool = False
    when: When | None = None
    languages: tuple[str, ...] = ()
    accessibility: tuple[str, ...] = ()
    is_women_only: bool = False
    cursor: str = ""

    @cached_property
    def _reading(self) -> Reading:
        return read_here(self.words)

    @cached_property
    def _stems(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(stems(self.words)))

    def reading(self) -> Reading:
        """What the lexicon of this house makes of the words: read once, whatever is asked of it."""
        return self._reading

    def wanted_themes(self) -> tuple[str, ...]:
        """The thématiques asked for, else those the lexicon understands, else what it guesses."""
        reading = self.reading()
        return self.themes or reading.understood or (reading.thematiques if reading.is_guess else ())

    def needs(self) -> tuple[tuple[str, ...], ...]:
        """The needs asked for, each as its thématiques: those said, else one for each category chosen."""
        if not self.themes:
            return self.reading().needs[:MOST_NEEDS]
        chosen: dict[str, list[str]] = {}
        for theme in self.themes:
            chosen.setdefault(category_of(theme), []).append(theme)
        return tuple(map(tuple, chosen.values()))[:MOST_NEEDS]

    def word_stems(self) -> tuple[str, ...]:
        """The stems of the words, each once."""
        return self._stems


@dataclass(frozen=True)
class Mark:
    """Where an answer was left: the day that seeds its order, the key of the last result seen, how words were met."""

    day: dt.date
    key: Key
    is_loose: bool = False

    def encode(self) -> str:
        text = json.dumps([self.day.isoformat(), int(self.is_loose), *self.key], separators=(",", ":"))
        return _signer().sign(base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))

    @classmethod
    def decode(cls, text: str) -> "Mark":
        """Raises BadCursor on anything this house did not write."""
        try:
            written = _signer().unsign(text)
            day, is_loose, *key = json.loads(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)))
            order, pk = key
            return cls(dt.date.fromisoformat(day), (int(order), int(pk)), bool(is_loose))
        except (BadSignature, ValueError, TypeError):
            raise BadCursor(gettext("Cette suite de résultats n'existe plus. Relancez la recherche.")) from None


def _signer() -> Signer:
    return Signer(salt="maillage.directory.cursor")
