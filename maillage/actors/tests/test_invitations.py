"""An invitation opens one account, once, for whom it was written to, and nothing changes before they say yes."""

import datetime as dt

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django_tasks_db.models import DBTaskResult

from maillage.actors.actions import accounts, invitations
from maillage.actors.actions.invitations import Newcomer, Offer
from maillage.actors.choices import Role
from maillage.actors.models import Invitation, Membership, User
from maillage.actors.tests.factories import a_membership, someone
from maillage.actors.tests.post import BASE, PASSWORD, letters, link_in
from maillage.core import clock
from maillage.core.concurrency import new_key
from maillage.core.models import JournalLine
from maillage.core.refusals import Refused
from maillage.core.tests.conftest import at_once, committed  # noqa: F401

NOUR = {"first_name": "Nour", "last_name": "Belkacem", "way": "password", "password": PASSWORD}


@pytest.fixture
def offer(house):
    return Offer(Role.MDS_EDITOR, house)


@pytest.fixture
def invited(adele, offer):
    """Nour is invited by Adèle; the secret of her link."""
    return invitations.invite_with_token("nour@exemple.fr", offer, by=adele, base=BASE)


def open_link(client, token):
    client.get(f"/invitation/{token}/")
    return client.get("/invitation/accepter/")


def said(response):
    return response.content.decode()


def everything():
    """What an invitation could change."""
    rows = Invitation.objects.order_by("pk").values_list("pk", "accepted_at", "withdrawn_at", "digest")
    return list(rows), User.objects.count(), Membership.objects.count()


def test_adele_invites_nour_who_receives_a_link_with_the_role_in_words(adele, offer):
    made = invitations.invite(" Nour@Exemple.fr ", offer, by=adele, base=BASE)
    (letter,) = letters()
    assert letter.to == ["nour@exemple.fr"] and "Adele" in letter.subject
    assert "Éditeur de l'annuaire" in letter.body and "&#x27;" not in letter.body
    assert link_in(letter) in letter.alternatives[0][0]
    token = link_in(letter).split("/")[2]
    assert len(token) == 43 and token not in made.digest
    assert JournalLine.objects.filter(verb="actors.invitation_sent", thing=f"actors.invitation:{made.pk}").exists()


def test_what_waits_to_be_sent_shows_neither_address_nor_link(invited):

    waiting = str(list(DBTaskResult.objects.values_list("args_kwargs", flat=True)))
    assert "nour@" not in waiting and invited[1] not in waiting


def test_nour_opens_her_account_with_a_password(client, invited, house):
    invitation, token = invited
    page = open_link(client, token)
    assert "Éditeur de l&#x27;annuaire" in said(page) and "Adele" in said(page)
    assert client.post("/invitation/accepter/", NOUR).status_code == 302
    nour = User.objects.get(email="nour@exemple.fr")
    assert [held.role for held in nour.held] == [Role.MDS_EDITOR]
    assert EmailAddress.objects.get(user=nour).verified
    assert client.get("/compte/").context["user"] == nour
    invitation.refresh_from_db()
    assert invitation.accepted_by == nour


def test_opening_the_link_changes_nothing_whoever_opens_it(client, invited):
    before = everything()
    for _ in range(3):
        open_link(client, invited[1])
        client.head(f"/invitation/{invited[1]}/")
    assert everything() == before


def test_the_secret_leaves_the_address_at_once(client, invited):
    response = client.get(f"/invitation/{invited[1]}/")
    assert response["Location"] == "/invitation/accepter/"
    assert invited[1] not in said(client.get("/invitation/accepter/"))


@pytest.mark.parametrize("token", ["abc", "é" * 43, "A" * 43, "A" * 4000])
def test_a_link_that_is_not_whole_says_so(client, invited, token):
    response = client.get(f"/invitation/{token}/")
    assert response.status_code == 404
    assert "pas entier" in said(response)


def test_a_link_used_twice_says_that_it_has_served(client, invited):
    open_link(client, invited[1])
    client.post("/invitation/accepter/", NOUR)
    client.logout()
    before = everything()
    response = client.get(f"/invitation/{invited[1]}/")
    assert response.status_code == 410 and "a déjà servi" in said(response)
    assert everything() == before


def test_a_link_eight_days_old_says_that_it_is_over(client, invited):
    with clock.travel(clock.now() + dt.timedelta(days=7, minutes=1)):
        response = client.get(f"/invitation/{invited[1]}/")
    assert response.status_code == 410 and "plus valable depuis" in said(response) and "Adele" in said(response)


def test_a_link_that_dies_while_the_form_is_open_opens_nothing(client, invited):
    open_link(client, invited[1])
    before = everything()
    with clock.travel(clock.now() + dt.timedelta(days=8)):
        assert client.post("/invitation/accepter/", NOUR).status_code == 410
    assert everything() == before


def test_a_link_taken_back_says_so(client, invited, adele):
    invitations.withdraw_invitation(invited[0], by=adele)
    response = client.get(f"/invitation/{invited[1]}/")
    assert response.status_code == 410 and "a été retirée" in said(response)


def test_a_new_link_replaces_the_one_before(client, invited, adele):
    letters()
    invitations.resend_invitation(invited[0], key=new_key(), by=adele, base=BASE)
    (letter,) = letters()
    assert client.get(f"/invitation/{invited[1]}/").status_code == 404
    assert client.get(link_in(letter)).status_code == 302


def test_what_served_is_neither_sent_again_nor_taken_back(client, invited, adele):
    invitations.accept_as_newcomer(invited[0], Newcomer("Nour", "Belkacem", PASSWORD))
    with pytest.raises(Refused, match="déjà servi"):
        invitations.resend_invitation(invited[0], key=new_key(), by=adele, base=BASE)
    with pytest.raises(Refused, match="déjà servi"):
        invitations.withdraw_invitation(invited[0], by=adele)


def test_an_inviter_who_may_no_longer_give_the_role_gives_it_to_nobody(client, invited, adele):
    accounts.close_account(adele, by=None)
    response = client.get(f"/invitation/{invited[1]}/")
    assert response.status_code == 410 and "ne peut plus donner ce rôle" in said(response)


def test_two_tabs_open_one_account(client, invited):
    stale = Invitation.objects.get(pk=invited[0].pk)
    invitations.accept_as_newcomer(invited[0], Newcomer("Nour", "Belkacem", PASSWORD))
    accounts.close_account(User.objects.get(email="nour@exemple.fr"), by=None)
    with pytest.raises(Refused, match="déjà servi"):
        invitations.accept_as_newcomer(stale, Newcomer("Autre", "Personne", PASSWORD))
    assert User.objects.get(email="nour@exemple.fr").first_name == "Nour"


def test_two_tabs_at_the_same_instant_open_one_account(at_once, invited):  # noqa: F811
    def tab():
        mine = Invitation.objects.get(pk=invited[0].pk)
        return invitations.accept_as_newcomer(mine, Newcomer("Nour", "Belkacem", PASSWORD))

    outcomes = at_once(tab, tab)
    assert sorted(type(one).__name__ for one in outcomes) == ["Refused", "User"]
    assert User.objects.filter(email="nour@exemple.fr").count() == 1
    assert Membership.objects.filter(user__email="nour@exemple.fr").count() == 1


def test_someone_who_has_an_account_is_asked_to_sign_in_then_takes_the_role_in_one_click(client, adele, offer):
    nour = someone("nour")
    _, token = invitations.invite_with_token("NOUR@exemple.fr", offer, by=adele, base=BASE)
    page = open_link(client, token)
    assert "Un compte est déjà ouvert" in said(page)
    assert "?next=/invitation/accepter/" in said(page)
    assert client.post("/invitation/accepter/", NOUR).status_code == 200 and nour.held == ()
    client.force_login(nour)
    client.get(f"/invitation/{token}/")
    client.post("/invitation/accepter/")
    assert [held.role for held in User.objects.get(pk=nour.pk).held] == [Role.MDS_EDITOR]


def test_someone_else_cannot_take_it(client, adele, offer):
    someone("nour")
    dora = someone("dora")
    _, token = invitations.invite_with_token("nour@exemple.fr", offer, by=adele, base=BASE)
    client.force_login(dora)
    page = open_link(client, token)
    assert page.status_code == 409 and "dora@exemple.fr" in said(page) and "nour@" not in said(page)
    before = everything()
    client.post("/invitation/accepter/")
    assert everything() == before


def test_someone_signed_in_cannot_open_a_second_account_with_anothers_link(client, invited):
    client.force_login(someone("dora"))
    assert open_link(client, invited[1]).status_code == 409
    assert client.post("/invitation/accepter/", NOUR).status_code == 409
    assert not User.objects.filter(email="nour@exemple.fr").exists()


def test_a_closed_account_opens_again_with_nothing_of_before(client, invited, house):

    nour = someone("nour")
    nour.set_password("un ancien mot oublié")
    nour.save()
    Authenticator.objects.create(user=nour, type="totp", data={"secret": "x"})
    accounts.close_account(nour, by=None)
    open_link(client, invited[1])
    client.post("/invitation/accepter/", NOUR)
    nour = User.objects.get(pk=nour.pk)
    assert nour.is_active and nour.check_password(PASSWORD)
    assert not Authenticator.objects.filter(user=nour).exists()


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", "Il nous faut un mot de passe"),
        ("onze lettre", "au minimum 12"),
        ("M0tdepasse2024!", "essaie en premier"),
        ("azertyazerty12", "essaie en premier"),
        ("nour@exemple.fr", "semblable"),
    ],
)
def test_a_weak_password_is_refused_in_words(client, invited, password, sentence):
    open_link(client, invited[1])
    page = client.post("/invitation/accepter/", NOUR | {"password": password})
    assert page.status_code == 200 and sentence in said(page).replace("&#x27;", "'").replace("\xa0", " ")
    assert 'name="password" value' not in said(page)
    assert not User.objects.filter(email="nour@exemple.fr").exists()


def test_whoever_chooses_a_passkey_is_led_to_it_and_has_no_password(client, invited):
    open_link(client, invited[1])
    response = client.post("/invitation/accepter/", NOUR | {"way": "passkey", "password": ""})
    assert response["Location"] == "/compte/securite/cles/ajouter/"
    assert client.get(response["Location"]).status_code == 200
    assert not User.objects.get(email="nour@exemple.fr").has_usable_password()


def test_maud_invites_only_in_her_sector(maud, sector, house):
    with pytest.raises(Refused, match="secteur"):
        invitations.invite("x@exemple.fr", Offer(Role.MDS_EDITOR, house, sector=sector("TAS-B")), by=maud, base=BASE)
    assert not Invitation.objects.exists()
    assert invitations.invite(
        "x@exemple.fr", Offer(Role.MDS_EDITOR, house, sector=sector("TIS-1")), by=maud, base=BASE
    )


def test_nobody_invites_oneself(adele, offer):
    with pytest.raises(Refused, match="soi-même"):
        invitations.invite("ADELE@exemple.fr", offer, by=adele, base=BASE)


@pytest.mark.parametrize("email", ["nour", "nour@", "", "nour@exemple.fr, x@exemple.fr"])
def test_an_address_that_is_not_one_is_refused(adele, offer, email):
    with pytest.raises(Refused, match="pas complète"):
        invitations.invite(email, offer, by=adele, base=BASE)


def test_an_address_that_imitates_another_is_refused(adele, offer):
    someone("admin", email="admin@exemple.fr")
    for twin in ("adm\u0131n@exemple.fr", "\u0430dmin@exemple.fr", "admin@\u212axemple.fr"):
        with pytest.raises(Refused):
            invitations.invite(twin, offer, by=adele, base=BASE)
        assert accounts.by_email(twin) is None


def test_withdrawing_anothers_invitation_takes_the_right_to_give_its_role(invited, charlie):
    with pytest.raises(Refused, match="pas de celles"):
        invitations.withdraw_invitation(invited[0], by=charlie)


def test_a_role_already_held_is_said_and_the_invitation_stays_open(adele, offer, house):
    nour = someone("nour")
    made = invitations.invite("nour@exemple.fr", offer, by=adele, base=BASE)
    a_membership(nour, Role.MDS_EDITOR, organisation=house)
    with pytest.raises(Refused, match="déjà ce rôle"):
        invitations.accept_as(made, nour)
    assert Invitation.objects.get(pk=made.pk).is_open
