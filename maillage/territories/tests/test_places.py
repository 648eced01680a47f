"""People say where they are, in their own way."""

import json

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from maillage.territories.actions import (
    ADDRESS_SERVICE_AWAY,
    chosen_place,
    find_places,
    save_communes,
)
from maillage.territories.models import Commune, Departement
from maillage.territories.tests.conftest import a_commune, saying
from maillage.territories.tests.test_geocoding import ANSWER

pytestmark = pytest.mark.django_db


def labels(text: str) -> list[str]:
    return [place.label for place in find_places(text).places]


def test_a_homonym_elsewhere_says_its_departement_and_comes_second(departement):
    yonne = Departement.objects.create(code="89", name="Yonne")
    save_communes(yonne, [a_commune("89001", "Ruel", population=900_000)])

    assert labels("ruel") == ["Ruel", "Ruel (Yonne, 89)"]
    assert labels("Ruel 89") == labels("Ruel (Yonne, 89)") == ["Ruel (Yonne, 89)"]


def test_a_commune_that_left_the_list_is_no_longer_offered(departement):
    Commune.objects.filter(code="00003").update(left_on="2020-01-01")

    assert labels("ruel") == []


# -- Addresses -----------------------------------------------------------------------------------------------------


def test_someone_gives_an_address_and_the_service_finds_it(departement, settings, listen):
    settings.GEOCODER_URL = listen(saying(ANSWER)).url
    (place,) = find_places("12 rue des lilas Melun").places

    assert (place.label, place.kind, place.precision) == ("12 Rue des Lilas 77000 Melun", "address", "à l'adresse")
    assert (place.commune_code, place.latitude, place.longitude) == ("77288", 48.5391, 2.6604)


def test_an_address_that_does_not_exist_leaves_its_commune(departement, settings, listen):
    settings.GEOCODER_URL = listen(saying(ANSWER.replace(b"0.97", b"0.31"))).url

    assert labels("12 rue des lilas castelorme") == ["Castelorme"]


def test_an_address_in_an_arrondissement_is_in_the_commune(departement, settings, listen):
    settings.GEOCODER_URL = listen(saying(ANSWER.replace(b"77288", b"75112"))).url

    assert find_places("12 rue des lilas Paris").places[0].commune_code == "75056"


def test_the_service_is_not_told_of_someone_who_names_a_commune(departement, settings, listen):
    server = listen(saying(ANSWER))
    settings.GEOCODER_URL = server.url
    for typed in ("Melune", "castel", "00100", "46.8, -7.0", "", "?"):
        find_places(typed)

    assert server.asked == []


def test_only_what_looks_like_an_address_leaves_the_house(departement, settings, listen):
    settings.GEOCODER_URL = listen(saying(ANSWER)).url

    assert labels("Les Lilas") == []
    assert labels("12 rue des Lilas") == ["12 Rue des Lilas 77000 Melun"]


def test_when_the_service_is_away_the_commune_of_the_address_is_offered(departement):
    answer = find_places("12 rue des Lilas, 00100 Melune")

    assert answer.degraded == ADDRESS_SERVICE_AWAY
    assert [place.label for place in answer.places] == ["Melune"]
    assert find_places("rue des Lilas castelorme").places[0].label == "Castelorme"
    assert len(find_places("12 rue des Lilas 00100").places) == 3


def test_a_commune_called_like_a_street_is_a_commune_first(departement):
    save_communes(
        departement, [a_commune("00001", "Cours-la-Ville"), a_commune("00002", "Place"), a_commune("00003", "B")]
    )

    assert find_places("cours la ville").degraded == ""
    assert find_places("Cours").places[0].label == "Cours-la-Ville"


def test_someone_shares_their_position(departement):
    save_communes(departement, [a_commune("00001", "Melune", latitude=46.8, longitude=-7.0)])
    place = find_places("46.81234567, -7.01").places[0]

    assert (place.label, place.kind, place.commune_code) == ("Point à Melune", "point", "00001")
    assert (place.latitude, place.longitude) == (46.81235, -7.01)
    assert labels("12.5, 170.2") == ["Point sur la carte"]
    assert labels("95.5, 200.2") == []


def test_a_choice_comes_back_as_the_same_place(departement, settings, listen):
    settings.GEOCODER_URL = listen(saying(ANSWER)).url
    (commune,), (address,) = find_places("Ruel").places, find_places("12 rue des lilas").places

    assert chosen_place(commune.value) == commune
    back = chosen_place(address.value, label=address.label)
    assert (back.label, back.latitude, back.longitude) == (address.label, address.latitude, address.longitude)


@pytest.mark.parametrize("value", ["", "commune:77288", "commune:x", "point:1,2", "point:95.0,2.0", "x" * 1000])
def test_a_choice_that_is_not_ours_is_no_place(departement, value):
    assert chosen_place(value) is None


@given(st.text(max_size=60) | st.from_regex(r"[0-9 ,a-z()'/-]{1,40}", fullmatch=True))
@how(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_someone_types_an_answer_comes(departement, typed):
    answer = find_places(typed)

    assert len(answer.places) <= 8
    assert answer.degraded in {"", ADDRESS_SERVICE_AWAY}


# -- The fragment ---------------------------------------------------------------------------------------------------


def test_suggestions_come_as_a_piece_of_page(client, departement):
    response = client.post(reverse("territories:places"), {"place": "mel"}, headers={"HX-Request": "true"})
    page = response.content.decode()

    assert 'value="commune:00001"' in page
    assert "Melune" in page
    assert "<html" not in page
    assert "no-store" in response["Cache-Control"]


def test_suggestions_come_as_json_for_a_program(client, departement):
    response = client.post(reverse("territories:places"), {"place": "ruel"}, headers={"Accept": "application/json"})

    assert json.loads(response.content) == {
        "places": [
            {
                "label": "Ruel", "commune_code": "00003", "latitude": None, "longitude": None, "kind": "commune",
                "precision": "", "value": "commune:00003",
            }
        ],
        "degraded": "",
    }  # fmt: skip


def test_the_page_says_when_nothing_is_found_or_the_service_is_away(client, departement):
    def said(text: str) -> str:
        return client.post(reverse("territories:places"), {"place": text}).content.decode()

    assert "Nous ne trouvons pas ce lieu" in said("?")
    assert "Nous ne trouvons pas ce lieu" in said("")
    assert "Nous ne trouvons pas ce lieu" in said("x" * 201)
    assert "Le service d&#x27;adresses ne répond pas" in said("rue du port")


def test_a_position_never_stands_in_an_address(client, departement):
    assert client.get(reverse("territories:places"), {"place": "Melune"}).status_code == 405


def test_a_robot_is_slowed_down(client, departement, stopped_clock):
    url = reverse("territories:places")
    answers = [client.post(url, {"place": "mel"}).status_code for _ in range(61)]

    assert answers == [200] * 60 + [429]


def test_the_public_needs_no_cookie_to_say_where_they_are(departement):
    from django.test import Client  # noqa: PLC0415

    answer = Client(enforce_csrf_checks=True).post(reverse("territories:places"), {"place": "mel"})
    assert answer.status_code == 200
    assert not answer.cookies
