"""The real Seine-et-Marne: its official list, its outlines, and how people name its places."""

import pytest
from django.urls import reverse

from maillage.core.refusals import Refused
from maillage.territories.actions import commune_at, find_places, load_departement, load_shapes, name_key
from maillage.territories.choices import Density
from maillage.territories.models import Commune, CommuneName, CommunePostalCode, Departement, Epci
from maillage.territories.tests.conftest import outlines

pytestmark = pytest.mark.django_db


def labels(text: str) -> list[str]:
    return [place.label for place in find_places(text).places]


def test_the_house_of_seine_et_marne_opens_with_its_507_communes(seine_et_marne):
    melun = Commune.objects.get(code="77288")

    assert seine_et_marne.communes.count() == 507
    assert (melun.name, melun.epci.name) == ("Melun", "CA Melun Val de Seine")
    assert melun.population > 40_000
    assert [code.postal_code for code in melun.postal_codes.all()] == ["77000"]


def test_delegated_communes_are_names_of_todays_commune(seine_et_marne):
    ecuelles = CommuneName.objects.get(key="ecuelles")

    assert ecuelles.commune.name == "Moret-Loing-et-Orvanne"
    assert not ecuelles.is_current


def test_loading_again_changes_nothing(seine_et_marne):
    before = [list(model.objects.order_by("pk").values()) for model in (Commune, CommuneName, CommunePostalCode, Epci)]

    load_departement("77")

    after = [list(model.objects.order_by("pk").values()) for model in (Commune, CommuneName, CommunePostalCode, Epci)]
    assert after == before
    assert Departement.objects.home() == seine_et_marne


def test_a_neighbour_may_be_loaded_beside_but_the_house_serves_one(seine_et_marne):
    load_departement("971")

    assert Departement.objects.get(code="971").time_zone == "America/Guadeloupe"
    assert Departement.objects.home() == seine_et_marne
    with pytest.raises(Refused, match="déjà celle du département Seine-et-Marne"):
        load_departement("971", is_home=True)


def test_a_key_of_a_key_is_itself(seine_et_marne):
    assert all(name_key(name.key) == name.key for name in CommuneName.objects.all())


def test_the_real_communes_of_seine_et_marne_get_their_point_area_and_density(seine_et_marne):
    report = load_shapes(seine_et_marne, outlines("communes-77-cog2026"))

    melun, fontainebleau = Commune.objects.get(code="77288"), Commune.objects.get(code="77186")
    assert (report.drawn, report.without_outline, report.unknown) == (507, (), ())
    assert melun.area_km2 == pytest.approx(8.04, rel=0.02)  # Insee
    assert fontainebleau.area_km2 == pytest.approx(172.05, rel=0.02)  # Insee
    assert sum(c.area_km2 for c in Commune.objects.all()) == pytest.approx(5915.3, rel=0.005)  # Insee
    assert (melun.density, fontainebleau.density) == (Density.DENSE, Density.INTERMEDIATE)
    assert Commune.objects.filter(density=Density.SPARSE).count() > 350


def test_each_commune_contains_its_own_point_even_simplified(seine_et_marne):
    load_shapes(seine_et_marne, outlines("communes-77-cog2026"))

    assert [c for c in Commune.objects.all() if commune_at(c.latitude, c.longitude) != c] == []
    assert commune_at(48.8566, 2.3522) is None, "Paris is not in Seine-et-Marne"


def test_outlines_leave_compressed(client, seine_et_marne):
    load_shapes(seine_et_marne, outlines("communes-77-cog2026"))
    response = client.get(reverse("territories:shapes", args=["77"]), headers={"Accept-Encoding": "gzip"})

    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < 250_000


@pytest.mark.parametrize("typed", ["melun", "MELUN", "  Melun ", "Melun 77", "melun (77)", "77288", "Melun, 77"])
def test_someone_names_melun_in_many_ways(seine_et_marne, typed):
    place = find_places(typed).places[0]

    assert (place.label, place.commune_code, place.kind) == ("Melun", "77288", "commune")


def test_someone_types_a_postal_code_and_gets_its_communes_the_largest_first(seine_et_marne):
    assert labels("77000")[:2] == ["77000 Melun", "77000 Vaux-le-Pénil"]
    assert labels("77000 Melun") == labels("melun 77000") == ["77000 Melun"]
    assert find_places("7700").places[0].commune_code == "77288"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("st fargeau", "Saint-Fargeau-Ponthierry"),
        ("St-Fargeau Ponthierry", "Saint-Fargeau-Ponthierry"),
        ("ponthierry", "Saint-Fargeau-Ponthierry"),
        ("ferte s jouarre", "La Ferté-sous-Jouarre"),
        ("la ferté s/s jouarre", "La Ferté-sous-Jouarre"),
        ("lagny s/marne", "Lagny-sur-Marne"),
        ("MEE SUR SEINE", "Le Mée-sur-Seine"),
        ("Nanteuil-les-Meaux", "Nanteuil-lès-Meaux"),
        ("brie comte", "Brie-Comte-Robert"),
    ],
)
def test_someone_writes_a_name_as_on_an_envelope(seine_et_marne, typed, name):
    assert labels(typed)[0] == name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Fontainblau", "Fontainebleau"),
        ("mleun", "Melun"),
        ("Ozoir la Ferriére", "Ozoir-la-Ferrière"),
        ("ozoire la ferriere", "Ozoir-la-Ferrière"),
        ("st fargau", "Saint-Fargeau-Ponthierry"),
        ("Combs la Vile", "Combs-la-Ville"),
    ],
)
def test_someone_misspells_and_is_understood(seine_et_marne, typed, name):
    answer = find_places(typed)

    assert answer.places[0].label == name
    assert answer.degraded == "", "the address service was not even asked"


def test_someone_still_uses_the_old_name(seine_et_marne):
    place = find_places("Moret sur Loing").places[0]

    assert place.label == "Moret-sur-Loing (ancien nom, aujourd'hui Moret-Loing-et-Orvanne)"
    assert (place.commune_code, place.kind) == ("77316", "old_name")
    assert labels("moret") == ["Moret-Loing-et-Orvanne"], "one commune is offered once"


def test_every_label_finds_its_own_commune_again(seine_et_marne):
    for commune in Commune.objects.order_by("code")[::7]:
        assert find_places(commune.name).places[0].commune_code == commune.code
    old = find_places("ecuelles").places[0]
    assert find_places(old.label).places[0] == old


def test_paris_12_is_an_arrondissement_not_the_aveyron(seine_et_marne):
    load_departement("75")

    assert labels("Paris 12")[0] == "Paris 12e Arrondissement (Paris, 75)"
    assert find_places("75012").places[0].commune_code == "75056"


def test_no_more_places_than_asked_for(seine_et_marne):
    assert len(find_places("la", limit=3).places) == 3
    assert len(find_places("saint").places) == 8
