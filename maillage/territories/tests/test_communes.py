"""Opening a Département: the official list, loaded again each year."""

import datetime as dt

import pytest

from maillage.core import clock
from maillage.core.refusals import Refused
from maillage.territories.actions import SectorRow, load_departement, name_key, save_communes, set_sectors
from maillage.territories.models import Commune
from maillage.territories.tests.conftest import a_commune

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("code", "sentence"), [("999", "Aucun département"), ("", "Aucun département")])
def test_a_departement_that_does_not_exist_is_refused(db, code, sentence):
    with pytest.raises(Refused, match=sentence):
        load_departement(code)


def test_a_house_without_the_official_list_says_what_to_do(db, tmp_path):
    with pytest.raises(Refused, match="npm ci"):
        load_departement("77", folder=tmp_path)
    (tmp_path / "departements.json").write_text("<html>")
    with pytest.raises(Refused, match="illisible"):
        load_departement("77", folder=tmp_path)


def test_a_commune_nobody_refers_to_leaves_with_the_list(departement):
    report = save_communes(departement, [a_commune("00001", "Melune"), a_commune("00002", "Castelorme")])

    assert report.left == ("00003",)
    assert not Commune.objects.filter(code="00003").exists()


def test_a_merged_commune_stays_for_the_history_of_sectors_and_comes_back(departement):
    rows = [SectorRow("A", "Tas", "A1", "Tis", code) for code in ("00001", "00002", "00003")]
    set_sectors(departement, rows, from_day=dt.date(2020, 1, 1))

    with clock.travel(dt.date(2026, 1, 1)):
        save_communes(departement, [a_commune("00001", "Melune"), a_commune("00002", "Castelorme")])

    ruel = Commune.objects.get(code="00003")
    assert ruel.left_on == dt.date(2026, 1, 1)
    assert ruel not in Commune.objects.current()
    assert ruel in Commune.objects.listed_on(dt.date(2025, 12, 31))

    save_communes(departement, [a_commune(c, n) for c, n in (("00001", "A"), ("00002", "B"), ("00003", "Ruel"))])
    assert Commune.objects.get(code="00003") in Commune.objects.current()


def test_coordinates_learnt_from_outlines_survive_a_list_without_them(departement):
    save_communes(departement, [a_commune("00001", "Melune", latitude=46.8, longitude=-7.0, area_km2=8.0)])
    save_communes(departement, [a_commune("00001", "Melune", population=45_000)])

    melune = Commune.objects.get(code="00001")
    assert (melune.latitude, melune.longitude, melune.area_km2) == (46.8, -7.0, 8.0)
    assert melune.density == "dense"


def test_a_commune_given_twice_is_refused_and_nothing_changes(departement):
    with pytest.raises(Refused):
        save_communes(departement, [a_commune("00001", "Melune"), a_commune("00001", "Melune")])

    assert departement.communes.count() == 3


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("L'Haÿ-les-Roses", "hay les roses"),
        ("ST FARGEAU PONTHIERRY", "saint fargeau ponthierry"),
        ("Ste-Colombe", "sainte colombe"),
        ("Lagny s/Marne", "lagny sur marne"),
        ("La Ferté s/s Jouarre", "ferte sous jouarre"),
        ("Brie-lez-Melun", "brie les melun"),
        ("Œuilly", "oeuilly"),
        ("Le", "le"),
        ("", ""),
    ],
)
def test_all_ways_of_writing_a_name_meet_under_one_key(written, key):
    assert name_key(written) == key
