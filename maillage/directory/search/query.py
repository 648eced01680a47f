"""What is asked: a need, a place, limits; and the cursor that continues an answer without moving it."""

import base64
import datetime as dt
import json
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext

from maillage.core.refusals import Refused
from maillage.core.text import stems
from maillage.directory.lexicon import Reading, read_here
from maillage.territories.actions import Point
from maillage.territories.choices import TravelMode

PAGE = 20
DEFAULT_MINUTES, MOST_MINUTES = 30, 120
Key = tuple[int, int, int, int, int, int]


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
    cursor: str = ""

    def reading(self) -> Reading:
        """What the lexicon of this house makes of the words."""
        return read_here(self.words)

    def wanted_themes(self) -> tuple[str, ...]:
        """The thématiques asked for, else those the lexicon understands."""
        return self.themes or self.reading().thematiques

    def word_stems(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(stems(self.words)))


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
            return cls(dt.date.fromisoformat(day), tuple(key), bool(is_loose))
        except (BadSignature, ValueError, TypeError):
            raise BadCursor(gettext("Cette suite de résultats n'existe plus. Relancez la recherche.")) from None


def _signer() -> Signer:
    return Signer(salt="maillage.directory.cursor")
