"""The roads of L'Aubrelle: what a map of them must show, and how long people of the place take."""

from collections import Counter

import numpy as np
import osmium
import pytest
import shapely
from shapely.geometry import LineString, Polygon

from maillage.demo.aubrelle import shapes_geojson
from maillage.demo.aubrelle.roads import Road
from maillage.demo.aubrelle.roads.ground import to_degrees, to_km
from maillage.territories.actions import Point
from maillage.territories.choices import TravelMode

CAR, BICYCLE, FOOT = TravelMode.CAR, TravelMode.BICYCLE, TravelMode.FOOT
A_DAY = 1440
pytestmark = pytest.mark.django_db  # Else, run alone, it would be given no database of its own.


@pytest.fixture(scope="module")
def segments(drawn):
    """Straight parts of roads, in kilometres."""
    return shapely.linestrings(drawn.net.points[drawn.net.edges])


def minutes(times, start, end, mode):
    """From one place to another, both in kilometres east and north of the middle of the Département."""
    (longitude, latitude), there = to_degrees(np.array([start, end]))
    return float(times.minutes(Point(latitude, longitude), there[None, ::-1], mode=mode, limit=A_DAY)[0])


def centre(drawn, name):
    return drawn.ground.centres[drawn.ground.names.index(name)]


# -- The map -------------------------------------------------------------------------------------------------------


def test_it_is_as_large_as_the_network_of_a_small_departement(written, loaded):
    assert 195_000 < written.nodes < 215_000
    assert 900_000 < sum(mode.arcs for mode in loaded.modes) < 1_250_000
    assert 18_000 < written.kilometres < 25_000


def test_two_bridges_only_cross_the_river(drawn, segments):
    crossing = np.flatnonzero(shapely.crosses(drawn.ground.river, segments))
    assert len(crossing) == 2
    assert drawn.net.bridges[crossing].all()
    at = shapely.get_coordinates(shapely.centroid(segments[crossing]))
    towns = ["Melune", "Port-Sablière"]
    assert [np.hypot(*(at - centre(drawn, town)).T).min() < 7 for town in towns] == [True, True]


def test_no_road_leaves_the_departement(country, drawn):
    outline = Polygon(to_km(country.departement.outline[0]))
    assert shapely.contains_properly(outline, shapely.points(drawn.net.points)).all()


def test_main_roads_pass_through_the_middle_of_each_commune(drawn):
    main = np.unique(drawn.net.edges[drawn.net.kinds <= Road.TERTIARY])
    away = np.hypot(*(drawn.net.points[main][None] - drawn.ground.centres[:, None]).transpose(2, 0, 1)).min(axis=1)
    assert away.max() < 0.05


def test_streets_are_more_numerous_where_more_people_live(drawn):
    streets = drawn.net.kinds == Road.RESIDENTIAL
    count = Counter(drawn.net.communes[drawn.net.edges[streets, 0]].tolist())
    order = sorted(count, key=lambda rank: count[rank])
    largest, smallest = order[-10:], order[:10]
    assert drawn.ground.people[largest].min() > drawn.ground.people[smallest].max()


def test_the_motorway_has_two_directions_and_touches_only_its_interchanges(drawn):
    net = drawn.net
    motorway, ramps = net.kinds == Road.MOTORWAY, net.kinds == Road.MOTORWAY_LINK
    starts, ends = net.edges[motorway].T
    assert (np.bincount(starts).max(), np.bincount(ends).max()) == (1, 1)
    others = np.unique(net.edges[~motorway & ~ramps])
    met = np.intersect1d(np.unique(net.edges[motorway]), others)
    assert len(met) == 2  # Its two ends: one drives in there from a main road.
    assert len(np.intersect1d(np.unique(net.edges[ramps]), others)) == 2 * 5
    assert ramps.sum() == 4 * 5


def test_a_surveyor_finds_what_openstreetmap_has_elsewhere(roads_file):
    classes, names, marks = Counter(), set(), Counter()
    for thing in osmium.FileProcessor(str(roads_file[0])):
        tags = dict(thing.tags)
        if thing.is_node():
            marks[tags.get("barrier") or tags.get("highway")] += 1
            continue
        classes[tags.get("highway", "water")] += 1
        marks.update(f"{key}={tags[key]}" for key in ("oneway", "access", "junction", "bridge") if key in tags)
        names.add(tags.get("name"))
    assert set(classes) == {road.name.lower() for road in Road if road != Road.DRIVEWAY} | {"water"}
    assert marks["oneway=yes"] > 500
    assert min(marks[m] for m in ("bollard", "gate", "traffic_signals", "access=private", "junction=roundabout")) > 20
    assert "Rue du Lavoir" in names


def test_a_structure_gives_as_its_address_the_street_it_stands_in(country, roads_file, drawn):
    """Several structures of one street of the map may say several names: one of them is on the map."""
    named = {dict(way.tags).get("name") for way in osmium.FileProcessor(str(roads_file[0])) if way.is_way()}
    said = {structure["adresse"] for structure in country.structures if structure["adresse"]}
    streets = {street.lstrip("0123456789 ") for street in said}
    assert {street[:1].upper() + street[1:] for street in streets} - named == set()


# -- The house reads it --------------------------------------------------------------------------------------------


def test_one_can_go_from_anywhere_to_anywhere_and_back(loaded):
    for mode in loaded.modes:
        assert len(mode.pieces) == 1
        assert mode.left_out == 0
    assert loaded.missing == 0


def test_each_structure_stands_near_a_street(country, by_road):
    known = [s for s in country.structures if s["longitude"] is not None]
    ties = by_road.tie(np.array([(s["latitude"], s["longitude"]) for s in known]))
    assert len(known) > 100
    for mode in TravelMode:
        assert np.nanmax(ties.metres[mode]) < 60
        assert (ties.nodes[mode] >= 0).all()


def test_a_drop_in_at_the_town_hall_is_in_a_street(country, by_road):
    away = [s for s in country.services if s["adresse"] == "Place de la Mairie" and s["latitude"] is not None]
    ties = by_road.tie(np.array([(s["latitude"], s["longitude"]) for s in away]))
    assert max(np.nanmax(ties.metres[mode]) for mode in TravelMode) < 60


def facing(drawn, along):
    """Two places on either bank, 600 metres apart, `along` kilometres down the river."""
    river: LineString = drawn.ground.river
    before, at, after = (np.array(river.interpolate(along + step).coords[0]) for step in (-0.3, 0, 0.3))
    east, north = (after - before) / np.hypot(*(after - before))
    across = np.array([-north, east])
    return at + 0.3 * across, at - 0.3 * across


def test_on_foot_the_other_bank_is_a_day_away_where_there_is_no_bridge(drawn, by_road):
    """As the crow flies they are six hundred metres apart, some ten minutes; Melune's bridge is 8 km upstream."""
    here, there = facing(drawn, 61)
    assert np.hypot(*(here - there)) == pytest.approx(0.6, abs=0.001)
    on_foot = minutes(by_road, here, there, FOOT)
    assert on_foot > 180
    bridge = shapely.get_coordinates(shapely.centroid(_bridges(drawn)))
    round_about = np.hypot(*(here - bridge).T) + np.hypot(*(there - bridge).T)
    assert on_foot > 60 * round_about.min() / 4.0  # At 4 km/h, by the nearest bridge in a straight line.


def _bridges(drawn):
    lines = shapely.linestrings(drawn.net.points[drawn.net.edges])
    return lines[shapely.crosses(drawn.ground.river, lines)]


def test_at_the_bridge_of_melune_one_walks_across(drawn, by_road):
    bridge = shapely.get_coordinates(shapely.centroid(_bridges(drawn)))
    at = bridge[np.hypot(*(bridge - centre(drawn, "Melune")).T).argmin()]
    here, there = facing(drawn, drawn.ground.river.project(shapely.Point(at)))
    assert minutes(by_road, here, there, FOOT) < 20


def test_from_castelorme_the_first_town_across_the_river_is_an_hour_by_car(drawn, by_road):
    """The sub-prefecture faces Brévigny; the only bridges are downstream."""
    assert minutes(by_road, centre(drawn, "Castelorme"), centre(drawn, "Brévigny-le-Haut"), CAR) > 60


def test_the_motorway_is_faster_for_long_trips_and_closed_to_bicycles(drawn, by_road):
    west, east = centre(drawn, "Évrelles"), centre(drawn, "Rochebrelle")
    flight = np.hypot(*(west - east))
    assert flight / minutes(by_road, west, east, CAR) * 60 > 75
    for start, end in (("Montaubry", "Fontbruyère"), ("Coursolles-le-Grand", "Vaudorme")):
        there = np.hypot(*(centre(drawn, start) - centre(drawn, end)))
        assert there / minutes(by_road, centre(drawn, start), centre(drawn, end), CAR) * 60 < 60
    assert flight / minutes(by_road, west, east, BICYCLE) * 60 < 15


def test_a_dead_end_valley_costs_a_detour(drawn, by_road):
    """At the end of their lanes, neighbours across a ridge go down one valley and up the next."""
    hills, plain = (_minutes_between_ends(drawn, by_road, name) for name in ("Peyrelune", "Ormevalle"))
    assert np.median(hills) > 1.5 * np.median(plain)
    assert np.quantile(hills, 0.9) > 1.4 * np.quantile(plain, 0.9)


def _minutes_between_ends(drawn, by_road, commune):
    """By car between the ends of lanes that are one to two and a half kilometres apart as the crow flies."""
    net, rank = drawn.net, drawn.ground.names.index(commune)
    lanes = net.edges[net.kinds <= Road.SERVICE]
    ends = np.flatnonzero((np.bincount(lanes.ravel(), minlength=len(net.points)) == 1) & (net.communes == rank))
    chosen = net.points[ends[:: max(1, len(ends) // 16)]]
    degrees = to_degrees(chosen)[:, ::-1]
    taken = []
    for place, start in zip(chosen, degrees, strict=True):
        apart = np.hypot(*(chosen - place).T)
        times = by_road.minutes(Point(*start), degrees, mode=CAR, limit=60)
        taken.append(times[(apart > 1) & (apart < 2.5)])
    return np.concatenate(taken)


def test_geojson_and_roads_speak_of_the_same_ground(country, drawn):
    codes = [feature["properties"]["code"] for feature in shapes_geojson(country)["features"]]
    assert list(drawn.ground.codes) == codes
