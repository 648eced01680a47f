"""L'Aubrelle and its roads, drawn, written and loaded once for the whole session of tests."""

from datetime import date

import pytest
from django.test import override_settings

from maillage.demo.aubrelle import Aubrelle, build
from maillage.demo.aubrelle.roads import Drawn, RoadsSummary, draw_roads, write_roads
from maillage.territories.actions import RoadsReport, TravelTimes, load_roads, travel_times

TODAY = date(2025, 3, 14)


@pytest.fixture(scope="session")
def country() -> Aubrelle:
    return build(TODAY)


@pytest.fixture(scope="session")
def drawn(country) -> Drawn:
    return draw_roads(country)


@pytest.fixture(scope="session")
def roads_file(country, drawn, tmp_path_factory):
    """Where the roads were written, and what was."""
    path = tmp_path_factory.mktemp("roads") / "aubrelle.osm.pbf"
    return path, write_roads(path, country, drawn)


@pytest.fixture(scope="session")
def written(roads_file) -> RoadsSummary:
    return roads_file[1]


@pytest.fixture(scope="session")
def roads_home(tmp_path_factory):
    return tmp_path_factory.mktemp("loaded")


@pytest.fixture(scope="session")
def loaded(roads_file, roads_home, django_db_setup, django_db_blocker) -> RoadsReport:
    """The roads as the house reads them: like those of anybody, through the same action."""
    with django_db_blocker.unblock(), override_settings(ROADS_DIR=roads_home):
        return load_roads(roads_file[0])


@pytest.fixture
def by_road(loaded, roads_home, settings) -> TravelTimes:
    settings.ROADS_DIR = roads_home
    return travel_times()
