"""Opening hours said in French: open now, until when, the week to come, the usual week of a sheet of paper."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.directory import hours
from maillage.directory.choices import WEEKDAYS

MONDAY = dt.datetime(2026, 3, 9, 10, 0)
OFFICE = "Mo-Fr 08:30-12:30,14:00-17:00; PH off"


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        (OFFICE, MONDAY, "Ouvert jusqu'à 12 h 30"),
        (OFFICE, MONDAY.replace(hour=13), "Fermé, ouvre aujourd'hui à 14 h"),
        (OFFICE, MONDAY.replace(hour=18), "Fermé, ouvre demain à 8 h 30"),
        (OFFICE, dt.datetime(2026, 3, 13, 18), "Fermé, ouvre lundi à 8 h 30"),
        (OFFICE, dt.datetime(2026, 4, 6, 10), "Fermé, ouvre demain à 8 h 30"),  # Easter Monday.
        ("Mo 09:00-12:00", MONDAY.replace(hour=12), "Fermé, ouvre le 16/03 à 9 h"),
        ("24/7", MONDAY, "Ouvert jour et nuit"),
        ("Mo-Su 18:00-24:00", MONDAY.replace(hour=23), "Ouvert jusqu'à minuit"),
        ("Mo-Fr 22:00-06:00", dt.datetime(2026, 3, 10, 2), "Ouvert jusqu'à 6 h"),
        ("Jul-Aug 10:00-12:00", MONDAY, "Fermé pour l'instant : appelez"),
        ("off", MONDAY, "Fermé pour l'instant : appelez"),
        ("", MONDAY, ""),
        ("du lundi au vendredi", MONDAY, ""),
        ('"sur rendez-vous"', MONDAY, ""),
        ('Mo-Fr 09:00-12:00; "sur rendez-vous"', MONDAY, "Ouvert jusqu'à 12 h"),
    ],
)
def test_a_visitor_is_told_what_matters_now(text, at, said):
    assert hours.now_in_words(text, at) == said
    assert hours.is_open(text, at) == said.startswith("Ouvert")


def test_the_week_to_come_begins_today_and_knows_public_holidays():
    week = hours.week(OFFICE, dt.datetime(2026, 4, 4, 10))  # The Saturday before Easter.
    assert [(day.label, day.text, day.is_today) for day in week[:4]] == [
        ("samedi", "fermé", True),
        ("dimanche", "fermé", False),
        ("lundi", "fermé", False),
        ("mardi", "8 h 30 – 12 h 30, 14 h – 17 h", False),
    ]


def test_a_sheet_of_paper_tells_the_usual_week_not_the_one_with_a_holiday():
    week = hours.usual_week(OFFICE, dt.datetime(2026, 3, 30, 10))  # The Monday that follows is Easter's.
    assert [day.label for day in week] == list(WEEKDAYS)
    assert {day.text for day in week[:5]} == {"8 h 30 – 12 h 30, 14 h – 17 h"}
    assert {day.text for day in week[5:]} == {"fermé"}


def test_a_monthly_opening_is_not_said_closed_on_paper():
    week = hours.usual_week("Mo[1] 09:00-12:00; Th 14:00-17:00", MONDAY)
    assert week[0].text == "9 h – 12 h (certaines semaines)"
    assert week[3].text == "14 h – 17 h"
    assert week[1].text == "fermé"


def test_open_day_and_night_is_said_so():
    assert {day.text for day in hours.week("24/7", MONDAY)} == {"jour et nuit"}


WORDS = st.sampled_from(
    [
        "Mo",
        "Fr",
        "PH",
        "SH",
        "off",
        "open",
        "24/7",
        "10:00",
        "18:00-24:00",
        "26:00",
        "-",
        ",",
        ";",
        "[1]",
        "week 1-53/2",
        "Jan",
        "Feb 30",
        "2026",
        "easter",
        "sunrise-sunset",
        '"a"',
        "||",
        "/",
        "+",
        "é",
        "\x00",
        "\n",
    ]
)


@given(
    st.lists(WORDS, max_size=8).map(" ".join) | st.text(max_size=30),
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2035, 1, 1)),
)
def test_whatever_is_written_something_is_said_and_nothing_breaks(text, at):
    said = hours.now_in_words(text, at)
    assert hours.is_open(text, at) is said.startswith("Ouvert")
    for week in (hours.week(text, at), hours.usual_week(text, at)):
        assert len(week) in {0, 7}
        assert all(day.text for day in week)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Mo,We,Fr 13:30-17:00; PH off", "lundi, mercredi, vendredi : 13 h 30 – 17 h ; fermé les jours fériés"),
        (OFFICE, "du lundi au vendredi : 8 h 30 – 12 h 30, 14 h – 17 h ; fermé les jours fériés"),
        ("Mo-Fr 09:00-12:00; Sa 10:00-11:00", "du lundi au vendredi : 9 h – 12 h ; samedi : 10 h – 11 h"),
        ("24/7", "tous les jours : jour et nuit"),
        ("off", "fermé"),
        ("quand on veut", "quand on veut"),
        ('"sur rendez-vous"', '"sur rendez-vous"'),
        ("Mo 09:00-12:00; PH 10:00-12:00", "lundi : 9 h – 12 h ; écrit : Mo 09:00-12:00; PH 10:00-12:00"),
        ("Jul-Aug Mo 10:00-12:00", "Jul-Aug Mo 10:00-12:00"),
    ],
)
def test_hours_are_read_in_one_line_and_nothing_written_is_lost(text, said):
    assert hours.in_words(text, MONDAY) == said
