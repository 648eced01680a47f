"""The faults of existing directories, one by one, and why this one does not have them."""

import pytest

from maillage.directory.choices import THEMES
from maillage.directory.models import Service, Structure
from maillage.directory.search import search
from maillage.directory.tests.factories import FOOD, KM_NORTH, a_service, a_structure, ask, fill

pytestmark = pytest.mark.django_db
BARE = {"thematiques": None, "publics": None, "modes_accueil": None}
AT_A_DISTANCE = {
    "modes_accueil": ["a-distance"],
    "latitude": None,
    "longitude": None,
    "code_insee": None,
    "commune": None,
}


@pytest.fixture(autouse=True)
def _one_monday_in_melune(melune, monday_morning):
    """Every test of this page stands in Melune on Monday 9 March 2026, at ten."""


def found(query, nobody):
    return [(result.service.uid, result.minutes) for result in search(query, reader=nobody).results]


def test_two_categories_of_different_sizes(nobody):
    """A crowded category does not drown the three services of another: order is by travel time."""
    crowd = [a_service(f"test--foule-{n}", latitude=48.0 + 12 * KM_NORTH) for n in range(60)]
    few = [
        a_service(f"test--rare-{n}", thematiques=["sante--sante-mentale"], latitude=48.0 + 2 * KM_NORTH, nom="Écoute")
        for n in range(3)
    ]
    fill(*crowd, *few)
    both = search(ask(themes=(FOOD, "sante--sante-mentale")), reader=nobody)
    assert both.total == 63
    assert {result.service.uid for result in both.results[:3]} == {"test--rare-0", "test--rare-1", "test--rare-2"}
    assert search(ask(themes=("sante--sante-mentale",)), reader=nobody).total == 3


def test_a_category_of_one_thematique_and_one_of_many_are_asked_the_same_way(nobody):
    """Whatever the number of thématiques a service bears, it comes once."""
    many = [theme for theme in THEMES if theme.startswith("numerique--")]
    fill(a_service("test--tout", thematiques=many), a_service("test--un", thematiques=[many[0]]))
    assert sorted(uid for uid, _ in found(ask(themes=tuple(many)), nobody)) == ["test--tout", "test--un"]


def test_a_record_without_thematiques_or_publics_is_found_by_its_words(nobody):
    fill(a_service("test--1", nom="Café des parents", description="On parle de tout.", **BARE), a_service("test--2"))
    assert found(ask("café des parents"), nobody)[0][0] == "test--1"
    assert [uid for uid, _ in found(ask("parents", audiences=("familles",)), nobody)] == ["test--1"]


def test_a_latitude_and_a_longitude_without_a_commune_code(nobody):
    home = a_structure(code_insee=None, commune=None, latitude=None, longitude=None)
    fill(a_service("test--1", code_insee=None, latitude=48.0 + 3 * KM_NORTH), structures=(home,))
    [(uid, minutes)] = found(ask(), nobody)
    assert (uid, minutes is not None and minutes < 15) == ("test--1", True)


@pytest.mark.parametrize("zone", [None, ["france"], ["99100"]])
def test_a_national_service_without_commune_is_kept_and_found(nobody, zone):
    home = a_structure("test--nationale", code_insee=None, commune=None, latitude=None, longitude=None)
    fill(a_service("test--1", structure="test--nationale", zone_eligibilite=zone, **AT_A_DISTANCE), structures=(home,))
    assert found(ask("nourriture"), nobody) == [("test--1", None)]
    assert Service.objects.get().commune_code == ""


def test_a_service_without_any_place_nor_mode_is_kept_and_found(nobody):
    home = a_structure("test--nulle-part", code_insee=None, commune=None, latitude=None, longitude=None)
    bare = a_service("test--1", structure="test--nulle-part", latitude=None, longitude=None, **BARE)
    fill(bare, structures=(home,))
    assert found(ask("épicerie"), nobody) == [("test--1", None)]


def test_a_service_both_on_site_and_at_a_distance_comes_once(nobody):
    both = {"modes_accueil": ["en-presentiel", "a-distance"]}
    fill(a_service("test--pres", **both), a_service("test--loin", **(both | {"latitude": 46.0})))
    said = dict(found(ask(), nobody))
    assert len(found(ask(), nobody)) == 2
    assert said["test--pres"] is not None
    assert said["test--loin"] is None
    assert dict(found(ask(reception="a-distance"), nobody)) == {"test--pres": None, "test--loin": None}
    assert [uid for uid, _ in found(ask(reception="en-presentiel"), nobody)] == ["test--pres"]


def test_a_page_that_moves_between_two_requests(nobody):
    fill(*(a_service(f"test--{n:02}", latitude=48.0 + (n // 4 + 1) * KM_NORTH) for n in range(20)))
    first = search(ask(), reader=nobody, size=8)
    seen = [result.service.uid for result in first.results]
    fill(*(a_service(f"test--new-{n}", latitude=48.0 + 0.2 * KM_NORTH) for n in range(9)))
    Structure.objects.update(name="Maison rouverte")
    second = search(ask(cursor=first.next_cursor), reader=nobody, size=100)
    seen += [result.service.uid for result in second.results]
    assert sorted(seen) == [f"test--{n:02}" for n in range(20)]
    assert second.total == 29
