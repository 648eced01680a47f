"""What a way of OpenStreetMap is to each mode: open or closed each way, how fast, who gives way to whom."""

from dataclasses import dataclass

from maillage.territories.choices import TravelMode
from maillage.territories.roads import speeds
from maillage.territories.roads.access import MODES, Tags, directions, said

# Who has priority at a junction, as a rank: the higher passes first. A ring before all (Code de la route, R415-10).
RANKS = (
    ("steps", "footway", "path", "pedestrian", "corridor", "platform", "bridleway", "cycleway", "track"),
    ("service", "busway", "living_street"),
    ("residential", "unclassified", "road"),
    ("tertiary", "tertiary_link", "secondary_link", "primary_link", "trunk_link", "motorway_link"),
    ("secondary",),
    ("primary",),
    ("trunk",),
    ("motorway",),
)
RANK = {way: rank for rank, ways in enumerate(RANKS) for way in ways}
RING = len(RANKS)

# Nobody gets in or out half-way of these: a place is never tied to the middle of one.
WITHOUT_DOORS = frozenset({"motorway", "motorway_link", "trunk_link"})
NO = frozenset({"", "no"})
# Trails one does not take to go and see someone (OSM wiki, « Key:sac_scale », T3 and above).
CLIMBS = frozenset(
    {"demanding_mountain_hiking", "alpine_hiking", "demanding_alpine_hiking", "difficult_alpine_hiking"}
)
READ = (
    "highway", "route", "junction", "oneway", "motorroad", "tunnel", "bridge", "surface", "tracktype",
    "sac_scale", "mtb:scale", "sidewalk", "maxspeed:forward", "maxspeed:backward", "motorcar", "motor_vehicle",
    "vehicle", "bicycle", "foot", "access", "oneway:bicycle", "oneway:foot", "oneway:motorcar",
    "oneway:motor_vehicle", "cycleway", "cycleway:left", "cycleway:right", "cycleway:both", "cycleway:left:oneway",
    "cycleway:right:oneway", "cycleway:both:oneway", *speeds.LIMIT_TAGS,
)  # fmt: skip
"""The tags that decide; all ways that bear the same ones are the same kind."""


@dataclass(frozen=True)
class Kind:
    """Ways alike: km/h as drawn and against it, by mode in the order of MODES (0: closed); rank at junctions."""

    forward: tuple[float, ...]
    backward: tuple[float, ...]
    rank: int
    is_apart: bool
    is_ferry: bool = False

    @property
    def is_open(self) -> bool:
        return any(self.forward) or any(self.backward)


def kind_of(tags: Tags) -> Kind:
    """What this way is. A way nobody here may take has no speed at all."""
    if tags.get("route") == "ferry" and "highway" not in tags:
        return _ferry(tags)
    pairs = [_pair(tags, mode) for mode in MODES]
    way = tags.get("highway", "")
    is_ring = tags.get("junction") in {"roundabout", "circular"}
    apart = way in WITHOUT_DOORS or tags.get("motorroad") == "yes" or tags.get("tunnel", "") not in NO
    return Kind(
        tuple(forward for forward, _ in pairs),
        tuple(backward for _, backward in pairs),
        RING if is_ring else RANK.get(way, 0),
        apart or tags.get("bridge", "") not in NO,
    )


def _pair(tags: Tags, mode: TravelMode) -> tuple[float, float]:
    """Km/h as drawn, and against it."""
    if not _is_allowed(tags, mode):
        return 0.0, 0.0
    base = speeds.speed(tags, mode, opened=said(tags, mode, precisely=True) is True)
    forward, backward = directions(tags, mode)
    if mode == TravelMode.CAR:
        there, back = (speeds.by_sign(tags, base, heading=heading) for heading in ("forward", "backward"))
    else:
        there = back = base
    return there * forward, back * backward


def _is_allowed(tags: Tags, mode: TravelMode) -> bool:
    """By its words, then by its class."""
    if said(tags, mode) is False:
        return False
    opened = said(tags, mode, precisely=True) is True
    return (_takes_a_car if mode == TravelMode.CAR else _takes_people)(tags, mode, opened=opened)


def _takes_a_car(tags: Tags, mode: TravelMode, *, opened: bool) -> bool:
    way = tags.get("highway", "")
    if way == "track":
        return opened or tags.get("tracktype") == "grade1"
    return way in speeds.CLASSES[mode] or (opened and way in {"pedestrian", "busway", "cycleway", "path", "footway"})


def _takes_people(tags: Tags, mode: TravelMode, *, opened: bool) -> bool:
    """Motorways and express roads are closed to bicycles and to people on foot (Code de la route, art. R421-2)."""
    way = tags.get("highway", "")
    if way in {"motorway", "motorway_link"} or (tags.get("motorroad") == "yes" and not opened):
        return False
    if tags.get("sac_scale") in CLIMBS or (mode == TravelMode.BICYCLE and _is_a_trail(tags) and not opened):
        return False
    if mode == TravelMode.FOOT and way in {"trunk", "trunk_link"}:
        return opened or tags.get("sidewalk", "") in {"both", "left", "right", "yes"}
    return way in speeds.CLASSES[mode] or (opened and way in {"trunk", "trunk_link", "busway"})


def _is_a_trail(tags: Tags) -> bool:
    return "sac_scale" in tags or tags.get("mtb:scale", "0") not in {"0", "0+", "0-"}


def _ferry(tags: Tags) -> Kind:
    """A boat takes people and bicycles unless it says no, cars only when it says so (OSM wiki, route=ferry)."""
    takes = {
        TravelMode.CAR: said(tags, TravelMode.CAR, precisely=True) is True,
        TravelMode.BICYCLE: said(tags, TravelMode.BICYCLE) is not False,
        TravelMode.FOOT: said(tags, TravelMode.FOOT) is not False,
    }
    ways = {mode: directions(tags, TravelMode.FOOT if "oneway" not in tags else TravelMode.CAR) for mode in MODES}
    return Kind(
        tuple(speeds.FERRY * (takes[mode] and ways[mode][0]) for mode in MODES),
        tuple(speeds.FERRY * (takes[mode] and ways[mode][1]) for mode in MODES),
        rank=0,
        is_apart=True,
        is_ferry=True,
    )
