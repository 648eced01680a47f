"""The shortest way of the house against the slowest and plainest one, on small networks of every kind."""

import heapq
import itertools
import math
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from maillage.territories.choices import TravelMode
from maillage.territories.ground import Point, great_circle_km
from maillage.territories.roads.access import MODES
from maillage.territories.roads.edges import DELAYS, NO_DELAYS
from maillage.territories.roads.graph import graph_of
from maillage.territories.roads.network import ModeNetwork
from maillage.territories.roads.osm import read_osm
from maillage.territories.tests.osm_files import at, osm_file

CAR, BICYCLE, FOOT = TravelMode.CAR, TravelMode.BICYCLE, TravelMode.FOOT

# What the plain reference knows, written again on purpose: km/h of each mode; 0 where it may not go.
PLAIN_SPEEDS = {
    "residential": (25, 15, 4), "primary": (65, 15, 4), "motorway": (90, 0, 0), "footway": (0, 4, 4),
    "cycleway": (0, 15, 4), "service": (15, 15, 4),
}  # fmt: skip
WAYS = [
    *({"highway": way} for way in PLAIN_SPEEDS),
    {"highway": "residential", "oneway": "yes"},
    {"highway": "residential", "oneway": "-1"},
    {"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"},
    {"highway": "primary", "junction": "roundabout"},
    {"highway": "service", "access": "private"},
    {"highway": "residential", "motor_vehicle": "no"},
    {"route": "ferry", "duration": "00:05"},
    {"route": "ferry", "motor_vehicle": "yes"},
]
BARRIERS = [{"barrier": "bollard"}, {"barrier": "gate"}, {"barrier": "wall"}, {"barrier": "stile"}]
STOPPED = {"bollard": {CAR}, "gate": set(), "wall": set(MODES), "stile": {CAR, BICYCLE}}


def plain_arcs(points, ways, mode):
    """{point: [(point, seconds)]}: each step of each way, as one would do by hand."""
    arcs = {number: [] for number in points}
    for nodes, tags in ways:
        lengths = [
            1000 * great_circle_km(Point(*points[a]), np.array([points[b]]))[0] for a, b in itertools.pairwise(nodes)
        ]
        for (a, b), metres in zip(itertools.pairwise(nodes), lengths, strict=True):
            there, back = plain_seconds(tags, mode, metres, sum(lengths))
            if a != b and there is not None:
                arcs[a].append((b, there))
            if a != b and back is not None:
                arcs[b].append((a, back))
    return arcs


def plain_seconds(tags, mode, metres, whole):
    column = MODES.index(mode)
    if tags.get("route") == "ferry":
        if mode == CAR and "motor_vehicle" not in tags:
            return None, None
        taken = 300 * metres / max(whole, 1e-9) if "duration" in tags else 3.6 * metres / 10
        return taken, taken
    km_h = PLAIN_SPEEDS[tags["highway"]][column]
    if not km_h or tags.get("access") == "private" or (mode == CAR and tags.get("motor_vehicle") == "no"):
        return None, None
    taken = 3.6 * metres / km_h
    one_way = tags.get("oneway", "yes" if "junction" in tags or tags["highway"] == "motorway" else "no")
    if mode == FOOT or (mode == BICYCLE and tags.get("oneway:bicycle") == "no"):
        one_way = "no"
    return (None if one_way == "-1" else taken), (None if one_way == "yes" else taken)


def plain_dijkstra(arcs, start, shut):
    """{point: seconds}: what is shut is reached and not passed."""
    best, waiting = {}, [(0.0, start)]
    while waiting:
        seconds, point = heapq.heappop(waiting)
        if point in best:
            continue
        best[point] = seconds
        if point not in shut:
            for after, more in arcs[point]:
                heapq.heappush(waiting, (seconds + more, after))
    return best


@st.composite
def networks(draw):
    """A few points on a shuffled grid, ways through some of them in any order, barriers on some."""
    cell = draw(st.sampled_from([40.0, 300.0]))
    count = draw(st.integers(2, 12))
    cells = draw(st.permutations(range(16)))[:count]
    # Off the grid by a few metres each, so that no node put along a straight road falls on a point.
    points = {
        number: at(cell * (place // 4) + 1.3 * number, cell * (place % 4) + 0.17 * number**2)
        for number, place in enumerate(cells, 1)
    }
    numbers = st.sampled_from(sorted(points))  # Of the grid.
    way = st.tuples(st.lists(numbers, min_size=2, max_size=6), st.sampled_from(WAYS))
    ways = draw(st.lists(way, min_size=1, max_size=8))
    points |= {98: at(-9000), 99: at(-9100)}  # One way open to all, far away: a file without any is refused.
    ways.append(([98, 99], {"highway": "residential"}))
    tagged = draw(st.dictionaries(numbers, st.sampled_from(BARRIERS), max_size=3))
    return points, ways, tagged


@settings(max_examples=150, deadline=None)
@given(networks(), st.sampled_from(MODES))
def test_the_graph_tells_what_a_plain_search_through_the_ways_tells(network, mode):
    points, ways, tagged = network
    with tempfile.TemporaryDirectory() as folder:
        path = osm_file(Path(folder) / "some.osm", points, ways, tagged=tagged)
        graph = graph_of(read_osm(path), mode, delays=NO_DELAYS)
    shut = {number for number, tags in tagged.items() if mode in STOPPED[tags["barrier"]]}
    kept = rows_of(graph, points)
    arcs = csr_array((graph.seconds, graph.indices, graph.indptr), shape=(len(graph.points),) * 2)
    plain = plain_arcs(points, ways, mode)

    for start in kept.keys() - shut:
        found, expected = dijkstra(arcs, indices=kept[start][0]), plain_dijkstra(plain, start, shut)
        for end, rows in kept.items():
            seconds = min(found[row] for row in rows)
            assert seconds == pytest.approx(expected.get(end, math.inf), rel=1e-5, abs=0.01), (start, end)


@settings(max_examples=60, deadline=None)
@given(networks(), st.sampled_from(MODES), st.data())
def test_the_nearest_of_many_is_the_nearest_of_each(network, mode, data):
    points, ways, tagged = network
    with tempfile.TemporaryDirectory() as folder:
        graph = graph_of(
            read_osm(osm_file(Path(folder) / "some.osm", points, ways, tagged=tagged)), mode, delays=DELAYS[mode]
        )
    if not len(graph.points):
        return
    rows = st.integers(0, len(graph.points) - 1)
    nodes = np.array(data.draw(st.lists(rows, min_size=1, max_size=4)), np.int32)
    extra = np.array(data.draw(st.lists(st.floats(0, 900), min_size=len(nodes), max_size=len(nodes))))
    limit = data.draw(st.sampled_from([120.0, math.inf]))

    found, which = ModeNetwork(graph).seconds_to_nearest(nodes, extra, limit=limit)

    arcs = csr_array((graph.seconds, graph.indices, graph.indptr), shape=(len(graph.points),) * 2)
    each = dijkstra(arcs)[:, nodes] + extra
    best = np.where(each.min(axis=1) <= limit, each.min(axis=1), np.inf)
    np.testing.assert_allclose(found, best, atol=1e-6)
    chosen = np.where(which >= 0, each[np.arange(len(each)), which], np.inf)
    np.testing.assert_allclose(chosen, best, atol=1e-6)


def rows_of(graph, points):
    """Rows of the graph by point: several where a barrier cut it; none where it was merged, or no way passes."""
    known = {}
    for row, (latitude, longitude) in enumerate(graph.points):
        known.setdefault((round(latitude, 6), round(longitude, 6)), []).append(row)
    return {
        number: known[key] for number, place in points.items() if (key := tuple(round(x, 6) for x in place)) in known
    }


# -- What one loses at junctions -------------------------------------------------------------------------------------


def crossroads(tmp_path, *, main="primary", side="residential", tagged=None):
    """A main road from 2 (south) by 1 to 3 (north), a side road from 4 (west) by 1 to 5 (east), 100 m each."""
    points = {1: at(0), 2: at(-100), 3: at(100), 4: at(0, -100), 5: at(0, 100)}
    ways = [([2, 1, 3], {"highway": main}), ([4, 1, 5], {"highway": side})]
    return read_osm(osm_file(tmp_path / "cross.osm", points, ways, tagged=tagged)), points


def seconds_lost(extract, points, mode, *, start, end):
    taken = []
    for delays in (DELAYS[mode], NO_DELAYS):
        graph = graph_of(extract, mode, delays=delays)
        rows = rows_of(graph, points)
        arcs = csr_array((graph.seconds, graph.indices, graph.indptr), shape=(len(graph.points),) * 2)
        taken.append(dijkstra(arcs, indices=rows[start][0])[rows[end][0]])
    return pytest.approx(taken[0] - taken[1], abs=1e-6)


def test_the_main_road_goes_first_the_side_road_waits(tmp_path):
    extract, points = crossroads(tmp_path)

    assert seconds_lost(extract, points, CAR, start=2, end=3) == 0
    assert seconds_lost(extract, points, CAR, start=4, end=5) == DELAYS[CAR].give_way
    assert seconds_lost(extract, points, BICYCLE, start=4, end=3) == DELAYS[BICYCLE].give_way
    assert seconds_lost(extract, points, FOOT, start=4, end=5) == 0


def test_among_equals_one_gives_way_to_the_right(tmp_path):
    extract, points = crossroads(tmp_path, main="residential")

    assert seconds_lost(extract, points, CAR, start=2, end=3) == DELAYS[CAR].equals


def test_lights_stop_everybody(tmp_path):
    extract, points = crossroads(tmp_path, tagged={1: {"highway": "traffic_signals"}})

    for mode in MODES:
        assert seconds_lost(extract, points, mode, start=2, end=5) == DELAYS[mode].signals


def test_a_bend_is_no_junction(tmp_path):
    points = {1: at(0), 2: at(0, 300), 3: at(300, 300)}
    extract = read_osm(osm_file(tmp_path / "bend.osm", points, [([1, 2, 3], {"highway": "residential"})]))

    assert seconds_lost(extract, points, CAR, start=1, end=3) == 0


def test_one_waits_once_for_the_boat(tmp_path):
    points = {1: at(0), 2: at(200), 3: at(400), 4: at(600)}
    crossing = ([1, 2, 3], {"route": "ferry", "duration": "00:07"})
    extract = read_osm(osm_file(tmp_path / "boat.osm", points, [crossing, ([3, 4], {"highway": "residential"})]))

    graph = graph_of(extract, FOOT, delays=DELAYS[FOOT])
    rows = rows_of(graph, points)
    arcs = csr_array((graph.seconds, graph.indices, graph.indptr), shape=(len(graph.points),) * 2)
    assert dijkstra(arcs, indices=rows[1][0])[rows[3][0]] == pytest.approx(7 * 60 + DELAYS[FOOT].boarding)
    assert not graph.has_door[rows[1][0]]  # One does not live on the boat's side of the landing.
    assert graph.has_door[rows[4][0]]


# -- Where places can be tied ----------------------------------------------------------------------------------------


def test_a_long_straight_road_has_a_node_every_150_metres_and_a_winding_one_no_more(tmp_path):
    winding = {number: at(20.0 * number, 3000 + 5 * (number % 2)) for number in range(10, 110)}
    points = {1: at(0), 2: at(2000), **winding}
    ways = [([1, 2], {"highway": "residential"}), (sorted(winding), {"highway": "residential"})]
    extract = read_osm(osm_file(tmp_path / "long.osm", points, ways))

    graph = graph_of(extract, CAR, delays=NO_DELAYS)

    network = ModeNetwork(graph)
    for north in range(0, 2000, 37):
        _, metres = network.nearest_node(Point(*at(north)))
        assert metres <= 76
    assert 14 + 14 <= len(graph.points) <= 15 + 28  # Twice 2 km: a node every 143 m, and between 75 and 150 m.


def test_nobody_gets_on_a_motorway_from_the_field_beside_it(tmp_path):
    points = {1: at(0), 2: at(1000), 3: at(0, 700), 4: at(1000, 700)}
    ways = [([1, 2], {"highway": "motorway", "oneway": "no"}), ([3, 4], {"highway": "residential"})]
    ways.append(([1, 3], {"highway": "motorway_link"}))
    network = ModeNetwork(graph_of(read_osm(osm_file(tmp_path / "field.osm", points, ways)), CAR, delays=NO_DELAYS))

    node, metres = network.nearest_node(Point(*at(500, 10)))

    assert network.graph.points[node][1] == pytest.approx(points[3][1], abs=1e-6)
    assert 600 < metres < 700


def test_one_point_or_many_are_tied_alike(tmp_path):
    dice = np.random.default_rng(7)
    points = {number: at(*place) for number, place in enumerate(dice.uniform(-9000, 9000, (300, 2)), 1)}
    ways = [(list(dice.choice(300, 4, replace=False) + 1), {"highway": "residential"}) for _ in range(200)]
    network = ModeNetwork(graph_of(read_osm(osm_file(tmp_path / "many.osm", points, ways)), CAR, delays=NO_DELAYS))
    places = np.array([at(*place) for place in dice.uniform(-12000, 12000, (200, 2))] + [(np.nan, 2.0), (91.0, 2.0)])

    nodes, metres = network.nearest_nodes(places)
    one_by_one, apart = network.tied(places)

    assert (nodes >= 0).sum() > 100
    assert (nodes == -1).sum() > 2
    np.testing.assert_array_equal(nodes >= 0, one_by_one >= 0)
    np.testing.assert_allclose(metres, apart, atol=0.5)


def test_the_same_file_gives_the_same_graph(tmp_path):
    extract, _ = crossroads(tmp_path)

    first, second = (graph_of(extract, CAR, delays=DELAYS[CAR]) for _ in range(2))
    for name, array in first.arrays.items():
        np.testing.assert_array_equal(array, second.arrays[name])
