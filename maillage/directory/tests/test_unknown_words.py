"""Words that nobody understood: counted without anyone, readable from five askers on, then settled by the keepers."""

import datetime as dt
import logging

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from maillage.core import clock, retention
from maillage.core.models import JournalLine
from maillage.core.text import STOP_WORDS
from maillage.directory.actions.unknown_words import (
    ENOUGH,
    count_again,
    forget_who_asked,
    ignore_word,
    note_unknown_words,
    put_off_word,
    take_back_word,
)
from maillage.directory.jobs import forget_askers
from maillage.directory.lexicon import read_here, read_need
from maillage.directory.lexicon.discretion import LONGEST, SHORTEST, discreet_words, names_of_people
from maillage.directory.models import UnknownWord, WordAsker, WordCount


@pytest.fixture
def ask(db):
    """Someone searches from a connection, and the search notes what it did not understand."""

    def act(text, address="192.0.2.1", method="post"):
        request = getattr(RequestFactory(), method)("/annuaire/", REMOTE_ADDR=address)
        request.user = AnonymousUser()
        note_unknown_words(text, read_here(text), request=request)

    return act


@pytest.fixture
def asked_by(ask):
    """So many connections search for it the same day."""

    def act(text, askers, start=1):
        for number in range(start, start + askers):
            ask(text, f"192.0.2.{number}")

    return act


def revealed():
    return {one.word: one.times for one in UnknownWord.objects.waiting()}


def everything_written():
    """Every value of every table of the house, as one text."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [repr(row) for row in cursor.fetchall()]
    return "\n".join(found)


def discreet(text):
    return discreet_words(text, read_need(text).leftover)


# -- Five ------------------------------------------------------------------------------------------------------------


def test_a_word_is_read_only_when_five_have_asked_it(asked_by, monday_morning):
    asked_by("un atelier de macramé", ENOUGH - 1)
    assert revealed() == {}
    asked_by("macramé pour débuter", 1, start=50)
    assert revealed()["macrame"] == ENOUGH
    asked_by("macramé", 2, start=60)
    one = UnknownWord.objects.get(word="macrame")
    assert (one.times, one.first_month, one.last_month) == (ENOUGH + 2, dt.date(2026, 3, 1), dt.date(2026, 3, 1))


def test_before_five_nothing_in_the_house_holds_the_word_nor_who_asked(asked_by, monday_morning, caplog):
    with caplog.at_level(logging.DEBUG):
        asked_by("cours de macramé", ENOUGH - 1)
    written = everything_written() + caplog.text
    assert WordCount.objects.filter(times=ENOUGH - 1).exists()
    assert "macram" not in written
    assert "192.0.2" not in written


def test_nothing_says_when_but_the_month_and_the_day_that_is_not_over(asked_by, monday_morning):
    asked_by("macramé", ENOUGH)
    instants = {
        field.name
        for model in (UnknownWord, WordCount, WordAsker)
        for field in model._meta.get_fields()
        if field.get_internal_type() == "DateTimeField"
    }
    assert instants == set()
    assert {one.first_month.day for one in UnknownWord.objects.all()} == {1}


def test_one_person_who_insists_reveals_nothing(ask, monday_morning):
    for _ in range(20):
        ask("macramé")
    assert revealed() == {}
    assert WordCount.objects.get().times == 1


def test_a_home_that_changes_its_last_figures_is_one_home(ask, monday_morning):
    for number in range(1, 20):
        ask("macramé", f"2001:db8:1:2::{number:x}")
    assert WordCount.objects.get().times == 1
    ask("macramé", "2001:db8:1:3::1")
    assert WordCount.objects.get().times == 2


def test_the_same_person_counts_again_another_day_and_nothing_ties_the_two(ask, monday_morning):
    ask("macramé")
    first = set(WordAsker.objects.values_list("digest", flat=True))
    with clock.travel(clock.now() + dt.timedelta(days=1)):
        ask("macramé")
        assert WordCount.objects.get().times == 2
        assert set(WordAsker.objects.values_list("digest", flat=True)) - first


def test_no_mark_of_who_asked_outlives_the_day(ask, monday_morning):
    ask("macramé")
    forget_who_asked()
    assert WordAsker.objects.count() == 1
    with clock.travel(clock.now() + dt.timedelta(days=1)):
        forget_askers.call()
    assert WordAsker.objects.count() == 0


def test_small_counts_start_again_with_the_month(asked_by, monday_morning):
    asked_by("macramé", ENOUGH - 1)
    with clock.travel(dt.datetime(2026, 4, 2, 9, 0)):
        asked_by("macramé", ENOUGH - 1)
        assert revealed() == {}
        forget_who_asked()
    assert WordCount.objects.count() == 1


def test_two_months_of_one_word_cannot_be_told_to_be_of_one_word(ask, monday_morning):
    ask("macramé")
    with clock.travel(dt.datetime(2026, 4, 2, 9, 0)):
        ask("macramé")
    assert len(set(WordCount.objects.values_list("digest", flat=True))) == 2


def test_another_key_of_the_house_gives_other_digests(ask, monday_morning, settings):
    ask("macramé")
    before = WordCount.objects.get().pk
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "une autre", [settings.SECRET_KEY]
    ask("macramé", "192.0.2.2")
    assert before in set(WordCount.objects.values_list("pk", flat=True))
    assert WordCount.objects.count() == 2


# -- What is never counted -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "je m'appelle Zorglub Ktapulte",
        "madame zorglub cherche un rendez-vous",
        "docteur Ktapulte",
        "je cherche Zorglub",
        "12 rue des Ktapultes zorglubiennes",
        "14 bis place du Ktapulte",
        "avenue Zorglub",
        "zorglub@exemple.fr",
        "zorglub.ktapulte",
        "www.zorglub.fr",
        "0612345678",
        "né le 12/03/1985",
        "zorglub2000",
        "jean dupont",
        "fatoumata diallo",
        "kevin nguyen",
        "ab",
        "x" * (LONGEST + 1),
        "bonjour merci svp",
        "je cherche M. Zorglub",
        "cherche ZORGLUB",
    ],
)
def test_what_looks_like_someone_or_somewhere_is_never_counted(text):
    assert discreet(text) == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Cours de macramé", ["cours", "macrame"]),
        ("macramé !", ["macrame"]),
        ("MACRAMÉ", ["macrame"]),
        ("Je cherche l'AGFP", ["agfp"]),
        ("Macramé. Macrameurs aussi ?", ["macrame", "macrameurs"]),
        ("macramé, macrame, macramés", ["macrame", "macrames"]),
        ("je dors à la rue macramé macramé macramé avec macrameurs", ["macrameurs"]),
    ],
)
def test_what_looks_like_a_need_is_counted_as_it_was_typed_without_accents(text, kept):
    assert discreet(text) == kept


@given(st.text(max_size=200))
def test_whatever_is_typed_only_plain_unexplained_words_are_counted(text):
    for word in discreet(text):
        assert word.isalpha()
        assert SHORTEST <= len(word) <= LONGEST
        assert word not in STOP_WORDS | names_of_people()


def test_names_of_communes_are_never_counted(melune, ask, monday_morning):
    ask("macramé à melune")
    ask("macramé à castelorme", "192.0.2.2")
    assert WordCount.objects.count() == 1


def test_what_the_lexicon_explains_is_not_counted(ask, monday_morning):
    ask("je ne peux plus payer mon loyer")
    assert WordCount.objects.count() == WordAsker.objects.count() == 0


def test_a_page_that_is_only_read_writes_nothing(ask, monday_morning):
    ask("macramé", method="get")
    assert WordCount.objects.count() == 0


def test_what_cannot_be_counted_fails_no_search_and_says_no_word(ask, caplog):
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE directory_wordasker")
    ask("macramé")
    assert "not counted" in caplog.text
    assert "macram" not in caplog.text
    assert WordCount.objects.count() == 0


# -- What the keepers settle -----------------------------------------------------------------------------------------


@pytest.fixture
def macrame(asked_by, monday_morning):
    asked_by("macramé", ENOUGH)
    return UnknownWord.objects.get(word="macrame")


def test_a_word_that_is_no_need_is_erased_and_never_counted_again(macrame, alice, asked_by):
    ignore_word(macrame, by=alice)
    ignore_word(macrame, by=alice)
    assert "macram" not in everything_written()
    asked_by("macramé", 10, start=100)
    assert revealed() == {}
    assert WordCount.objects.count() == 0
    line = JournalLine.objects.get(verb="directory.unknown_word_ignored")
    assert line.thing == f"directory.unknownword:{macrame.pk}"


def test_an_ignored_word_stays_ignored_when_the_house_changes_its_key(macrame, alice, asked_by, settings):
    ignore_word(macrame, by=alice)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "une autre", [settings.SECRET_KEY]
    asked_by("macramé", ENOUGH, start=100)
    assert revealed() == {}


def test_an_ignored_word_can_be_counted_again_by_who_still_knows_it(macrame, alice, asked_by):
    ignore_word(macrame, by=alice)
    assert not count_again("poterie", by=alice)
    assert count_again("Macramé", by=alice)
    asked_by("macramé", ENOUGH, start=100)
    assert revealed() == {"macrame": ENOUGH}


def test_a_word_put_off_comes_back_next_month(macrame, alice):
    put_off_word(macrame, by=alice)
    assert not UnknownWord.objects.now().exists()
    assert UnknownWord.objects.put_off().exists()
    with clock.travel(dt.datetime(2026, 4, 1, 9, 0)):
        assert UnknownWord.objects.now().exists()
        assert not UnknownWord.objects.put_off().exists()
    take_back_word(macrame, by=alice)
    assert UnknownWord.objects.now().exists()


def test_retention_forgets_marks_counts_and_words_each_in_its_time(macrame, ask, alice, asked_by):
    ask("poterie")
    with clock.travel(dt.datetime(2026, 4, 2, 9, 0)):
        retention.apply(clock.today())
        assert (WordAsker.objects.count(), WordCount.objects.count()) == (0, 0)
        assert UnknownWord.objects.exists()
    with clock.travel(dt.datetime(2027, 3, 15, 9, 0)):
        retention.apply(clock.today())
        assert not UnknownWord.objects.exists()
