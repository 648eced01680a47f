"""What is too old goes, what is held or not yet signed for stays, and a night cut short is finished the next one."""

import datetime as dt
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.exceptions import FieldDoesNotExist
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from maillage.core import clock, housekeeping, retention
from maillage.core.holds import lift_hold, place_hold
from maillage.core.models import DeadlineOverride, Intention, JournalLine, LegalHold, RetentionRun
from maillage.core.refusals import Refused
from maillage.core.retention import FOLLOWING, IMPERSONAL, KEPT, Fate, Period, RetentionClass, keeps
from maillage.core.tests.conftest import said

TODAY = dt.date(2026, 3, 9)


def a_class(**facts):
    facts = {
        "id": "TEST",
        "label": "Épreuve",
        "purpose": "Éprouver.",
        "legal_basis": "Aucune",
        "active": Period(days=30),
        "fate": Fate.DELETE,
        "reference": "usage de la maison",
        "valid_from": dt.date(2026, 1, 1),
    } | facts
    return RetentionClass(**facts)


def moved(days_ago, number=1):
    """Deadlines moved, due so many days ago."""
    due = TODAY - dt.timedelta(days=days_ago)
    rows = [
        DeadlineOverride(thing=f"x:{rank}", rule="X", due_on=due, reason="agreed", note="n", at=clock.now())
        for rank in range(number)
    ]
    return DeadlineOverride.objects.bulk_create(rows)


def old(day):
    return DeadlineOverride.objects.filter(due_on__lt=day - dt.timedelta(days=30))


@pytest.fixture
def classes():
    """No class but those of the test; the house's own come back after it."""
    kept = [(registry, dict(registry)) for registry in (KEPT, FOLLOWING, IMPERSONAL)]
    for registry in (KEPT, FOLLOWING, IMPERSONAL):
        registry.clear()
    yield
    for registry, before in kept:
        registry.clear()
        registry.update(before)


@pytest.fixture
def thirty_days(classes, db, monday_morning):
    keeps(DeadlineOverride, a_class(), expired=old, personal=("note",), subjects="agents", dated="due_on")


def counts(report):
    return report.examined, report.removed, report.held, report.awaiting


# -- Applying -----------------------------------------------------------------------------------------------------


def test_what_is_too_old_goes_and_the_rest_stays(thirty_days):
    moved(31, 3)
    kept = moved(30, 2)

    (report,) = retention.apply(TODAY)

    assert counts(report) == (3, 3, 0, 0)
    assert set(DeadlineOverride.objects.all()) == set(kept)
    line = JournalLine.objects.get(verb="core.retention_applied")
    assert (line.who_id, line.thing) == (None, "retention:TEST")
    assert line.facts == {"kind": "core.DeadlineOverride", "count": 3}


def test_the_run_keeps_its_counts_and_nobody_s_name(thirty_days, monday_morning):
    moved(31, 2)
    retention.apply(TODAY)
    run = RetentionRun.objects.get()
    assert (run.day, run.finished_at) == (TODAY, monday_morning)
    assert run.report == [
        {
            "retention_class": "TEST",
            "kind": "core.DeadlineOverride",
            "name": "échéances déplacées",
            "examined": 2,
            "removed": 2,
            "held": 0,
            "awaiting": 0,
            "failed": False,
        }
    ]


def test_applied_again_it_finds_nothing_more(thirty_days):
    moved(31, 2)
    retention.apply(TODAY)
    (again,) = retention.apply(TODAY)
    assert counts(again) == (0, 0, 0, 0)
    assert JournalLine.objects.filter(verb="core.retention_applied").count() == 1


def test_a_dry_run_says_the_same_and_changes_nothing(thirty_days):
    moved(31, 3)
    place_hold(DeadlineOverride.objects.first(), reason="Un litige.", by=None)
    lines = JournalLine.objects.count()

    (foreseen,) = retention.apply(TODAY, dry_run=True)

    assert DeadlineOverride.objects.count() == 3
    assert (RetentionRun.objects.count(), JournalLine.objects.count()) == (0, lines)
    (done,) = retention.apply(TODAY)
    assert counts(foreseen) == counts(done) == (3, 2, 1, 0)


def test_more_things_than_a_batch_all_go_and_those_held_are_stepped_over(thirty_days, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 4)
    things = moved(31, 11)
    place_hold(things[5], reason="Un litige.", by=None)
    (report,) = retention.apply(TODAY)
    assert counts(report) == (11, 10, 1, 0)
    assert DeadlineOverride.objects.get() == things[5]


def test_a_night_that_falls_keeps_what_it_did_and_the_next_one_finishes(thirty_days, monkeypatch, caplog):
    monkeypatch.setattr(retention, "BATCH", 2)
    turns = []

    def falls_the_second_time(things):
        turns.append(1)
        if len(turns) == 2:
            raise OSError("disk full")
        return retention.delete(things)

    KEPT.clear()
    keeps(DeadlineOverride, a_class(), expired=old, remove=falls_the_second_time)
    moved(31, 5)

    (fallen,) = retention.apply(TODAY)
    assert (fallen.failed, DeadlineOverride.objects.count()) == (True, 3)
    assert "TEST could not be applied to core.DeadlineOverride" in caplog.text

    (finished,) = retention.apply(TODAY)
    assert (finished.failed, finished.removed, DeadlineOverride.objects.count()) == (False, 3, 0)


def test_a_class_that_falls_keeps_no_other_from_being_applied(thirty_days, caplog):
    def falls(day):
        raise RuntimeError

    keeps(Intention, a_class(id="FALLS"), expired=falls)
    keeps(Session, a_class(id="AFTER"), expired=lambda day: Session.objects.filter(expire_date__lt=clock.now()))
    moved(31)
    Session.objects.create(session_key="s", expire_date=clock.now() - dt.timedelta(days=1))

    reports = retention.apply(TODAY)

    assert [(report.retention_class, report.removed, report.failed) for report in reports] == [
        ("TEST", 1, False),
        ("FALLS", 0, True),
        ("AFTER", 1, False),
    ]


def test_what_was_renewed_while_the_night_went_on_stays(thirty_days):
    late, renewed = moved(31, 2)
    kept = KEPT[("TEST", "core.DeadlineOverride")]
    DeadlineOverride.objects.filter(pk=renewed.pk).update(due_on=TODAY)
    assert retention._take_away(kept, TODAY, [late.pk, renewed.pk]) == 1
    assert DeadlineOverride.objects.get() == renewed


def test_a_process_killed_between_two_batches_is_taken_up_again(own_house):
    prepare = (
        "import datetime as dt; from django.contrib.sessions.models import Session\n"
        "past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)\n"
        "Session.objects.bulk_create([Session(session_key=str(n), expire_date=past) for n in range(5)])"
    )
    killed = (
        "import os; from dataclasses import replace; from maillage.core import clock, retention\n"
        "key, turns = ('SESSIONS', 'sessions.Session'), []\n"
        "def cut(things):\n"
        "    turns.append(1)\n"
        "    return os._exit(9) if len(turns) == 2 else retention.delete(things)\n"
        "retention.BATCH = 2; retention.KEPT[key] = replace(retention.KEPT[key], remove=cut)\n"
        "retention.apply(clock.today())"
    )
    said(own_house("shell", "-v0", "-c", prepare))
    process = own_house("shell", "-v0", "-c", killed)
    process.communicate(timeout=120)
    assert process.returncode == 9

    table = said(own_house("apply_retention"))

    sessions = next(row.split() for row in table.splitlines() if row.startswith("SESSIONS"))
    assert sessions == ["SESSIONS", "sessions", "3", "3", "0", "0"]
    assert said(own_house("verify_journal")).startswith("Le journal est entier")


# -- Holds --------------------------------------------------------------------------------------------------------


def test_a_hold_keeps_a_thing_until_it_is_lifted(thirty_days, claire):
    (thing,) = moved(31)
    hold = place_hold(thing, reason="Le juge a demandé ces pièces.", by=claire)
    assert counts(retention.apply(TODAY)[0]) == (1, 0, 1, 0)

    lift_hold(hold, by=claire)
    assert counts(retention.apply(TODAY)[0]) == (1, 1, 0, 0)

    verbs = ["core.hold_placed", "core.hold_lifted", "core.retention_applied"]
    assert list(JournalLine.objects.order_by("seq").values_list("verb", flat=True)) == verbs


def test_a_hold_without_a_reason_placed_twice_or_lifted_twice_is_refused(thirty_days, claire):
    (thing,) = moved(31)
    with pytest.raises(Refused, match="a un motif"):
        place_hold(thing, reason=" ", by=claire)
    hold = place_hold(thing, reason="Un litige.", by=claire)
    with pytest.raises(Refused, match="est déjà posée"):
        place_hold(thing, reason="Un autre.", by=claire)
    lift_hold(hold, by=claire)
    with pytest.raises(Refused, match="est déjà levée"):
        lift_hold(hold, by=claire)
    place_hold(thing, reason="Le litige reprend.", by=claire)
    assert LegalHold.objects.count() == 2


# -- Declaring ----------------------------------------------------------------------------------------------------


def test_a_model_is_declared_once_under_a_class(thirty_days):
    with pytest.raises(ValueError, match="already kept under TEST"):
        keeps(DeadlineOverride, a_class(), expired=old)
    keeps(DeadlineOverride, a_class(id="OTHER"), expired=old)


def test_what_is_anonymised_says_how(classes):
    with pytest.raises(ValueError, match="say how it is anonymised"):
        keeps(DeadlineOverride, a_class(fate=Fate.ANONYMISE), expired=old)


def test_a_personal_field_that_does_not_exist_is_a_defect_of_ours(classes):
    with pytest.raises(FieldDoesNotExist):
        keeps(DeadlineOverride, a_class(), expired=old, personal=("surname",))


def test_a_model_in_no_class_is_named(classes):
    assert retention.undeclared([Session, Intention]) == ["core.Intention", "sessions.Session"]
    retention.holds_no_personal_data(Intention, "Une clé.")
    retention.goes_with(Session, Intention)
    assert retention.undeclared([Session, Intention]) == []


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (Period(months=12, after="après la clôture"), "12 mois après la clôture"),
        (Period(months=60), "5 ans"),
        (Period(months=30), "30 mois"),
        (Period(days=1), "1 jour"),
        (Period(days=30), "30 jours"),
        (Period(after="à l'expiration"), "à l'expiration"),
    ],
)
def test_a_period_is_said_as_people_say_it(period, words):
    assert str(period) == words


def test_a_class_says_how_long_and_what_then():
    law = a_class(active=Period(months=24), intermediate=Period(months=96), fate=Fate.SORT)
    assert law.kept_for() == "2 ans, puis 8 ans, puis tri par les archives départementales"
    assert a_class(active=None, fate=Fate.KEEP).kept_for() == "conservation sans limite"


# -- The house's own ----------------------------------------------------------------------------------------------


def test_every_model_of_core_and_of_what_it_stands_on_is_in_a_class():
    ours = {"core", "auth", "contenttypes", "sessions", "django_tasks_database"}
    assert retention.undeclared(model for model in apps.get_models() if model._meta.app_label in ours) == []


def test_expired_sessions_go_and_open_ones_stay(db, monday_morning):
    for name, days in (("over", -2), ("open", 2)):
        Session.objects.create(session_key=name, expire_date=monday_morning + dt.timedelta(days=days))
    retention.apply(clock.today())
    assert Session.objects.get().session_key == "open"


def test_old_moved_deadlines_and_lifted_holds_go(db, claire, monday_morning):
    for days in (800, 700):
        moved(days)
    with clock.travel(dt.date(2023, 1, 1)):
        lift_hold(place_hold(claire, reason="Un litige.", by=claire), by=claire)
        place_hold(claire, reason="Un autre, qui dure.", by=claire)
    retention.apply(clock.today())
    assert DeadlineOverride.objects.count() == 1
    assert LegalHold.objects.get().lifted_at is None


def test_what_tasks_leave_goes_after_thirty_days(db, monday_morning):
    housekeeping.forget_counters.enqueue()
    result = DBTaskResult.objects.get()
    finish = DBTaskResult.objects.filter(pk=result.pk)
    finish.update(finished_at=monday_morning - dt.timedelta(days=30))
    retention.apply(clock.today())
    assert finish.exists()
    finish.update(finished_at=monday_morning - dt.timedelta(days=31))
    retention.apply(clock.today())
    assert not finish.exists()


def test_the_nightly_job_applies_every_class(db, monday_morning):
    Session.objects.create(session_key="over", expire_date=monday_morning - dt.timedelta(days=2))
    assert housekeeping.apply_retention.call() == 1
    assert RetentionRun.objects.count() == 1


def test_the_nightly_job_falls_at_the_end_when_a_class_fell(thirty_days, caplog):
    def falls(day):
        raise RuntimeError

    keeps(Session, a_class(id="FALLS"), expired=falls)
    moved(31)
    with pytest.raises(RuntimeError, match=r"FALLS \(sessions.Session\)"):
        housekeeping.apply_retention.call()
    assert not DeadlineOverride.objects.exists()


def test_the_command_prints_a_table_and_says_what_was_only_tried(thirty_days, capsys):
    moved(31, 3)
    call_command("apply_retention", dry_run=True)
    tried = capsys.readouterr().out.splitlines()
    assert tried[0].split() == ["classe", "objets", "échus", "supprimés", "retenus", "à", "viser"]
    assert tried[1].split() == ["TEST", "échéances", "déplacées", "3", "3", "0", "0"]
    assert tried[2] == "Rien n'a été changé : c'était un essai."
    assert DeadlineOverride.objects.count() == 3


def test_the_command_falls_when_a_class_fell(thirty_days, caplog):
    def falls(day):
        raise RuntimeError

    keeps(Session, a_class(id="FALLS"), expired=falls)
    with pytest.raises(CommandError, match="Classes non appliquées, à reprendre : FALLS"):
        call_command("apply_retention", stdout=StringIO())


@pytest.mark.parametrize(
    ("law", "instant"),
    [
        (a_class(active=Period(days=30)), "2026-02-07T00:00:00+01:00"),
        (a_class(active=Period(months=12)), "2025-03-09T00:00:00+01:00"),
        (a_class(active=Period(months=8)), "2025-07-09T00:00:00+02:00"),
        (a_class(active=Period(months=24), intermediate=Period(months=96)), "2016-03-09T00:00:00+01:00"),
    ],
)
def test_a_thing_is_too_old_once_its_whole_time_has_passed_on_the_clocks_of_the_house(law, instant):
    assert timezone.localtime(law.too_old(TODAY)).isoformat() == instant


def test_what_is_kept_for_ever_is_never_too_old():
    with pytest.raises(ValueError, match="TEST has no end"):
        a_class(active=None, fate=Fate.KEEP).too_old(TODAY)
