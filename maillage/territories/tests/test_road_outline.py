"""The outline of what is reached: sound polygons that hold every point, and holes."""

import itertools

import numpy as np
import shapely
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from maillage.territories.roads.outline import around, covered
from maillage.territories.tests.osm_files import at

scattered = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=60)


@how(max_examples=300)
@given(scattered, st.sampled_from([60.0, 100.0, 250.0, 400.0, 5000.0]))
def test_an_outline_is_sound_and_holds_every_point(cells, step):
    points = np.array([at(step * row, step * column) for row, column in cells])

    drawn = around(points)

    assert drawn.is_valid
    assert shapely.contains_xy(drawn, points[:, 1], points[:, 0]).all()
    metres = max(100.0, 9 * step / 160)
    wide = shapely.union_all([shapely.Point(lon, lat).buffer(6 * metres / 70_000) for lat, lon in points])
    assert wide.covers(drawn)


def test_an_outline_keeps_its_holes():
    ring = [at(200.0 * a, 200.0 * b) for a, b in itertools.product(range(20), repeat=2) if {a, b} & {0, 19}]

    drawn = around(np.array(ring))

    assert not drawn.contains(shapely.Point(*at(1900, 1900)[::-1]))
    assert drawn.contains(shapely.Point(*at(1900, 0)[::-1]))


def test_the_area_a_network_covers_has_no_hole_and_follows_a_border_that_turns():
    roads = [at(500.0 * a, 500.0 * b) for a, b in itertools.product(range(80), repeat=2) if a > 50 or b < 20 or b > 60]
    roads = [point for point in roads if not at(15_000)[0] < point[0] < at(19_000)[0]] + [at(0)]

    area = covered(np.array(roads))

    assert area.covers(shapely.Point(*at(17_000, 5000)[::-1]))  # Four kilometres of forest.
    assert not area.covers(shapely.Point(*at(5000, 20_000)[::-1]))  # Twenty of another country.
    assert all(not part.interiors for part in shapely.get_parts(area))
