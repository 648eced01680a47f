"""Who may pass, how fast, both ways: what the tags of a way mean to someone driving, riding, walking."""

import pytest

from maillage.territories.choices import TravelMode
from maillage.territories.roads.access import MODES, is_closed
from maillage.territories.roads.speeds import limit, seconds
from maillage.territories.roads.ways import RING, kind_of

CAR, BICYCLE, FOOT = TravelMode.CAR, TravelMode.BICYCLE, TravelMode.FOOT


def speeds(mode, **tags):
    """Km/h as drawn, and against it; « _ » in a name stands for « : »."""
    kind = kind_of({key.replace("_", ":") if key != "motor_vehicle" else key: value for key, value in tags.items()})
    column = MODES.index(mode)
    return kind.forward[column], kind.backward[column]


def opens(mode, **tags):
    return tuple(speed > 0 for speed in speeds(mode, **tags))


BOTH, AHEAD, AGAINST, CLOSED = (True, True), (True, False), (False, True), (False, False)


@pytest.mark.parametrize(
    ("tags", "car", "bicycle", "foot"),
    [
        ({"highway": "residential"}, BOTH, BOTH, BOTH),
        ({"highway": "residential", "oneway": "yes"}, AHEAD, AHEAD, BOTH),
        ({"highway": "residential", "oneway": "-1"}, AGAINST, AGAINST, BOTH),
        ({"highway": "residential", "oneway": "reversible"}, CLOSED, CLOSED, BOTH),
        ({"highway": "residential", "oneway": "alternating"}, BOTH, BOTH, BOTH),
        ({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, AHEAD, BOTH, BOTH),
        ({"highway": "residential", "oneway": "yes", "cycleway": "opposite_lane"}, AHEAD, BOTH, BOTH),
        ({"highway": "residential", "oneway": "yes", "cycleway:left:oneway": "-1"}, AHEAD, BOTH, BOTH),
        ({"highway": "residential", "oneway": "yes", "oneway:foot": "yes"}, AHEAD, AHEAD, AHEAD),
        ({"highway": "secondary", "junction": "roundabout"}, AHEAD, AHEAD, BOTH),
        ({"highway": "secondary", "junction": "roundabout", "oneway": "no"}, BOTH, BOTH, BOTH),
        ({"highway": "motorway"}, AHEAD, CLOSED, CLOSED),
        ({"highway": "motorway_link", "oneway": "yes"}, AHEAD, CLOSED, CLOSED),
        ({"highway": "trunk", "motorroad": "yes"}, BOTH, CLOSED, CLOSED),
        ({"highway": "trunk", "sidewalk": "both"}, BOTH, CLOSED, BOTH),
        ({"highway": "primary"}, BOTH, BOTH, BOTH),
        ({"highway": "footway"}, CLOSED, BOTH, BOTH),
        ({"highway": "steps"}, CLOSED, BOTH, BOTH),
        ({"highway": "cycleway"}, CLOSED, BOTH, BOTH),
        ({"highway": "track"}, CLOSED, BOTH, BOTH),
        ({"highway": "track", "motor_vehicle": "yes"}, BOTH, BOTH, BOTH),
        ({"highway": "track", "tracktype": "grade1"}, BOTH, BOTH, BOTH),
        ({"highway": "path", "sac_scale": "alpine_hiking"}, CLOSED, CLOSED, CLOSED),
        ({"highway": "path", "sac_scale": "hiking"}, CLOSED, CLOSED, BOTH),
        ({"highway": "construction"}, CLOSED, CLOSED, CLOSED),
        ({"highway": "service", "access": "private"}, CLOSED, CLOSED, CLOSED),
        ({"highway": "service", "access": "private", "foot": "yes"}, CLOSED, CLOSED, BOTH),
        ({"highway": "residential", "access": "no", "bicycle": "yes", "foot": "yes"}, CLOSED, BOTH, BOTH),
        ({"highway": "residential", "access": "destination"}, BOTH, BOTH, BOTH),
        ({"highway": "residential", "motor_vehicle": "no"}, CLOSED, BOTH, BOTH),
        ({"highway": "residential", "vehicle": "no"}, CLOSED, CLOSED, BOTH),
        ({"highway": "residential", "vehicle": "no", "motorcar": "yes"}, BOTH, CLOSED, BOTH),
        ({"highway": "primary", "bicycle": "use_sidepath"}, BOTH, CLOSED, BOTH),
        ({"highway": "primary", "foot": "no"}, BOTH, BOTH, CLOSED),
        ({"route": "ferry"}, CLOSED, BOTH, BOTH),
        ({"route": "ferry", "motor_vehicle": "yes"}, BOTH, BOTH, BOTH),
        ({"route": "ferry", "foot": "no", "motorcar": "yes"}, BOTH, BOTH, CLOSED),
        ({"route": "bus"}, CLOSED, CLOSED, CLOSED),
    ],
)
def test_who_may_go_where_and_which_way(tags, car, bicycle, foot):
    kind = kind_of(tags)

    for column, expected in enumerate((car, bicycle, foot)):
        assert (kind.forward[column] > 0, kind.backward[column] > 0) == expected, MODES[column]


@pytest.mark.parametrize(
    ("node", "stopped"),
    [
        ({"barrier": "bollard"}, {CAR}),
        ({"barrier": "gate"}, set()),
        ({"barrier": "gate", "locked": "yes"}, {CAR, BICYCLE, FOOT}),
        ({"barrier": "gate", "access": "private"}, {CAR, BICYCLE, FOOT}),
        ({"barrier": "gate", "access": "no", "foot": "yes", "bicycle": "yes"}, {CAR}),
        ({"barrier": "lift_gate"}, set()),
        ({"barrier": "stile"}, {CAR, BICYCLE}),
        ({"barrier": "block", "motor_vehicle": "yes"}, set()),
        ({"barrier": "wall"}, {CAR, BICYCLE, FOOT}),
        ({"barrier": "cattle_grid"}, set()),
        ({"highway": "crossing", "access": "no"}, set()),
    ],
)
def test_a_barrier_stops_those_it_stops(node, stopped):
    assert {mode for mode in MODES if is_closed(node, mode)} == stopped


def test_a_car_goes_by_the_class_of_the_way_then_by_the_sign():
    assert speeds(CAR, highway="secondary") == (55, 55)
    assert speeds(CAR, highway="secondary", maxspeed="80") == (64, 64)
    assert speeds(CAR, highway="residential", maxspeed="FR:urban") == (40, 40)
    assert speeds(CAR, highway="unclassified", maxspeed="80") == (50, 50)  # Never more than twice the class.
    assert speeds(CAR, highway="primary", maxspeed_forward="50", maxspeed="80") == (40, 64)
    assert speeds(CAR, highway="residential", zone_maxspeed="FR:30") == (24, 24)
    assert speeds(CAR, highway="residential", maxspeed="signals") == (25, 25)


def test_soft_ground_slows_a_car_and_a_bicycle_and_nobody_on_foot():
    assert speeds(CAR, highway="unclassified", maxspeed="80", surface="gravel") == (30, 30)
    assert speeds(CAR, highway="track", motor_vehicle="yes", tracktype="grade5") == (15, 15)
    assert speeds(BICYCLE, highway="track", surface="sand") == (3, 3)
    assert speeds(FOOT, highway="track", surface="sand") == (4, 4)


def test_one_walks_beside_the_bicycle_on_a_footpath_and_rides_where_it_is_welcome():
    assert speeds(BICYCLE, highway="footway") == (4, 4)
    assert speeds(BICYCLE, highway="footway", bicycle="designated") == (15, 15)
    assert speeds(BICYCLE, highway="cycleway", bicycle="dismount") == (4, 4)
    assert speeds(BICYCLE, highway="steps") == (2, 2)


def test_whoever_is_on_the_ring_goes_first_and_nobody_stops_on_a_motorway_a_bridge_or_a_boat():
    assert kind_of({"highway": "residential", "junction": "roundabout"}).rank == RING
    assert kind_of({"highway": "primary"}).rank > kind_of({"highway": "residential"}).rank
    for apart in ({"highway": "motorway"}, {"highway": "primary", "bridge": "yes"}, {"route": "ferry"}):
        assert kind_of(apart).is_apart
    assert not kind_of({"highway": "primary", "bridge": "no", "tunnel": "no"}).is_apart


@pytest.mark.parametrize(
    ("text", "km_h"),
    [
        ("50", 50), ("50 km/h", 50), ("30 mph", 48.28032), ("FR:urban", 50), ("FR:rural", 80), ("FR:motorway", 130),
        ("FR:zone30", 30), ("FR:30", 30), ("FR:living_street", 20), ("walk", 6), ("none", 130), ("90;70", 70),
        ("50|30", 30), ("", 0), ("signals", 0), ("variable", 0), ("50 parsecs", 0), ("٥٠x", 0),
    ],
)  # fmt: skip
def test_a_limit_is_read_as_people_write_it(text, km_h):
    assert limit(text) == pytest.approx(km_h)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:20", 1200), ("1:30", 5400), ("00:20:30", 1230), ("20", 1200), ("PT20M", 1200), ("PT1H30M", 5400), ("", 0),
        ("about an hour", 0),
    ],
)  # fmt: skip
def test_how_long_a_boat_takes_is_read_as_people_write_it(text, expected):
    assert seconds(text) == expected
