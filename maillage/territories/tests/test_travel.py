"""How long it takes, estimated: the same both ways, never shorter when farther."""

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.territories.choices import Density, TravelMode
from maillage.territories.travel import DENSITIES, DistanceEstimate, Point, great_circle_km, travel_times

MELUN, FONTAINEBLEAU = (48.5444, 2.6580), (48.4065, 2.6809)
latitudes, longitudes = st.floats(-85, 85), st.floats(-180, 180)
modes, densities = st.sampled_from(TravelMode), st.sampled_from(DENSITIES)
FOR_EVER = 10_000_000


def minutes(origin, destination, *, mode=TravelMode.CAR, limit=FOR_EVER, here=Density.SPARSE, there=Density.SPARSE):
    ranks = np.array([DENSITIES.index(there)])
    found = travel_times().minutes(
        Point(*origin, here), np.array([destination]), mode=mode, limit=limit, densities=ranks
    )
    return float(found[0])


def test_from_melun_to_fontainebleau_takes_about_half_an_hour_by_car():
    assert 25 <= minutes(MELUN, FONTAINEBLEAU, here=Density.DENSE, there=Density.INTERMEDIATE) <= 35
    assert 80 <= minutes(MELUN, FONTAINEBLEAU, mode=TravelMode.BICYCLE) <= 110
    assert travel_times().label == "estimé"


def test_half_an_hour_on_foot_is_a_mile():
    assert minutes((48.5, 2.6), (48.5 + 1.5 / 111.2, 2.6), mode=TravelMode.FOOT) == 30


def test_the_countryside_is_faster_than_the_town():
    slow, fast = minutes(MELUN, FONTAINEBLEAU, here=Density.DENSE, there=Density.DENSE), minutes(MELUN, FONTAINEBLEAU)
    assert slow > fast


@given(latitudes, longitudes, latitudes, longitudes, modes, densities, densities)
def test_the_way_back_is_as_long_as_the_way_there(a, b, c, d, mode, here, there):
    there_time = minutes((a, b), (c, d), mode=mode, here=here, there=there)
    back_time = minutes((c, d), (a, b), mode=mode, here=there, there=here)

    assert there_time == back_time
    assert there_time >= 0
    assert there_time == int(there_time)


@given(latitudes, longitudes, st.floats(0, 2), st.floats(1, 3), modes, densities, densities)
def test_farther_is_never_shorter(latitude, longitude, degrees, times, mode, here, there):
    near, far = (latitude, longitude + degrees), (latitude, longitude + degrees * times)
    facts = {"mode": mode, "here": here, "there": there}

    assert minutes((latitude, longitude), near, **facts) <= minutes((latitude, longitude), far, **facts)


@given(latitudes, longitudes, st.floats(0, 1), modes, st.integers(0, 240), densities, densities)
def test_beyond_the_limit_nothing_is_reached_and_beyond_the_reach_nothing_is_within(
    latitude, longitude, degrees, mode, limit, here, there
):
    destination = (latitude + degrees, longitude)
    found = minutes((latitude, longitude), destination, mode=mode, limit=limit, here=here, there=there)
    distance = great_circle_km(Point(latitude, longitude), np.array([destination]))[0]

    assert found <= limit or math.isinf(found)
    if distance > travel_times().reach_km(mode, limit, here) + 0.001:
        assert math.isinf(found)


@given(modes, st.integers(4, 240), densities)
def test_the_reach_is_no_wider_than_needed(mode, limit, here):
    reach = travel_times().reach_km(mode, limit, here)
    edge = (math.degrees(reach * 0.999 / 6371.0088), 0.0)

    assert minutes((0.0, 0.0), edge, mode=mode, limit=limit, here=here) <= limit


def test_who_is_there_already_only_parks():
    assert [minutes(MELUN, MELUN, mode=mode) for mode in TravelMode] == [3, 2, 0]


def test_a_place_without_coordinates_is_out_of_reach_and_no_place_is_no_time():
    nowhere = np.array([[np.nan, np.nan], MELUN])
    estimate = DistanceEstimate()

    found = estimate.minutes(Point(*MELUN), nowhere, mode=TravelMode.CAR, limit=30)
    assert found.tolist() == [math.inf, 3.0]
    assert estimate.minutes(Point(*MELUN), np.empty((0, 2)), mode=TravelMode.CAR, limit=30).shape == (0,)


def test_a_hundred_thousand_places_are_reached_at_once():
    dice = np.random.default_rng(77)
    places, ranks = dice.uniform([48, 2], [49, 3.5], (100_000, 2)), dice.integers(0, 3, 100_000)

    def once() -> float:
        start = time.perf_counter()
        travel_times().minutes(Point(*MELUN), places, mode=TravelMode.CAR, limit=30, densities=ranks)
        return time.perf_counter() - start

    assert min(once() for _ in range(7)) < 0.020


@pytest.mark.parametrize("mode", TravelMode)
def test_every_way_of_travelling_has_its_pace(mode):
    assert travel_times().reach_km(mode, 30, Density.DENSE) > 0
    assert travel_times().reach_km(mode, 0, Density.DENSE) == 0
