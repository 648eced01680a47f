"""By when: each rule with its article and its dates, computed from an event, never typed. Knows public holidays."""

import calendar
import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import holidays
from django.db.models import Model, TextChoices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core import clock, journal
from maillage.core.documents import in_words
from maillage.core.models import DeadlineOverride, OverrideReason
from maillage.core.refusals import Refused

# Each Département or collectivity whose public holidays differ, by the `holidays` library's own code. For overseas
# ones it counts, beside the day of abolition (Code du travail, art. L3422-2), local customs such as mi-Carême in
# Guadeloupe: administrations are closed. Alsace-Moselle: Code du travail, art. L3134-13.
ZONES = {
    **{"57": "57", "67": "6AE", "68": "6AE", "6AE": "6AE"},
    **{"971": "971", "972": "972", "973": "973", "974": "974", "976": "976"},
    **{"975": "PM", "977": "BL", "978": "MF", "984": "TF", "986": "WF", "987": "PF", "988": "NC"},
}
DEADLINES: dict[str, list["DeadlineRule"]] = {}


class Unit(TextChoices):
    """What a delay is counted in."""

    WORKING_DAYS = "working_days", gettext_lazy("jours ouvrés")
    DAYS = "days", gettext_lazy("jours")
    MONTHS = "months", gettext_lazy("mois")
    HOURS = "hours", gettext_lazy("heures")


@dataclass(frozen=True)
class DeadlineRule:
    """A delay that the law or the house sets. `sentence` names what is due, in French: « Réponse à une proposition ».

    `reference` is the article, or « usage de la maison ». The rule serves for events from `valid_from` to
    `valid_until`, both included.
    """

    id: str
    trigger: str | Promise
    sentence: str | Promise
    delay: int
    unit: Unit
    reference: str | Promise
    valid_from: dt.date
    valid_until: dt.date | None = None
    extends_to_working_day: bool = False

    def serves(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True)
class Due:
    """A date, by which rule; `at` is the instant, for a delay in hours; `override`, what moved the date."""

    date: dt.date
    rule: DeadlineRule
    at: dt.datetime | None = None
    override: DeadlineOverride | None = None

    @property
    def days_left(self) -> int:
        """Days from today to the date; below zero, days late."""
        return (self.date - clock.today()).days

    @property
    def is_late(self) -> bool:
        """The day of the deadline is still in time; for hours, its minute."""
        return clock.now() > self.at if self.at else clock.today() > self.date

    def __str__(self) -> str:
        """« Réponse à une proposition : au plus tard le 12 mars 2026 »."""
        said = in_words(self.date)
        if self.at:
            hour = timezone.localtime(self.at).strftime("%H h %M")
            said = _("%(day)s à %(hour)s") % {"day": said, "hour": hour}
        late = _("%(what)s : en retard depuis le %(day)s")
        in_time = _("%(what)s : au plus tard le %(day)s")
        return (late if self.is_late else in_time) % {"what": self.rule.sentence, "day": said}


def deadline(rule: DeadlineRule) -> DeadlineRule:
    """Add a rule, or another version of it, to the table. ValueError when two versions serve on one day."""
    versions = DEADLINES.setdefault(rule.id, [])
    last = dt.date.max
    if any(
        rule.valid_from <= (one.valid_until or last) and one.valid_from <= (rule.valid_until or last)
        for one in versions
    ):
        raise ValueError(f"{rule.id}: two versions serve on the same day.")
    versions.append(rule)
    versions.sort(key=lambda one: one.valid_from)
    return rule


def rule_on(rule_id: str, day: dt.date) -> DeadlineRule:
    """The version in force for an event of that day. LookupError when there is none."""
    for rule in DEADLINES.get(rule_id, ()):
        if rule.serves(day):
            return rule
    raise LookupError(f"No deadline {rule_id!r} on {day}.")


def due_on(rule_id: str, triggered_on: dt.date, *, zone: str = "") -> Due:
    """The last day in time. `zone` is what `zone_of` gives. The day of the event does not count (CPC, art. 641)."""
    rule = rule_on(rule_id, triggered_on)
    if rule.unit == Unit.HOURS:
        raise ValueError(f"{rule_id} is counted in hours: ask due_at, with an instant.")
    if rule.unit == Unit.WORKING_DAYS:
        return Due(add_working_days(triggered_on, rule.delay, zone=zone), rule)
    after = add_months if rule.unit == Unit.MONTHS else add_days
    day = after(triggered_on, rule.delay)
    return Due(next_working_day(day, zone=zone) if rule.extends_to_working_day else day, rule)


def due_at(rule_id: str, triggered_at: dt.datetime) -> Due:
    """The last instant in time, in elapsed hours: a change of the clocks neither gives nor takes any.

    Not extended to a working day: Regulation (EEC, Euratom) 1182/71, art. 3(3) and 3(4), extends only periods
    expressed otherwise than in hours. Its art. 3(1) would let the hour of the event go uncounted: we count it, which
    is never late.
    """
    rule = rule_on(rule_id, timezone.localdate(triggered_at))
    if rule.unit != Unit.HOURS:
        raise ValueError(f"{rule_id} is counted in {rule.unit}: ask due_on, with a day.")
    at = triggered_at.astimezone(dt.UTC) + dt.timedelta(hours=rule.delay)
    return Due(timezone.localdate(at), rule, at=at)


def add_days(day: dt.date, days: int) -> dt.date:
    return day + dt.timedelta(days=days)


def add_months(day: dt.date, months: int) -> dt.date:
    """From a day to the same day of a later month, or that month's last (CPC, art. 641; CRPA has no other count)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_working_days(day: dt.date, days: int, *, zone: str = "") -> dt.date:
    """The day that comes after so many working days, the first one being the next."""
    for _counted in range(days):
        day = next_working_day(day + dt.timedelta(days=1), zone=zone)
    return day


def next_working_day(day: dt.date, *, zone: str = "") -> dt.date:
    """This day if it is worked, else the first that follows."""
    while not is_working_day(day, zone=zone):
        day += dt.timedelta(days=1)
    return day


def is_working_day(day: dt.date, *, zone: str = "") -> bool:
    """Monday to Friday, public holidays of the zone apart."""
    return day.weekday() < 5 and not is_public_holiday(day, zone=zone)


def is_public_holiday(day: dt.date, *, zone: str = "") -> bool:
    """Whether that day is a public holiday of the zone."""
    return day in public_holidays(day.year, zone=zone)


@lru_cache(maxsize=256)
def public_holidays(year: int, *, zone: str = "") -> frozenset[dt.date]:
    """The public holidays of a year in a zone."""
    return frozenset(holidays.country_holidays("FR", subdiv=zone or None, years=year))


def zone_of(departement_code: str) -> str:
    """The zone of public holidays of a Département, by its code; the common one is empty."""
    return ZONES.get(departement_code.upper(), "")


def override(thing: Model, rule_id: str, *, due_on: dt.date, reason: OverrideReason, note: str, by: Any) -> None:
    """Set another date than the rule's, with a reason and an explanation. The door says which role may."""
    rule_on(rule_id, clock.today())
    if not note.strip():
        raise Refused(_("Une échéance ne se déplace qu'avec une explication : écrivez-la en une phrase."))
    with journal.act():
        DeadlineOverride.objects.create(
            thing=journal.name_of(thing),
            rule=rule_id,
            due_on=due_on,
            reason=reason,
            note=note.strip(),
            by=by,
            at=clock.now(),
        )
        journal.record(
            by, "core.deadline_overridden", thing, why=OverrideReason(reason).value, rule=rule_id, due_on=due_on
        )


def overrides_of(rule_id: str) -> dict[str, DeadlineOverride]:
    """For each thing whose date was moved, by its name in the journal, what moved it last: one question for many."""
    return {one.thing: one for one in DeadlineOverride.objects.filter(rule=rule_id).order_by("at", "pk")}


def as_overridden(thing: Model, due: Due, *, moved_ones: dict[str, DeadlineOverride] | None = None) -> Due:
    """The date computed, or the one that replaces it; `moved_ones`, from `overrides_of`, spares asking."""
    known = overrides_of(due.rule.id) if moved_ones is None else moved_ones
    moved = known.get(journal.name_of(thing))
    return Due(moved.due_on, due.rule, override=moved) if moved else due
