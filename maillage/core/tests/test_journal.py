"""The journal is believed because it cannot be bent: what is written stays, and what is bent by force is named."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.core import clock, journal
from maillage.core.models import Intention, JournalLine, JournalSegment
from maillage.core.tests.conftest import lift_append_only, said


def tell(*things, who=None):
    for thing in things:
        journal.record(who, "told", thing)


def things():
    return list(JournalLine.objects.order_by("seq").values_list("thing", flat=True))


def sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def chained_again(since=1):
    """What a patient forger does: compute every digest again from this line on."""
    lines = list(JournalLine.objects.order_by("seq"))
    previous = journal.GENESIS
    for line in lines:
        if line.seq >= since:
            digest = journal.digest_of(line, previous)
            JournalLine.objects.filter(seq=line.seq).update(previous=previous, digest=digest)
            line.digest = digest
        previous = line.digest


@pytest.fixture
def three_months(db, alice):
    """January holds lines 1 to 3, February 4 and 5, both sealed; March, open, holds 6 and 7. Now is 9 March."""
    for day, told in ((dt.date(2026, 1, 10), "abc"), (dt.date(2026, 2, 10), "de"), (dt.date(2026, 3, 5), "fg")):
        with clock.travel(day):
            tell(*told, who=alice)
    with clock.travel(dt.date(2026, 3, 9)):
        journal.seal_past_months()
        yield


# -- Writing ------------------------------------------------------------------------------------------------------


def test_each_line_holds_the_link_before_it(alice, monday_morning):
    tell("a", "b", "c", who=alice)

    one, two, three = JournalLine.objects.order_by("seq")

    assert [one.seq, two.seq, three.seq] == [1, 2, 3]
    assert one.previous == journal.GENESIS
    assert (two.previous, three.previous) == (one.digest, two.digest)
    assert (one.who, one.at) == (alice, monday_morning)
    assert journal.verify() is None


def test_an_empty_journal_is_whole(db):
    assert journal.verify() is None


def test_a_thing_is_named_by_its_kind_and_its_identifier(alice):
    journal.record(alice, "met", alice)
    assert things() == [f"actors.user:{alice.pk}"]


def test_a_visitor_who_has_not_signed_in_is_nobody_in_the_journal(db):
    tell("a", who=AnonymousUser())
    assert JournalLine.objects.get().who_id is None


@pytest.mark.parametrize(
    "content",
    [
        "Édith a perdu son logement",
        "edith@example.org",
        "deux mots",
        "ligne\n",
        "a\tb",
        "«secret»",
        "x" * 121,
        "12,5 %",
        "nul\x00",
        gettext_lazy("Une phrase traduite plus tard."),
        48.85,
        float("nan"),
    ],
)
def test_what_looks_like_content_is_refused_wherever_it_hides(db, content):
    hidden = [{"note": content}, {"list": ["ok", content]}, {"deep": {"er": [{"x": content}]}}]
    if isinstance(content, str):
        hidden.append({"keys": {content: 1}})
        for misplaced in ({"why": content}, {"thing": content}):
            with pytest.raises(ValueError, match="identifiers"):
                journal.record(None, "told", **({"thing": "a"} | misplaced))
    for facts in hidden:
        with pytest.raises(ValueError, match="identifiers"):
            journal.record(None, "told", "a", **facts)
    assert things() == []


@pytest.mark.parametrize("verb", ["", "v" * 61])
def test_a_verb_fits_in_its_column_on_both_databases(db, verb):
    with pytest.raises(ValueError, match="verb"):
        journal.record(None, verb, "a")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    facts=st.dictionaries(
        st.from_regex(r"[a-z]{1,8}", fullmatch=True).filter(lambda name: name not in {"who", "verb", "thing", "why"}),
        st.recursive(
            st.integers() | st.booleans() | st.none() | st.dates() | st.from_regex(r"[\w.:/#-]{0,12}", fullmatch=True),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.integers(0, 30), inner, max_size=12)
                | st.tuples(inner, inner)
            ),
            max_leaves=6,
        ),
        max_size=4,
    )
)
def test_whatever_facts_are_written_the_chain_holds_when_it_is_read_again(db, facts):
    journal.record(None, "told", "a", **facts)
    assert journal.verify() is None


# -- Acting -------------------------------------------------------------------------------------------------------


def test_an_act_that_fails_leaves_no_line_and_no_change(db):
    with pytest.raises(RuntimeError), journal.act():
        Intention.objects.create(key="k", done_at=clock.now())
        tell("a")
        raise RuntimeError
    assert things() == []
    assert not Intention.objects.exists()


def test_an_inner_act_that_fails_takes_its_own_lines_and_leaves_the_others(db):
    with journal.act():
        tell("before")
        try:
            with journal.act():
                tell("inner")
                with journal.act():
                    tell("innermost")
                raise RuntimeError
        except RuntimeError:
            tell("after")
    assert things() == ["before", "after"]


def test_lines_are_written_last_in_their_transaction(db):
    with journal.act():
        tell("a")
        assert things() == []
        Intention.objects.create(key="k", done_at=clock.now())
    assert things() == ["a"]


def test_a_change_whose_line_cannot_be_written_does_not_happen(db):
    sql("ALTER TABLE core_journalline RENAME TO elsewhere")
    with pytest.raises(DatabaseError), journal.act():
        Intention.objects.create(key="k", done_at=clock.now())
        tell("a")
    assert not Intention.objects.exists()


def test_an_act_after_a_failed_one_starts_from_nothing(db):
    with pytest.raises(RuntimeError), journal.act():
        tell("lost")
        raise RuntimeError
    with journal.act():
        tell("kept")
    assert things() == ["kept"]


def test_what_runs_once_the_act_is_committed_writes_its_own_lines(committed):
    with journal.act():
        tell("act")
        transaction.on_commit(lambda: tell("recorded-on-commit"))
        transaction.on_commit(lambda: _act_on("acted-on-commit"))
    assert things() == ["act", "recorded-on-commit", "acted-on-commit"]


def _act_on(thing):
    with journal.act():
        tell(thing)


# -- The database refuses -----------------------------------------------------------------------------------------


FORCED = {
    "a line updated": "UPDATE core_journalline SET verb = 'x' WHERE seq = 2",
    "a line deleted": "DELETE FROM core_journalline WHERE seq = 2",
    "every line deleted": "DELETE FROM core_journalline",
    "every seal deleted": "DELETE FROM core_journalsegment",
    "a seal updated": "UPDATE core_journalsegment SET lines = 2",
    "a line replaced by a conflict": (
        "INSERT INTO core_journalline SELECT seq, at, 'x', thing, why, facts, previous, digest, who_id "
        "FROM core_journalline WHERE seq = 2 ON CONFLICT (seq) DO UPDATE SET verb = 'x'"
    ),
}
ON_SQLITE = {
    "a line replaced": "REPLACE INTO core_journalline SELECT * FROM core_journalline WHERE seq = 2",
    "a line inserted or replaced": "INSERT OR REPLACE INTO core_journalline SELECT * FROM core_journalline",
    "a seal replaced": "REPLACE INTO core_journalsegment SELECT * FROM core_journalsegment",
    "a month replaced": (
        "REPLACE INTO core_journalsegment (month, first_seq, last_seq, lines, head, signature, sealed_at) "
        "SELECT month, first_seq, last_seq, 1, head, signature, sealed_at FROM core_journalsegment"
    ),
    "an update or replace": "UPDATE OR REPLACE core_journalline SET seq = 3 WHERE seq = 2",
}
ON_POSTGRESQL = {
    "the lines truncated": "TRUNCATE core_journalline",
    "the seals truncated": "TRUNCATE core_journalsegment CASCADE",
    "a line merged": (
        "MERGE INTO core_journalline USING (SELECT 2 AS n) AS s ON seq = s.n WHEN MATCHED THEN UPDATE SET verb = 'x'"
    ),
    "a line deleted aside": "WITH gone AS (DELETE FROM core_journalline RETURNING 1) SELECT * FROM gone",
}
OWN = ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRESQL


@pytest.mark.parametrize("force", [*FORCED, *OWN])
def test_the_database_itself_refuses_to_unsay(three_months, force):
    before = list(JournalLine.objects.values()), list(JournalSegment.objects.values())
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
        sql((FORCED | OWN)[force])
    assert (list(JournalLine.objects.values()), list(JournalSegment.objects.values())) == before


@pytest.mark.parametrize("model", [JournalLine, JournalSegment])
def test_the_orm_is_refused_as_well(three_months, model):
    one = model.objects.first()
    attempts = (
        one.save,
        one.delete,
        model.objects.all().delete,
        lambda: model.objects.update(**{model._meta.pk.name: F("pk") + 100}),
        lambda: model.objects.bulk_update([one], ["digest" if model is JournalLine else "head"]),
        lambda: model.objects.bulk_create(
            [one],
            update_conflicts=True,
            unique_fields=[model._meta.pk.name],
            update_fields=["digest" if model is JournalLine else "head"],
        ),
    )
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
            attempt()
    assert journal.verify() is None


def test_the_lift_of_the_tests_puts_the_triggers_back_part_one(committed):
    tell("a")


def test_the_lift_of_the_tests_puts_the_triggers_back_part_two(db):
    assert things() == []
    tell("a")
    with pytest.raises(DatabaseError, match="append only"):
        JournalLine.objects.all().delete()


# -- Sealing ------------------------------------------------------------------------------------------------------


def test_past_months_are_sealed_and_the_present_one_stays_open(three_months):
    january, february = JournalSegment.objects.order_by("month")
    assert (january.month, january.first_seq, january.last_seq, january.lines) == ("2026-01", 1, 3, 3)
    assert (february.month, february.first_seq, february.last_seq, february.lines) == ("2026-02", 4, 5, 2)
    assert february.head == JournalLine.objects.get(seq=5).digest
    assert journal.verify() is None


def test_sealing_again_changes_nothing(three_months):
    before = list(JournalSegment.objects.values())
    assert journal.seal_past_months() == []
    assert list(JournalSegment.objects.values()) == before


def test_a_house_that_slept_seals_each_month_apart_and_skips_the_empty_ones(db):
    for month in (1, 2, 4):
        with clock.travel(dt.date(2026, month, 15)):
            tell("a")
    with clock.travel(dt.date(2026, 6, 1)):
        assert [segment.month for segment in journal.seal_past_months()] == ["2026-01", "2026-02", "2026-04"]
    assert journal.verify() is None


def test_the_year_turns(db):
    with clock.travel(dt.date(2025, 12, 31)):
        tell("a")
    with clock.travel(dt.date(2026, 1, 1)):
        tell("b")
        assert [segment.month for segment in journal.seal_past_months()] == ["2025-12"]
        assert journal.seal_past_months() == []
    with clock.travel(dt.date(2026, 2, 1)):
        assert [segment.month for segment in journal.seal_past_months()] == ["2026-01"]


def test_the_month_turns_at_midnight_on_the_clocks_of_the_house(db):
    for minutes_to_midnight, thing in ((1, "january"), (-1, "february")):
        midnight = dt.datetime(2026, 1, 31, 23, 0, tzinfo=dt.UTC)
        with clock.travel(midnight - dt.timedelta(minutes=minutes_to_midnight)):
            tell(thing)
            sealed = journal.seal_past_months()
    assert [(segment.month, segment.last_seq) for segment in sealed] == [("2026-01", 1)]


def test_a_clock_that_stepped_back_over_midnight_does_not_tear_the_chain(db):
    for instant in ("2026-01-31T22:59:00", "2026-01-31T23:00:01", "2026-01-31T22:59:59", "2026-01-31T23:00:02"):
        with clock.travel(dt.datetime.fromisoformat(f"{instant}+00:00")):
            tell("a")
    for month in (2, 3):
        with clock.travel(dt.date(2026, month, 2)):
            journal.seal_past_months()
            assert journal.verify() is None
    assert list(JournalSegment.objects.values_list("month", "last_seq")) == [("2026-01", 3), ("2026-02", 4)]


def test_a_line_dated_in_a_month_already_sealed_waits_for_the_next_seal(three_months):
    with clock.travel(dt.date(2026, 1, 20)):
        tell("late")
    assert journal.seal_past_months() == []
    with clock.travel(dt.date(2026, 4, 1)):
        (march,) = journal.seal_past_months()
    assert (march.month, march.first_seq, march.last_seq) == ("2026-03", 6, 8)
    assert journal.verify() is None


def test_a_line_dated_far_ahead_does_not_stop_the_seals(three_months):
    with clock.travel(dt.date(2099, 1, 1)):
        tell("wrong-clock")
    tell("right-clock")
    with clock.travel(dt.date(2026, 4, 1)):
        (march,) = journal.seal_past_months()
    assert (march.month, march.last_seq) == ("2026-03", 9)
    assert journal.verify() is None


def test_a_seal_outlives_its_key_as_long_as_the_house_remembers_it(three_months, settings):
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another-key"
    assert journal.verify().seq == 1
    settings.SECRET_KEY_FALLBACKS = ["a-third-one", old]
    assert journal.verify() is None
    with clock.travel(dt.date(2026, 4, 1)):
        journal.seal_past_months()
    settings.SECRET_KEY_FALLBACKS = []
    assert journal.verify().seq == 1
    settings.SECRET_KEY_FALLBACKS = [old]
    assert journal.verify() is None


# -- Tampering, once the triggers are gone ------------------------------------------------------------------------


def rewrite_january():
    sql("UPDATE core_journalline SET thing = 'rewritten' WHERE seq = 1")
    chained_again()


def rewrite_and_restart_after_february():
    sql("UPDATE core_journalline SET thing = 'rewritten' WHERE seq = 5")
    chained_again(5)


def recompute_one_digest():
    line = JournalLine.objects.get(seq=2)
    line.thing = "rewritten"
    JournalLine.objects.filter(seq=2).update(thing="rewritten", digest=journal.digest_of(line, line.previous))


def forge_a_seal():
    """The last month is cut short and its seal written anew, by someone who has the database and not the key."""
    february = JournalSegment.objects.get(month="2026-02")
    february.last_seq, february.lines, february.head = 4, 1, JournalLine.objects.get(seq=4).digest
    february.signature = journal.signature_of(february, "a guess")
    february.save()
    sql("DELETE FROM core_journalline WHERE seq > 4")


def change_seal(of, what):
    sql(f"UPDATE core_journalsegment SET {what} WHERE first_seq = %s", of)


def swap(one, other):
    for before, after in ((one, 1000), (other, one), (1000, other)):
        sql("UPDATE core_journalline SET seq = %s WHERE seq = %s", after, before)


TAMPERING = {
    "a verb changed": (lambda: sql("UPDATE core_journalline SET verb = 'x' WHERE seq = 2"), 2),
    "an author changed": (lambda: sql("UPDATE core_journalline SET who_id = NULL WHERE seq = 6"), 6),
    "an instant changed": (lambda: sql("UPDATE core_journalline SET at = '2026-01-10 11:00:01+00' WHERE seq = 3"), 3),
    "a reason added": (lambda: sql("UPDATE core_journalline SET why = 'x' WHERE seq = 7"), 7),
    "facts changed": (lambda: sql("""UPDATE core_journalline SET facts = '{"a": 1}' WHERE seq = 1"""), 1),
    "a line removed in the middle": (lambda: sql("DELETE FROM core_journalline WHERE seq = 2"), 3),
    "the first line removed": (lambda: sql("DELETE FROM core_journalline WHERE seq = 1"), 2),
    "the last line of January removed": (lambda: sql("DELETE FROM core_journalline WHERE seq = 3"), 3),
    "the last line of February and all after": (lambda: sql("DELETE FROM core_journalline WHERE seq >= 5"), 5),
    "all of February and after": (lambda: sql("DELETE FROM core_journalline WHERE seq >= 4"), 4),
    "all of January": (lambda: sql("DELETE FROM core_journalline WHERE seq <= 3"), 1),
    "every line": (lambda: sql("DELETE FROM core_journalline"), 1),
    "two lines swapped": (lambda: swap(2, 3), 2),
    "lines swapped across a month": (lambda: swap(3, 4), 3),
    "a line moved to the end": (lambda: sql("UPDATE core_journalline SET seq = 8 WHERE seq = 6"), 7),
    "one digest computed again": (recompute_one_digest, 3),
    "January written anew, all chained again": (rewrite_january, 1),
    "the end of February written anew, chained again": (rewrite_and_restart_after_february, 4),
    "a signature erased": (lambda: change_seal(4, "signature = ''"), 4),
    "a signature of strange letters": (lambda: change_seal(1, "signature = 'é'"), 1),
    "a seal shortened": (lambda: change_seal(1, "lines = 2"), 1),
    "a seal of another month": (lambda: change_seal(1, "month = '2025-01'"), 1),
    "a seal forged without the key": (forge_a_seal, 4),
    "January's seal removed": (lambda: sql("DELETE FROM core_journalsegment WHERE first_seq = 1"), 1),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERING)
def test_whoever_tampers_by_force_is_named_at_the_first_broken_line(three_months, how):
    tamper, first = TAMPERING[how]
    lift_append_only()
    tamper()

    assert journal.verify().seq == first
    with pytest.raises(CommandError, match=f"Chaîne rompue à la ligne {first}\\. "):
        call_command("verify_journal")


def test_of_two_wounds_the_first_is_named(three_months):
    lift_append_only()
    sql("UPDATE core_journalsegment SET signature = 'x' WHERE first_seq = 4")
    sql("UPDATE core_journalline SET verb = 'x' WHERE seq = 2")
    assert journal.verify().seq == 2


def test_a_sealed_month_written_anew_is_not_said_to_lack_lines(three_months):
    lift_append_only()
    rewrite_january()
    assert journal.verify().sentence == "Le mois 2026-01, scellé, a été récrit."


def test_a_whole_journal_is_said_whole(three_months, capsys):
    call_command("verify_journal")
    assert capsys.readouterr().out == "Le journal est entier : 7 lignes, 2 mois scellés.\n"


# -- At the same time ---------------------------------------------------------------------------------------------


def test_eight_people_writing_at_once_keep_one_unbroken_chain(at_once):
    def write(name):
        for turn in range(10):
            with journal.act():
                tell(f"{name}:{turn}:a", f"{name}:{turn}:b")

    assert at_once(*(lambda name=name: write(name) for name in "abcdefgh")) == [None] * 8

    assert JournalLine.objects.count() == 160
    assert journal.verify() is None
    pairs = [thing.rsplit(":", 1)[0] for thing in things()]
    assert pairs[::2] == pairs[1::2], "The lines of one act stand together."


def test_processes_writing_at_once_on_sqlite_keep_one_unbroken_chain(own_house):
    write = "from maillage.core import journal\nfor n in range(25): journal.record(None, 'told', f'turn:{n}', by=%d)"

    for process in [own_house("shell", "-v0", "-c", write % person) for person in range(3)]:
        said(process)

    assert said(own_house("verify_journal")) == "Le journal est entier : 75 lignes, 0 mois scellés.\n"
