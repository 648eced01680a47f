"""What the larger components are told: plain shapes, with every date and hour already in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NOTHING = _("Rien à montrer ici pour le moment.")


@dataclass(frozen=True)
class Step:
    """One moment of a procedure. `state` is "done", "now" or "next"; `article` is shown folded."""

    title: str
    state: str = "next"
    date: str = ""
    text: str = ""
    article: str = ""
    url: str = ""


@dataclass(frozen=True)
class Crumb:
    """One step of the way here; the last one has no address."""

    label: str
    url: str = ""


@dataclass(frozen=True)
class ToDo:
    """Something that waits for someone. `when` is in words; `level` is "late", "soon", "later" or "undated"."""

    title: str
    url: str
    why: str = ""
    when: str = ""
    level: str = "undated"
    kind: str = ""


@dataclass(frozen=True)
class Contact:
    """One way to get in touch. `kind` is "phone", "site", "email", "route" or "form".

    `value` is, for a phone, the number as written; for the others, the address the link opens (« mailto:… »).
    """

    kind: str
    value: str
    label: str = ""


@dataclass(frozen=True)
class Travel:
    """How far, in minutes, and how: `mode` in words (« à pied »); estimated unless roads are loaded."""

    minutes: int
    mode: str
    is_estimated: bool = True


@dataclass(frozen=True)
class Opening:
    """Whether it is open now, as a sentence (« Ouvert jusqu'à 17 h »). `is_open` is None when nobody knows."""

    sentence: str
    is_open: bool | None = None


@dataclass(frozen=True)
class Fresh:
    """How recently it was checked: a word, a date in words, a level ("recent", "ageing" or "old")."""

    word: str
    date: str
    level: str = "recent"


@dataclass(frozen=True)
class Result:
    """One answer to a search, as a visitor reads it. `number` is its rank, the same as on the map.

    `key` is what a form sends to say that it is ticked, where a page lets one tick answers.
    """

    number: int
    name: str
    url: str
    structure: str
    place: str = ""
    travel: Travel | None = None
    opening: Opening | None = None
    conditions: str = ""
    cost: str = ""
    is_free: bool = False
    audiences: Sequence[str] = ()
    why: str = ""
    contacts: Sequence[Contact] = ()
    freshness: Fresh | None = None
    key: str = ""


@dataclass(frozen=True)
class MapPoint:
    """One place of a list, on its map. `rank` is its number in the list; 0 is where the visitor is."""

    lat: float
    lon: float
    label: str
    rank: int = 0
    minutes: int | None = None
    href: str = ""


@dataclass(frozen=True)
class Legend:
    """One line of a legend: words, and the class of its swatch ("origin", "place", "class-1"… "secret", "missing")."""

    label: str
    swatch: str


@dataclass(frozen=True)
class Table:
    """Rows under headers. The first column says what the row is; `numeric` holds the indexes of columns of figures."""

    caption: str
    headers: Sequence[str]
    rows: Sequence[Sequence[object]]
    numeric: Sequence[int] = field(default_factory=tuple)
    empty: str | Promise = NOTHING
    note: str = ""

    def marked_rows(self) -> list[list[tuple[str, object, bool]]]:
        """Each cell with its header and whether it is a figure: on a phone a row becomes a card and needs both."""
        return [
            [
                (header, cell, column in self.numeric)
                for column, (header, cell) in enumerate(zip(self.headers, row, strict=True))
            ]
            for row in self.rows
        ]

    @property
    def is_wide(self) -> bool:
        """Whether a row must become a card on a phone: two columns stay a table."""
        return len(self.headers) > 2

    def marked_headers(self) -> list[tuple[str, bool]]:
        return [(header, column in self.numeric) for column, header in enumerate(self.headers)]
