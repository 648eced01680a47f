"""What the processes that search have in hand follows the database, whatever happens to it."""

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from maillage.core import mapped
from maillage.directory.actions import indexing
from maillage.directory.models import SearchEntry, SearchState, Service
from maillage.directory.search import index as indexes
from maillage.directory.search import search
from maillage.directory.search.columns import FIELDS, OWN_NAME, THEME, WORD, Columns
from maillage.directory.tests.factories import FOOD, a_service, ask, fill

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_monday_in_melune(melune, monday_morning):
    """Every test of this page stands in Melune on Monday 9 March 2026, at ten, in a process that searched nothing."""
    indexes.forget()


def found(reader, words=""):
    return {result.service.uid for result in search(ask(words), reader=reader, with_ways_out=False).results}


def from_scratch(reader):
    indexes.forget()
    return found(reader)


def test_what_is_corrected_is_found_at_once_and_only_that_is_read_again(nobody, corrected):
    one, _ = fill(a_service("test--1", nom="Zinzolin"), a_service("test--2"))
    assert found(nobody, "zinzolin") == {"test--1"}
    base = indexes.index().base
    corrected(one, name="Azulejo")
    assert found(nobody, "azulejo") == {"test--1"}
    assert found(nobody, "zinzolin") == set()
    assert indexes.index().base == base
    assert [int(segment.holds.sum()) for segment in indexes.index().segments] == [1, 1]


def test_nothing_changed_costs_one_question_to_the_database(nobody):
    fill(a_service("test--1"))
    indexes.index()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        indexes.index()
    assert len(asked) == 1


def test_what_was_rolled_back_is_forgotten_even_when_something_else_took_its_numbers(nobody):
    fill(a_service("test--1"))
    assert found(nobody) == {"test--1"}
    with transaction.atomic():
        fill(a_service("test--2"), a_service("test--3"))
        assert found(nobody) == {"test--1", "test--2", "test--3"}
        transaction.set_rollback(True)
    assert found(nobody) == {"test--1"}
    fill(a_service("test--4"))
    assert found(nobody) == {"test--1", "test--4"} == from_scratch(nobody)


def test_a_service_deleted_is_no_longer_counted(nobody):
    fill(a_service("test--1"), a_service("test--2"), a_service("test--3"))
    assert found(nobody) == {"test--1", "test--2", "test--3"}
    Service._base_manager.get(uid="test--2").delete()
    indexing.index_services(Service.objects.filter(uid="test--1"))
    answer = search(ask(), reader=nobody)
    assert (answer.total, {r.service.uid for r in answer.results}) == (2, {"test--1", "test--3"})


def test_an_import_announces_itself_once_whole(nobody):
    services = fill(a_service("test--1"))
    assert found(nobody) == {"test--1"}
    Service.objects.update(name="Azulejo")
    indexing.index_services(Service.objects.filter(pk=services[0].pk), is_announced=False)
    assert found(nobody, "azulejo") == set()
    indexing.announce()
    assert found(nobody, "azulejo") == {"test--1"}


@pytest.fixture
def small_limits(monkeypatch):
    """Three entries are many."""
    monkeypatch.setattr(indexes, "WORTH_A_FILE", 3)
    monkeypatch.setattr(indexes, "FEW", 3)
    monkeypatch.setattr(indexing, "FEW", 3)


def test_many_entries_are_kept_on_the_disk_and_mapped_by_the_next_process(nobody, small_limits, settings):
    fill(*(a_service(f"test--{n}") for n in range(5)))
    assert len(found(nobody)) == 5
    written = mapped.current(settings.SEARCH_DIR)
    assert written is not None
    assert len(from_scratch(nobody)) == 5
    kept = indexes.index().segments[0].columns.arrays["bearers"]
    assert isinstance(kept, np.memmap)
    assert mapped.current(settings.SEARCH_DIR).version == written.version


def test_columns_of_another_time_or_of_another_database_are_not_taken(nobody, small_limits, settings):
    fill(*(a_service(f"test--{n}") for n in range(5)))
    found(nobody)
    written = mapped.current(settings.SEARCH_DIR)
    SearchEntry.objects.filter(service__uid="test--0").delete()  # As a restored backup would.
    assert from_scratch(nobody) == {f"test--{n}" for n in range(1, 5)}
    arrays = {name: np.array(array) for name, array in written.arrays.items()}
    mapped.write(settings.SEARCH_DIR, arrays, written.facts | {"place": "elsewhere"})
    assert from_scratch(nobody) == {f"test--{n}" for n in range(1, 5)}


def test_a_disk_that_takes_nothing_or_lost_something_stops_no_search(nobody, small_limits, settings):
    fill(*(a_service(f"test--{n}") for n in range(5)))
    found(nobody)
    kept = mapped.current(settings.SEARCH_DIR)
    with (settings.SEARCH_DIR / kept.version / "keys.npy").open("r+b") as page:
        page.truncate(20)
    mapped._opened.clear()
    assert len(from_scratch(nobody)) == 5
    settings.SEARCH_DIR = settings.VAR_DIR / "a-file"
    settings.SEARCH_DIR.write_text("no folder")
    assert len(from_scratch(nobody)) == 5


def test_columns_written_again_at_night_hold_all_that_was_apart(nobody, corrected):
    one, _ = fill(a_service("test--1"), a_service("test--2"))
    found(nobody)
    corrected(one, name="Laverie")
    indexing.write_columns()
    assert from_scratch(nobody) == {"test--1", "test--2"}
    assert len(indexes.index().segments) == 1


def test_a_migration_that_asks_has_everything_written_again(nobody):
    fill(a_service("test--1"))
    SearchEntry.objects.all().delete()
    SearchState.objects.update(is_to_rebuild=True)
    indexing.rebuild_if_asked()
    assert from_scratch(nobody) == {"test--1"}
    assert not SearchState.objects.filter(is_to_rebuild=True).exists()


def test_columns_say_who_bears_what():
    fill(
        a_service("test--1", nom="Épicerie"), a_service("test--2", nom="Cuisine", description="Une épicerie ailleurs")
    )
    entries = SearchEntry.objects.order_by("pk").values_list("revision", *FIELDS)
    columns = Columns.of(entries)
    assert columns.bearing(THEME + FOOD).tolist() == [0, 1]
    assert columns.bearing(WORD + "epicer").tolist() == [0, 1]
    assert columns.bearing(WORD + "epicer", least=OWN_NAME).tolist() == [0]
    assert columns.bearing(WORD + "nulle").tolist() == []
    assert columns.all_of((WORD + "epicer", WORD + "cuisin")).tolist() == [False, True]
    assert columns.rows_of(np.array([columns.keys[1], 10**9])).tolist() == [1, -1]


def test_no_entry_at_all_is_an_index_too(nobody):
    assert found(nobody) == set()
    assert len(Columns.of([])) == 0
    assert Columns.of([]).any_of([THEME + FOOD]).tolist() == []
