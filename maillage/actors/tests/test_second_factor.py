"""A second factor opens what a password does not; it cannot be guessed, replayed, borrowed or lost by mistake."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache

from maillage.actors.actions import accounts
from maillage.actors.choices import Role
from maillage.actors.models import User
from maillage.actors.sessions import vouch_for_second_factor
from maillage.actors.tests.factories import a_membership, someone
from maillage.actors.tests.post import PASSWORD, code_of, letters
from maillage.core import encryption
from maillage.core.concurrency import new_key
from maillage.core.models import JournalLine
from maillage.core.refusals import Refused
from maillage.core.tests.conftest import committed  # noqa: F401

SECOND = "/connexion/second-facteur/"


def person(name, *roles):
    made = someone(name, *roles)
    made.set_password(PASSWORD)
    made.save()
    return made


@pytest.fixture
def maud(house):
    """Maud manages; her role needs two factors."""
    return person("maud", Role.MDS_MANAGER)


@pytest.fixture
def secret(maud):
    drawn = generate_totp_secret()
    TOTP.activate(maud, drawn)
    RecoveryCodes.activate(maud)
    return drawn


def sign_in(client, who, **more):
    return client.post("/connexion/", {"login": who.email, "password": PASSWORD} | more)


def said(response):
    return response.content.decode().replace("&#x27;", "'").replace("\xa0", " ")


def roles_of(client):
    return client.get("/compte/").wsgi_request.user.roles()


def test_a_password_alone_leaves_the_role_closed_and_says_what_waits(client, maud):
    response = sign_in(client, maud, next="/compte/sessions/")
    assert response["Location"] == "/compte/second-facteur/?next=%2Fcompte%2Fsessions%2F"
    page = said(client.get(response["Location"]))
    assert "Responsable de Maison des solidarités" in page and "Ajouter une clé d'accès" in page
    assert 'href="/compte/sessions/"' in page
    assert roles_of(client) == frozenset()
    assert "derrière un second facteur" in said(client.get("/"))


def test_the_page_that_asks_for_a_factor_leads_nowhere_else(client, maud):
    sign_in(client, maud)
    assert "mechant.example" not in said(client.get("/compte/second-facteur/?next=https://mechant.example/"))


def test_a_role_that_needs_none_opens_at_once_without_a_notice(client, house):
    alice = person("alice", Role.MDS_EDITOR)
    assert sign_in(client, alice)["Location"] == "/ma-journee/"
    assert roles_of(client) == {Role.MDS_EDITOR}
    assert "derrière un second facteur" not in said(client.get("/"))


def test_the_code_of_the_application_opens_the_role(client, maud, secret):
    assert sign_in(client, maud)["Location"] == SECOND
    assert "_auth_user_id" not in client.session
    assert client.post(SECOND, {"code": code_of(secret)}).status_code == 302
    assert roles_of(client) == {Role.MDS_MANAGER}


def test_a_code_serves_once(client, maud, secret):
    code = code_of(secret)
    sign_in(client, maud)
    client.post(SECOND, {"code": code})
    client.post("/deconnexion/")
    sign_in(client, maud)
    assert "il a déjà servi" in said(client.post(SECOND, {"code": code}))


def test_a_recovery_code_serves_once(client, maud, secret):
    code = Authenticator.objects.get(user=maud, type="recovery_codes").wrap().get_unused_codes()[0]
    for turn in range(2):
        sign_in(client, maud)
        response = client.post(SECOND, {"code": code})
        assert response.status_code == (302 if turn == 0 else 200)
        client.post("/deconnexion/")
    assert Authenticator.objects.get(user=maud, type="recovery_codes").wrap().get_unused_codes().count(code) == 0


def test_anothers_code_opens_nothing(client, maud, secret, house):
    paul = person("paul", Role.MDS_MANAGER)
    his = generate_totp_secret()
    TOTP.activate(paul, his)
    sign_in(client, maud)
    assert client.post(SECOND, {"code": code_of(his)}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_second_page_is_nothing_without_the_first(client, maud, secret):
    assert client.get(SECOND)["Location"].startswith("/connexion/")
    assert client.post(SECOND, {"code": code_of(secret)})["Location"].startswith("/connexion/")


def test_leaving_between_the_two_forgets_the_first(client, maud, secret):
    sign_in(client, maud)
    client.post("/deconnexion/", {"next": "/connexion/"})
    assert client.get(SECOND)["Location"].startswith("/connexion/")


@pytest.mark.parametrize(
    "credential", ["", "{}", "[]", "null", '{"id": 1}', "pas du json", '{"response": {"userHandle": "AA"}}']
)
def test_a_passkey_that_is_not_one_is_refused_in_words(client, maud, credential):
    client.get("/connexion/cle-d-acces/", headers={"Accept": "application/json"})
    response = client.post("/connexion/cle-d-acces/", {"credential": credential}, follow=True)
    assert response.status_code == 200 and "_auth_user_id" not in client.session
    assert "Incorrect" not in said(response)


def test_adding_an_application_asks_for_the_password_again_then_opens_the_role(committed, client, maud):  # noqa: F811
    sign_in(client, maud)
    asked = client.get("/compte/securite/application/")
    assert asked["Location"].startswith("/compte/confirmer/")
    assert "Est-ce bien vous" in said(client.get(asked["Location"]))
    assert "vérifiez les majuscules" in said(client.post(asked["Location"], {"password": "faux"}))
    client.post(asked["Location"], {"password": PASSWORD})
    page = client.get("/compte/securite/application/")
    secret = page.context["form"].secret
    assert "n'est pas le bon" in said(client.post("/compte/securite/application/", {"code": "000000x"}))
    done = client.post("/compte/securite/application/", {"code": code_of(secret)})
    assert done["Location"] == "/compte/securite/codes/"
    assert roles_of(client) == {Role.MDS_MANAGER}
    assert len(client.get("/compte/securite/codes/").context["codes"]) == 10
    assert JournalLine.objects.filter(verb="actors.factor_added", who=maud).count() == 2
    assert any("application" in letter.subject for letter in letters())


def test_seeing_ones_codes_writes_nothing_and_asks_who_one_is(client, maud, secret):
    sign_in(client, maud)
    client.post(SECOND, {"code": code_of(secret)})
    assert client.get("/compte/securite/codes/")["Location"].startswith("/compte/confirmer/")
    client.post("/compte/confirmer/", {"password": PASSWORD})
    before = Authenticator.objects.get(user=maud, type="recovery_codes").data
    page = client.get("/compte/securite/codes/")
    assert page["Cache-Control"].startswith("max-age=0")
    assert client.get("/compte/securite/codes.txt").content.decode().count("\n") >= 12
    assert Authenticator.objects.get(user=maud, type="recovery_codes").data == before


def test_the_last_factor_stays_as_long_as_a_role_needs_one(client, maud, secret):
    sign_in(client, maud)
    client.post(SECOND, {"code": code_of(secret)})
    client.post("/compte/confirmer/", {"password": PASSWORD})
    page = client.get("/compte/securite/application/retirer/")
    assert "ajoutez-en un autre" in said(page)
    client.post("/compte/securite/application/retirer/")
    assert Authenticator.objects.filter(user=maud, type="totp").exists()
    factor = Authenticator.objects.get(user=maud, type="totp")
    assert "second facteur" in accounts.may_remove_factor(factor).sentence
    Authenticator.objects.create(user=maud, type="webauthn", data={"name": "clé", "credential": {}})
    assert accounts.may_remove_factor(factor) is None


def test_whoever_needs_none_removes_their_last(house):
    alice = person("alice", Role.MDS_EDITOR)
    TOTP.activate(alice, generate_totp_secret())
    assert accounts.may_remove_factor(Authenticator.objects.get(user=alice)) is None


@pytest.mark.parametrize("action", ["", "retirer/"])
def test_nobody_touches_the_passkey_of_someone_else(client, maud, secret, house, action):
    paul = person("paul", Role.MDS_EDITOR)
    his = Authenticator.objects.create(user=paul, type="webauthn", data={"name": "clé", "credential": {}})
    sign_in(client, maud)
    client.post(SECOND, {"code": code_of(secret)})
    client.post("/compte/confirmer/", {"password": PASSWORD})
    for method in (client.get, client.post):
        assert method(f"/compte/securite/cles/{his.pk}/{action}").status_code == 404


def test_secrets_lie_encrypted_and_are_read_again_with_new_keys(client, maud, secret, settings):
    stored = {one.type: one.data for one in Authenticator.objects.filter(user=maud)}
    assert secret not in str(stored)
    place = encryption.PLACES[accounts.SECRETS_PLACE]
    encryption.add_kept_key()
    assert encryption.rotate(place) == 2 and encryption.rotate(place) == 0
    assert {encryption.key_id_of(token) for _, token in place.texts()} == {encryption.key_ids()[0]}
    sign_in(client, maud)
    assert client.post(SECOND, {"code": code_of(secret)}).status_code == 302


def test_a_secret_copied_from_another_place_is_refused(maud, secret):
    factor = Authenticator.objects.get(user=maud, type="totp")
    factor.data["secret"] = encryption.encrypt(secret, place="elsewhere")
    factor.save()
    with pytest.raises(encryption.Altered):
        factor.wrap().validate_code(code_of(secret))


def test_nobody_is_vouched_for_before_they_are_known(rf, nobody):
    request = rf.post("/")
    request.user, request.session = nobody, {}
    with pytest.raises(ValueError, match="Sign in first"):
        vouch_for_second_factor(request, by="x")
    assert request.session == {}


def test_who_signs_in_after_someone_vouched_for_is_not(client, maud, signed_in, house):
    signed_in(person("paul", Role.MDS_MANAGER))
    assert roles_of(client) == {Role.MDS_MANAGER}
    client.force_login(maud)
    assert roles_of(client) == frozenset()


# -- Lost everything -----------------------------------------------------------------------------------------------


def test_an_administrator_gives_access_back_and_one_begins_again_by_letter(client, maud, secret, adele, signed_in):
    other = client.__class__()
    sign_in(other, maud)
    other.post(SECOND, {"code": code_of(secret)})
    assert other.get("/compte/").status_code == 200
    signed_in(adele)
    page = client.get(f"/personnes/{maud.pk}/rendre-l-acces/")
    assert "Appelez d'abord" in said(page) and Authenticator.objects.filter(user=maud).exists()
    for _click in range(2):
        done = client.post(f"/personnes/{maud.pk}/rendre-l-acces/", {"intention": page.context["key"]})
        assert "C'est fait" in said(done)
    maud = User.objects.get(pk=maud.pk)
    assert not Authenticator.objects.filter(user=maud).exists() and not maud.has_usable_password()
    assert other.get("/compte/").status_code == 302
    (letter,) = [one for one in letters() if one.to == [maud.email]]
    assert "Adele" in letter.body and "/mot-de-passe-oublie/" in letter.body
    assert JournalLine.objects.filter(verb="actors.factors_reset", who=adele).exists()


def test_nobody_gives_access_back_to_oneself_nor_to_whom_they_could_not_have_chosen(adele, maud, client, signed_in):
    with pytest.raises(Refused, match="ses propres"):
        accounts.reset_factors(adele, key=new_key(), by=adele, base="https://x.fr")
    with pytest.raises(Refused, match="pourrait donner"):
        accounts.reset_factors(adele, key=new_key(), by=maud, base="https://x.fr")
    signed_in(maud)
    assert client.get(f"/personnes/{adele.pk}/rendre-l-acces/").status_code == 404
    assert client.post(f"/personnes/{adele.pk}/rendre-l-acces/").status_code == 404


def test_a_new_role_that_needs_a_factor_waits_in_a_session_already_open(client, house):
    alice = person("alice", Role.MDS_EDITOR)
    sign_in(client, alice)
    a_membership(alice, Role.MDS_MANAGER)
    cache.clear()
    assert roles_of(client) == {Role.MDS_EDITOR}
    assert "derrière un second facteur" in said(client.get("/"))
