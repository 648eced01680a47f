"""The roads of Andorra: our minutes against another library's, on the same file."""

import os
from collections.abc import Mapping
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import osmnx
import pytest
from django.conf import settings as house
from django.core.management import call_command
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from maillage.territories.actions import Point, travel_times
from maillage.territories.choices import TravelMode
from maillage.territories.roads.edges import DELAYS, NO_DELAYS
from maillage.territories.roads.graph import graph_of
from maillage.territories.roads.osm import read_osm
from maillage.territories.roads.speeds import CLASSES

CAR, BICYCLE, FOOT = TravelMode.CAR, TravelMode.BICYCLE, TravelMode.FOOT
PALACE, SOLDEU, ESCALDES = (42.5076, 1.5218), (42.5767, 1.6676), (42.5090, 1.5350)

# What both libraries are given: the classes each mode may take, on the words of access a child could read. Words of
# speed, surface and precise access are left out of the file, since the other library reads them its own way; they
# have their own tests.
KEPT = {"highway", "oneway", "junction"}
NEVER = {"no", "private", "agricultural"}
ACCESS = {
    CAR: ("access", "vehicle", "motor_vehicle"),
    BICYCLE: ("access", "vehicle", "bicycle"),
    FOOT: ("access", "foot"),
}
CLASSES_TAKEN = {mode: set(classes) - {"track"} for mode, classes in CLASSES.items()}

# In seconds. Both measure the same steps on the same sphere, but for the radius, which the other rounds to the metre
# (0.3 in ten million), and add them up in another order; merging nodes changes no sum. Nothing else may differ.
TOLERANCE = {"rtol": 1e-5, "atol": 0.05}


@pytest.fixture(scope="module")
def andorra() -> Path:
    path = Path(house.SHARED_DIR) / "data/osm-petits-extraits/andorra-2013.osm.pbf"
    if not path.exists():
        message = f"No extract here ({path}): this test needs the shared data folder."
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return path


def plain_copy(source: Path, target: Path, mode: TravelMode) -> Path:
    """The same ways as .osm XML, for both: those of the mode, with the tags that both read."""
    used, ways = osmium.IdTracker(), []
    for way in osmium.FileProcessor(str(source), osmium.osm.WAY):
        tags = {tag.k: tag.v for tag in way.tags}
        if tags.get("highway") in CLASSES_TAKEN[mode] and not NEVER & {tags.get(key) for key in ACCESS[mode]}:
            used.add_references(way)
            ways.append(way.replace(tags={key: value for key, value in tags.items() if key in KEPT}))
            ways[-1] = osmium.osm.mutable.Way(ways[-1], nodes=[node.ref for node in way.nodes], id=way.id)
    with osmium.SimpleWriter(str(target)) as writer:
        for node in osmium.FileProcessor(str(source), osmium.osm.NODE).with_filter(used.id_filter()):
            writer.add_node(osmium.osm.mutable.Node(id=node.id, location=node.location, version=1))
        for way in ways:
            writer.add_way(way)
    return target


def by_osmnx(path: Path, mode: TravelMode) -> nx.MultiDiGraph:
    """Its own one-ways, lengths and simplification; our table of speeds."""
    speeds: Mapping[str, float] = {way: km_h for way, km_h in CLASSES[mode].items() if way != "track"}
    network = osmnx.graph_from_xml(path, bidirectional=mode == FOOT, simplify=False, retain_all=True)
    network = osmnx.add_edge_travel_times(osmnx.add_edge_speeds(network, hwy_speeds=dict(speeds)))
    return osmnx.simplify_graph(network, edge_attr_aggs={"length": sum, "travel_time": sum})


@pytest.mark.parametrize("mode", [CAR, BICYCLE, FOOT])
def test_the_shortest_ways_are_those_of_osmnx_and_networkx(andorra, tmp_path, mode):
    path = plain_copy(andorra, tmp_path / "andorra.osm", mode)
    other = by_osmnx(path, mode)
    graph = graph_of(read_osm(path), mode, delays=NO_DELAYS)
    arcs = csr_array((graph.seconds, graph.indices, graph.indptr), shape=(len(graph.points),) * 2)
    ours = {(round(lat, 7), round(lon, 7)): row for row, (lat, lon) in enumerate(graph.points)}
    places = {node: ours.get((round(data["y"], 7), round(data["x"], 7))) for node, data in other.nodes(data=True)}
    common = {node: row for node, row in places.items() if row is not None}
    assert len(common) > 0.9 * len(places)
    dice = np.random.default_rng(2013)
    ends = dice.choice(sorted(common), 300, replace=False)

    compared = 0
    for start in dice.choice(sorted(common), 40, replace=False):
        theirs = nx.single_source_dijkstra_path_length(other, start, weight="travel_time")
        mine = dijkstra(arcs, indices=common[start])
        expected = np.array([theirs.get(end, np.inf) for end in ends])
        found = np.array([mine[common[end]] for end in ends])
        np.testing.assert_allclose(found, expected, **TOLERANCE)
        compared += int(np.isfinite(expected).sum())
    assert compared > 4_000


def test_junctions_cost_a_driver_about_a_tenth_of_the_way(andorra):
    extract = read_osm(andorra)
    dice = np.random.default_rng(1)
    taken = []
    for delays in (NO_DELAYS, DELAYS[CAR]):
        graph = graph_of(extract, CAR, delays=delays)
        arcs = csr_array((graph.seconds, graph.indices, graph.indptr), shape=(len(graph.points),) * 2)
        rows = np.flatnonzero((graph.piece == 0) & graph.has_door)
        taken.append(dijkstra(arcs, indices=dice.permutation(rows)[:30])[:, rows])
        dice = np.random.default_rng(1)
    free, slowed = taken
    far = np.isfinite(free) & (free > 600)
    assert 1.03 < np.median(slowed[far] / free[far]) < 1.2


@pytest.mark.django_db
def test_the_command_loads_andorra_and_minutes_follow_its_valleys(andorra, capsys):
    estimated = travel_times()
    call_command("import_roads", str(andorra))
    told = capsys.readouterr().out

    roads = travel_times()
    places = np.array([PALACE, SOLDEU, ESCALDES])
    by_car = roads.times(Point(*PALACE), roads.tie(places), mode=CAR, limit=90)
    on_foot = roads.times(Point(*PALACE), roads.tie(places), mode=FOOT, limit=60)

    assert "1 578 voies lues".replace(" ", "\u202f", 1) in told
    assert "Estimation en voiture" in told
    assert (estimated.label, roads.label) == ("estimé", "calculé sur les routes")
    assert by_car.minutes[0] == 3
    assert 20 <= by_car.minutes[1] <= 35  # 19 km of mountain road, some 25 minutes for the drivers of this valley.
    assert 18 <= on_foot.minutes[2] <= 30  # 1.1 km as the crow flies, through streets.
    assert by_car.minutes[2] < on_foot.minutes[2]
    assert np.isinf(on_foot.minutes[1])
    assert not by_car.is_estimate.any()


@pytest.mark.django_db
def test_the_estimate_is_closer_to_the_roads_once_held_against_them(andorra):
    call_command("import_roads", str(andorra), verbosity=0)

    for held in travel_times().calibration:
        assert held.pairs > 1_000
        assert held.after.median < held.before.median
        assert held.after.late <= held.before.late
        assert held.mode == FOOT or held.after.within_five > held.before.within_five  # On foot, valleys decide.
