"""A colleague leaves in one gesture: nothing they held is left to nobody, and their account closes."""

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from maillage.actors.actions import departures
from maillage.actors.actions.api_keys import create_key
from maillage.actors.actions.departures import HANDOVERS, Handover, Holding, carry_out_due, hands_over, prepare
from maillage.actors.choices import ApiScope, Role
from maillage.actors.models import ApiKey, Departure, Invitation, Membership, User
from maillage.actors.tests.factories import a_membership, someone
from maillage.actors.tests.test_organisations import send
from maillage.core import clock, journal
from maillage.core.concurrency import AlreadyDone, new_key
from maillage.core.models import JournalLine
from maillage.core.refusals import Refused

DAY = dt.timedelta(days=1)


def a_key(organisation, by):
    made = ApiKey(organisation=organisation, name="Logiciel", scopes=[ApiScope.READ_SELF], expires_on=clock.today())
    made.expires_on = clock.today() + dt.timedelta(days=200)
    create_key(made, key=new_key(), by=by)
    return made


def an_invitation(organisation, by, role=Role.PARTNER):
    return Invitation.objects.create(
        email="eve@exemple.fr", organisation=organisation, role=role, digest=new_key(), invited_by=by,
        expires_at=clock.now() + 5 * DAY,
    )  # fmt: skip


def leave(person, *, by, last_day=None, to=None, key=None):
    return prepare(person, last_day=last_day or clock.today() - DAY, successor=to, key=key or new_key(), by=by)


@pytest.fixture
def lea(association):
    """Léa edits for the association too, and stays."""
    return someone("lea", Role.PARTNER_EDITOR, organisation=association)


def test_a_departure_that_is_past_closes_everything_at_once(adele, charlie, lea, association):
    key, invitation = a_key(association, charlie), an_invitation(association, charlie)
    leave(charlie, by=adele, to=lea)
    charlie.refresh_from_db()
    key.refresh_from_db()
    invitation.refresh_from_db()
    assert not Membership.objects.to_come_or_in_force().filter(user=charlie).exists()
    assert (charlie.is_active, key.keeper, key.is_open, invitation.is_open) == (False, lea, True, False)
    assert charlie.closed_at is not None


def test_what_they_did_keeps_their_name(adele, charlie, lea, association):
    key = a_key(association, charlie)
    leave(charlie, by=adele, to=lea)
    assert ApiKey.objects.get(pk=key.pk).created_by == charlie


def test_their_sessions_end_in_every_browser(adele, rosa):
    browser = Client()
    browser.force_login(rosa)
    UserSession.objects.create(user=rosa, ip="192.0.2.1", session_key=browser.session.session_key)
    assert browser.get("/organisations/").status_code == 404  # Without a second factor: signed in all the same.
    leave(rosa, by=adele)
    assert not UserSession.objects.filter(user=rosa).exists()
    answer = browser.get("/compte/sessions/")
    assert answer.status_code == 302 and answer["Location"].startswith("/connexion/")


def test_until_the_last_day_they_work_and_the_day_after_all_is_closed(adele, charlie, lea, association):
    last = clock.today() + 10 * DAY
    key = a_key(association, charlie)
    leave(charlie, by=adele, last_day=last, to=lea)
    with clock.travel(last):
        assert carry_out_due() == 0
        assert User.objects.get(pk=charlie.pk).roles() == {Role.PARTNER_EDITOR}
    with clock.travel(last + DAY):
        assert User.objects.get(pk=charlie.pk).roles() == frozenset()  # Even before the night's job.
        assert carry_out_due() == 1
        assert carry_out_due() == 0
    charlie.refresh_from_db()
    key.refresh_from_db()
    assert (charlie.is_active, key.keeper) == (False, lea)


def test_nothing_is_left_to_nobody(adele, charlie, association):
    a_key(association, charlie)
    with pytest.raises(Refused, match="Dites qui reprend"):
        leave(charlie, by=adele)
    charlie.refresh_from_db()
    assert charlie.is_active and not Departure.objects.exists()
    assert Membership.objects.now().filter(user=charlie).exists()


def test_what_other_rooms_hold_is_shown_and_handed_over(adele, rosa, lea):
    """A room above registers what it holds in someone's name: here, a book of names kept by the test."""
    book = {rosa.pk: ["Proposition du 3 mars"]}

    def hand_over(user, to, by):
        book[to.pk] = book.pop(user.pk)
        return len(book[to.pk])

    handover = Handover("Propositions", lambda user: [Holding(text) for text in book.get(user.pk, [])], hand_over)
    hands_over(handover)
    hands_over(handover)
    try:
        assert HANDOVERS.count(handover) == 1
        with pytest.raises(Refused, match="Dites qui reprend"):
            leave(rosa, by=adele)
        leave(rosa, by=adele, to=lea)
    finally:
        HANDOVERS.remove(handover)
    assert book == {lea.pk: ["Proposition du 3 mars"]}


def test_after_a_departure_nobody_who_left_holds_anything(adele, charlie, lea, association):
    a_key(association, charlie)
    an_invitation(association, charlie)
    leave(charlie, by=adele, to=lea)
    assert departures.holdings(charlie) == []


def test_a_handover_that_fails_leaves_everything_as_it_was(adele, rosa, lea):
    def fall(user, to, by):
        raise RuntimeError("a room falls")

    handover = Handover("Ce qui tombe", lambda user: [Holding("quelque chose")], fall)
    hands_over(handover)
    try:
        with pytest.raises(RuntimeError):
            leave(rosa, by=adele, to=lea)
    finally:
        HANDOVERS.remove(handover)
    rosa.refresh_from_db()
    assert rosa.is_active and Membership.objects.now().filter(user=rosa).exists()
    assert not Departure.objects.exists()


def test_a_departure_that_falls_in_the_night_keeps_no_other_waiting(adele, rosa, lea, association):
    last, next_day = clock.today() + DAY, clock.today() + 2 * DAY
    leave(rosa, by=adele, last_day=last, to=lea)
    tom = someone("tom", Role.DPO)
    leave(tom, by=adele, last_day=last, to=lea)

    def fall(user, to, by):
        raise RuntimeError("a room falls")

    held_by = lambda user: [Holding("quelque chose")] if user == rosa else []  # noqa: E731
    handover = Handover("Ce qui tombe", held_by, fall)
    hands_over(handover)
    try:
        with clock.travel(next_day):
            assert carry_out_due() == 1
    finally:
        HANDOVERS.remove(handover)
    assert not User.objects.get(pk=tom.pk).is_active
    with clock.travel(next_day):
        assert User.objects.get(pk=rosa.pk).roles() == frozenset()  # Her roles had their end already.
        assert carry_out_due() == 1
    assert not User.objects.get(pk=rosa.pk).is_active


def test_when_the_successor_has_left_too_who_prepared_the_departure_takes_over(adele, charlie, lea, association):
    key = a_key(association, charlie)
    leave(charlie, by=adele, last_day=clock.today() + 5 * DAY, to=lea)
    leave(lea, by=adele)
    with clock.travel(clock.today() + 6 * DAY):
        carry_out_due()
    key.refresh_from_db()
    assert key.keeper == adele


def test_a_double_click_makes_one_departure(adele, rosa):
    key = new_key()
    leave(rosa, by=adele, key=key)
    with pytest.raises(AlreadyDone):
        leave(rosa, by=adele, key=key)
    assert JournalLine.objects.filter(verb="actors.account_closed").count() == 1


def test_a_departure_that_moves_takes_the_new_day(adele, rosa):
    leave(rosa, by=adele, last_day=clock.today() + 30 * DAY)
    leave(rosa, by=adele, last_day=clock.today() + 10 * DAY)
    assert Departure.objects.get().last_day == clock.today() + 10 * DAY
    assert Membership.objects.get(user=rosa).valid_until == clock.today() + 11 * DAY


def test_someone_who_stays_after_all_keeps_their_account(adele, rosa, association):
    last = clock.today() + 10 * DAY
    leave(rosa, by=adele, last_day=last)
    a_membership(rosa, Role.PARTNER_EDITOR, organisation=association)
    with clock.travel(last + DAY):
        carry_out_due()
    rosa.refresh_from_db()
    assert rosa.is_active and User.objects.get(pk=rosa.pk).is_active


def test_the_last_administrator_does_not_leave(adele, dora):
    with pytest.raises(Refused, match="dernier administrateur"):
        leave(adele, by=adele)
    adele.refresh_from_db()
    assert adele.is_active and not Departure.objects.exists()


def test_an_administrator_leaves_when_another_stays(adele, basile):
    leave(adele, by=basile)
    adele.refresh_from_db()
    assert not adele.is_active


def test_who_may_not_give_all_their_roles_does_not_make_them_leave(maud, sector):
    tom = someone("tom", Role.REFERENT, sector=sector("TIS-1"))
    a_membership(tom, Role.CRIP)
    with pytest.raises(Refused, match="pas entre vos mains"):
        leave(tom, by=maud)


@pytest.mark.parametrize("who", ["oneself", "closed"])
def test_only_someone_who_stays_takes_over(adele, rosa, lea, who):
    if who == "closed":
        User.objects.filter(pk=lea.pk).update(is_active=False)
        lea.refresh_from_db()
    with pytest.raises(Refused):
        leave(rosa, by=adele, to=rosa if who == "oneself" else lea)
    rosa.refresh_from_db()
    assert rosa.is_active


def test_every_gesture_is_written_and_the_journal_holds(adele, charlie, lea, association):
    a_key(association, charlie)
    leave(charlie, by=adele, to=lea)
    verbs = set(JournalLine.objects.values_list("verb", flat=True))
    assert verbs >= {
        "actors.departure_prepared", "actors.role_ended", "actors.key_handed_over", "actors.handed_over",
        "actors.account_closed",
    }  # fmt: skip
    assert journal.verify() is None


# -- On the page ---------------------------------------------------------------------------------------------------


def test_the_page_shows_all_that_someone_holds(signed_in, adele, charlie, lea, association):
    a_key(association, charlie)
    an_invitation(association, charlie)
    text = signed_in(adele).get(f"/personnes/{charlie.pk}/depart/").content.decode()
    for held in ("Éditeur des fiches", "Logiciel · Les Mains Tendues", "Invitations en attente", "Lea"):
        assert held in text


def test_the_gesture_from_the_page(signed_in, adele, charlie, lea, association):
    a_key(association, charlie)
    browser, door = signed_in(adele), f"/personnes/{charlie.pk}/depart/"
    yesterday = (clock.today() - DAY).isoformat()
    assert "Dites qui reprend" in send(browser, door, last_day=yesterday, successor="").content.decode()
    assert send(browser, door, last_day=yesterday, successor=lea.pk).status_code == 302
    assert not User.objects.get(pk=charlie.pk).is_active


def test_a_stranger_is_not_offered_to_take_over(signed_in, charlie, rosa, lea):
    stranger = someone("tom", Role.DPO)
    form = signed_in(charlie).get(f"/personnes/{rosa.pk}/depart/").context["form"]
    assert set(form.fields["successor"].queryset) == {charlie, lea}
    assert stranger not in form.fields["successor"].queryset


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_year_that_is_a_slip_of_the_hand_is_said_and_changes_nothing(signed_in, adele, charlie, day):
    browser, held = signed_in(adele), charlie.memberships.get()
    doors = [f"/personnes/{charlie.pk}/depart/", f"/roles/{held.pk}/dates/", "/roles/donner/"]
    for door in doors:
        form = browser.get(door).context["form"]
        typed = {bound.html_name: bound.value() or "" for bound in form} | {"last_day": day}
        page = browser.post(door, typed)
        assert page.status_code == 422
        assert "Vérifiez l&#x27;année" in page.content.decode()
    held.refresh_from_db()
    assert held.valid_until is None
