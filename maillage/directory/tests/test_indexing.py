"""The narrow tables of search are true to the records: where one goes, words, codes, never a hidden place."""

import pytest

from maillage.directory.models import SearchEntry, Service, Structure
from maillage.directory.search.columns import AUDIENCE, THEME, ZONE
from maillage.directory.tests.factories import FOOD, KM_NORTH, a_service, a_structure, fill
from maillage.territories.models import Commune

pytestmark = pytest.mark.django_db


def entry(uid):
    return SearchEntry.objects.get(service__uid=uid)


def terms(uid):
    said = entry(uid)
    heavy = dict.fromkeys(said.own_words.split(), 8) | dict.fromkeys(said.structure_words.split(), 4)
    return heavy | dict.fromkeys(said.words.split(), 1)


def facets(uid, kind):
    return {code.removeprefix(kind) for code in entry(uid).codes.split() if code.startswith(kind)}


def point(uid):
    found = entry(uid)
    return (found.latitude, found.longitude)


def test_a_service_is_where_it_says(melune):
    fill(a_service("test--1", latitude=48.5, longitude=2.5))
    assert point("test--1") == (48.5, 2.5)


def test_a_service_that_says_nothing_is_at_its_structure(melune):
    fill(a_service("test--1", latitude=None, longitude=None), structures=(a_structure(latitude=47.9),))
    assert point("test--1") == (47.9, 2.0)


def test_a_drop_in_held_in_another_commune_is_there_and_not_at_its_structure(melune):
    fill(a_service("test--1", latitude=None, longitude=None, code_insee="00002", commune="Castelorme"))
    assert point("test--1") == (48.18, 2.0)


def test_a_structure_without_a_point_is_at_the_middle_of_its_commune(melune):
    home = a_structure(latitude=None, longitude=None, code_insee="00002")
    fill(a_service("test--1", latitude=None, longitude=None), structures=(home,))
    assert point("test--1") == (48.18, 2.0)


def test_half_a_point_is_no_point(melune):
    fill(a_service("test--1", latitude=48.5, longitude=None))
    assert point("test--1") == (48.0, 2.0)


def test_what_is_only_at_a_distance_has_no_point(melune):
    fill(a_service("test--1", modes_accueil=["a-distance"]))
    assert (entry("test--1").is_on_site, entry("test--1").is_remote, point("test--1")) == (False, True, (None, None))


def test_a_service_without_a_mode_is_supposed_on_site(melune):
    fill(a_service("test--1", modes_accueil=None))
    assert (entry("test--1").is_on_site, entry("test--1").is_remote) == (True, False)


def test_a_hidden_address_leaves_no_point_and_no_name_of_its_commune(melune, corrected):
    fill(a_service("test--1", commune="Melune"))
    assert "melun" in terms("test--1")
    corrected(Structure.objects.get(), is_address_confidential=True)
    assert point("test--1") == (None, None)
    assert "melun" not in terms("test--1")


def test_a_word_weighs_by_the_best_place_where_it_stands(melune):
    home = a_structure(nom="Maison Arc-en-ciel", description="Une maison où l'on cuisine")
    fill(
        a_service("test--1", nom="Cuisine", description="On cuisine à la maison", commune="Melune"), structures=(home,)
    )
    weights = terms("test--1")
    assert (weights["cuisin"], weights["maison"]) == (8, 4)


def test_words_are_kept_without_accents_and_stemmed(melune):
    fill(a_service("test--1", nom="Impayés d'énergie", description="L'électricité coupée"))
    assert {"impay", "energ", "coup"} <= {term[:6] for term in terms("test--1")} | set(terms("test--1"))


def test_facets_are_its_thematiques_publics_and_zone(melune):
    fill(a_service("test--1", publics=["femmes"], zone_eligibilite=["00", "200000001"]))
    assert facets("test--1", THEME) == {FOOD}
    assert facets("test--1", AUDIENCE) == {"femmes"}
    assert facets("test--1", ZONE) == {"00", "200000001"}


@pytest.mark.parametrize("zone", [["france"], ["99100"], ["77", "france"], None])
def test_a_zone_that_holds_the_whole_country_restricts_nothing(melune, zone):
    fill(a_service("test--1", zone_eligibilite=zone))
    assert facets("test--1", ZONE) == set()


def test_a_codes_given_twice_is_one_facet(melune):
    fill(a_service("test--1", zone_eligibilite=["00", "00"], thematiques=[FOOD, FOOD]))
    assert facets("test--1", ZONE) == {"00"}


def test_a_name_changed_here_is_found_at_once_and_the_old_one_no_more(melune, corrected):
    fill(a_service("test--1", nom="Bagagerie"), a_service("test--2"))
    corrected(Service.objects.get(uid="test--1"), name="Laverie")
    assert "laver" in terms("test--1")
    assert not any(term.startswith("bagag") for term in terms("test--1"))


def test_a_structure_renamed_renames_it_for_all_its_services(melune, corrected):
    fill(a_service("test--1"), a_service("test--2"))
    corrected(Structure.objects.get(), name="Tilleul")
    assert all(terms(uid)["tilleul"] == 4 for uid in ("test--1", "test--2"))


def test_hours_of_the_structure_are_those_of_a_service_that_has_none(melune, corrected):
    fill(a_service("test--1"), structures=(a_structure(horaires_accueil="Mo 09:00-12:00"),))
    assert entry("test--1").hours == "Mo 09:00-12:00"
    corrected(Structure.objects.get(), opening_hours="Tu 09:00-12:00")
    assert entry("test--1").hours == "Tu 09:00-12:00"


def test_the_density_is_that_of_the_commune(melune):
    Commune.objects.filter(pk="00001").update(density="dense")
    fill(a_service("test--1", latitude=48.0 + KM_NORTH, code_insee="00001"))
    assert entry("test--1").density == 0
