"""The directory for programs: the standard's shape, sentences for errors, nothing secret, all promises kept."""

import json
import logging
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.directory.data_inclusion import ADDRESS_FIELDS, TELLING_FIELDS
from maillage.directory.models import Service, Structure
from maillage.directory.tests.factories import API, FOOD, KM_NORTH, a_service, a_structure, conforms, fill, post

pytestmark = pytest.mark.django_db
URL = API
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def document(client):
    return client.get("/api/v1/openapi.json").json()


# -- Asking ----------------------------------------------------------------------------------------------------------


def test_limits_are_those_of_the_pages(client, melune, monday_morning):
    fill(
        a_service("test--1", frais="gratuit", publics=["femmes"], horaires_accueil="24/7"),
        a_service("test--2", frais="payant"),
        a_service("test--3", modes_accueil=["a-distance"]),
        a_service("test--4", latitude=48.0 + 25 * KM_NORTH),
    )

    def found(**asked):
        return {item["service"]["id"] for item in post(client, code_commune="00001", **asked).json()["items"]}

    assert found(gratuit=True) == {"test--1"}
    assert found(ouvert_maintenant=True) == {"test--1"}
    assert found(mode_accueil="a-distance") == {"test--3"}
    assert "test--4" not in found(minutes_max=20)
    assert found(mode="pied", mode_accueil="en-presentiel") == set()
    assert "test--1" in found(publics=["femmes"])
    assert "test--1" not in found(publics=["seniors"])


def test_a_need_or_a_public_said_twice_is_asked_once(client, melune, monday_morning):
    fill(a_service("test--1", publics=["femmes"]))
    asked = {"thematiques": [FOOD, FOOD], "publics": ["femmes", "femmes"]}
    answer = post(client, code_commune="00001", **asked).json()
    assert answer == post(client, code_commune="00001", thematiques=[FOOD], publics=["femmes"]).json()
    assert answer["thematiques_comprises"] == [FOOD]
    assert client.get(URL, {"commune": "00001", "thematique": [FOOD, FOOD]}).json()["thematiques_comprises"] == [FOOD]


# -- Refusing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "Indiquez un lieu connu"),
        ({"lieu": "Zzyzx"}, "Indiquez un lieu connu"),
        ({"code_commune": "99999"}, "Indiquez un lieu connu"),
        ({"lat": 48.0}, "Indiquez un lieu connu"),
        ({"code_commune": "00003"}, "On ne sait pas où se trouve Nulleporte"),
        ({"code_commune": "00001", "thematiques": ["faim"]}, "« faim » n'est pas une valeur de la liste officielle"),
        ({"code_commune": "00001", "publics": ["tous"]}, "« tous » n'est pas une valeur de la liste officielle"),
    ],
)
def test_what_is_not_known_is_said_in_a_sentence(client, melune, document, asked, said):
    response = conforms(post(client, **asked), document, "post")
    assert response.status_code == 422
    assert said in response.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"code_commune": "77"}, "code_commune"),
        ({"lat": 91, "lon": 0}, "lat"),
        ({"lat": 0, "lon": -181}, "lon"),
        ({"minutes_max": 0}, "minutes_max"),
        ({"minutes_max": 121}, "minutes_max"),
        ({"minutes_max": "vite"}, "minutes_max"),
        ({"mode": "avion"}, "mode"),
        ({"taille": 0}, "taille"),
        ({"taille": 101}, "taille"),
        ({"mots": "a" * 301}, "mots"),
        ({"mots": ["a"]}, "mots"),
        ({"mode_accueil": "chez-vous"}, "mode_accueil"),
        ({"curseur": "a" * 201}, "curseur"),
        ({"thematiques": [FOOD] * 70}, "thematiques"),
        ({"publics": ["femmes"] * 15}, "publics"),
        ({"nom": "Édith"}, "nom"),
        ({"source": "x"}, "source"),
    ],
)
def test_a_field_badly_filled_or_unknown_is_named(client, melune, document, asked, field):
    response = conforms(post(client, **({"code_commune": "00001"} | asked)), document, "post")
    assert response.status_code == 422
    assert field in json.dumps(response.json()["detail"])


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"12", b'"mots"', b"null", b"\xff\xfe", b'{"lat": NaN, "lon": 1e999}']
)
def test_a_body_that_is_no_question_is_refused(client, melune, document, body):
    response = client.post(URL, body, content_type="application/json")
    conforms(response, document, "post")
    assert response.status_code in {400, 422}


@pytest.mark.parametrize("cursor", ["abc", "a:b", "WyIyMDI2LTAzLTA5IiwwLDAsMCwwLDAsMCwwXQ"])
def test_a_cursor_that_is_not_ours_is_refused_with_a_sentence(client, melune, document, cursor):
    for response, method in (
        (post(client, code_commune="00001", curseur=cursor), "post"),
        (client.get(URL, {"commune": "00001", "curseur": cursor}), "get"),
    ):
        conforms(response, document, method)
        assert response.status_code == 400
        assert "Relancez la recherche" in response.json()["detail"]


@pytest.mark.parametrize(
    "codes",
    [
        {},
        {"commune": "Melune"},
        {"commune": "99999"},
        {"commune": "00003"},
        {"commune": "00001", "thematique": "faim"},
        {"commune": "00001", "thematique": [FOOD] * 70},
    ],
)
def test_a_get_badly_asked_is_refused(client, melune, document, codes):
    assert conforms(client.get(URL, codes), document, "get").status_code == 422


def test_words_and_positions_in_an_address_are_not_used_and_nothing_logs_them(client, melune, caplog, monday_morning):
    fill(a_service("test--1"), a_service("test--2", nom="Laverie", thematiques=None))
    plain = client.get(URL, {"commune": "00001"}).json()
    with caplog.at_level(logging.DEBUG):
        asked = {
            "commune": "00001",
            "mots": "laverie",
            "words": "laverie",
            "lat": "43.1234",
            "lon": "5.4321",
            "lieu": "Castelorme",
        }
        response = client.get(URL, asked)
        post(client, mots="laverie", lat=43.1234, lon=5.4321)
        post(client, mots="laverie", lat="x")
        post(client, mots="laverie", lieu="Castelorme", curseur="x")
    assert response.status_code in {200, 422}
    if response.status_code == 200:
        assert response.json() == plain
    for secret in ("laverie", "43.1234", "5.4321", "Castelorme"):
        assert secret not in caplog.text


def test_each_answer_says_how_many_remain_and_the_last_how_long_to_wait(client, melune, document, monday_morning):
    remaining = []
    for number in range(120):
        response = client.get(URL, {"commune": "00001"}) if number % 2 else post(client, code_commune="00001")
        assert response["X-RateLimit-Limit"] == "120"
        remaining.append(int(response["X-RateLimit-Remaining"]))
    assert remaining == list(range(119, -1, -1))

    for response, method in (
        (post(client, code_commune="00001"), "post"),
        (client.get(URL, {"commune": "00001"}), "get"),
    ):
        conforms(response, document, method)
        assert response.status_code == 429
        assert 0 < int(response["Retry-After"]) <= 60
        assert "Réessayez" in response.json()["detail"]
    assert post(client, address="192.0.2.7", code_commune="00001").status_code == 200


def test_a_program_needs_no_cookie_and_gets_none(client, melune, monday_morning):
    stranger = Client(enforce_csrf_checks=True)
    response = post(stranger, code_commune="00001")
    assert response.status_code == 200
    assert not response.cookies


# -- What never leaves -----------------------------------------------------------------------------------------------


def test_the_name_of_a_contact_never_leaves(client, melune, monday_morning):
    fill(a_service("test--1", contact_nom_prenom="Zénobie Particulière"))
    assert "Zénobie" not in post(client, code_commune="00001").content.decode()
    assert "Zénobie" not in json.dumps(post(client, code_commune="00001").json(), ensure_ascii=False)


def test_a_confidential_address_never_leaves_not_even_by_a_website(client, melune, monday_morning, corrected, alice):
    home = a_structure(
        "test--refuge",
        nom="Le Refuge",
        commune="Castelorme",
        adresse="7 rue Cachée",
        code_postal="00299",
        complement_adresse="Porte bleue",
        latitude=48.0123,
        longitude=2.0123,
        siret="00012345600011",
        site_web="https://refuge-cache.example",
        lien_source="https://annuaire.example/cache",
        accessibilite_lieu="https://acceslibre.beta.gouv.fr/app/cache/",
    )
    service = a_service(
        "test--1",
        structure="test--refuge",
        commune="Castelorme",
        adresse="7 rue Cachée",
        code_postal="00299",
        latitude=48.0123,
        longitude=2.0123,
        lien_source="https://annuaire.example/cache",
        nom="Abri",
    )
    fill(service, structures=(home,))
    corrected(Structure.objects.get(), is_address_confidential=True)
    client.force_login(alice)

    response = post(client, code_commune="00001", mots="abri")

    [item] = response.json()["items"]
    assert (item["adresse_confidentielle"], item["minutes"]) == (True, None)
    assert all(item["structure"][field] is None for field in (*ADDRESS_FIELDS, *TELLING_FIELDS))
    assert all(item["service"].get(field) is None for field in (*ADDRESS_FIELDS, "lien_source"))
    text = json.dumps(response.json(), ensure_ascii=False).lower()
    for secret in ("cach", "castelorme", "48.01", "2.01", "00299", "porte bleue", "00012345600011"):
        assert secret not in text


def test_what_is_withdrawn_never_leaves(client, melune, monday_morning, dora):
    fill(a_service("test--1"), a_service("test--2"), a_service("test--3", structure="test--fermee"))
    Service.objects.filter(uid="test--2").update(withdrawn_at=timezone.now())
    Structure.objects.filter(uid="test--fermee").update(withdrawn_at=timezone.now())
    client.force_login(dora)
    assert [item["service"]["id"] for item in post(client, code_commune="00001").json()["items"]] == ["test--1"]


# -- Anything at all -------------------------------------------------------------------------------------------------

FIELDS = [
    "mots",
    "thematiques",
    "code_commune",
    "lieu",
    "lat",
    "lon",
    "minutes_max",
    "mode",
    "publics",
    "gratuit",
    "mode_accueil",
    "ouvert_maintenant",
    "curseur",
    "taille",
    "inconnu",
]
ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["00001", "voiture", FOOD]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


@QUIET
@given(
    asked=st.dictionaries(st.sampled_from(FIELDS), ANY, max_size=5),
    has_place=st.booleans(),
    number=st.integers(0, 10**9),
)
def test_whatever_the_body_says_the_answer_is_one_of_those_promised(
    client, melune, document, asked, has_place, number
):
    body = asked | ({"code_commune": "00001"} if has_place else {})
    response = client.post(URL, json.dumps(body), content_type="application/json", REMOTE_ADDR=f"host-{number}")
    conforms(response, document, "post")
    assert response.status_code in {200, 400, 422}


@QUIET
@given(
    asked=st.dictionaries(
        st.sampled_from(["commune", "thematique", "curseur", "mots", "x"]), st.text(max_size=20), max_size=4
    ),
    number=st.integers(0, 10**9),
)
def test_whatever_the_address_says_the_answer_is_one_of_those_promised(client, melune, document, asked, number):
    query = "&".join(f"{key}={quote(value.encode('utf-8', 'surrogatepass'))}" for key, value in asked.items())
    conforms(client.get(f"{URL}?{query}", REMOTE_ADDR=f"host-{number}"), document, "get")
