"""A forgotten password comes back by letter, tells nothing of who has an account, and is no way around the rest."""

import datetime as dt

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from maillage.actors.actions import accounts, invitations
from maillage.actors.actions.invitations import Newcomer, Offer
from maillage.actors.choices import ApiScope, Role
from maillage.actors.models import ApiKey, Invitation, Membership, User
from maillage.actors.retention import ACCOUNTS, close_unused_accounts
from maillage.actors.tests.factories import a_membership, someone
from maillage.actors.tests.post import BASE, PASSWORD, code_of, letters, link_in
from maillage.core import clock, retention
from maillage.core.models import JournalLine

ASK = "/mot-de-passe-oublie/"
NEW = "sept lampes jaunes dehors"


@pytest.fixture
def nour(house):
    person = someone("nour", Role.MDS_EDITOR)
    person.set_password(PASSWORD)
    person.save()
    return person


def said(response):
    return response.content.decode().replace("&#x27;", "'").replace("\xa0", " ")


def follow(client, link):
    """Open the link of a letter: the page where one chooses."""
    return client.get(client.get(link)["Location"])


def test_the_answer_and_the_work_are_the_same_whether_or_not_an_account_is_there(client, nour):
    accounts.close_account(someone("fermee"), by=None)
    seen = []
    for email in ("nour@exemple.fr", "inconnue@exemple.fr", "fermee@exemple.fr"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.post(ASK, {"email": email})
        seen.append((response.status_code, response["Location"], said(client.get(response["Location"])), len(queries)))
    assert seen[0] == seen[1] == seen[2]
    assert "Si un compte est ouvert" in seen[0][2]
    assert [letter.to for letter in letters()] == [["nour@exemple.fr"]]


def test_what_was_typed_does_not_lie_in_the_clear(client, nour):
    client.post(ASK, {"email": "inconnue@exemple.fr"})
    assert "inconnue@" not in str(list(DBTaskResult.objects.values_list("args_kwargs", flat=True)))


def test_nour_chooses_another_password_and_what_was_open_closes(client, nour):
    other = client.__class__()
    other.post("/connexion/", {"login": nour.email, "password": PASSWORD})
    client.post(ASK, {"email": "NOUR@exemple.fr"})
    (letter,) = letters()
    page = follow(client, link_in(letter))
    assert link_in(letter).split("-", 4)[-1] not in said(page)
    assert client.post(page.wsgi_request.path, {"password1": NEW})["Location"] == "/mot-de-passe-oublie/change/"
    assert User.objects.get(pk=nour.pk).check_password(NEW)
    assert other.get("/compte/").status_code == 302
    assert "_auth_user_id" not in client.session
    assert any("mot de passe a changé" in one.subject for one in letters())


def test_a_link_serves_once_and_not_after_four_hours(client, nour, settings):
    link = accounts.password_link(nour, base="")
    assert "Ce lien a déjà servi" not in said(follow(client, link))
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "trop ancien" in said(client.get(link))
    settings.PASSWORD_RESET_TIMEOUT = 60
    accounts.set_password(nour, NEW)
    assert "a déjà servi" in said(client.get(link))
    assert User.objects.get(pk=nour.pk).check_password(NEW)


@pytest.mark.parametrize("link", ["1-abc", "zzzz-" + "a" * 40, "1-set-password"])
def test_a_link_made_by_hand_opens_nothing(client, nour, link):
    assert "Ce lien a déjà servi" in said(client.get(f"{ASK}{link}/"))
    assert client.post(f"{ASK}{link}/", {"password1": NEW}).status_code == 200
    assert User.objects.get(pk=nour.pk).check_password(PASSWORD)


def test_the_link_of_an_account_closed_meanwhile_opens_nothing(client, nour):
    link = accounts.password_link(nour, base="")
    accounts.close_account(nour, by=None)
    assert "trop ancien" in said(client.get(link))


def test_another_password_does_not_replace_the_second_factor(client, nour):
    secret = generate_totp_secret()
    TOTP.activate(nour, secret)
    page = follow(client, accounts.password_link(nour, base=""))
    client.post(page.wsgi_request.path, {"password1": NEW})
    response = client.post("/connexion/", {"login": nour.email, "password": NEW})
    assert response["Location"] == "/connexion/second-facteur/" and "_auth_user_id" not in client.session
    assert client.post("/connexion/second-facteur/", {"code": code_of(secret)}).status_code == 302


def test_a_weak_new_password_is_refused_in_words(client, nour):
    page = follow(client, accounts.password_link(nour, base=""))
    assert "essaie en premier" in said(client.post(page.wsgi_request.path, {"password1": "Motdepasse123"}))
    assert User.objects.get(pk=nour.pk).check_password(PASSWORD)


def test_the_letter_leads_to_the_house_alone(client, nour):
    assert client.post(ASK, {"email": nour.email}, headers={"Host": "mechant.example"}).status_code == 400
    assert letters() == []


def test_asking_again_and_again_is_slowed_down(client, nour, stopped_clock):
    answers = [client.post(ASK, {"email": nour.email}).status_code for _ in range(11)]
    assert answers[:10] == [302] * 10 and answers[10] == 429


def test_changing_ones_password_asks_for_the_present_one_and_closes_everything(client, nour):
    client.post("/connexion/", {"login": nour.email, "password": PASSWORD})
    wrong = client.post("/compte/mot-de-passe/", {"oldpassword": "faux", "password1": NEW})
    assert "pas votre mot de passe actuel" in said(wrong)
    client.post("/compte/mot-de-passe/", {"oldpassword": PASSWORD, "password1": NEW})
    assert User.objects.get(pk=nour.pk).check_password(NEW)
    assert client.get("/compte/").status_code == 302


# -- What time does to accounts ---------------------------------------------------------------------------------------


def test_an_account_unused_for_two_years_closes_but_whoever_administers_stays(nour, adele):
    later = clock.now() + dt.timedelta(days=731)
    with clock.travel(later):
        assert close_unused_accounts.call() == 1
        assert close_unused_accounts.call() == 0
    assert not User.objects.get(pk=nour.pk).is_active and User.objects.get(pk=adele.pk).is_active


def test_whoever_will_administer_the_house_keeps_an_account(adele):
    soon = someone("soon")
    a_membership(soon, Role.ADMINISTRATOR, valid_from=clock.today() + dt.timedelta(days=740))
    with clock.travel(clock.now() + dt.timedelta(days=731)):
        assert close_unused_accounts.call() == 0


def test_an_account_that_closes_unused_ends_its_roles_and_hands_over_its_keys(nour, adele, association):
    later_on = clock.today() + dt.timedelta(days=900)
    to_come = a_membership(nour, Role.DPO, valid_from=later_on)
    with clock.travel(clock.now() + dt.timedelta(days=731)):
        api_key = a_kept_key(association, nour)
        assert close_unused_accounts.call() == 1
        assert not Membership.objects.to_come_or_in_force().filter(user=nour).exists()
        assert JournalLine.objects.filter(verb="actors.role_ended", facts__user=nour.pk).count() == 2
        api_key.refresh_from_db()
        assert (api_key.keeper, api_key.revoked_at) == (adele, None)
    with clock.travel(later_on + dt.timedelta(days=1)):
        assert User.objects.get(pk=nour.pk).roles() == frozenset()
    to_come.refresh_from_db()
    assert to_come.valid_until == to_come.valid_from


def test_an_account_that_opens_anew_holds_only_what_its_invitation_gives(adele, house, association):
    """Closed by release 0.1.0, which ended nothing: its role and its key were still there."""
    nour = someone("nour", Role.CRIP)
    api_key = a_kept_key(association, nour)
    User.objects.filter(pk=nour.pk).update(is_active=False)
    made = invitations.invite(nour.email, Offer(Role.ANALYST, house), by=adele, base=BASE)
    invitations.accept_as_newcomer(made, Newcomer("Nour", "Belkacem", PASSWORD))
    back = User.objects.get(pk=nour.pk)
    assert back.is_active and back.roles() == {Role.ANALYST}
    api_key.refresh_from_db()
    assert api_key.revoked_at is not None


def a_kept_key(organisation, keeper):
    expires = clock.today() + dt.timedelta(days=100)
    return ApiKey.objects.create(
        organisation=organisation, name="Logiciel", digest="0" * 64, created_by=keeper, keeper=keeper,
        expires_on=expires, scopes=[ApiScope.READ_SELF],
    )  # fmt: skip


def test_a_year_after_its_closing_an_account_has_no_name_left(nour, adele):
    accounts.close_account(nour, by=adele)
    kept = retention.KEPT[(ACCOUNTS.id, "actors.User")]
    day = clock.today()
    assert not kept.expired(day + dt.timedelta(days=360)).exists()
    assert kept.remove(kept.expired(day + dt.timedelta(days=370))) == 1
    gone = User.objects.get(pk=nour.pk)
    assert "nour" not in f"{gone.username}{gone.email}{gone.first_name}{gone}".lower()
    assert Membership.objects.filter(user=gone).exists()
    assert not kept.expired(day + dt.timedelta(days=800)).exists()


def test_an_invitation_answered_a_year_ago_goes(adele, house):

    invitations.invite("x@exemple.fr", Offer(Role.MDS_EDITOR, house), by=adele, base=BASE)
    kept = retention.KEPT[("INVITATIONS", "actors.Invitation")]
    assert not kept.expired(clock.today() + dt.timedelta(days=365)).exists()
    assert kept.remove(kept.expired(clock.today() + dt.timedelta(days=380))) == 1
    assert not Invitation.objects.exists()
