"""What OpenStreetMap would say of each way: its class, its name, its limits, who may pass."""

from collections import defaultdict
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from maillage.demo.aubrelle.model import Aubrelle
from maillage.demo.aubrelle.roads.choices import Road
from maillage.demo.aubrelle.roads.ground import Ints, dice, to_km
from maillage.demo.aubrelle.roads.mesh import degrees
from maillage.demo.aubrelle.roads.ways import Way
from maillage.demo.aubrelle.roads.weave import Net
from maillage.demo.aubrelle.structures import read_toml

Tags = dict[str, str]

MOTORWAY_REF = "A 900"
"""No motorway of France bears it."""
FIRST_REF = {Road.PRIMARY: 1, Road.SECONDARY: 101, Road.TERTIARY: 301}
SIGNS = {Road.MOTORWAY: "130", Road.MOTORWAY_LINK: "70", Road.PRIMARY: "80", Road.SECONDARY: "80", Road.TERTIARY: "80"}
"""Km/h out of town (Code de la route, art. R413-2)."""
IN_TOWN, CALM, SHARED = "50", "30", "20"
"""Km/h in town, in quiet zones, in shared streets (Code de la route, art. R413-3, R413-14 and R110-2)."""
CALM_SHARE = 0.45
NAMED = {Road.RESIDENTIAL, Road.LIVING_STREET, Road.PEDESTRIAN, Road.PRIMARY, Road.SECONDARY, Road.TERTIARY}
DOOR_STREETS = NAMED | {Road.UNCLASSIFIED}
GROUND = (("grade2", "compacted"), ("grade3", "gravel"), ("grade4", "ground"), ("grade5", "grass"))
FIXED: dict[Road, Tags] = {
    Road.MOTORWAY: {"ref": MOTORWAY_REF, "name": "L'Aubrelaise", "lanes": "2"},
    Road.LIVING_STREET: {"maxspeed": SHARED},
    Road.SERVICE: {"service": "alley"},
    Road.DRIVEWAY: {"highway": "service", "service": "driveway", "access": "private"},
    Road.CYCLEWAY: {"foot": "yes", "surface": "asphalt"},
    Road.PEDESTRIAN: {"surface": "paving_stones"},
    Road.PATH: {"surface": "ground"},
}


def tag(net: Net, ways: list[Way], aubrelle: Aubrelle) -> list[Tags]:
    """The tags of each way, in the same order."""
    names = _names(net, ways, aubrelle)
    calm = dice("calm").random(len(ways)) < CALM_SHARE
    draw = dice("tags").random((len(ways), 2))
    refs = _refs(ways)
    return [
        {"highway": way.kind.name.lower()} | FIXED.get(way.kind, {}) | _limits(way, is_calm=bool(is_calm))
        | _traffic(way) | _ground(way, chance) | ref | ({"name": name} if name else {})
        for way, is_calm, chance, ref, name in zip(ways, calm, draw.tolist(), refs, names, strict=True)
    ]  # fmt: skip


def _limits(way: Way, *, is_calm: bool) -> Tags:
    if way.kind == Road.RESIDENTIAL:
        return {"maxspeed": CALM} if is_calm else {}
    if way.kind in SIGNS:
        return {"maxspeed": IN_TOWN if way.in_town and way.kind in FIRST_REF else SIGNS[way.kind]}
    return {}


def _traffic(way: Way) -> Tags:
    tags = {}
    if way.is_roundabout:
        return {"junction": "roundabout"}
    if way.is_one_way:
        tags["oneway"] = "yes"
        if way.kind == Road.RESIDENTIAL and len(way.points) % 3 == 0:
            tags["oneway:bicycle"] = "no"
    if way.is_bridge:
        tags |= {"bridge": "yes", "layer": "1"}
    return tags


def _ground(way: Way, chance: list[float]) -> Tags:
    """What tracks are made of; a few are closed to others than their owners, more to motors."""
    if way.kind != Road.TRACK:
        return {}
    grade, surface = GROUND[int(chance[0] * len(GROUND))]
    tags = {"tracktype": grade, "surface": surface}
    return tags | ({"motor_vehicle": "no"} if chance[1] < 0.2 else {})


def _refs(ways: list[Way]) -> list[Tags]:
    """« D » and a number for each road of the Département."""
    count: dict[Road, int] = defaultdict(int)
    refs = []
    for way in ways:
        if way.kind in FIRST_REF and not way.is_roundabout:
            refs.append({"ref": f"D {FIRST_REF[way.kind] + count[way.kind]}"})
            count[way.kind] += 1
        else:
            refs.append({})
    return refs


def _names(net: Net, ways: list[Way], aubrelle: Aubrelle) -> list[str]:
    """The streets' names: those that structures give as their address first, else a kind and an end, drawn."""
    places = read_toml("places.toml")
    ends, roads = places["street_ends"], degrees(len(net.points), net.edges)
    draw = dice("names").random((len(ways), 2)).tolist()
    names = [
        f"{_drawn(places[_kinds_for(way, roads)], first)} {_drawn(ends, second)}"
        if way.kind in NAMED and way.in_town and not way.is_roundabout
        else ""
        for way, (first, second) in zip(ways, draw, strict=True)
    ]
    for rank, street in _addresses(net, ways, aubrelle):
        names[rank] = street
    return [name[:1].upper() + name[1:] for name in names]


def _drawn(words: list[str], chance: float) -> str:
    return words[int(chance * len(words))]


def _kinds_for(way: Way, roads: Ints) -> str:
    if way.kind in FIRST_REF:
        return "main_street_kinds"
    return "dead_end_kinds" if roads[way.points[0]] == 1 or roads[way.points[-1]] == 1 else "street_kinds"


def _addresses(net: Net, ways: list[Way], aubrelle: Aubrelle) -> list[tuple[int, str]]:
    """The ranks of the ways that pass in front of structures, with the street each one gives as its address."""
    known = [s for s in aubrelle.structures if s["longitude"] is not None]
    passing = [(point, rank) for rank, way in enumerate(ways) if way.kind in DOOR_STREETS for point in way.points]
    points, ranks = np.array(passing).T
    _, nearest = cKDTree(net.points[points]).query(to_km([(s["longitude"], s["latitude"]) for s in known]))
    return [(int(ranks[near]), _street(s)) for near, s in zip(nearest, known, strict=True)]


def _street(structure: dict[str, Any]) -> str:
    number, _, street = structure["adresse"].partition(" ")
    return street if number.isdigit() else str(structure["adresse"])


def point_tags(net: Net, ways: list[Way], lights: Ints, bollards: Ints) -> dict[int, Tags]:
    """Traffic lights, bollards, gates."""
    tags = {int(point): {"highway": "traffic_signals"} for point in lights}
    tags |= {int(point): {"barrier": "bollard"} for point in bollards}
    chance = dice("gates").random(len(ways))
    for way, draw in zip(ways, chance.tolist(), strict=True):
        if way.kind == Road.TRACK and len(way.points) > 2 and draw < 0.05:
            tags[way.points[1]] = {"barrier": "gate"}
        if way.kind == Road.DRIVEWAY and draw < 0.4:
            tags[way.points[-1]] = {"barrier": "gate", "access": "private"}
    return tags
