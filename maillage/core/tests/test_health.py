"""A probe learns whether the house lives and may receive visitors; nobody learns anything else from it."""

import datetime as dt

import pytest
from django.db import OperationalError, connection
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from maillage.core import clock, health
from maillage.core.jobs import daily, every, start_due
from maillage.core.models import JobRun


@task()
def work() -> None:
    """Nothing: only its start counts."""


@pytest.fixture
def running(db, schedules):
    """A house whose minute turns: its job has started when it was due."""
    every(minutes=10)(work)
    start_due()
    DBTaskResult.objects.update(status="SUCCESSFUL")


def failing(client):
    answer = client.get("/readyz")
    told = answer.json()
    assert answer.status_code == (200 if told["ready"] else 503)
    assert not answer.cookies
    return told["failing"]


def test_the_process_answers_without_its_database(client):
    """No `db` here: a query would fail the test."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]


def test_a_house_in_order_is_ready(client, running):
    assert failing(client) == {}


def test_a_probe_on_the_machine_is_not_sent_to_https(client, settings, running):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
    assert client.get("/").status_code == 301


def test_a_migration_that_waits_keeps_visitors_away(client, running):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'core' AND name LIKE '0%'")
    assert list(failing(client)) == ["migrations"]


def test_a_folder_that_cannot_be_written_keeps_visitors_away(client, running, settings):
    settings.VAR_DIR = settings.VAR_DIR / "unplugged"
    assert list(failing(client)) == ["var"]


def test_a_task_nobody_takes_for_a_quarter_of_an_hour_keeps_visitors_away(client, running):
    work.enqueue()
    DBTaskResult.objects.filter(status="READY").update(enqueued_at=clock.now() - dt.timedelta(minutes=14))
    assert failing(client) == {}
    DBTaskResult.objects.filter(status="READY").update(enqueued_at=clock.now() - dt.timedelta(minutes=16))
    assert list(failing(client)) == ["jobs"]


def test_a_task_put_off_until_tomorrow_is_not_late(client, running):
    work.using(run_after=clock.now() + dt.timedelta(days=1)).enqueue()
    DBTaskResult.objects.filter(status="READY").update(enqueued_at=clock.now() - dt.timedelta(hours=2))
    assert failing(client) == {}


def test_long_work_under_way_excuses_those_that_wait(client, running):
    work.enqueue()
    work.enqueue()
    DBTaskResult.objects.filter(status="READY").update(enqueued_at=clock.now() - dt.timedelta(minutes=20))
    first = DBTaskResult.objects.filter(status="READY").first()
    DBTaskResult.objects.filter(pk=first.pk).update(
        status="RUNNING", started_at=clock.now() - dt.timedelta(minutes=19)
    )
    assert failing(client) == {}
    DBTaskResult.objects.filter(pk=first.pk).update(started_at=clock.now() - dt.timedelta(hours=4))
    assert list(failing(client)) == ["jobs"]


def test_a_minute_that_stopped_turning_is_seen(client, running):
    with clock.travel(clock.now() + dt.timedelta(minutes=12)):
        assert failing(client) == {}
    with clock.travel(clock.now() + dt.timedelta(minutes=40)):
        assert list(failing(client)) == ["jobs"]


def test_a_nightly_job_is_late_a_quarter_of_an_hour_after_its_time(db, schedules):
    daily(hour=4)(work)
    with clock.travel(dt.datetime(2026, 3, 9, 4, 0)):
        start_due()
    assert JobRun.objects.count() == 1
    with clock.travel(dt.datetime(2026, 3, 10, 4, 14)):
        assert health.late_schedules(clock.now()) == []
    with clock.travel(dt.datetime(2026, 3, 10, 4, 16)):
        assert health.late_schedules(clock.now()) == [work.module_path]


def test_a_database_that_is_down_is_said_without_its_address(client, running):
    def refuse(execute, sql, params, many, context):
        raise OperationalError("connection to server at 203.0.113.7 failed for user maillage")

    with connection.execute_wrapper(refuse):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert list(answer.json()["failing"]) == ["database"]
    assert "203" not in answer.content.decode()
