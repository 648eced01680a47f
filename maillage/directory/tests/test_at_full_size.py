"""A whole Département, L'Aubrelle: the API, the pages and the sheets hold at full size."""

import pytest
from data_inclusion.schema import v1
from django.urls import reverse

from maillage.core.documents import accessibility_problems, page_count
from maillage.directory.documents import service_sheet
from maillage.directory.models import Service, Structure
from maillage.directory.tests.factories import API as URL
from maillage.directory.tests.factories import FOOD, conforms, links_of, post, text_of
from maillage.territories.models import Commune

pytestmark = pytest.mark.django_db
HOUSE = "L'Aubrelle"


@pytest.fixture(autouse=True)
def _in_the_model_flat(model_flat, monday_morning):
    """L'Aubrelle, on Monday 9 March 2026, at ten."""


@pytest.fixture
def document(client):
    return client.get("/api/v1/openapi.json").json()


# -- The API ---------------------------------------------------------------------------------------------------------


def test_a_need_and_a_commune_give_records_of_the_standard_with_minutes_in_order(client, document):
    answer = conforms(post(client, thematiques=[FOOD], code_commune="00026", minutes_max=60), document, "post").json()
    assert answer["total"] >= len(answer["items"]) > 3
    assert answer["lieu"] == "Melune"
    assert answer["trajet"] == "estimé"
    assert answer["thematiques_comprises"][0] == FOOD
    near = [(item["hors_zone"], item["minutes"]) for item in answer["items"] if item["minutes"] is not None]
    assert near == sorted(near)
    for item in answer["items"]:
        v1.Service.model_validate(item["service"])
        v1.Structure.model_validate(item["structure"])
        assert item["service"]["structure_id"] == item["structure"]["id"]
        assert item["pourquoi"]


def test_every_page_of_everything_validates_against_the_official_models(client, document):
    seen, cursor = [], ""
    while True:
        asked = {"code_commune": "00026", "minutes_max": 120, "taille": 100, "curseur": cursor}
        answer = conforms(post(client, **asked), document, "post").json()
        for item in answer["items"]:
            v1.Service.model_validate(item["service"])
            v1.Structure.model_validate(item["structure"])
            assert item["service"]["contact_nom_prenom"] is None
        seen += [item["service"]["id"] for item in answer["items"]]
        cursor = answer["curseur_suivant"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == answer["total"]
    assert len(seen) > 300


def test_a_get_with_codes_alone_finds_the_same(client, document):
    by_post = post(client, thematiques=[FOOD], code_commune="00026").json()
    by_get = conforms(client.get(URL, {"commune": "00026", "thematique": FOOD}), document, "get").json()
    assert by_get == by_post
    several = client.get(URL, {"commune": "00026", "thematique": [FOOD, "sante--sante-mentale"]}).json()
    assert several["total"] >= by_get["total"]


def test_a_get_goes_on_with_its_cursor(client):
    first = client.get(URL, {"commune": "00026"}).json()
    second = client.get(URL, {"commune": "00026", "curseur": first["curseur_suivant"]}).json()
    assert not {i["service"]["id"] for i in first["items"]} & {i["service"]["id"] for i in second["items"]}


def test_a_place_is_a_code_a_point_or_a_text(client):
    by_code = post(client, code_commune="00026").json()
    by_text = post(client, lieu="melune").json()
    assert by_code["items"] == by_text["items"]
    near = post(
        client, lat=by_code["items"][0]["structure"]["latitude"], lon=by_code["items"][0]["structure"]["longitude"]
    )
    assert near.json()["items"][0]["minutes"] <= 5


# -- The pages -------------------------------------------------------------------------------------------------------


def test_edith_finds_food_near_melune_in_order_of_minutes(client):
    response = client.post(reverse("directory:search"), {"words": "nourriture", "place": "Melune"})
    said = text_of(response)
    assert "réponses à moins de 30 minutes" in said
    assert "Nous avons compris : Alimentation" in said
    services = [link for link in links_of(response) if link.startswith("/annuaire/services/")]
    assert len(set(services)) >= 4
    assert said.index(" 5 min en voiture") < said.index(" 18 min en voiture")
    assert "estimé" in said


def test_violence_gives_the_number_to_call_first(client):
    said = text_of(client.post(reverse("directory:search"), {"words": "mon mari me frappe", "place": "Melune"}))
    assert "3919" in said
    assert "Abri des Saules" in said


def test_nothing_near_leads_to_the_mds_of_the_sector_and_to_close_needs(client):
    response = client.post(reverse("directory:search"), {"words": "trombone sérigraphie", "place": "Melune"})
    said = text_of(response)
    assert "Rien à moins de 30 minutes" in said
    mds = response.context["answer"].ways_out.nearest_mds
    assert mds.name in said
    assert mds.get_absolute_url() in links_of(response)

    asked = {"themes": ["sante--sante-mentale"], "choice": "commune:00014", "minutes": "10"}
    response = client.post(reverse("directory:search"), asked)
    ways, said = response.context["answer"].ways_out, text_of(response)
    assert ways.farther
    assert all(result.service.name in said for result in ways.farther)
    assert all(label in said for _, label, _ in ways.neighbours)


def test_every_structure_and_every_tenth_service_has_a_page_for_everyone(client):
    for record in (*Structure.objects.all()[::3], *Service.objects.all()[::10]):
        response = client.get(record.get_absolute_url())
        assert response.status_code == 200
        assert record.name in text_of(response)


def test_the_refuge_shows_its_place_nowhere(client, alice):
    refuge = Structure.objects.get(is_address_confidential=True)
    client.force_login(alice)
    for record in (refuge, *refuge.services.all()):
        response = client.get(record.get_absolute_url())
        said = text_of(response)
        assert "Adresse confidentielle" in said
        assert not any("openstreetmap" in link for link in links_of(response))
        for secret in filter(None, (refuge.address, refuge.commune_name, refuge.postal_code, refuge.website)):
            assert secret not in said


def test_each_commune_has_its_portrait_with_the_mds_of_its_sector(client):
    for commune in Commune.objects.all()[::6]:
        said = text_of(client.get(reverse("directory:territory", args=[commune.code])))
        assert commune.name in said
        assert "Votre Maison des solidarités" in said
        assert "Cette commune fait partie du secteur" in said


# -- The sheets ------------------------------------------------------------------------------------------------------


def test_a_sheet_is_one_accessible_page_for_one_service_in_ten_and_the_longest_of_all():
    longest = sorted(Service.objects.select_related("structure", "source"), key=lambda s: -len(s.description))[:5]
    sample = [*Service.objects.select_related("structure", "source").order_by("uid")[::11], *longest]
    assert len(sample) >= 40
    for service in sample:
        paper = service_sheet(service, house=HOUSE)
        assert page_count(paper) == 1, service.uid
        assert accessibility_problems(paper) == [], service.uid
