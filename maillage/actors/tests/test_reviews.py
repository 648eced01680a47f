"""Each role is looked at again every year: who is told, what is confirmed, what the report says."""

import datetime as dt

import pytest
from django.core import mail

from maillage.actors.actions.reviews import ReportLine, confirm, remind, report, waiting_for
from maillage.actors.choices import Role
from maillage.actors.deadlines import reminders, review_due
from maillage.actors.documents import review_report
from maillage.actors.gathered import reviews_wait
from maillage.actors.models import Membership, User
from maillage.actors.permissions import can_read_membership
from maillage.actors.tests.factories import a_membership, an_organisation, someone
from maillage.core import clock
from maillage.core.concurrency import AlreadyDone, Stale, new_key
from maillage.core.documents import accessibility_problems
from maillage.core.models import JournalLine
from maillage.core.refusals import Refused

YEAR = dt.timedelta(days=366)


@pytest.fixture
def letters(settings):
    """Letters leave within the test, as they would in the next minute."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    mail.outbox = []
    return mail.outbox


@pytest.fixture
def tom(sector):
    """Tom accompanies people in TIS-1 since a little over a year; nobody has looked since."""
    person = someone("tom")
    a_membership(person, Role.REFERENT, sector=sector("TIS-1"), valid_from=clock.today() - YEAR)
    return person


def role_of(person):
    return Membership.objects.get(user=person)


def test_a_role_is_looked_at_again_twelve_months_later(tom):
    given = role_of(tom)
    assert review_due(given).is_late
    given.reviewed_on = dt.date(2026, 2, 28)
    assert str(review_due(given).date) == "2027-02-28"


def test_who_could_have_given_it_looks_at_it(adele, maud, charlie, tom):
    assert list(waiting_for(adele)) == list(waiting_for(maud)) == [role_of(tom)]
    assert not waiting_for(charlie)
    assert not waiting_for(tom)


def test_nobody_looks_at_their_own_role(adele, basile):
    Membership.objects.update(valid_from=clock.today() - YEAR)
    assert [one.user for one in waiting_for(adele)] == [basile]


def test_what_is_confirmed_waits_for_a_year(maud, tom):
    confirm([role_of(tom)], key=new_key(), by=maud)
    given = role_of(tom)
    assert (given.reviewed_on, given.reviewed_by) == (clock.today(), maud)
    assert not waiting_for(maud)
    with clock.travel(clock.today() + dt.timedelta(days=340)):
        assert waiting_for(User.objects.get(pk=maud.pk)).count() == 1
    assert JournalLine.objects.filter(verb="actors.role_reviewed", who=maud).count() == 1


def test_a_role_of_another_sector_is_not_confirmed_with_the_others(maud, tom, sector):
    far = a_membership(someone("uma"), Role.REFERENT, sector=sector("TIS-3"))
    with pytest.raises(Refused):
        confirm([role_of(tom), far], key=new_key(), by=maud)
    assert role_of(tom).reviewed_on is None


def test_a_role_that_changed_since_it_was_shown_is_not_confirmed_unread(maud, tom):
    shown = role_of(tom)
    Membership.objects.filter(pk=shown.pk).update(version=shown.version + 1)
    with pytest.raises(Stale):
        confirm([shown], key=new_key(), by=maud)


def test_a_double_click_confirms_once(maud, tom):
    key = new_key()
    confirm([role_of(tom)], key=key, by=maud)
    with pytest.raises(AlreadyDone):
        confirm([role_of(tom)], key=key, by=maud)


# -- On the page ---------------------------------------------------------------------------------------------------


def test_one_row_or_the_whole_page_is_confirmed(signed_in, maud, tom, sector):
    other = a_membership(someone("uma"), Role.GREETER, sector=sector("TIS-2"), valid_from=clock.today() - YEAR)
    browser = signed_in(maud)
    page = browser.get("/roles/revue/")
    shown = page.context["shown"]
    assert len(shown) == 2
    browser.post("/roles/revue/confirmer/", {"intention": page.context["key"], "one": shown[0], "shown": shown})
    assert waiting_for(maud).count() == 1
    page = browser.get("/roles/revue/")
    browser.post("/roles/revue/confirmer/", {"intention": page.context["key"], "shown": page.context["shown"]})
    assert not waiting_for(maud)
    other.refresh_from_db()
    assert other.reviewed_by == maud


@pytest.mark.parametrize("sent", ["", "12", "a:b", ":", "9" * 40 + ":1", "²:1"])
def test_what_no_page_of_ours_sends_confirms_nothing(signed_in, maud, tom, sent):
    browser = signed_in(maud)
    answer = browser.post("/roles/revue/confirmer/", {"intention": new_key(), "one": sent}, follow=True)
    (told,) = answer.context["messages"]
    assert (told.level_tag, str(told)) == ("warning", "Aucun rôle n'était choisi : rien n'est confirmé.")
    assert role_of(tom).reviewed_on is None


def test_a_role_of_another_sector_sent_by_hand_is_not_confirmed(signed_in, maud, sector):
    far = a_membership(someone("uma"), Role.REFERENT, sector=sector("TIS-3"), valid_from=clock.today() - YEAR)
    signed_in(maud).post("/roles/revue/confirmer/", {"intention": new_key(), "one": f"{far.pk}:1"})
    far.refresh_from_db()
    assert far.reviewed_on is None


def test_my_day_says_how_many_and_since_when(maud, tom):
    (line,) = reviews_wait(maud)
    assert line.title == "1 rôle à revoir"
    assert line.is_late and line.due_on == role_of(tom).review_due_on
    assert reviews_wait(tom) == []


# -- Reminders -----------------------------------------------------------------------------------------------------


def test_reminders_come_before_on_the_day_and_each_month_of_lateness():
    due = dt.date(2026, 5, 31)
    days = [due - dt.timedelta(days=90) + dt.timedelta(days=n) for n in range(220)]
    sent = {day for today in days for day in reminders(due, today)}
    assert sent == {
        dt.date(2026, 5, 1), due, dt.date(2026, 6, 30), dt.date(2026, 7, 31), dt.date(2026, 8, 31),
        dt.date(2026, 9, 30),
    }  # fmt: skip


def test_the_nearest_are_told_once_and_the_administrator_when_it_is_late_by_a_month(adele, maud, sector, letters):
    due = clock.today()
    given = clock.today().replace(year=due.year - 1) if (due.month, due.day) != (2, 29) else due - YEAR
    a_membership(someone("tom"), Role.REFERENT, sector=sector("TIS-1"), valid_from=given)
    assert remind() == 1
    assert remind() == 0
    assert [letter.to for letter in letters] == [[maud.email]]
    with clock.travel(due + dt.timedelta(days=32)):
        assert remind() == 2
        assert remind() == 0
    assert {letter.to[0] for letter in letters[1:]} == {maud.email, adele.email}


def test_the_administrator_is_told_of_what_nobody_nearer_may_look_at(adele, letters):
    a_membership(someone("ines"), Role.CRIP, valid_from=clock.today() - YEAR + dt.timedelta(days=20))
    assert remind() in {0, 1}
    with clock.travel(clock.today() + dt.timedelta(days=21)):
        remind()
    assert {letter.to[0] for letter in letters} == {adele.email}


def test_a_house_that_slept_three_days_still_tells(adele, letters):
    due_in = dt.timedelta(days=27)  # The reminder of thirty days before was due three days ago.
    a_membership(someone("ines"), Role.CRIP, valid_from=clock.today() - dt.timedelta(days=365) + due_in)
    assert remind() == 1


def test_the_letter_names_nobody_and_holds_no_link(adele, letters):
    a_membership(someone("ines"), Role.CRIP, valid_from=clock.today() - dt.timedelta(days=365))
    remind()
    (letter,) = letters
    assert letter.subject == "1 habilitation à revoir"
    assert "Ines" not in letter.body and "http" not in letter.body


# -- Report --------------------------------------------------------------------------------------------------------


def test_the_report_counts_by_organisation(adele, maud, tom, association, charlie):
    ended = a_membership(someone("uma"), Role.PARTNER, organisation=association, valid_from=clock.today() - YEAR)
    Membership.objects.filter(pk=ended.pk).update(valid_until=clock.today() - dt.timedelta(days=3))
    confirm([role_of(maud)], key=new_key(), by=adele)
    lines = {one.organisation: one for one in report(Membership.objects.all())}
    house, theirs = lines["Le Département"], lines["Les Mains Tendues"]
    assert (house.in_force, house.reviewed, house.to_review, house.late) == (3, 1, 1, 1)
    assert (theirs.in_force, theirs.ended, theirs.late) == (1, 1, 0)


def test_forty_organisations_are_counted_in_one_question(adele, tom, django_assert_num_queries):
    for number in range(40):
        one = an_organisation(f"Comité {number:02d}")
        a_membership(someone(f"p{number}"), Role.PARTNER, organisation=one, valid_from=clock.today() - YEAR)
    readable = can_read_membership.among(Membership.objects.all(), adele)
    with django_assert_num_queries(1):
        lines = report(readable)
    assert [one.organisation for one in lines] == sorted(one.organisation for one in lines)
    assert (lines[0].organisation, lines[0].in_force, lines[0].late, len(lines)) == ("Comité 00", 1, 1, 41)


def test_the_report_is_read_as_a_table_a_sheet_and_a_file(signed_in, adele, tom):
    an_organisation("=SOMME(1)")
    Membership.objects.filter(user=tom).update(organisation=an_organisation("@Pirate"))
    browser = signed_in(adele)
    assert "Pirate" in browser.get("/roles/revue/bilan/").content.decode()
    rows = browser.get("/roles/revue/bilan.csv").content.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("Organisation;En vigueur")
    assert any(row.startswith("'@Pirate;1;") for row in rows)
    pdf = browser.get("/roles/revue/bilan.pdf")
    assert pdf["Content-Type"] == "application/pdf"
    assert accessibility_problems(pdf.content) == []


def test_the_paper_holds_with_far_too_long_names_and_with_nothing():
    counts = dict.fromkeys(("in_force", "reviewed", "ended", "to_review", "late"), 10**6)
    long = [ReportLine("Association " * 30 + str(number), **counts) for number in range(80)]
    for lines in (long, []):
        assert accessibility_problems(review_report(lines, house="L'Aubrelle")) == []


def test_a_manager_reports_on_her_own_reach(maud, tom, sector):
    a_membership(someone("uma"), Role.REFERENT, sector=sector("TIS-3"))
    (line,) = report(can_read_membership.among(Membership.objects.all(), maud))
    assert line.in_force == 2
