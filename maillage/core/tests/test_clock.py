"""The clock of the house: one place that asks the time, and journeys that always come back."""

import datetime as dt
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.core import clock

PARIS_NOON = dt.datetime(2026, 3, 9, 12)


def test_a_day_means_noon_on_the_clocks_of_the_house():
    with clock.travel(dt.date(2026, 3, 9)) as there:
        assert there == clock.now() == dt.datetime(2026, 3, 9, 11, tzinfo=dt.UTC)
        assert clock.today() == dt.date(2026, 3, 9)
        assert clock.local_now().replace(tzinfo=None) == PARIS_NOON


def test_now_is_always_said_in_utc(settings):
    assert clock.now().utcoffset() == dt.timedelta(0)
    with clock.travel(PARIS_NOON):
        assert clock.now().utcoffset() == dt.timedelta(0)
    settings.DEMO, settings.DEMO_TODAY = True, "2026-07-14"
    assert clock.now().utcoffset() == dt.timedelta(0)


def test_journeys_nest_and_each_comes_back_where_it_left():
    home = clock.now()
    with clock.travel(dt.date(2030, 1, 1)):
        with clock.travel(dt.date(2000, 1, 1)):
            assert clock.today().year == 2000
        assert clock.today().year == 2030
    assert dt.timedelta(0) <= clock.now() - home < dt.timedelta(minutes=1)


def test_a_journey_that_ends_badly_comes_back_too():
    with pytest.raises(RuntimeError), clock.travel(dt.date(2000, 1, 1)):
        raise RuntimeError
    assert clock.today().year > 2000


def test_someone_else_does_not_travel_along():
    seen = []
    with clock.travel(dt.date(2000, 1, 1)):
        other = threading.Thread(target=lambda: seen.append(clock.today().year))
        other.start()
        other.join()
    assert seen[0] > 2000


def test_time_stands_still_while_travelling():
    with clock.travel(PARIS_NOON):
        assert clock.now() == clock.now()


@pytest.mark.parametrize(
    ("instant", "day", "hour"),
    [
        ("2026-03-29T00:59:59+00:00", "2026-03-29", 1),  # A second before the clocks go forward,
        ("2026-03-29T01:00:00+00:00", "2026-03-29", 3),  # there is no two o'clock.
        ("2026-10-25T00:30:00+00:00", "2026-10-25", 2),  # Half past two,
        ("2026-10-25T01:30:00+00:00", "2026-10-25", 2),  # twice.
        ("2026-10-24T21:59:59+00:00", "2026-10-24", 23),
        ("2026-10-24T22:00:00+00:00", "2026-10-25", 0),
        ("2026-12-31T23:00:00+00:00", "2027-01-01", 0),
    ],
)
def test_today_follows_the_clocks_of_the_house_through_the_seasons(instant, day, hour):
    with clock.travel(dt.datetime.fromisoformat(instant)):
        assert (clock.today().isoformat(), clock.local_now().hour) == (day, hour)


@given(st.dates(dt.date(1980, 1, 1), dt.date(2080, 12, 31)))
def test_every_day_one_travels_to_is_that_day(day):
    with clock.travel(day):
        assert clock.today() == day


def test_the_demonstration_lives_on_its_own_day_at_the_real_hour(settings):
    settings.DEMO, settings.DEMO_TODAY = True, "2026-07-14"
    assert clock.today() == dt.date(2026, 7, 14)
    settings.DEMO_TODAY = ""
    real = clock.local_now()
    settings.DEMO_TODAY = "2026-07-14"
    there = clock.local_now()
    apart = dt.datetime.combine(there.date(), there.time()) - dt.datetime.combine(there.date(), real.time())
    assert abs(apart) < dt.timedelta(minutes=1) or abs(apart) > dt.timedelta(hours=23, minutes=59)


def test_only_a_demonstration_may_live_on_another_day(settings):
    settings.DEMO, settings.DEMO_TODAY = False, "2000-07-14"
    assert clock.today().year > 2000


def test_a_traveller_leaves_the_demonstration_too(settings):
    settings.DEMO, settings.DEMO_TODAY = True, "2026-07-14"
    with clock.travel(dt.date(2026, 1, 1)):
        assert clock.today() == dt.date(2026, 1, 1)
