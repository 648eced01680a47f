"""Signing in and out: an address and a password, where one goes next, what an attacker learns."""

import pytest
from django.core.management import CommandError, call_command

from maillage.actors.actions import accounts, invitations
from maillage.actors.actions.invitations import Newcomer
from maillage.actors.choices import Role
from maillage.actors.models import Invitation, User
from maillage.actors.tests.factories import someone
from maillage.actors.tests.post import PASSWORD

pytestmark = pytest.mark.django_db
HERE = "/connexion/"


@pytest.fixture
def nour(house):
    person = someone("nour", Role.MDS_EDITOR)
    person.set_password(PASSWORD)
    person.save()
    return person


def sign_in(client, email="nour@exemple.fr", password=PASSWORD, **more):
    return client.post(HERE, {"login": email, "password": password} | more)


def who(client):
    return client.get("/mentions-legales/").wsgi_request.user


def said(response):
    return response.content.decode().replace("&#x27;", "'").replace("\xa0", " ")


@pytest.mark.parametrize("email", ["nour@exemple.fr", " Nour@Exemple.FR "])
def test_nour_signs_in_with_her_address_however_written(client, nour, email):
    assert sign_in(client, email).status_code == 302
    assert who(client) == nour


def test_a_wrong_password_and_an_unknown_address_get_the_same_page(client, nour):
    wrong, unknown = sign_in(client, password="faux"), sign_in(client, "inconnue@exemple.fr", "faux")
    assert wrong.status_code == unknown.status_code == 200
    assert "ne vont pas ensemble" in said(wrong)
    strip = lambda page, email: said(page).split("<main")[1].replace(email, "")  # noqa: E731
    tokenless = [
        "".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)
        for page in (strip(wrong, "nour@exemple.fr"), strip(unknown, "inconnue@exemple.fr"))
    ]
    assert tokenless[0] == tokenless[1]
    assert not who(client).is_authenticated


def test_the_password_typed_never_comes_back(client, nour):
    assert "mot-secret-faux" not in said(sign_in(client, password="mot-secret-faux"))


def test_a_field_left_empty_is_asked_in_words(client):
    page = said(client.post(HERE, {"login": "", "password": ""}))
    assert "l'adresse où vous avez reçu votre invitation" in page and "Il nous faut un mot de passe" in page


@pytest.mark.parametrize(
    "elsewhere", ["https://mechant.example/", "//mechant.example", "javascript:alert(1)", "/\\mechant.example", ""]
)
def test_a_link_that_signs_in_leads_nowhere_else(client, nour, elsewhere):
    assert sign_in(client, next=elsewhere)["Location"].startswith("/ma-journee")


def test_signing_in_leads_where_one_was_going(client, nour):
    assert sign_in(client, next="/compte/sessions/")["Location"] == "/compte/sessions/"


def test_a_session_chosen_by_someone_else_is_not_the_one_that_opens(client, nour):
    client.get("/mot-de-passe-oublie/1-abc/")
    session = client.session
    session["laid"] = "trap"
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_a_closed_account_does_not_open_and_says_so_only_to_who_knows_its_password(client, nour):
    accounts.close_account(nour, by=None)
    assert "ne vont pas ensemble" in said(sign_in(client, password="faux"))
    response = sign_in(client)
    assert response["Location"] == "/compte/ferme/" and not who(client).is_authenticated
    assert "deux ans sans connexion" in said(client.get("/compte/ferme/"))


def test_closing_an_account_ends_what_it_had_open(client, nour):
    sign_in(client)
    client.get("/compte/")
    accounts.close_account(nour, by=None)
    assert not who(client).is_authenticated


def test_leaving_asks_first_then_leaves(client, nour):
    sign_in(client)
    assert "Se déconnecter ?" in said(client.get("/deconnexion/")) and who(client) == nour
    assert client.post("/deconnexion/")["Location"] == "/"
    assert not who(client).is_authenticated


def test_leaving_leads_nowhere_else(client, nour):
    sign_in(client)
    assert client.post("/deconnexion/", {"next": "https://mechant.example/"})["Location"].startswith("/")


def test_nobody_signs_up_alone(client):
    assert client.get("/connexion/inscription/").status_code == 404
    assert not User.objects.exists()


PAGES = ("/connexion/", "/mot-de-passe-oublie/", "/mot-de-passe-oublie/envoye/", "/compte/ferme/")
OWN = ("/compte/", "/compte/sessions/", "/compte/mot-de-passe/", "/deconnexion/")


@pytest.mark.parametrize("address", [*PAGES, *OWN])
def test_every_page_of_accounts_is_ours_and_in_french(client, nour, address):
    if address in OWN:
        sign_in(client)
    page = client.get(address)
    assert page.status_code == 200 and 'lang="fr"' in said(page) and 'id="contenu"' in said(page)
    for english in ("Sign In", "Password", "Email", "Menu:", "Log out", "account."):
        assert english not in said(page).split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize("address", OWN)
def test_the_pages_of_ones_account_ask_to_sign_in(client, address):
    response = client.get(address)
    assert response.status_code == 302


def test_a_first_administrator_is_invited_once(db, capsys):

    call_command("first_administrator", "adele@exemple.fr", base="https://maillage.exemple.fr")
    link = capsys.readouterr().out.splitlines()[-1]
    assert link.startswith("https://maillage.exemple.fr/invitation/")
    call_command("first_administrator", "adele@exemple.fr")
    second = capsys.readouterr().out.splitlines()[-1]
    with pytest.raises(Exception, match="retirée"):
        invitations.invitation_of(link.split("/")[4])
    invitation = invitations.invitation_of(second.split("/")[4])
    invitations.accept_as_newcomer(invitation, Newcomer("Adèle", "Fortin", PASSWORD))
    with pytest.raises(CommandError, match="déjà un administrateur"):
        call_command("first_administrator", "autre@exemple.fr")
    assert Invitation.objects.count() == 2
