"""Nothing that belongs to the archives goes before the archivist has signed for it, by name, and it is still due."""

import datetime as dt

import pytest

from maillage.core import clock, retention
from maillage.core.documents import accessibility_problems, page_count
from maillage.core.elimination import SLIPS, refuse, sign, slip_document
from maillage.core.holds import place_hold
from maillage.core.models import DeadlineOverride, EliminationSlip, JournalLine
from maillage.core.refusals import Refused
from maillage.core.retention import keeps
from maillage.core.tests.test_retention import TODAY, a_class, classes, counts, moved, old  # noqa: F401


@pytest.fixture
def under_visa(classes, db, monday_morning):  # noqa: F811
    keeps(DeadlineOverride, a_class(needs_visa=True), expired=old, dated="due_on")


def apply():
    (report,) = retention.apply(TODAY)
    return counts(report)


def test_what_is_due_is_listed_and_waits(under_visa, monday_morning):
    for days in (31, 31, 90, 5):
        moved(days)

    assert apply() == (3, 0, 0, 3)

    slip = EliminationSlip.objects.get()
    assert (slip.state, slip.count, len(slip.ids), slip.prepared_at) == ("prepared", 3, 3, monday_morning)
    assert (slip.first_on, slip.last_on) == (TODAY - dt.timedelta(days=90), TODAY - dt.timedelta(days=31))
    assert DeadlineOverride.objects.count() == 4
    assert JournalLine.objects.get().verb == "core.slip_prepared"


def test_a_second_night_lists_only_what_is_new(under_visa):
    moved(31, 2)
    apply()
    assert apply() == (2, 0, 0, 2)
    moved(40)
    assert apply() == (3, 0, 0, 3)
    assert [slip.count for slip in EliminationSlip.objects.order_by("pk")] == [2, 1]


def test_signed_for_it_goes_and_the_slip_keeps_the_proof_and_forgets_whom(under_visa, claire, monday_morning):
    moved(31, 2)
    apply()
    slip = sign(EliminationSlip.objects.get(), reference=" AD77-2026-118 ", by=claire)
    assert (slip.state, slip.reference, slip.signed_by, slip.signed_at) == (
        "signed", "AD77-2026-118", claire, monday_morning,
    )  # fmt: skip
    assert DeadlineOverride.objects.count() == 2

    assert apply() == (2, 2, 0, 0)

    slip.refresh_from_db()
    assert (slip.state, slip.count, slip.removed, slip.ids) == ("carried_out", 2, 2, [])
    assert (slip.carried_out_at, slip.reference) == (monday_morning, "AD77-2026-118")
    assert not DeadlineOverride.objects.exists()


def test_between_the_visa_and_the_night_what_is_renewed_or_held_stays(under_visa, claire):
    gone, renewed, held = moved(31, 3)
    apply()
    sign(EliminationSlip.objects.get(), reference="AD-1", by=claire)
    DeadlineOverride.objects.filter(pk=renewed.pk).update(due_on=TODAY)
    place_hold(held, reason="Un litige.", by=claire)
    unlisted = moved(35)

    assert apply() == (3, 1, 1, 1)

    assert set(DeadlineOverride.objects.all()) == {renewed, held, *unlisted}
    assert gone not in DeadlineOverride.objects.all()
    assert EliminationSlip.objects.get(state="carried_out").removed == 1


def test_what_the_archives_want_to_keep_is_not_proposed_again(under_visa, claire):
    moved(31)
    apply()
    slip = refuse(EliminationSlip.objects.get(), because="Échantillon à conserver.", by=claire)
    assert (slip.state, slip.refusal) == ("refused", "Échantillon à conserver.")
    assert apply() == (1, 0, 0, 0)
    assert (EliminationSlip.objects.count(), DeadlineOverride.objects.count()) == (1, 1)


@pytest.mark.parametrize("reference", ["", "   "])
def test_a_visa_has_a_reference(under_visa, claire, reference):
    moved(31)
    apply()
    with pytest.raises(Refused, match="demande une phrase : la référence du visa"):
        sign(EliminationSlip.objects.get(), reference=reference, by=claire)


def test_a_reference_too_long_is_refused_before_the_database_does(under_visa, claire):
    moved(31)
    apply()
    with pytest.raises(Refused, match="80 signes"):
        sign(EliminationSlip.objects.get(), reference="x" * 81, by=claire)


def test_nobody_but_the_nightly_job_carries_a_slip_out(under_visa, claire, dora):
    moved(31)
    apply()
    slip = sign(EliminationSlip.objects.get(), reference="AD-1", by=claire)
    with pytest.raises(Refused, match="ne vous est pas ouvert"):
        SLIPS.apply("carry_out", slip, by=claire)
    assert DeadlineOverride.objects.count() == 1


def test_dora_signs_nothing(under_visa, dora):
    moved(31)
    apply()
    with pytest.raises(Refused, match="ne vous est pas ouvert"):
        sign(EliminationSlip.objects.get(), reference="AD-1", by=dora)


def test_a_dry_run_prepares_no_slip_and_carries_none_out(under_visa, claire):
    moved(31, 2)
    (report,) = retention.apply(TODAY, dry_run=True)
    assert (counts(report), EliminationSlip.objects.count()) == ((2, 0, 0, 2), 0)
    apply()
    sign(EliminationSlip.objects.get(), reference="AD-1", by=claire)
    (report,) = retention.apply(TODAY, dry_run=True)
    assert (counts(report), DeadlineOverride.objects.count()) == ((2, 2, 0, 0), 2)


def test_a_long_list_is_cut_into_slips_someone_can_read(under_visa, monkeypatch):
    monkeypatch.setattr(retention, "LONGEST_SLIP", 2)
    moved(31, 5)
    assert apply() == (5, 0, 0, 5)
    assert [slip.count for slip in EliminationSlip.objects.order_by("pk")] == [2, 2, 1]


def test_the_slip_is_a_paper_that_everyone_can_read_and_sign(under_visa, claire):
    moved(31, 2)
    apply()
    slip = EliminationSlip.objects.get()
    law = [["Classe", "Épreuve"], ["Durée", "30 jours, puis suppression"]]
    for state in (slip, sign(slip, reference="AD-1", by=claire)):
        pdf = slip_document(state, house="Département de L'Aubrelle", rows=law)
        assert accessibility_problems(pdf) == []
        assert page_count(pdf) == 1


def test_a_slip_of_five_thousand_is_still_a_paper(db):
    ids = [str(number) for number in range(100_000, 105_000)]
    slip = EliminationSlip(pk=1, retention_class="X", kind="x", ids=ids, count=5_000, prepared_at=clock.now())
    pdf = slip_document(slip, house="D" * 300, rows=[["Classe", "É" * 3_000]])
    assert accessibility_problems(pdf) == []
    assert page_count(pdf) > 1
