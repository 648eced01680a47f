"""My day and the global search gather every room: late first, each its own, and one that falls silences nobody."""

import datetime as dt

import pytest
from django.db import connection
from django.utils.translation import gettext_lazy

from maillage.core import journal
from maillage.core.gathering import Found, GlobalSearch, Group, MyDay, Waiting


def waiting(title, due=None, weight=0):
    return Waiting(title, "/", "vous êtes référente", due_on=due and dt.date(2026, 3, due), weight=weight)


@pytest.fixture
def day():
    return MyDay()


@pytest.fixture
def search():
    return GlobalSearch()


def test_late_comes_first_then_what_has_a_date_then_the_heaviest(day, alice, monday_morning):
    day.add(lambda reader: [waiting("sans date"), waiting("demain", 10), waiting("lourd", weight=9)])
    day.add(lambda reader: [waiting("en retard", 2), waiting("très en retard", 1), waiting("demain, lourd", 10, 5)])

    found = day.of(alice)

    titles = ["très en retard", "en retard", "demain, lourd", "demain", "lourd", "sans date"]
    assert [one.title for one in found.waiting] == titles
    assert [one.is_late for one in found.waiting] == [True, True, False, False, False, False]
    assert found.silent == []


def test_what_is_due_today_is_not_late(monday_morning):
    assert not waiting("aujourd'hui", 9).is_late
    assert waiting("hier", 8).is_late


def test_each_room_is_told_who_asks(day, alice, bob):
    day.add(lambda reader: [waiting("pour Alice")] if reader == alice else [])
    assert [one.title for one in day.of(alice).waiting] == ["pour Alice"]
    assert day.of(bob).waiting == []


def broken_source(reader, *words):
    with connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")


def test_a_room_that_falls_is_named_and_keeps_nobody_from_answering(day, alice, monday_morning, caplog):
    day.add(broken_source)
    day.add(lambda reader: [waiting(str(reader.pk))] if type(reader).objects.exists() else [])

    found = day.of(alice)

    assert [one.title for one in found.waiting] == [str(alice.pk)]
    assert found.silent == ["« Socle » n'a pas pu répondre. Réessayez dans une minute."]
    assert "broken_source could not answer" in caplog.text


def test_the_same_source_is_not_added_twice(day, search):
    day.add(broken_source)
    with pytest.raises(ValueError, match="broken_source already says what waits"):
        day.add(broken_source)
    search.add(gettext_lazy("Services"), broken_source)
    with pytest.raises(ValueError, match="« Services » is already searched"):
        search.add("Services", lambda reader, words, limit: [])


def test_search_groups_by_label_what_holds_something(search, alice):
    search.add("Services", lambda reader, words, limit: [Found(f"{words} {rank}", "/") for rank in range(99)])
    search.add("Personnes", lambda reader, words, limit: [])

    answer = search.ask(alice, "  épicerie ", limit=2)

    assert answer.groups == [Group("Services", [Found("épicerie 0", "/"), Found("épicerie 1", "/")])]
    assert answer.silent == []


def test_without_words_no_room_is_asked(search, alice):
    search.add("Services", broken_source)
    assert search.ask(alice, "   ").silent == []


def test_a_search_that_falls_leaves_the_others_and_the_journal_usable(search, alice, caplog):
    search.add("Cassé", broken_source)
    search.add("Services", lambda reader, words, limit: [Found(words, "/")])

    answer = search.ask(alice, "lit")
    journal.record(alice, "searched", "everything")

    assert [group.label for group in answer.groups] == ["Services"]
    assert len(answer.silent) == 1
