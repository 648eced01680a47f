"""What `make demo` does with the roads and the people of L'Aubrelle: once, and again only when they change."""

import pytest
from django.db.models import Sum

from maillage.demo import actions
from maillage.demo.actions import build_demo
from maillage.territories.actions import kept_population, population_cells, travel_times
from maillage.territories.models import Commune

pytestmark = pytest.mark.django_db


@pytest.fixture
def demonstration(settings):
    settings.DEMO = True
    return settings


def test_the_roads_are_laid_once_and_are_the_same_everywhere(demonstration, roads_file):
    before = travel_times().label
    told = list(build_demo())
    roads, people = travel_times(), kept_population()
    assert (before, roads.label) == ("estimé", "calculé sur les routes")
    assert (demonstration.VAR_DIR / actions.ROADS).read_bytes() == roads_file[0].read_bytes()
    assert people is not None and people.departement == "00"
    again = list(build_demo())
    assert (travel_times().version, kept_population()) == (roads.version, people)
    assert len(again) == len(told) - 2
    cells = population_cells()
    assert cells is not None and cells.people.sum() == Commune.objects.aggregate(all=Sum("population"))["all"]


def test_another_recipe_is_laid_again(demonstration):
    """Someone changes a street: what was loaded is no longer what is drawn."""
    assert actions._loaded() == {}
    (demonstration.VAR_DIR / actions.LOADED).write_text("{half", encoding="utf-8")
    assert actions._loaded() == {}


def test_without_roads_times_stay_estimated(demonstration):
    list(build_demo(with_roads=False))
    assert travel_times().label == "estimé"
    assert population_cells() is None
