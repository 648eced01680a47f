"""« Ouvert mercredi après-midi »: who is open on a day, in a part of it, public holidays known wherever one lives."""

import datetime as dt
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from maillage.core import clock
from maillage.directory import hours
from maillage.directory.choices import DayPart
from maillage.directory.models import Structure
from maillage.directory.tests.test_hours import WORDS
from maillage.directory.when import When

OFFICE = "Mo-Fr 08:30-12:30,14:00-17:00; PH off"
WEDNESDAY, NOON, MIDNIGHT = dt.date(2026, 3, 11), dt.time(12), dt.time()
GUADELOUPE, MOSELLE, ALSACE = "971", "57", "6AE"
ABOLITION = dt.date(2026, 5, 27)  # A Wednesday.


@pytest.mark.parametrize(
    ("text", "start", "end", "is_open"),
    [
        (OFFICE, dt.time(14), dt.time(18), True),
        ("We 17:30-18:00", dt.time(14), dt.time(18), True),
        ("We 17:45-19:00", dt.time(14), dt.time(18), False),  # A quarter of an hour is a closing door.
        ("We 15:00-15:20,16:00-16:20", dt.time(14), dt.time(18), False),
        ("We 15:00-15:20,15:20-15:40", dt.time(14), dt.time(18), True),
        ("We 10:00-10:15", dt.time(10), dt.time(10, 15), True),  # All of a shorter span.
        ("We 10:00-10:14", dt.time(10), dt.time(10, 15), False),
        ("We 23:30-24:00", MIDNIGHT, MIDNIGHT, True),
        ("Tu 22:00-06:00", MIDNIGHT, MIDNIGHT, True),
        ("24/7", dt.time(18), dt.time(21), True),
        (OFFICE, dt.time(12, 30), dt.time(14), False),
        ("", dt.time(8), dt.time(12), False),
        ('"sur rendez-vous"', dt.time(8), dt.time(12), False),
        ("le mercredi", dt.time(8), dt.time(12), False),
    ],
)
def test_open_then_is_half_an_hour_at_a_stretch(text, start, end, is_open):
    assert hours.is_open_during(text, WEDNESDAY, start, end) is is_open


@pytest.mark.parametrize(
    ("text", "zone", "day", "is_open"),
    [
        (OFFICE, "", ABOLITION, True),
        (OFFICE, GUADELOUPE, ABOLITION, False),
        (OFFICE, GUADELOUPE, ABOLITION + dt.timedelta(days=1), True),
        (OFFICE, "972", ABOLITION, True),  # Martinique remembers on the 22nd of May.
        (OFFICE, "972", dt.date(2026, 5, 22), False),
        ("Mo-Fr 08:30-12:30", GUADELOUPE, ABOLITION, True),  # It says nothing of public holidays.
        ("Sa 09:00-12:00; PH 10:00-12:00", GUADELOUPE, ABOLITION, True),
        ("Mo-Sa,PH 09:00-12:00; PH off", GUADELOUPE, ABOLITION, False),
        (OFFICE, MOSELLE, dt.date(2026, 4, 3), False),  # Good Friday (Code du travail, art. L3134-13).
        (OFFICE, ALSACE, dt.date(2025, 12, 26), False),
        (OFFICE, "", dt.date(2025, 12, 26), True),
        (OFFICE, ALSACE, dt.date(2026, 7, 14), False),
        (OFFICE, "", dt.date(2026, 7, 14), False),
    ],
)
def test_guadeloupe_is_not_paris_nor_strasbourg(text, zone, day, is_open):
    assert hours.is_open_during(text, day, MIDNIGHT, MIDNIGHT, zone=zone) is is_open
    at_opening = dt.datetime.combine(day, dt.time(10, 30))
    assert hours.is_open(text, at_opening, zone=zone) is is_open


def test_what_a_visitor_is_told_knows_the_holidays_of_the_place():
    eve = dt.datetime(2026, 5, 26, 18)
    assert hours.now_in_words(OFFICE, eve) == "Fermé, ouvre demain à 8 h 30"
    assert hours.now_in_words(OFFICE, eve, zone=GUADELOUPE) == "Fermé, ouvre jeudi à 8 h 30"
    assert [day.text for day in hours.week(OFFICE, eve, zone=GUADELOUPE)][1] == "fermé"


def test_a_record_knows_the_holidays_of_its_commune():
    places = {code: Structure(commune_code=code).holiday_zone for code in ("97105", "67482", "57463", "2A004", "")}
    assert places == {"97105": GUADELOUPE, "67482": ALSACE, "57463": MOSELLE, "2A004": "", "": ""}


CLOCK_HOURS = st.integers(0, 23).flatmap(lambda h: st.sampled_from([0, 10, 30, 45]).map(lambda m: dt.time(h, m)))


@given(
    st.lists(WORDS, max_size=8).map(" ".join) | st.sampled_from([OFFICE, "24/7", "Fr 22:00-06:00; PH 10:00-11:00"]),
    st.dates(dt.date(2020, 1, 1), dt.date(2035, 1, 1)), CLOCK_HOURS, CLOCK_HOURS,
    st.sampled_from(["", GUADELOUPE, ALSACE]),
)  # fmt: skip
def test_it_is_what_someone_who_rings_every_minute_would_find(text, day, start, end, zone):
    assume(start < end or end == MIDNIGHT)
    first, last = dt.datetime.combine(day, start), dt.datetime.combine(day, end)
    last += dt.timedelta(days=end == MIDNIGHT)
    minutes = int((last - first).total_seconds()) // 60
    longest = run = 0
    for minute in range(minutes):
        run = run + 1 if hours.is_open(text, first + dt.timedelta(minutes=minute), zone=zone) else 0
        longest = max(longest, run)
    assert hours.is_open_during(text, day, start, end, zone=zone) is (longest >= min(30, minutes))


def test_five_thousand_different_hours_are_each_asked_of_the_grammar_once():
    dice = Random(4)
    texts = {
        f"{dice.choice(['Mo-Fr', 'Mo,Tu', 'Tu-Sa'])} 08:{dice.randrange(60):02d}-12:{dice.randrange(60):02d}; PH off"
        for _ in range(5_000)
    }
    hours.is_open_during.cache_clear()
    for _ in range(2):
        for text in texts:
            hours.is_open_during(text, WEDNESDAY, dt.time(8), NOON)
    assert hours.is_open_during.cache_info().misses == len(texts)


# -- The day someone means -------------------------------------------------------------------------------------------

MONDAY = dt.date(2026, 3, 9)


@pytest.mark.parametrize(
    ("when", "day", "start", "end", "said"),
    [
        (When(weekday=2, part=DayPart.AFTERNOON), WEDNESDAY, 14, 18, "mercredi après-midi"),
        (When(weekday=0), MONDAY, 0, 0, "lundi"),  # Today counts.
        (When(weekday=6, part=DayPart.MORNING), dt.date(2026, 3, 15), 8, 12, "dimanche matin"),
        (When(part=DayPart.EVENING), MONDAY, 18, 21, "le soir"),
        (When(on=dt.date(2026, 3, 10), part=DayPart.MIDDAY), dt.date(2026, 3, 10), 12, 14, "le 10 mars, midi"),
        (When(on=dt.date(2026, 3, 10)), dt.date(2026, 3, 10), 0, 0, "le 10 mars"),
    ],
)
def test_a_day_and_its_part_become_a_span(when, day, start, end, said):
    assert when.span_from(MONDAY) == (day, dt.time(start), dt.time(end))
    assert when.in_words() == said


def test_a_part_alone_is_that_of_the_next_working_day():
    saturday, eve_of_easter_monday = dt.date(2026, 3, 14), dt.date(2026, 4, 5)
    assert When(part=DayPart.MORNING).day_from(saturday) == dt.date(2026, 3, 16)
    assert When(part=DayPart.MORNING).day_from(eve_of_easter_monday) == dt.date(2026, 4, 7)


def test_a_wednesday_that_is_a_holiday_says_so_and_asks_for_those_who_open_then():
    wednesday = When(weekday=2)
    with clock.travel(dt.date(2026, 11, 9)):
        today = clock.today()
    day, start, end = wednesday.span_from(today)
    assert "mercredi 11 novembre" in wednesday.holiday_notice(today)
    assert not hours.is_open_during(OFFICE, day, start, end)
    assert hours.is_open_during("We 14:00-18:00; PH 10:00-12:00", day, start, end)
    assert When(weekday=3).holiday_notice(today) == ""
    assert wednesday.holiday_notice(ABOLITION, zone=GUADELOUPE) and not wednesday.holiday_notice(ABOLITION)
