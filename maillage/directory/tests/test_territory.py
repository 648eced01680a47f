"""The portrait of a commune: its sector, its Maison des solidarités, who is around."""

import datetime as dt

import pytest
from django.urls import reverse

from maillage.core import clock
from maillage.directory.models import Structure
from maillage.directory.territory import portrait_of
from maillage.directory.tests.factories import a_service, a_structure, fill, inputs_of, links_of, text_of
from maillage.territories.actions import SectorRow, set_sectors
from maillage.territories.models import Sector

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_monday_in_melune(melune, monday_morning):
    """Every test of this page stands in Melune on Monday 9 March 2026, at ten."""


@pytest.fixture
def sectors(melune):
    rows = [SectorRow("TAS-1", "Nord", f"TIS-{n}", f"Secteur {n}", f"0000{n}") for n in (1, 2, 3)]
    set_sectors(melune, rows, from_day=dt.date(2020, 1, 1))


@pytest.fixture
def mds(sectors):
    homes = (
        a_structure("test--mds1", nom="MDS de Melune", latitude=48.3, horaires_accueil="Mo 09:00-12:00"),
        a_structure("test--mds2", nom="MDS de Castelorme", latitude=48.01, code_insee="00002"),
    )
    fill(a_service(structure="test--mds1"), structures=homes)
    for n in (1, 2):
        sector = Sector.objects.get(code=f"TIS-{n}", level="tis")
        Structure.objects.filter(uid=f"test--mds{n}").update(serves_sector=sector)


def page(client, code):
    return client.get(reverse("directory:territory", args=[code]))


def test_the_mds_is_that_of_the_sector_even_when_another_is_nearer(client, mds):
    response = page(client, "00001")
    said = text_of(response)
    assert "Votre Maison des solidarités" in said
    assert "MDS de Melune" in said
    assert "Cette commune fait partie du secteur Secteur 1, dans Nord." in said
    assert "Ouvert jusqu'à 12 h" in said.replace("’", "'")
    assert f"{reverse('directory:search')}?commune=00001" in links_of(response)


def test_a_sector_without_an_mds_is_shown_the_nearest_one_and_told_so(client, mds, nobody):
    Structure.objects.filter(uid="test--mds1").update(serves_sector=None)
    said = text_of(page(client, "00001"))
    assert "La Maison des solidarités la plus proche" in said
    assert "MDS de Castelorme" in said
    assert portrait_of("00001", reader=nobody).is_own is False


def test_without_a_map_of_sectors_the_page_says_it_is_not_loaded(client):
    assert "n'est pas encore chargée" in text_of(page(client, "00001")).replace("’", "'")


def test_a_reorganisation_changes_the_mds_on_its_day(mds, melune, nobody):
    rows = [SectorRow("TAS-1", "Nord", "TIS-2", "Secteur 2", f"0000{n}") for n in (1, 2, 3)]
    set_sectors(melune, rows, from_day=dt.date(2026, 6, 1))
    Structure.objects.filter(uid="test--mds2").update(serves_sector=Sector.objects.filter(code="TIS-2").last())
    with clock.travel(dt.date(2026, 5, 31)):
        assert portrait_of("00001", reader=nobody).sector.code == "TIS-1"
    with clock.travel(dt.date(2026, 6, 1)):
        assert portrait_of("00001", reader=nobody).sector.code == "TIS-2"


def test_only_what_may_be_known_of_the_commune_is_listed(client, sectors):
    fill(
        a_service(structure="test--1"),
        a_service(structure="test--2"),
        a_service(structure="test--3"),
        structures=(
            a_structure("test--1", nom="Maison ouverte"),
            a_structure("test--2", nom="Refuge"),
            a_structure("test--3", nom="Maison fermée"),
        ),
    )
    Structure.objects.filter(uid="test--2").update(is_address_confidential=True)
    Structure.objects.filter(uid="test--3").update(withdrawn_at=clock.now())
    response = page(client, "00001")
    said = text_of(response)
    assert "Maison ouverte" in said
    assert "Refuge" not in said
    assert "Maison fermée" not in said


def test_a_commune_without_a_centre_still_has_its_portrait(client, sectors):
    response = page(client, "00003")
    assert response.status_code == 200
    assert "Nulleporte" in text_of(response)


@pytest.mark.parametrize("code", ["99999", "Melune", "0", "00001\x00", "é"])
def test_a_commune_of_elsewhere_is_said_not_to_be_here(client, code):
    response = page(client, code)
    assert response.status_code in {200, 404}
    assert "n'est pas dans l'annuaire" in text_of(response).replace("’", "'")


def test_the_place_typed_goes_by_post_and_the_address_has_a_code(client):
    response = client.post(reverse("directory:territory"), {"place": "castelorme"})
    assert (response.status_code, response["Location"]) == (302, reverse("directory:territory", args=["00002"]))


def test_an_unknown_place_is_said_and_kept(client):
    response = client.post(reverse("directory:territory"), {"place": "Zzyzx"})
    said = text_of(response)
    assert "Nous ne connaissons pas « Zzyzx »" in said or "Le service d'adresses ne répond pas" in said
    assert inputs_of(response)["place"] == ["Zzyzx"]


def test_nothing_typed_asks_for_something(client):
    assert client.post(reverse("directory:territory"), {"place": ""}).status_code == 200
