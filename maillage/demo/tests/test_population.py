"""The people of L'Aubrelle, square by square: each once, along the streets."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from shapely.geometry import Polygon

from maillage.demo.aubrelle.population import SIDE_KM, populate, shared
from maillage.demo.aubrelle.roads.choices import FOR_CARS
from maillage.demo.aubrelle.roads.ground import to_km


@pytest.fixture(scope="module")
def cells(drawn):
    return populate(drawn)


def test_each_inhabitant_of_each_commune_is_in_one_square(country, cells):
    lived = dict.fromkeys(cells.commune, 0)
    for code, people in zip(cells.commune, cells.people.tolist(), strict=True):
        lived[code] += people
    assert lived == {commune.code: commune.population for commune in country.communes}
    assert cells.people.min() >= 1


def test_a_square_is_in_its_commune_and_counted_once_in_it(country, cells):
    places = shapely.points(cells.longitude, cells.latitude)
    codes = np.array(cells.commune)
    for commune in country.communes:
        polygon = Polygon(commune.shape[0])
        assert shapely.distance(polygon, places[codes == commune.code]).max() < 0.002  # 200 m: one square.
    grid = np.floor(to_km(np.column_stack([cells.longitude, cells.latitude])) / SIDE_KM).astype(int)
    assert len(np.unique(np.column_stack([grid, codes.astype(int)]), axis=0)) > 0.999 * len(codes)


def test_nobody_lives_far_from_a_road(cells, drawn):
    roads = drawn.net.points[np.unique(drawn.net.edges[drawn.net.kinds <= FOR_CARS])]
    away, _ = cKDTree(roads).query(to_km(np.column_stack([cells.longitude, cells.latitude])))
    assert np.quantile(away, 0.99) < 0.1
    assert away.max() < 0.2


def test_most_people_live_in_towns_and_the_centre_is_the_densest(cells, drawn):
    away, town = drawn.ground.from_town(to_km(np.column_stack([cells.longitude, cells.latitude])))
    assert 0.7 < cells.people[away < 0.1].sum() / cells.people.sum() < 0.95
    melune = town == drawn.ground.names.index("Melune")
    depth = -away / drawn.ground.radii[town]
    centre, edge = melune & (depth > 0.7), melune & (depth > 0) & (depth < 0.3)
    assert cells.people[centre].mean() > 2 * cells.people[edge].mean()


@given(st.integers(0, 50_000), st.lists(st.floats(0.001, 1000), min_size=1, max_size=60))
def test_whatever_the_weights_nobody_is_lost_nor_counted_twice(total, weights):
    parts = shared(total, np.array(weights))
    assert parts.sum() == total
    assert (parts >= 0).all()
    assert np.abs(parts - total * np.array(weights) / sum(weights)).max() < 1 + 1e-6
