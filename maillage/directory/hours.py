"""Opening hours, written in OpenStreetMap's grammar, said in French: open now, until when, the week to come.

Source of the grammar: the OpenStreetMap wiki, « Key:opening_hours ». Public holidays are those of a zone, as
`core.deadlines.zone_of` names them: empty, France's common ones; « 971 », those of Guadeloupe too.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]

from maillage.core.deadlines import is_public_holiday, public_holidays
from maillage.directory.choices import WEEKDAYS

LOOK_AHEAD = dt.timedelta(days=14)
CLOSED = _("fermé")
ENOUGH = dt.timedelta(minutes=30)
"""To be open for less is not to be open to someone who comes: they would find the door closing."""
REMARK_ALONE = re.compile(r'(?:^|;|\|\|)\s*"[^"]*"\s*(?=$|;|\|\|)')
"""« "sur rendez-vous" » without hours says nothing of when: the grammar would read it as always open."""


@dataclass(frozen=True)
class Day:
    """One day of the week to come: its name, its hours in words, whether it is today."""

    label: str
    text: str
    is_today: bool


@lru_cache(maxsize=50_000)
def parse(text: str) -> OpeningHours | None:
    """The hours, or None when nothing is written or it cannot be understood. France's common public holidays."""
    text = REMARK_ALONE.sub("", text).strip(" ;|")
    try:
        return OpeningHours(text, country="FR", max_interval_days=366) if text else None
    except ParserError:
        return None


HOLIDAY = re.compile(r"\bPH\b")
CLOSED_ON_HOLIDAYS = re.compile(r"\bPH (?:off|closed)\b")
IN_GRAMMAR = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _hours(text: str, *, zone: str, year: int) -> OpeningHours | None:
    """The hours as they are in a zone, that year and the next."""
    return _with_local_holidays(text, zone, year) if zone and HOLIDAY.search(text) else parse(text)


@lru_cache(maxsize=20_000)
def _with_local_holidays(text: str, zone: str, year: int) -> OpeningHours | None:
    """The library knows the common public holidays only: what the zone's others are is written after, by date.

    On such a day, what is written for public holidays is what is written for its day of the week.
    """
    days_by_hours: dict[str, list[str]] = {}
    for day in _local_holidays(zone, year):
        days_by_hours.setdefault(_on_holiday(text, day), []).append(
            f"{day.year} {MONTHS[day.month - 1]} {day.day:02d}"
        )
    rules = [f"{','.join(days)} {spans}" for spans, days in days_by_hours.items() if spans]
    return parse("; ".join([text.strip(" ;|"), *rules])) or parse(text)


@lru_cache
def _local_holidays(zone: str, year: int) -> tuple[dt.date, ...]:
    """The public holidays that a zone has more than the others, that year and the next."""
    years = (year, year + 1)
    return tuple(sorted(set().union(*(public_holidays(y, zone=zone) - public_holidays(y) for y in years))))


def _on_holiday(text: str, day: dt.date) -> str:
    """The hours of a local public holiday, as the grammar writes them; empty where the text cannot be read so."""
    if not HOLIDAY.search(CLOSED_ON_HOLIDAYS.sub("", text)):
        return "off"
    as_holiday = parse(HOLIDAY.sub(IN_GRAMMAR[day.weekday()], text))
    if as_holiday is None:
        return ""
    return ",".join(f"{start:%H:%M}-{_end_of(end, day)}" for start, end in _open_spans(as_holiday, day)) or "off"


def _end_of(end: dt.datetime, day: dt.date) -> str:
    return f"{end:%H:%M}" if end.date() == day else "24:00"


@lru_cache(maxsize=100_000)
def is_open_during(text: str, day: dt.date, start: dt.time, end: dt.time, *, zone: str = "") -> bool:
    """Whether it is open long enough in that span of that day: half an hour at a stretch, or all of a shorter span.

    An end at midnight is the end of the day. Unknown hours are not open. Pure: the same hours are asked of the grammar
    once.
    """
    hours = _hours(text, zone=zone, year=day.year)
    if hours is None:
        return False
    first, last = dt.datetime.combine(day, start), dt.datetime.combine(day, end)
    last += dt.timedelta(days=end == dt.time())
    enough, since = min(ENOUGH, last - first), None
    for begins, ends, state, _remark in hours.intervals(first, last):
        since = (since or begins) if str(state) == "open" else None
        if since is not None and ends - since >= enough:
            return True
    return False


FRENCH = (  # What people write, and the grammar's word for it, in this order.
    (r"\bjours? f[ée]ri[ée]s?\b", "PH"), (r"\bferm[ée]e?\b", "off"), (r"\b(?:du|de|le|les|et de)\b", " "),
    (r"\blun(?:di)?s?\b", "Mo"), (r"\bmar(?:di)?s?\b", "Tu"), (r"\bmer(?:credi)?s?\b", "We"),
    (r"\bjeu(?:di)?s?\b", "Th"), (r"\bven(?:dredi)?s?\b", "Fr"), (r"\bsam(?:edi)?s?\b", "Sa"),
    (r"\bdim(?:anche)?s?\b", "Su"), (r"\b(?:midi)\b", "12:00"), (r"\s*\b(?:et|puis)\b\s*", ","),
    (r"\s*(?:\bau?\b|à|–|-)\s*", "-"), (r"\b(\d{1,2})\s*[h:]\s*(\d{2})\b", r"\1:\2"), (r"\b(\d{1,2})\s*h\b", r"\1:00"),
    (r"\b(\d):", r"0\1:"), (r"\s*,\s*", ","), (r"\s*;\s*", "; "), (r"\s+", " "), (r"(\d:\d\d) (?=\d)", r"\1,"),
)  # fmt: skip


def understood(text: str) -> str:
    """The hours in the grammar, whether written so or in French (« lun-ven 9h-12h, 14h-17h »); empty when neither."""
    if parse(text) is not None or REMARK_ALONE.fullmatch(text):
        return text
    said = text.casefold()
    for pattern, word in FRENCH:
        said = re.sub(pattern, word, said)
    return said.strip() if parse(said.strip()) is not None else ""


def is_open(text: str, at: dt.datetime, *, zone: str = "") -> bool:
    """Whether it is open at that local instant; unknown hours are not open."""
    hours = _hours(text, zone=zone, year=at.year)
    return bool(hours and hours.is_open(_naive(at)))


def now_in_words(text: str, at: dt.datetime, *, zone: str = "") -> str:
    """What a visitor wants to know now: « Ouvert jusqu'à 17 h », « Ouvre demain à 9 h »; empty when unknown."""
    hours = _hours(text, zone=zone, year=at.year)
    if hours is None:
        return ""
    here = _naive(at)
    change = hours.next_change(here)
    if change is not None and change - here > LOOK_AHEAD:
        change = None  # Too far to matter to a visitor.
    if hours.is_open(here):
        return _open_until(change)
    return _closed_until(None if hours.is_unknown(here) else change, here)


def _open_until(change: dt.datetime | None) -> str:
    if change is None:
        return gettext("Ouvert jour et nuit")
    return gettext("Ouvert jusqu'à %(hour)s") % {"hour": _clock(change)}


def _closed_until(change: dt.datetime | None, now: dt.datetime) -> str:
    if change is None:
        return gettext("Fermé pour l'instant : appelez")
    return gettext("Fermé, ouvre %(day)s à %(hour)s") % {"day": _when(change, now), "hour": _clock(change)}


def week(text: str, at: dt.datetime, *, zone: str = "") -> list[Day]:
    """The seven days that begin today, in words; empty when the hours are unknown."""
    hours = _hours(text, zone=zone, year=at.year)
    if hours is None:
        return []
    today = _naive(at).date()
    days = (today + dt.timedelta(days=offset) for offset in range(7))
    return [Day(str(WEEKDAYS[day.weekday()]), _spans_in_words(hours, day), day == today) for day in days]


def usual_week(text: str, at: dt.datetime) -> list[Day]:
    """The week from Monday to Sunday as it is usually, for a sheet of paper: the nine weeks that follow, as one.

    Public holidays are left out; what is not so every week says it.
    """
    hours = parse(text)
    if hours is None:
        return []
    monday = _naive(at).date() + dt.timedelta(days=7 - _naive(at).weekday())
    days = (monday + dt.timedelta(days=offset) for offset in range(7))
    return [Day(str(name), _usually(hours, day), is_today=False) for name, day in zip(WEEKDAYS, days, strict=True)]


WITHOUT_MORE = re.compile(r"(?:(?:Mo|Tu|We|Th|Fr|Sa|Su|off|24/7|\d{1,2}:\d{2})|[\s,;-]|PH off)*")
"""Days and hours, public holidays closed: the grammar says nothing else that the usual week leaves out."""


def in_words(text: str, at: dt.datetime) -> str:
    """The usual week in one line, the days that are alike together: « lundi, mercredi : 9 h – 12 h ».

    What it cannot say whole (months, remarks) is given as written beside; hours nobody understands, as written alone.
    """
    by_hours: dict[str, list[str]] = {}
    for day in usual_week(text, at):
        by_hours.setdefault(day.text, []).append(day.label)
    closed = by_hours.pop(str(CLOSED), [])
    if not by_hours:
        return str(CLOSED) if closed and WITHOUT_MORE.fullmatch(text) else text
    said = [f"{_days_in_words(days)} : {spans}" for spans, days in by_hours.items()]
    if "PH off" in text:
        said.append(gettext("fermé les jours fériés"))
    if not WITHOUT_MORE.fullmatch(text):
        said.append(gettext("écrit : %(hours)s") % {"hours": text})
    return " ; ".join(said)


def _days_in_words(labels: list[str]) -> str:
    """« du lundi au vendredi » for three days in a row or more, else each of them."""
    week = [str(day) for day in WEEKDAYS]
    first, last = week.index(labels[0]), week.index(labels[-1])
    if len(labels) == len(week):
        return gettext("tous les jours")
    if len(labels) > 2 and last - first == len(labels) - 1:
        return gettext("du %(first)s au %(last)s") % {"first": labels[0], "last": labels[-1]}
    return ", ".join(labels)


def _usually(hours: OpeningHours, first: dt.date) -> str:
    days = (first + dt.timedelta(weeks=offset) for offset in range(9))
    texts = dict.fromkeys(_spans_in_words(hours, day) for day in days if not is_public_holiday(day))
    found = [text for text in texts if text != CLOSED]
    if len(texts) == 1 or not found:
        return next(iter(texts))
    if len(found) == 1:
        return gettext("%(hours)s (certaines semaines)") % {"hours": found[0]}
    return gettext("%(hours)s ou %(others)s (certaines semaines)") % {"hours": found[0], "others": found[1]}


def on_day_in_words(text: str, day: dt.date, *, zone: str = "") -> str:
    """The hours of one day, for someone who wants to go then: « Mercredi : 14 h – 17 h »; empty when unknown."""
    hours = _hours(text, zone=zone, year=day.year)
    if hours is None:
        return ""
    said = gettext("%(day)s : %(hours)s") % {"day": WEEKDAYS[day.weekday()], "hours": _spans_in_words(hours, day)}
    return said[:1].upper() + said[1:]


def _spans_in_words(hours: OpeningHours, day: dt.date) -> str:
    found = list(_open_spans(hours, day))
    if any(end - start >= dt.timedelta(days=1) for start, end in found):
        return gettext("jour et nuit")
    spans = [f"{_clock(start)} – {_clock(end)}" for start, end in found]
    return ", ".join(spans) if spans else str(CLOSED)


def _open_spans(hours: OpeningHours, day: dt.date) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    start = dt.datetime.combine(day, dt.time())
    for begins, ends, state, _remark in hours.intervals(start, start + dt.timedelta(days=1)):
        if str(state) == "open":
            yield begins, ends


def _clock(at: dt.datetime) -> str:
    if at.hour == 0 and at.minute == 0:
        return gettext("minuit")
    said = gettext("%(hour)s h %(minute)02d") if at.minute else gettext("%(hour)s h")
    return said % {"hour": at.hour, "minute": at.minute}


def _when(at: dt.datetime, now: dt.datetime) -> str:
    days = (at.date() - now.date()).days
    if days == 0:
        return gettext("aujourd'hui")
    if days == 1:
        return gettext("demain")
    if days < 7:
        return str(WEEKDAYS[at.weekday()])
    return gettext("le %(day)02d/%(month)02d") % {"day": at.day, "month": at.month}


def _naive(at: dt.datetime) -> dt.datetime:
    """Opening hours are local: the caller gives local time, the grammar knows no zone."""
    return at.replace(tzinfo=None)
