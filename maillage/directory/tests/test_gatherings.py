"""What the directory brings to each one's day, lets them find, hands over; by when an answer is due."""

import datetime as dt

import pytest
from django.urls import reverse

from maillage.actors.tests.factories import an_organisation, someone
from maillage.core import clock
from maillage.core.concurrency import new_key
from maillage.core.deadlines import override
from maillage.core.gathering import global_search, my_day
from maillage.core.models import OverrideReason
from maillage.core.navigation import navigation
from maillage.directory.actions.moderating import send_back
from maillage.directory.deadlines import ANSWER, answer_due, late
from maillage.directory.gatherings import hand_over_proposals, held_proposals, proposals_shown
from maillage.directory.models import Structure, Submission
from maillage.directory.tests.factories import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_monday(monday_morning):
    """Every test stands on Monday 9 March 2026, at ten."""


def day_of(reader):
    day = my_day.of(reader)
    assert day.silent == []
    return [(one.title, one.due_on and one.due_on.isoformat(), one.is_late) for one in day.waiting]


def found_by(reader, words):
    answer = global_search.ask(reader, words)
    assert answer.silent == []
    return {(group.label, found.title) for group in answer.groups for found in group.found}


def test_moderators_see_what_waits_with_its_day(lea, mona, nils, epicerie, proposed):
    proposed(epicerie, name="Laverie")
    assert ("Épicerie solidaire", "2026-03-23", False) in day_of(mona)
    assert "Épicerie solidaire" not in {title for title, *_ in day_of(nils)}
    assert "Épicerie solidaire" not in {title for title, *_ in day_of(lea)}
    with clock.travel(clock.now() + dt.timedelta(days=15)):
        assert ("Épicerie solidaire", "2026-03-23", True) in day_of(mona)


def test_authors_see_what_came_back_and_what_they_forgot(lea, mona, tablees, epicerie, proposed):
    send_back(proposed(epicerie, name="Laverie"), sentence="Non.", key=new_key(), by=mona)
    proposed(tablees, send=False, name="Tablées du centre")
    assert [title for title, *_ in day_of(lea)] == ["Épicerie solidaire"]
    with clock.travel(clock.now() + dt.timedelta(days=8)):
        assert [title for title, *_ in day_of(lea)] == ["Épicerie solidaire", "Tablées de Melune"]


@pytest.mark.parametrize(
    ("departement", "sent", "due"),
    [
        ("77", dt.date(2026, 3, 9), "2026-03-23"),
        ("77", dt.date(2026, 5, 4), "2026-05-20"),  # 8 and 14 May.
        ("971", dt.date(2026, 5, 19), "2026-06-04"),  # Whit Monday and 27 May, abolition of slavery.
        ("77", dt.date(2026, 5, 19), "2026-06-03"),
    ],
)
def test_an_answer_is_due_within_ten_working_days_of_the_territory(melune, epicerie, proposed, departement, sent, due):
    type(melune).objects.update(is_home=False)
    type(melune).objects.create(code=departement, name="Ailleurs", is_home=True)
    with clock.travel(dt.datetime.combine(sent, dt.time(12))):
        proposal = proposed(epicerie, name="Laverie")
        proposal.refresh_from_db()
        assert answer_due(proposal).date.isoformat() == due


def test_the_database_finds_the_same_late_ones_as_the_calendar(epicerie, proposed):
    proposal = proposed(epicerie, name="Laverie")
    proposal.refresh_from_db()
    for days in range(30):
        with clock.travel(clock.dt.datetime(2026, 3, 9, 10) + dt.timedelta(days=days)):
            found = late(Submission.objects.all()).exists()
            assert found is answer_due(proposal).is_late


def test_a_date_that_someone_moved_counts_everywhere(client, mona, epicerie, tablees, proposed):
    moved, other = proposed(epicerie, name="Laverie"), proposed(tablees, name="Tablées du centre")
    why = {"reason": OverrideReason.EXCEPTIONAL, "note": "La MDS est fermée.", "by": mona}
    override(moved, ANSWER.id, due_on=dt.date(2026, 5, 4), **why)
    override(moved, ANSWER.id, due_on=dt.date(2026, 4, 1), **why)
    moved.refresh_from_db()
    assert answer_due(moved).date == dt.date(2026, 4, 1)
    assert ("Épicerie solidaire", "2026-04-01", False) in day_of(mona)
    with clock.travel(dt.datetime(2026, 3, 25, 10)):
        assert [one.pk for one in late(Submission.objects.all())] == [other.pk]
        client.force_login(mona)
        assert "1 est en retard" in text_of(client.get(reverse("directory:submissions")))
    with clock.travel(dt.datetime(2026, 4, 2, 10)):
        assert {one.pk for one in late(Submission.objects.all())} == {moved.pk, other.pk}


def test_however_many_wait_none_is_left_out(lea, mona, tablees):
    Submission.objects.bulk_create(
        Submission(
            kind="new_service", state="submitted", structure=tablees, organisation=tablees.site.organisation,
            values={"name": f"Atelier {number}"}, submitted_at=clock.now(), author=lea,
        )
        for number in range(230)
    )  # fmt: skip
    assert len([title for title, *_ in day_of(mona) if title.startswith("Atelier")]) == 230
    for name in ("Atelier 111", "Atelier 229"):
        assert found_by(mona, name.lower()) == {("Propositions", name)}
    assert len(found_by(mona, "atelier")) == 10
    Submission.objects.update(state="returned")
    assert len(day_of(lea)) == 230


def test_records_are_found_by_those_who_may_read_them(nobody, lea, nils, epicerie, proposed):
    assert ("Services", "Épicerie solidaire") in found_by(nobody, "epicerie")
    assert ("Structures", "Tablées de Melune") in found_by(nobody, "tablees")
    proposed(epicerie, name="Laverie")
    assert ("Propositions", "Épicerie solidaire") in found_by(lea, "épicerie")
    for reader in (nobody, nils):
        assert not {label for label, _ in found_by(reader, "épicerie")} & {"Propositions"}
    Structure.objects.update(withdrawn_at=clock.now())
    for words in ("tablees", "epicerie"):
        assert not {label for label, _ in found_by(nils, words)} & {"Structures", "Services"}
    assert ("Structures", "Tablées de Melune") in found_by(lea, "Tablées")


def test_each_one_s_tools(lea, mona, nobody):
    labels = {reader: {str(entry.label) for entry in navigation.of(reader)} for reader in (lea, mona, nobody)}
    assert "Mes fiches" in labels[lea]
    assert "Propositions à publier" in labels[mona]
    assert labels[nobody] == set()


def test_whoever_prepares_a_departure_reads_no_draft_that_is_closed_to_them(
    enter, lea, tom, tablees, epicerie, proposed
):
    sent, _draft = proposed(epicerie, name="Laverie"), proposed(tablees, send=False, name="Tablées du centre")
    ada = someone("ada", "administrator")
    for reader, shown in (
        (tom, {"Correction d'une fiche · Épicerie solidaire", "Correction d'une fiche · Tablées de Melune"}),
        (ada, {"2 propositions"}),
    ):
        assert {one.title for one in proposals_shown(reader, lea)} == shown
    Submission.objects.filter(pk=sent.pk).update(organisation=an_organisation("Autre"))
    assert [one.title for one in proposals_shown(tom, lea)] == [
        "Correction d'une fiche · Tablées de Melune", "et 1 autre proposition",
    ]  # fmt: skip
    page = text_of(enter(ada).get(reverse("actors:departure", args=[lea.pk])))
    assert "2 propositions" in page
    assert "Épicerie solidaire" not in page


def test_what_a_colleague_leaves_stays_in_their_organisation(lea, tom, epicerie, proposed):
    draft = proposed(epicerie, send=False, name="Laverie")
    assert [one.title for one in held_proposals(lea)] == ["Correction d'une fiche · Épicerie solidaire"]
    assert hand_over_proposals(lea, tom, tom) == 1
    draft.refresh_from_db()
    assert draft.author == tom
    stranger = someone("stan", "partner_editor", organisation=an_organisation("Autre"))
    assert hand_over_proposals(tom, stranger, tom) == 1
    draft.refresh_from_db()
    assert (draft.author, held_proposals(tom)) == (None, [])
