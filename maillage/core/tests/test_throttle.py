"""Asking too often gets a wait; nobody else waits for it, and nobody can be recognised from what is kept."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from maillage.core import clock, readonly, refusals
from maillage.core.throttle import address_of, count, forget_past_windows, throttle

HOME, LIBRARY = "192.0.2.17", "2001:db8::2"


def asks(address=HOME, method="POST", **headers):
    return RequestFactory().generic(method, "/chercher", REMOTE_ADDR=address, headers=headers)


def times(n, *, limit=3, seconds=60, address=HOME, name="search"):
    return [count(asks(address), name, limit=limit, seconds=seconds) for _ in range(n)]


def waits(**how):
    with pytest.raises(refusals.TooMany) as refused:
        times(1, **how)
    return refused.value.wait


@pytest.fixture
def shared_counters(settings):
    """Counters where the house keeps them: in its own table."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_throttle"}
    }
    cache.clear()
    yield
    cache.clear()


# -- How often ----------------------------------------------------------------------------------------------------


def test_up_to_the_limit_everyone_passes_then_waits(db, monday_morning):
    assert times(3) == [2, 1, 0]
    assert waits() == 60
    assert waits() == 60


def test_the_wait_is_what_is_left_and_then_one_passes_again(db):
    with clock.travel(dt.datetime(2026, 3, 9, 10, 0, 20, tzinfo=dt.UTC)):
        times(3)
        assert waits() == 40
    with clock.travel(dt.datetime(2026, 3, 9, 10, 0, 59, tzinfo=dt.UTC)):
        assert waits() == 1
    with clock.travel(dt.datetime(2026, 3, 9, 10, 1, 0, tzinfo=dt.UTC)):
        assert times(1) == [2]


def test_one_connection_does_not_make_another_wait(db, monday_morning):
    times(3)
    assert waits()
    assert times(1, address=LIBRARY) == [2]


def test_each_door_counts_apart(db, monday_morning):
    times(3)
    assert times(1, name="sign-in") == [2]


def test_only_the_methods_that_cost_are_counted(db, monday_morning):
    door = throttle("search", limit=1, seconds=60)(lambda request: HttpResponse("found"))
    for method in ("GET", "GET", "HEAD", "POST", "GET"):
        assert door(asks(method=method)).status_code == 200
    with pytest.raises(refusals.TooMany):
        door(asks())


def test_the_view_is_not_called_past_the_limit(db, monday_morning):
    called = []
    door = throttle("search", limit=2, seconds=60)(lambda request: called.append(1) or HttpResponse())
    for _ in range(2):
        door(asks())
    with pytest.raises(refusals.TooMany):
        door(asks())
    assert len(called) == 2


# -- Who asks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "forwarded", "believed"),
    [
        (0, "203.0.113.9", HOME),
        (0, "", HOME),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1, 203.0.113.9", "203.0.113.9"),  # What the visitor wrote stands on the left: not believed.
        (2, "10.0.0.1, 203.0.113.9, 198.51.100.2", "203.0.113.9"),
        (2, "203.0.113.9", HOME),  # Fewer proxies than declared: someone came round by another way.
        (1, "", HOME),
        (1, " , ,", HOME),
        (1, " 203.0.113.9 ", "203.0.113.9"),
    ],
)
def test_a_forwarded_address_is_believed_from_declared_proxies_only(settings, proxies, forwarded, believed):
    settings.TRUSTED_PROXIES = proxies
    request = asks(**{"X-Forwarded-For": forwarded}) if forwarded else asks()
    assert address_of(request) == believed


def test_pretending_to_be_someone_else_gives_no_more_turns(db, settings, monday_morning):
    for proxies, tail in ((0, ""), (1, ", 203.0.113.9")):
        settings.TRUSTED_PROXIES = proxies
        for n in range(3):
            count(asks(**{"X-Forwarded-For": f"10.0.0.{n}{tail}"}), f"door-{proxies}", limit=3, seconds=60)
        with pytest.raises(refusals.TooMany):
            count(asks(**{"X-Forwarded-For": f"10.0.0.99{tail}"}), f"door-{proxies}", limit=3, seconds=60)


# -- What is kept -------------------------------------------------------------------------------------------------


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM core_throttle ORDER BY cache_key")
        return cursor.fetchall()


def test_the_house_keeps_a_count_and_no_address(db, shared_counters, monday_morning):
    assert times(2, address=HOME) == [2, 1]
    times(1, address=LIBRARY)
    kept = rows()
    assert len(kept) == 2
    for address in (HOME, LIBRARY):
        assert address not in str(kept)
        assert address.replace(".", "") not in str(kept)


def test_counters_whose_time_is_over_are_forgotten_each_night(db, shared_counters):
    times(1)
    assert forget_past_windows() == 0
    with clock.travel(clock.now() + dt.timedelta(minutes=3)):
        assert forget_past_windows() == 1
    assert rows() == []


def test_the_same_connection_is_not_recognised_the_next_day(db, shared_counters):
    names = set()
    for day in (9, 10):
        with clock.travel(dt.date(2026, 3, day)):
            times(1, seconds=10**9)
            names |= {key.rsplit(":", 1)[-1] for key, _ in rows()}
    assert len(names) == 2


def test_another_house_gives_the_same_connection_another_name(db, shared_counters, settings, monday_morning):
    times(1)
    settings.SECRET_KEY = "another-house"
    times(1)
    assert len(rows()) == 2


def test_counting_works_on_a_page_that_is_only_read(db, shared_counters, monday_morning):
    door = throttle("page", limit=2, seconds=60, methods=("GET",))(lambda request: HttpResponse("shown"))
    guarded = readonly.RefuseWritesOnRead(door)
    assert [guarded(asks(method="GET")).content for _ in range(2)] == [b"shown"] * 2
    with pytest.raises(refusals.TooMany):
        guarded(asks(method="GET"))


def test_a_long_window_is_not_forgotten_before_its_end(db, shared_counters, settings):
    times(2, seconds=3600)
    with connection.cursor() as cursor:
        cursor.execute("SELECT expires FROM core_throttle")
        (expires,) = cursor.fetchone()
    if isinstance(expires, str):
        expires = dt.datetime.fromisoformat(expires)
    left = expires.replace(tzinfo=expires.tzinfo or dt.UTC) - clock.now()
    assert left > dt.timedelta(seconds=3600)


def test_a_counter_swept_away_starts_again_instead_of_failing(db, shared_counters, monday_morning):
    times(3)
    cache.clear()
    assert times(1) == [2]


def test_forty_requests_at_once_are_counted_one_by_one(at_once, shared_counters):
    results = at_once(*[lambda: times(5, limit=100, seconds=10**9)] * 8)
    assert sorted(left for counts in results for left in counts) == list(range(60, 100))


def test_the_limit_holds_against_someone_who_sends_everything_at_once(at_once, shared_counters):
    results = at_once(*[lambda: times(1, limit=3, seconds=10**9)] * 8)
    assert len([result for result in results if isinstance(result, list)]) == 3
    assert len([result for result in results if isinstance(result, refusals.TooMany)]) == 5
