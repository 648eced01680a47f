"""A month of the journal whose time is over goes whole, signed for; nothing else ever does."""

import datetime as dt
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from maillage.core import clock, journal, retention
from maillage.core.holds import place_hold
from maillage.core.models import JournalLine, JournalRetirement, JournalSegment
from maillage.core.tests.conftest import Editor, lift_append_only

migration = import_module("maillage.core.migrations.0004_retire_journal_months")


def sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def segments(*months):
    return JournalSegment.objects.filter(month__in=months)


@pytest.fixture
def three_months(db, alice):
    """January holds lines 1 to 3, February 4 and 5, both sealed; March, open, holds 6. Now is 9 March 2026."""
    for day, number in ((dt.date(2026, 1, 10), 3), (dt.date(2026, 2, 10), 2), (dt.date(2026, 3, 5), 1)):
        with clock.travel(day):
            for _line in range(number):
                journal.record(alice, "told", "a")
    with clock.travel(dt.date(2026, 3, 9)):
        journal.seal_past_months()
        yield


def retire(*months):
    with journal.act():
        return journal.retire(segments(*months))


def test_a_retired_month_leaves_its_signed_head_and_the_journal_whole(three_months):
    assert retire("2026-01") == 1

    assert list(JournalLine.objects.order_by("seq").values_list("seq", flat=True)) == [4, 5, 6]
    assert JournalSegment.objects.count() == 2
    assert journal.verify() is None
    journal.record(None, "told", "after")
    assert journal.verify() is None


def test_every_line_may_be_retired_and_the_chain_goes_on(three_months):
    with clock.travel(dt.date(2026, 4, 2)):
        journal.seal_past_months()
        assert retire("2026-01", "2026-02", "2026-03") == 3
        assert not JournalLine.objects.exists()
        assert journal.verify() is None
        journal.record(None, "told", "after")
    assert JournalLine.objects.get().seq == 7
    assert journal.verify() is None


def test_a_month_kept_keeps_those_after_it(three_months):
    assert retire("2026-02") == 0
    assert JournalLine.objects.count() == 6


@pytest.mark.parametrize(("day", "left"), [("2027-01-31", 6), ("2027-02-01", 3), ("2027-03-01", 1), ("2030-01-01", 1)])
def test_twelve_months_after_its_end_a_month_goes(three_months, day, left):
    """At the latest date, March is still open: what is not sealed does not go."""
    retention.apply(dt.date.fromisoformat(day))
    assert JournalLine.objects.exclude(verb="core.retention_applied").count() == left
    assert journal.verify() is None


def test_a_hold_on_a_month_keeps_its_lines(three_months, claire):
    place_hold(segments("2026-01").get(), reason="Une enquête est ouverte.", by=claire)
    retention.apply(dt.date(2028, 1, 1))
    assert JournalLine.objects.filter(verb="told").count() == 6
    assert journal.verify() is None


FORCED = {
    "a line of a month not retired": "DELETE FROM core_journalline WHERE seq = 4",
    "every line": "DELETE FROM core_journalline",
    "a mark unsaid": "DELETE FROM core_journalretirement",
    "a mark changed": "UPDATE core_journalretirement SET signature = 'x'",
    "a seal": "DELETE FROM core_journalsegment WHERE month = '2026-02'",
}
ON_SQLITE = {"a mark replaced": "REPLACE INTO core_journalretirement SELECT * FROM core_journalretirement"}
ON_POSTGRESQL = {
    "the marks truncated": "TRUNCATE core_journalretirement",
    "the lines truncated": "TRUNCATE core_journalline",
}
OWN = ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRESQL


@pytest.mark.parametrize("force", [*FORCED, *OWN])
def test_once_a_month_is_retired_the_database_refuses_all_the_rest(three_months, force):
    retire("2026-01")
    connection.check_constraints()  # As a commit would: PostgreSQL truncates no table that waits for its checks.
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
        sql((FORCED | OWN)[force])
    assert journal.verify() is None


def test_lines_taken_away_under_a_mark_the_house_did_not_sign_are_missed(three_months):
    segment = segments("2026-01").get()
    JournalRetirement.objects.create(segment=segment, retired_at=clock.now(), signature="a guess")
    JournalLine.objects.filter(seq__lte=3).delete()
    broken = journal.verify()
    assert (broken.seq, broken.sentence) == (
        1, "Le mois 2026-01, scellé, n'est plus entier : 0 lignes sur 3.",
    )  # fmt: skip


def test_a_mark_signed_for_one_month_does_not_serve_for_another(three_months):
    retire("2026-01")
    signed = JournalRetirement.objects.get()
    JournalRetirement.objects.create(
        segment=segments("2026-02").get(), retired_at=signed.retired_at, signature=signed.signature
    )
    JournalLine.objects.filter(seq__in=(4, 5)).delete()
    assert journal.verify().seq == 4


def test_lines_written_anew_in_a_retired_month_are_named(three_months):
    line = JournalLine.objects.get(seq=3)
    retire("2026-01")
    line.save(force_insert=True)
    assert journal.verify().sentence == "Le mois 2026-01, retiré, a de nouveau des lignes."


def test_a_mark_outlives_its_key_as_long_as_the_house_remembers_it(three_months, settings):
    retire("2026-01")
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another-key"
    assert journal.verify().seq == 1
    settings.SECRET_KEY_FALLBACKS = [old]
    assert journal.verify() is None


def test_the_migration_can_be_undone_and_done_again(three_months):
    migration.keep_every_line(None, Editor)
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
        retire("2026-01")
    migration.let_retired_lines_go(None, Editor)
    assert retire("2026-01") == 1
    lift_append_only()
    migration.protect(None, Editor)
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
        JournalLine.objects.all().delete()
