"""Dates are computed from an event: by the version of the rule then in force, on the territory's own calendar."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.core import clock, deadlines
from maillage.core.deadlines import (
    DEADLINES,
    DeadlineRule,
    Unit,
    add_months,
    add_working_days,
    as_overridden,
    deadline,
    due_at,
    due_on,
    is_working_day,
    override,
    rule_on,
    zone_of,
)
from maillage.core.models import DeadlineOverride, JournalLine, OverrideReason
from maillage.core.pages import deadlines_page
from maillage.core.refusals import Refused

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(autouse=True)
def table():
    """The table of deadlines, given back as it was."""
    kept = {name: list(versions) for name, versions in DEADLINES.items()}
    yield DEADLINES
    DEADLINES.clear()
    DEADLINES.update(kept)


def a_rule(delay=10, unit=Unit.WORKING_DAYS, **facts):
    facts = {
        "trigger": "Une proposition arrive",
        "sentence": "Réponse à une proposition",
        "reference": "usage de la maison",
        "valid_from": dt.date(2025, 1, 1),
    } | facts
    return deadline(DeadlineRule("TEST", delay=delay, unit=unit, **facts))


def day(text):
    return dt.date.fromisoformat(text)


# -- Counting -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "months", "until"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-03-31", 1, "2026-04-30"),
        ("2026-01-15", 1, "2026-02-15"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-31", -12, "2025-01-31"),
        ("2026-05-10", 0, "2026-05-10"),
    ],
)
def test_months_go_from_a_day_to_the_same_day(since, months, until):
    assert add_months(day(since), months) == day(until)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)), st.integers(0, 60))
def test_a_later_event_is_never_due_earlier(since, months):
    assert add_months(since, months) <= add_months(since + dt.timedelta(days=1), months)
    assert add_months(since, months).day <= since.day


@pytest.mark.parametrize(
    ("since", "days", "until"),
    [
        ("2026-03-09", 5, "2026-03-16"),  # Monday to Monday
        ("2026-03-06", 1, "2026-03-09"),  # Friday, then Monday
        ("2026-03-07", 1, "2026-03-09"),  # Saturday: the first working day is Monday
        ("2026-04-03", 1, "2026-04-07"),  # Easter Monday is not worked
        ("2026-12-24", 1, "2026-12-28"),  # Christmas on a Friday
        ("2026-05-07", 10, "2026-05-26"),  # 8 May, Ascension, Whit Monday
        ("2026-12-30", 3, "2027-01-05"),  # over the New Year
    ],
)
def test_working_days_leave_out_weekends_and_public_holidays(since, days, until):
    assert add_working_days(day(since), days) == day(until)


@pytest.mark.parametrize(
    ("departement", "holiday"),
    [
        ("971", "2026-05-27"),
        ("972", "2026-05-22"),
        ("973", "2026-06-10"),
        ("974", "2027-12-20"),  # a Sunday in 2026
        ("976", "2026-04-27"),
        ("977", "2026-10-09"),
        ("978", "2026-05-28"),
        ("987", "2026-11-20"),
        ("988", "2026-09-24"),
        ("986", "2026-04-28"),
        ("57", "2026-04-03"),
        ("67", "2026-04-03"),
        ("68", "2025-12-26"),
    ],
)
def test_each_territory_has_its_own_holidays(departement, holiday):
    assert not is_working_day(day(holiday), zone=zone_of(departement))
    assert is_working_day(day(holiday), zone=zone_of("33"))


def test_in_guadeloupe_local_customs_count_too():
    zone = zone_of("971")
    assert not is_working_day(day("2026-03-12"), zone=zone)  # mi-Carême
    assert not is_working_day(day("2026-04-03"), zone=zone)  # Good Friday
    assert add_working_days(day("2026-05-22"), 3, zone=zone) == day("2026-05-29")
    assert add_working_days(day("2026-05-22"), 3) == day("2026-05-28")


@pytest.mark.parametrize("departement", ["01", "2A", "2b", "33", "75", "00"])
def test_elsewhere_the_common_calendar_serves(departement):
    assert zone_of(departement) == ""


@pytest.mark.parametrize("departement", sorted(deadlines.ZONES))
def test_every_zone_is_one_the_library_knows(departement):
    assert not is_working_day(day("2026-07-14"), zone=zone_of(departement))


# -- Rules --------------------------------------------------------------------------------------------------------


def test_a_date_is_computed_and_said(monday_morning):
    a_rule(10)
    due = due_on("TEST", day("2026-03-09"))
    assert (due.date, due.days_left, due.is_late) == (day("2026-03-23"), 14, False)
    assert str(due) == "Réponse à une proposition : au plus tard le 23 mars 2026"


def test_the_day_of_the_deadline_is_in_time_and_the_next_is_late():
    a_rule(10)
    due = due_on("TEST", day("2026-03-09"))
    with clock.travel(dt.datetime(2026, 3, 23, 23, 59)):
        assert (due.is_late, due.days_left) == (False, 0)
    with clock.travel(dt.datetime(2026, 3, 24, 0, 1)):
        assert (due.is_late, due.days_left) == (True, -1)
        assert str(due) == "Réponse à une proposition : en retard depuis le 23 mars 2026"


def test_the_law_of_the_day_of_the_event_applies():
    a_rule(2, Unit.MONTHS, valid_until=day("2023-07-28"), valid_from=day("1989-07-08"), reference="avant")
    a_rule(42, Unit.DAYS, valid_from=day("2023-07-29"), reference="après")
    before, after = due_on("TEST", day("2023-07-28")), due_on("TEST", day("2023-07-29"))
    assert (before.date, before.rule.reference) == (day("2023-09-28"), "avant")
    assert (after.date, after.rule.reference) == (day("2023-09-09"), "après")


def test_two_versions_cannot_serve_on_one_day():
    a_rule(valid_until=day("2026-06-30"))
    with pytest.raises(ValueError, match="two versions serve on the same day"):
        a_rule(valid_from=day("2026-06-30"))
    a_rule(valid_from=day("2026-07-01"))
    with pytest.raises(ValueError, match="two versions"):
        a_rule(valid_from=day("2030-01-01"))


def test_an_event_before_the_law_or_a_rule_nobody_wrote_is_a_defect_of_ours():
    a_rule()
    with pytest.raises(LookupError, match="No deadline 'TEST' on 2024-12-31"):
        due_on("TEST", day("2024-12-31"))
    with pytest.raises(LookupError, match="NOWHERE"):
        rule_on("NOWHERE", day("2026-01-01"))


@pytest.mark.parametrize(("extends", "until"), [(False, "2026-02-28"), (True, "2026-03-02")])
def test_a_last_day_that_is_not_worked_is_moved_only_where_the_rule_says_so(extends, until):
    a_rule(1, Unit.MONTHS, extends_to_working_day=extends)
    assert due_on("TEST", day("2026-01-31")).date == day(until)  # 28 February 2026 is a Saturday


# -- Hours --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-09 10:20", "2026-03-12 10:20"),
        ("2026-03-27 10:00", "2026-03-30 11:00"),  # the clocks go forward on the 29th
        ("2026-10-24 10:00", "2026-10-27 09:00"),  # and back on the 25th
        ("2026-04-03 18:00", "2026-04-06 18:00"),  # to Easter Monday: hours are not extended
    ],
)
def test_seventy_two_hours_are_elapsed_hours(since, until):
    a_rule(72, Unit.HOURS)
    due = due_at("TEST", dt.datetime.fromisoformat(since).replace(tzinfo=PARIS))
    assert due.at == dt.datetime.fromisoformat(until).replace(tzinfo=PARIS)
    assert due.date == day(until[:10])


def test_hours_are_late_to_the_minute_and_say_their_hour():
    a_rule(72, Unit.HOURS)
    due = due_at("TEST", dt.datetime(2026, 3, 9, 10, 20, tzinfo=PARIS))
    with clock.travel(dt.datetime(2026, 3, 12, 10, 20)):
        assert not due.is_late
        assert str(due) == "Réponse à une proposition : au plus tard le 12 mars 2026 à 10 h 20"
    with clock.travel(dt.datetime(2026, 3, 12, 10, 21)):
        assert due.is_late


def test_a_day_is_not_an_instant():
    a_rule(72, Unit.HOURS)
    with pytest.raises(ValueError, match="ask due_at"):
        due_on("TEST", day("2026-03-09"))
    DEADLINES.clear()
    a_rule(3, Unit.DAYS)
    with pytest.raises(ValueError, match="ask due_on"):
        due_at("TEST", clock.now())


# -- Moved --------------------------------------------------------------------------------------------------------


def test_alice_moves_a_deadline_with_a_reason_and_the_journal_keeps_no_sentence(alice, monday_morning):
    a_rule()
    computed = due_on("TEST", day("2026-03-09"))
    note = "Madame Martin nous envoie ses papiers lundi."

    override(alice, "TEST", due_on=day("2026-04-30"), reason=OverrideReason.INCOMPLETE, note=note, by=alice)

    moved = as_overridden(alice, computed)
    assert (moved.date, moved.override.note, moved.override.by) == (day("2026-04-30"), note, alice)
    line = JournalLine.objects.get(verb="core.deadline_overridden")
    assert (line.who, line.why, line.facts) == (alice, "incomplete", {"rule": "TEST", "due_on": "2026-04-30"})


def test_the_latest_move_counts_and_others_are_left_alone(alice, bob, monday_morning):
    a_rule()
    computed = due_on("TEST", day("2026-03-09"))
    for until in ("2026-05-01", "2026-04-15"):
        override(alice, "TEST", due_on=day(until), reason=OverrideReason.AGREED, note="D'accord.", by=bob)
    assert as_overridden(alice, computed).date == day("2026-04-15")
    assert as_overridden(bob, computed) == computed


def test_a_deadline_is_not_moved_without_an_explanation(alice, monday_morning):
    a_rule()
    with pytest.raises(Refused, match="ne se déplace qu'avec une explication"):
        override(alice, "TEST", due_on=day("2026-04-30"), reason=OverrideReason.AGREED, note="  ", by=alice)
    assert not DeadlineOverride.objects.exists()


def test_the_page_of_deadlines_says_each_version_in_french():
    a_rule(2, Unit.MONTHS, valid_until=day("2026-06-30"), extends_to_working_day=True)
    page = deadlines_page()
    said = ("`TEST`", "Réponse à une proposition", "Une proposition arrive", "2 mois", "reporté au suivant")
    assert f"| {' | '.join(said)} | usage de la maison | du 1er janvier 2025 au 30 juin 2026 |" in page
    assert "| `BREACH-CNIL` | Notification à la CNIL |" in page
