"""Loading roads, whatever the file; minutes by road, and an estimate that says so where roads cannot tell."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.conf import settings as house
from django.core.management import CommandError, call_command

from maillage.core import mapped
from maillage.core.refusals import Refused
from maillage.territories.actions import Point, load_roads, save_communes, travel_times
from maillage.territories.choices import TravelMode
from maillage.territories.ground import great_circle_km
from maillage.territories.roads import stored
from maillage.territories.tests.conftest import a_commune
from maillage.territories.tests.osm_files import at, osm_file

CAR, BICYCLE, FOOT = TravelMode.CAR, TravelMode.BICYCLE, TravelMode.FOOT
pytestmark = pytest.mark.django_db
STREET = {"highway": "residential"}


@pytest.fixture(scope="module")
def extracts() -> Path:
    folder = Path(house.SHARED_DIR) / "data/osm-petits-extraits"
    if not folder.is_dir():
        message = f"No extracts here ({folder}): this test needs the shared data folder."
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return folder


@pytest.fixture
def andorra(extracts) -> Path:
    return extracts / "andorra-2013.osm.pbf"


def street(tmp_path, *, name="street.osm", metres=3000):
    """One street going north."""
    points = {number: at(100.0 * number) for number in range(metres // 100 + 1)}
    return osm_file(tmp_path / name, {n + 1: p for n, p in points.items()}, [([n + 1 for n in points], STREET)])


def minutes(origin, *places, mode=FOOT, limit=120):
    roads = travel_times()
    found = roads.times(Point(*origin), roads.tie(np.array(places)), mode=mode, limit=limit)
    return found.minutes.tolist(), found.is_estimate.tolist()


# -- What bad input gets ---------------------------------------------------------------------------------------------


def test_a_file_cut_anywhere_is_refused_with_a_sentence_and_the_roads_in_place_stay(andorra, tmp_path):
    load_roads(andorra)
    before, whole = travel_times().version, andorra.read_bytes()
    cuts = [0, 3, 137, 138, 52_191, 343_240, 379_193, 400_000, 513_483, len(whole) - 1]  # Some between two blocks.
    for cut in cuts:
        path = tmp_path / "coupe.osm.pbf"
        path.write_bytes(whole[:cut])
        with pytest.raises(Refused, match=r"« coupe.osm.pbf » .*(coupé|aucune route).*Les routes en place") as refused:
            load_roads(path)
        assert "PBF" not in refused.value.sentence
        assert travel_times().version == before


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notes.txt", b"hello", "n'est pas un fichier OpenStreetMap"),
        ("notes.osm.pbf", b"hello, this is no map" * 50, "n'est pas un fichier OpenStreetMap"),
        ("page.osm", b"<html><body>404</body></html>", "n'est pas un fichier OpenStreetMap"),
        ("cut.osm", b'<?xml version="1.0"?><osm version="0.6"><node id="1" lat="4', "coupé"),
        ("cut.osm.gz", b"\x1f\x8b\x08\x00\x00\x00", "coupé"),
        ("empty.osm", b'<?xml version="1.0"?><osm version="0.6"></osm>', "aucune route"),
        ("a.osm.pbf/", None, "n'existe pas"),
    ],
)
def test_what_is_no_map_is_refused_with_a_sentence(tmp_path, name, content, said):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(Refused, match=said):
        load_roads(path)
    assert travel_times().label == "estimé"


def test_ways_without_their_points_are_refused(tmp_path):
    path = osm_file(tmp_path / "ways.osm", {}, [([1, 2, 3], STREET)])

    with pytest.raises(Refused, match="incomplet"):
        load_roads(path)


def test_the_region_next_door_is_refused_unless_one_insists(andorra, departement, tmp_path):
    save_communes(departement, [a_commune("00001", "Melune", latitude=48.0, longitude=2.0)])

    with pytest.raises(CommandError, match=r"autre région.*1 communes.*--anyway"):
        call_command("import_roads", str(andorra))
    assert travel_times().label == "estimé"

    call_command("import_roads", str(andorra), anyway=True)
    assert travel_times().label == "calculé sur les routes"


def test_communes_out_of_the_file_are_named(departement, tmp_path):
    save_communes(
        departement,
        [
            a_commune("00001", "Melune", latitude=at(0)[0], longitude=at(0)[1]),
            a_commune("00002", "Castelorme", latitude=46.5, longitude=2.0),
        ],
    )

    report = load_roads(street(tmp_path))

    assert report.away == ("Castelorme",)
    assert "Hors de ce fichier, donc estimées : Castelorme." in str(report)


def test_a_file_that_lost_most_of_its_roads_is_refused_unless_one_insists(tmp_path):
    load_roads(street(tmp_path, metres=6000))
    before = travel_times().version

    with pytest.raises(Refused, match="peut-être coupé") as refused:
        load_roads(street(tmp_path, name="less.osm", metres=1000))
    assert "--anyway" in refused.value.instead
    assert travel_times().version == before

    load_roads(street(tmp_path, name="less.osm", metres=1000), anyway=True)
    assert travel_times().version != before


def two_banks(tmp_path):
    """Two streets of 3 km, 400 m apart, that nothing joins."""
    points = {n + 1: at(100.0 * n) for n in range(31)} | {n + 101: at(100.0 * n, 400) for n in range(31)}
    ways = [(range(1, 32), STREET), (range(101, 132), STREET)]
    return osm_file(tmp_path / "banks.osm", points, ways)


def test_a_network_in_two_pieces_says_so_and_minutes_between_them_are_estimated(tmp_path):
    report = load_roads(two_banks(tmp_path))

    assert all(len(mode.pieces) == 2 for mode in report.modes)
    assert "Attention : le réseau est en 2 morceaux" in str(report)
    found, is_estimate = minutes(at(0), at(1000), at(1000, 400), mode=CAR)
    assert is_estimate == [False, True]
    assert all(np.isfinite(found))


def test_a_scrap_of_road_that_touches_nothing_holds_nobody(tmp_path):
    points = {n + 1: at(100.0 * n) for n in range(200)} | {901: at(500, 150), 902: at(560, 150)}
    load_roads(osm_file(tmp_path / "scrap.osm", points, [(range(1, 201), STREET), ([901, 902], STREET)]))

    found, is_estimate = minutes(at(0), at(530, 150))

    assert is_estimate == [False]
    assert 8 <= found[0] <= 13  # 530 m along the street, then 150 m across, on foot.


def test_a_site_in_the_sea_a_point_across_the_border_and_no_point_at_all_are_never_told_by_road(tmp_path):
    load_roads(street(tmp_path))

    found, is_estimate = minutes(
        at(0), at(500, 400), at(500, 5000), at(0, -90_000), (np.nan, np.nan), mode=CAR, limit=60
    )
    assert is_estimate == [True, True, True, True]
    assert [np.isfinite(one) for one in found] == [True, True, False, False]

    found, is_estimate = minutes(at(0, 5000), at(0), at(1000), mode=CAR)
    assert is_estimate == [True, True]


def test_roads_that_go_round_another_country_are_not_taken_for_the_shortest_way(tmp_path):
    """Two arms of 20 km, 12 km apart, joined at the far end only: what lies between is not in the file."""
    points = {n + 1: at(250.0 * n) for n in range(81)} | {n + 101: at(250.0 * n, 12_000) for n in range(81)}
    ways = [(range(1, 82), STREET), (range(101, 182), STREET), ([81, 181], STREET)]
    load_roads(osm_file(tmp_path / "arms.osm", points, ways))

    found, is_estimate = minutes(at(0), at(5000), at(0, 12_000), at(1000, 12_000), mode=CAR, limit=90)

    assert is_estimate == [False, True, True]
    assert found[1] < 60  # By road, 52 km of streets are beyond the limit: the estimate answers rather than nothing.
    found, is_estimate = minutes(at(0), at(0, 12_000), mode=CAR, limit=180)
    assert is_estimate == [True]
    assert found[0] > 120  # A way is known: it is told, as an estimate, since a shorter one may cross the border.


def test_killed_half_way_the_roads_in_place_stay(andorra, tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"MAILLAGE_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}

    def run(*words):
        return subprocess.Popen([sys.executable, "manage.py", *words], cwd=house.BASE_DIR, env=environment)

    assert run("migrate", "-v0").wait(300) == 0
    assert run("import_roads", str(andorra), "-v0").wait(120) == 0
    home = tmp_path / "roads"
    first = (home / mapped.IN_FORCE).read_text("utf-8")

    importing = run("import_roads", str(andorra))
    while importing.poll() is None and sum(path.is_dir() for path in home.iterdir()) < 2:
        time.sleep(0.0005)
    importing.send_signal(signal.SIGKILL)
    importing.wait(30)

    network = mapped.current(home)
    assert network.version == first or (home / network.version / mapped.FACTS).exists()  # It was done before the blow.
    for graph in stored.graphs_in(network).values():
        assert len(graph.points) == len(graph.piece) == len(graph.indptr) - 1 > 4000
        assert len(graph.seconds) == len(graph.indices) == len(graph.back_seconds) == graph.indptr[-1]


# -- Swapped without a restart ---------------------------------------------------------------------------------------


def test_new_roads_are_used_at_once_and_old_ties_are_made_again(tmp_path):
    load_roads(street(tmp_path))
    first = travel_times()
    places = np.array([at(1000), at(2000, 50)])
    ties = first.tie(places)
    points = {1: at(0), 2: at(2500, 0)}
    load_roads(osm_file(tmp_path / "faster.osm", points, [([1, 2], {"highway": "primary"})]), anyway=True)

    second = travel_times()

    assert second.version not in {first.version, "estimate"}
    stale = second.times(Point(*at(0)), ties, mode=CAR, limit=60).minutes
    fresh = second.times(Point(*at(0)), second.tie(places), mode=CAR, limit=60).minutes
    assert stale.tolist() == fresh.tolist()
    assert (fresh < first.times(Point(*at(0)), ties, mode=CAR, limit=60).minutes).all()  # Still readable.
    assert travel_times() is second


def test_a_network_of_another_format_is_left_aside(tmp_path, caplog):
    load_roads(street(tmp_path))
    network = mapped.current(stored.home())
    mapped.write(stored.home(), network.arrays, network.facts | {"format": 0})

    assert travel_times().label == "estimé"
    assert "import it again" in caplog.text


# -- Minutes ---------------------------------------------------------------------------------------------------------


def test_minutes_are_rounded_up_and_hold_the_walk_at_both_ends(tmp_path):
    load_roads(street(tmp_path))

    assert minutes(at(0), at(1000)) == ([15.0], [False])  # 1 km at 4 km/h.
    assert minutes(at(0), at(1001)) == ([16.0], [False])
    # 100 m aside at both ends, with their detours.
    assert minutes(at(0, 100), at(1000, -100)) == ([19.0], [False])
    # By car those walks are in the three minutes it takes to reach it and park; 1 km at 25 km/h.
    assert minutes(at(0, 100), at(1000, -100), mode=CAR) == ([6.0], [False])
    assert minutes(at(0), at(1000), limit=14) == ([np.inf], [False])
    assert minutes(at(0), at(1000), mode=CAR, limit=2) == ([np.inf], [False])


def test_some_rows_give_what_all_rows_give(andorra):
    load_roads(andorra)
    roads = travel_times()
    dice = np.random.default_rng(5)
    ties = roads.tie(dice.uniform((42.43, 1.42), (42.65, 1.78), (500, 2)), dice.integers(0, 3, 500))
    origin = Point(42.5076, 1.5218)
    rows, mask = dice.permutation(500)[:80], dice.random(500) < 0.3
    whole = roads.times(origin, ties, mode=BICYCLE, limit=60)
    for chosen in (rows, mask):
        some = roads.times(origin, ties, mode=BICYCLE, limit=60, rows=chosen)
        np.testing.assert_array_equal(some.minutes, whole.minutes[chosen])
        np.testing.assert_array_equal(some.is_estimate, whole.is_estimate[chosen])
    assert 0 < whole.is_estimate.sum() < 500


@pytest.mark.parametrize("mode", TravelMode)
def test_nothing_is_reached_beyond_the_reach(andorra, mode):
    load_roads(andorra)
    roads = travel_times()
    dice = np.random.default_rng(6)
    origin, places = Point(42.5076, 1.5218), dice.uniform((42.3, 1.3), (42.8, 1.9), (3000, 2))
    away = great_circle_km(origin, places)
    for limit in (1, 5, 20, 45):
        found = roads.minutes(origin, places, mode=mode, limit=limit)
        assert (away[np.isfinite(found)] <= roads.reach_km(mode, limit, origin.density) + 0.001).all()


@pytest.mark.parametrize("mode", TravelMode)
def test_the_nearest_site_is_the_first_of_the_times_to_each(andorra, mode):
    load_roads(andorra)
    roads = travel_times()
    dice = np.random.default_rng(8)
    network = roads._modes[mode].graph.points
    places = network[dice.choice(len(network), 40)] + dice.normal(0, 0.001, (40, 2))
    sites = np.concatenate([network[dice.choice(len(network), 8)], [(42.47, 1.75), (43.5, 1.5)]])

    found = roads.nearest(sites, mode=mode, limit=60, places=roads.tie(places))

    times = [roads.times(Point(*place), roads.tie(sites), mode=mode, limit=60) for place in places]
    each = [np.where(one.is_estimate, np.inf, one.minutes) for one in times]
    one_by_one = np.min(each, axis=1)
    sure = ~found.is_estimate & np.isfinite(found.minutes)
    assert sure.sum() > 5
    assert (np.array(each)[sure, found.site[sure]] == found.minutes[sure]).all()
    np.testing.assert_array_equal(found.minutes[sure], one_by_one[sure])
    assert (found.site[np.isinf(found.minutes)] == -1).all()
    assert found.node_minutes.shape == (len(found.nodes),)


def test_without_roads_the_nearest_site_and_the_outline_are_estimated():
    estimate = travel_times()
    sites = np.array([at(0), at(5000)])

    found = estimate.nearest(
        sites, mode=FOOT, limit=60, places=estimate.tie(np.array([at(500), at(4000), at(90_000)]))
    )
    outline = estimate.outline(Point(*at(0)), mode=FOOT, limit=30)

    assert found.site.tolist() == [0, 1, -1]
    assert found.is_estimate.all()
    assert found.nodes.shape == (0, 2)
    assert outline.contains(shapely.Point(*at(1400)[::-1]))
    assert not outline.contains(shapely.Point(*at(1700)[::-1]))
    assert estimate.outline(Point(*at(0)), mode=CAR, limit=2).is_empty


def test_nobody_is_near_no_site(tmp_path):
    load_roads(street(tmp_path))
    roads = travel_times()

    found = roads.nearest(np.empty((0, 2)), mode=CAR, limit=30, places=roads.tie(np.array([at(0)])))

    assert (found.minutes.tolist(), found.site.tolist()) == ([np.inf], [-1])
    assert np.isinf(found.node_minutes).all()


# -- Outlines --------------------------------------------------------------------------------------------------------


def test_the_outline_of_half_an_hour_holds_what_is_reached_and_little_else(andorra):
    load_roads(andorra)
    roads, origin = travel_times(), Point(42.5076, 1.5218)
    for mode in TravelMode:
        drawn = roads.outline(origin, mode=mode, limit=30)
        nodes = roads._modes[mode].graph.points
        inside = shapely.contains_xy(drawn, nodes[:, 1], nodes[:, 0])
        taken = roads.minutes(origin, nodes, mode=mode, limit=32)
        assert drawn.is_valid
        assert inside[taken <= 29].all()
        assert (taken[inside] > 32).mean() < 0.15


def test_an_origin_off_the_roads_gets_a_circle(tmp_path):
    load_roads(street(tmp_path))

    drawn = travel_times().outline(Point(*at(0, 9000)), mode=FOOT, limit=30)

    assert shapely.minimum_bounding_radius(drawn) > 0
    assert drawn.contains(shapely.Point(*at(0, 9000)[::-1]))


# -- Rivers ----------------------------------------------------------------------------------------------------------


def river_bank(tmp_path, **river):
    """A street west of a river, a street east of it, one bridge 2 km north; the river is 100 m east of the first."""
    points = {n + 1: at(100.0 * n) for n in range(21)} | {n + 101: at(100.0 * n, 140) for n in range(21)}
    points |= {201: at(-500, 100), 202: at(2500, 100)}
    ways = [(range(1, 22), STREET), (range(101, 122), STREET), ([21, 121], STREET | {"bridge": "yes"})]
    return osm_file(tmp_path / "river.osm", points, [*ways, ([201, 202], {"waterway": "river"} | river)])


def test_nobody_walks_across_a_river_to_the_road_on_the_other_bank(tmp_path):
    load_roads(river_bank(tmp_path))
    # The house stands on the west bank, nearer to the eastern street than to its own.
    house_by_the_water, opposite = at(30, 90), at(30, 140)

    there, is_estimate = minutes(house_by_the_water, opposite, at(30), mode=FOOT, limit=120)
    back, _ = minutes(opposite, house_by_the_water, mode=FOOT, limit=120)

    assert there[0] == back[0] > 60  # Up to the bridge and down again: 4 km.
    assert there[1] <= 4
    assert is_estimate == [False, False]


def test_a_river_that_flows_underground_parts_nobody(tmp_path):
    load_roads(river_bank(tmp_path, tunnel="culvert"))

    there, _ = minutes(at(30, 90), at(30, 140), mode=FOOT)

    assert there[0] <= 4
