"""ProConnect proves who someone is; it opens no account, chooses none, and is believed only on a verified answer."""

import re
from html import unescape
from importlib import import_module

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ImproperlyConfigured

from maillage.actors.actions import accounts
from maillage.actors.choices import Role
from maillage.actors.models import User
from maillage.actors.tests.factories import someone
from maillage.actors.tests.provider import OTHER_KEY, Provider
from maillage.core.models import JournalLine

# Tests of a room may not import the roof: the setting is read as the roof reads it.
identity_provider = import_module("config.env").identity_provider
TWO_FACTORS = "https://proconnect.gouv.fr/assurance/consistency-checked-2fa"


@pytest.fixture
def provider(settings):
    made = Provider()
    settings.SOCIALACCOUNT_PROVIDERS = identity_provider(made.url, client_id="maillage", client_secret="secret")
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 2
    yield made
    made.stop()


@pytest.fixture
def nour(house):
    """Nour's role needs two factors."""
    return someone("nour", Role.MDS_MANAGER)


def said(response):
    return unescape(response.content.decode()).replace("\xa0", " ")


def leave(client, **more):
    """Where the button leads."""
    page = client.post("/connexion/proconnect/", more)
    return unescape(re.search(r'content="0;url=([^"]+)"', page.content.decode())[1])


def come_back(client, provider, **more):
    """The whole way, to the answer of the last button."""
    back = provider.authorize(leave(client, **more))
    assert "Terminer la connexion" in said(client.get(back))
    return client.post(back)


def is_in(client):
    return "_auth_user_id" in client.session


def test_the_button_is_there_only_when_the_house_has_proconnect(client, db, settings):
    assert "ProConnect" not in said(client.get("/connexion/"))
    assert client.post("/connexion/proconnect/").status_code == 404
    assert client.get("/connexion/proconnect/retour/?code=x&state=y").status_code == 404
    settings.SOCIALACCOUNT_PROVIDERS = identity_provider("https://x.fr", client_id="a", client_secret="b")
    assert "Se connecter avec ProConnect" in said(client.get("/connexion/"))


@pytest.mark.parametrize("as_jwt", [True, False])
def test_nour_signs_in_and_her_account_is_linked_once(client, provider, nour, as_jwt):
    provider.as_jwt = as_jwt
    for _ in range(2):
        assert come_back(client, provider).status_code == 302
        assert int(client.session["_auth_user_id"]) == nour.pk
        client.post("/deconnexion/")
    linked = SocialAccount.objects.get(user=nour)
    assert set(linked.extra_data) <= {"siret", "idp_id", "acr", "amr"}
    assert JournalLine.objects.filter(verb="actors.identity_linked").count() == 1
    assert User.objects.count() == 1


def test_coming_back_by_a_link_changes_nothing_until_the_button(client, provider, nour):
    back = provider.authorize(leave(client))
    client.get(back)
    client.get(back)
    assert not is_in(client) and not SocialAccount.objects.exists() and "/token" not in provider.asked


@pytest.mark.parametrize("claims", [{"acr": TWO_FACTORS}, {"amr": ["pwd", "mfa"]}, {"acr": "eidas2"}])
def test_two_factors_there_count_here(client, provider, nour, claims):
    provider.claims = claims
    come_back(client, provider)
    assert client.get("/compte/").wsgi_request.user.roles() == {Role.MDS_MANAGER}


@pytest.mark.parametrize("claims", [{}, {"acr": "eidas1"}, {"amr": "mfa"}, {"amr": ["pwd"]}, {"acr": None}])
def test_one_factor_there_is_one_here(client, provider, nour, claims):
    provider.claims = claims
    assert come_back(client, provider)["Location"].startswith("/compte/second-facteur/")
    assert client.get("/compte/").wsgi_request.user.roles() == frozenset()


def test_what_the_person_says_of_their_factors_does_not_count(client, provider, nour):
    provider.person |= {"acr": TWO_FACTORS, "amr": ["mfa"]}
    come_back(client, provider)
    assert client.get("/compte/").wsgi_request.user.roles() == frozenset()


def test_a_factor_of_the_house_is_still_asked_unless_two_were_shown_there(client, provider, nour):
    TOTP.activate(nour, generate_totp_secret())
    assert come_back(client, provider)["Location"] == "/connexion/second-facteur/" and not is_in(client)
    client.post("/deconnexion/")
    provider.claims = {"acr": TWO_FACTORS}
    come_back(client, provider)
    assert is_in(client)


def test_an_unknown_address_gets_a_sentence_and_no_account(client, provider, house):
    page = come_back(client, provider)
    assert page.status_code == 409 and "Aucun compte" in said(page) and "nour@exemple.fr" in said(page)
    assert not User.objects.exists() and not SocialAccount.objects.exists() and not is_in(client)


@pytest.mark.parametrize("email", ["", "n\u014fur@exemple.fr", "\u212aour@exemple.fr"])
def test_an_address_that_looks_like_hers_is_not_hers(client, provider, nour, email):
    provider.person["email"] = email
    assert come_back(client, provider).status_code in (401, 409) and not is_in(client)


def test_an_address_that_the_provider_has_not_verified_opens_nothing(client, provider, nour):
    provider.person["email_verified"] = False
    assert come_back(client, provider).status_code == 409 and not is_in(client)


def test_an_address_that_changed_hands_does_not_open_the_account(client, provider, nour):
    come_back(client, provider)
    client.post("/deconnexion/")
    provider.person["sub"] = "another-agent"
    page = come_back(client, provider)
    assert "déjà relié à une autre identité" in said(page) and not is_in(client)


def test_a_closed_account_stays_closed(client, provider, nour):
    come_back(client, provider)
    client.post("/deconnexion/")
    accounts.close_account(nour, by=None)
    assert "Ce compte est fermé" in said(come_back(client, provider)) and not is_in(client)


@pytest.mark.parametrize(
    "lie",
    [{"nonce": "other"}, {"nonce": None}, {"aud": "someone-else"}, {"iss": "https://mechant.example"}, {"exp": 1},
     {"sub": "agent-2"}],
)  # fmt: skip
def test_a_token_that_is_not_our_answer_is_refused(client, provider, nour, lie):
    provider.lies = lie
    page = come_back(client, provider)
    assert page.status_code == 401 and "ne peut pas être vérifiée" in said(page) and not is_in(client)
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(("algorithm", "key"), [("RS256", OTHER_KEY), ("none", None), ("HS256", None)])
def test_a_token_that_the_provider_did_not_sign_is_refused(client, provider, nour, algorithm, key):
    provider.algorithm, provider.signing_key = algorithm, key
    assert come_back(client, provider).status_code == 401 and not is_in(client)


def test_the_code_of_another_browser_is_refused(client, provider, nour):
    theirs = provider.authorize(leave(client.__class__()))
    assert client.post(theirs).status_code == 401 and not is_in(client)


def test_an_answer_serves_once(client, provider, nour):
    back = provider.authorize(leave(client))
    client.post(back)
    client.post("/deconnexion/")
    assert client.post(back).status_code == 401 and not is_in(client)


def test_giving_up_there_is_said_here(client, provider, nour):
    state = re.search(r"state=([^&]+)", leave(client))[1]
    page = client.get(f"/connexion/proconnect/retour/?error=access_denied&state={state}")
    assert "Vous avez renoncé" in said(page)


def test_a_silent_provider_is_said_and_another_way_offered(client, provider, nour):
    provider.stop()
    page = client.post("/connexion/proconnect/")
    assert page.status_code == 401 and "ne répond pas" in said(page) and "/connexion/" in said(page)


def test_a_provider_that_falls_silent_half_way_is_said(client, provider, nour):
    back = provider.authorize(leave(client))
    provider.stop()
    page = client.post(back)
    assert page.status_code == 401 and "ne répond pas" in said(page) and not is_in(client)


def test_another_establishment_is_said_and_written_down_but_stops_nobody(client, provider, nour, house):
    house.siret, house.siren = "21770001900018", "217700019"
    house.save()
    page = client.get(come_back(client, provider)["Location"])
    assert is_in(client) and "autre établissement" in said(page)
    assert JournalLine.objects.get(verb="actors.siret_differs").facts == {"siret": "13002526500013"}


def test_leaving_here_leaves_there_too(client, provider, nour):
    come_back(client, provider)
    page = client.post("/deconnexion/")
    url = unescape(re.search(r'content="0;url=([^"]+)"', page.content.decode())[1])
    assert url.startswith(f"{provider.url}/end?id_token_hint=ey") and "post_logout_redirect_uri=http" in url
    assert not is_in(client)
    assert client.post("/deconnexion/").status_code == 302


@pytest.mark.parametrize("elsewhere", ["https://mechant.example/", "//mechant.example"])
def test_coming_back_leads_nowhere_else(client, provider, nour, elsewhere):
    provider.claims = {"acr": TWO_FACTORS}
    assert come_back(client, provider, next=elsewhere)["Location"] == "/ma-journee/"


def test_a_link_cannot_ask_for_more_than_we_do(client, provider, nour):
    page = client.post("/connexion/proconnect/?scope=admin&auth_params=prompt%3Dnone&process=connect")
    url = unescape(page.content.decode())
    assert "admin" not in url and "prompt" not in url


def test_whoever_is_signed_in_is_not_linked_to_anothers_identity(client, provider, nour, house):
    dora = someone("dora")
    client.force_login(dora)
    back = provider.authorize(leave(client, process="connect"))
    client.post(back)
    assert not SocialAccount.objects.filter(user=dora).exists()


@pytest.mark.parametrize("url", ["http://auth.exemple.fr", "ftp://x", "https://", "https://x.fr/?a=b"])
def test_a_setting_that_is_not_safe_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="PROCONNECT"):
        identity_provider(url, client_id="a", client_secret="b")


def test_half_a_setting_is_refused():
    assert identity_provider("", client_id="", client_secret="") == {}
    with pytest.raises(ImproperlyConfigured):
        identity_provider("https://auth.exemple.fr", client_id="a", client_secret="")
