"""When someone can go: a day and a part of it, as they said it, and the span of time it means from today."""

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext

from maillage.core.deadlines import is_public_holiday, next_working_day
from maillage.directory.choices import PART_HOURS, WEEKDAYS, DayPart

MIDNIGHT = dt.time()
Span = tuple[dt.date, dt.time, dt.time]
"""A day, from an hour to another; an end at midnight is the end of that day."""


@dataclass(frozen=True)
class When:
    """A day of the week (Monday is 0) or a date, and a part of the day; what is not said is open.

    A day of the week is the next one from today, today included: on a public holiday too, and a record must then say
    that it is open on public holidays. A part alone (« le soir ») is that of the next working day.
    """

    weekday: int | None = None
    part: DayPart | None = None
    on: dt.date | None = None

    def day_from(self, today: dt.date, *, zone: str = "") -> dt.date:
        """The day meant, for someone who asks today, in a zone of public holidays."""
        if self.on is not None:
            return self.on
        if self.weekday is None:
            return next_working_day(today, zone=zone) if self.part else today
        return today + dt.timedelta(days=(self.weekday - today.weekday()) % 7)

    def span_from(self, today: dt.date, *, zone: str = "") -> Span:
        """The day meant and its hours."""
        first, last = PART_HOURS[self.part] if self.part else (0, 0)
        return self.day_from(today, zone=zone), dt.time(first), dt.time(last)

    def in_words(self) -> str:
        """As one says it after « ouvert »: « mercredi après-midi », « le 27 mai, matin », « le soir »."""
        part = str(self.part.label) if self.part else ""
        if self.on is not None:
            day = gettext("le %(day)s") % {"day": date_format(self.on, "j F")}
            return gettext("%(day)s, %(part)s") % {"day": day, "part": part} if part else day
        if self.weekday is not None:
            return f"{WEEKDAYS[self.weekday]} {part}".strip()
        return _every_day()[self.part] if self.part else ""

    def holiday_notice(self, today: dt.date, *, zone: str = "") -> str:
        """What to know when that day is a public holiday; empty otherwise."""
        day = self.day_from(today, zone=zone)
        if not is_public_holiday(day, zone=zone):
            return ""
        said = gettext("Le %(day)s est férié : seuls sont montrés les lieux qui disent ouvrir ce jour-là.")
        return said % {"day": date_format(day, "l j F")}


def _every_day() -> dict[DayPart, str]:
    return {
        DayPart.MORNING: gettext("le matin"),
        DayPart.MIDDAY: gettext("le midi"),
        DayPart.AFTERNOON: gettext("l'après-midi"),
        DayPart.EVENING: gettext("le soir"),
    }
