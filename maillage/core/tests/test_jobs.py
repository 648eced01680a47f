"""Work that starts by itself: once when it is due, never twice, and one that fails stops nobody."""

import datetime as dt
import logging
import signal
from contextlib import contextmanager
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django_tasks import task
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import strategies as st

from maillage.core import clock, housekeeping, journal
from maillage.core.jobs import SCHEDULES, Schedule, daily, every, start_due
from maillage.core.models import Intention, JobRun, JournalSegment
from maillage.core.tests.conftest import said

PARIS = ZoneInfo("Europe/Paris")
POINTE_A_PITRE = ZoneInfo("America/Guadeloupe")


@task()
def greet() -> str:
    """Leaves a trace, so that its runs can be counted."""
    Intention.objects.create(key=f"greeted-{Intention.objects.count()}", done_at=clock.now())
    return "greeted"


@task()
def fall() -> None:
    raise RuntimeError("fell")


def paris(text, fold=0):
    return dt.datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold)


def instants(schedule, moments):
    return [schedule.last_due(moment).astimezone(dt.UTC) for moment in moments]


def minutes_of(start, end, tz=PARIS):
    """Every minute of real time, as the clocks of the house show it."""
    moment = start.astimezone(dt.UTC)
    while moment < end:
        yield moment.astimezone(tz)
        moment += dt.timedelta(minutes=1)


# -- When ---------------------------------------------------------------------------------------------------------


def test_a_daily_job_is_due_at_its_hour_and_since_then():
    four = Schedule("x", greet, hour=4)
    assert four.last_due(paris("2026-03-09 04:00")) == paris("2026-03-09 04:00")
    assert four.last_due(paris("2026-03-09 23:59:59")) == paris("2026-03-09 04:00")
    assert four.last_due(paris("2026-03-09 03:59:59")) == paris("2026-03-08 04:00")


def test_a_job_of_midnight_turns_with_the_day_the_month_and_the_year():
    midnight = Schedule("x", greet, hour=0)
    assert midnight.last_due(paris("2026-03-01 00:00")) == paris("2026-03-01 00:00")
    assert midnight.last_due(paris("2026-02-28 23:59")) == paris("2026-02-28 00:00")
    assert Schedule("x", greet, hour=1).last_due(paris("2027-01-01 00:30")) == paris("2026-12-31 01:00")


def test_a_frequent_job_is_due_at_each_turn():
    quarter = Schedule("x", greet, minutes=15)
    assert quarter.last_due(paris("2026-03-09 10:14:59")) == paris("2026-03-09 10:00")
    assert quarter.last_due(paris("2026-03-09 10:15")) == paris("2026-03-09 10:15")
    assert quarter.last_due(paris("2026-03-09 00:00:01")) == paris("2026-03-09 00:00")


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"])
def test_a_daily_job_starts_once_in_the_night_the_clocks_change(night, hour):
    eve, morrow = (paris(night) + dt.timedelta(days=days) for days in (0, 1))
    dues = instants(Schedule("x", greet, hour=hour), minutes_of(eve, morrow + dt.timedelta(minutes=1)))
    today = {due for due in dues if eve <= due < morrow}
    assert len(today) == 1, f"{hour} o'clock came {len(today)} times."
    assert dues == sorted(dues)


@pytest.mark.parametrize("minutes", [1, 5, 15, 30, 60, 120, 160, 180, 720, 1440])
@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"])
def test_a_frequent_job_keeps_its_pace_in_the_night_the_clocks_change(night, minutes):
    eve = paris(night)
    dues = instants(Schedule("x", greet, minutes=minutes), minutes_of(eve, eve + dt.timedelta(days=2)))
    turns = sorted(set(dues))
    assert dues == sorted(dues)
    assert all(later - sooner == dt.timedelta(minutes=minutes) for sooner, later in pairwise(turns))


@given(
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2040, 1, 1), timezones=st.sampled_from([PARIS, POINTE_A_PITRE])),
    st.one_of(st.integers(0, 23).map(lambda hour: {"hour": hour}), st.integers(1, 3000).map(lambda n: {"minutes": n})),
)
def test_what_is_due_is_never_ahead_and_stays_due_until_the_next_turn(moment, rhythm):
    moment = moment.astimezone(dt.UTC).astimezone(moment.tzinfo)  # Half past two in March does not exist.
    schedule = Schedule("x", greet, **rhythm)
    due = schedule.last_due(moment)
    longest = dt.timedelta(hours=25) if "hour" in rhythm else dt.timedelta(minutes=rhythm["minutes"])
    late = moment.astimezone(dt.UTC) - due.astimezone(dt.UTC)
    assert dt.timedelta(0) <= late < longest
    assert schedule.last_due(due.astimezone(dt.UTC).astimezone(due.tzinfo)).astimezone(dt.UTC) == due.astimezone(
        dt.UTC
    )


@pytest.mark.parametrize("hour", [-1, 24, 25])
def test_an_hour_no_day_has_is_refused_when_the_house_opens(schedules, hour):
    with pytest.raises(ValueError, match="0 to 23"):
        daily(hour=hour)(greet)
    assert not schedules


# -- Ticks --------------------------------------------------------------------------------------------------------


@pytest.fixture
def greeting(db, schedules):
    """One job, each day at four."""
    daily(hour=4)(greet)
    return greet.module_path


@contextmanager
def at(text):
    with clock.travel(paris(text)):
        yield


def enqueued():
    return DBTaskResult.objects.filter(task_path=greet.module_path).count()


def test_a_tick_starts_what_is_due_and_the_next_ticks_do_not(greeting):
    with at("2026-03-09 04:00"):
        assert start_due() == [greeting]
        assert start_due() == []
    with at("2026-03-10 03:59"):
        assert start_due() == []
    assert enqueued() == JobRun.objects.count() == 1
    with at("2026-03-10 04:01"):
        assert start_due() == [greeting]


def test_a_house_that_slept_a_week_catches_up_once(greeting):
    for moment in ("2026-03-02 10:00", "2026-03-09 10:00", "2026-03-09 10:01"):
        with at(moment):
            start_due()
    assert enqueued() == 2


@pytest.mark.parametrize("hour", [0, 2, 3])
@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"])
def test_ticks_all_night_long_start_the_job_once_when_the_clocks_change(db, schedules, night, hour):
    daily(hour=hour)(greet)
    with clock.travel(paris(f"{night} 00:00") - dt.timedelta(minutes=1)):
        start_due()
    for moment in list(minutes_of(paris(night), paris(f"{night} 06:00")))[::10]:
        with clock.travel(moment):
            start_due()
    assert enqueued() == 2


def test_two_jobs_due_at_once_both_start(greeting, schedules):
    every(minutes=5)(fall)
    with at("2026-03-09 04:00"):
        assert start_due() == [greeting, fall.module_path]


def test_a_job_that_cannot_be_enqueued_does_not_keep_the_others_from_starting(greeting, schedules, caplog):
    class Refuses:
        @staticmethod
        def enqueue():
            raise RuntimeError("no queue")

    every(minutes=1)(fall)
    schedules[greeting] = Schedule(greeting, Refuses, hour=4)
    with at("2026-03-09 04:00"):
        assert start_due() == [fall.module_path]
    assert greeting in caplog.text
    assert list(JobRun.objects.values_list("job", flat=True)) == [fall.module_path]
    daily(hour=4)(greet)
    with at("2026-03-09 04:00"):
        assert start_due() == [greeting]


def test_six_ticks_at_once_start_the_job_once(at_once, schedules):
    daily(hour=4)(greet)

    def tick():
        with at("2026-03-09 04:00"):
            return start_due()

    results = at_once(*[tick] * 6)

    assert sorted(results) == [*[[]] * 5, [greet.module_path]]
    assert enqueued() == JobRun.objects.count() == 1


# -- The whole tick, its worker included --------------------------------------------------------------------------


@pytest.fixture
def _as_before():
    """The worker takes over signals and hushes its logs: both are given back."""
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)}
    levels = {name: logging.getLogger(name).level for name in ("django_tasks", "django_tasks_db", "django.tasks")}
    yield
    for number, handler in signals.items():
        signal.signal(number, handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.usefixtures("_as_before")
def test_a_tick_carries_out_what_it_starts_and_a_job_that_falls_stops_nobody(committed, schedules, capsys):
    every(minutes=1)(fall)
    daily(hour=4)(greet)
    for _ in range(2):
        with at("2026-03-09 04:00"):
            call_command("tick")

    states = dict(DBTaskResult.objects.values_list("task_path", "status"))
    assert states == {fall.module_path: "FAILED", greet.module_path: "SUCCESSFUL"}
    assert Intention.objects.count() == 1
    told = capsys.readouterr()
    assert told.out.splitlines() == [f"Lancé : {fall.module_path}", f"Lancé : {greet.module_path}"]
    assert f"Échec : {fall.module_path} (builtins.RuntimeError)" in told.err


@pytest.mark.usefixtures("_as_before")
def test_a_tick_that_only_enqueues_leaves_the_work_to_a_worker(greeting):
    with at("2026-03-09 04:00"):
        call_command("tick", only_enqueue=True)
    assert DBTaskResult.objects.get().status == "READY"
    assert not Intention.objects.exists()


def test_the_house_ticks_by_itself_and_once_only(own_house):
    first, second = said(own_house("tick")), said(own_house("tick"))
    started = {line.removeprefix("Lancé : ") for line in first.splitlines()}
    assert started == {schedule.name for schedule in SCHEDULES.values()}
    assert second == ""
    states = (
        "from django_tasks_db.models import DBTaskResult as T; print(set(T.objects.values_list('status', flat=True)))"
    )
    assert said(own_house("shell", "-v0", "-c", states)).strip() == "{'SUCCESSFUL'}"


# -- Housekeeping -------------------------------------------------------------------------------------------------


def test_housekeeping_seals_the_past_and_forgets_spent_keys(db):
    with clock.travel(dt.date(2026, 2, 3)):
        journal.record(None, "told", "a")
        Intention.objects.create(key="old", done_at=clock.now())
        JobRun.objects.create(job="old", due_at=clock.now(), started_at=clock.now())
    with clock.travel(dt.date(2026, 3, 9)):
        Intention.objects.create(key="new", done_at=clock.now())
        JobRun.objects.create(job="new", due_at=clock.now(), started_at=clock.now())
        assert housekeeping.keep_house.call() == {"sealed": 1, "intentions": 1, "runs": 1}
        assert housekeeping.keep_house.call() == {"sealed": 0, "intentions": 0, "runs": 0}
    assert JournalSegment.objects.get().month == "2026-02"
    assert Intention.objects.get().key == "new"
    assert JobRun.objects.get().job == "new"
    assert journal.verify() is None


def test_a_key_is_kept_longer_than_a_session_lasts(db, settings):
    assert housekeeping.KEPT.total_seconds() > settings.SESSION_COOKIE_AGE
