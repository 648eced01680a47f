"""How fast one goes on a way, by what it is, what it is made of and what the signs say."""

import re

from maillage.territories.choices import TravelMode
from maillage.territories.roads.access import Tags

# Km/h in ordinary conditions, by class of way. Car: profile car.lua of OSRM (project-osrm/osrm-backend, BSD-2).
# « road » is a way nobody has classed yet; « track » counts only where a word opens it.
CAR = {
    "motorway": 90.0, "motorway_link": 45.0, "trunk": 85.0, "trunk_link": 40.0, "primary": 65.0, "primary_link": 30.0,
    "secondary": 55.0, "secondary_link": 25.0, "tertiary": 40.0, "tertiary_link": 20.0, "unclassified": 25.0,
    "residential": 25.0, "road": 25.0, "living_street": 10.0, "service": 15.0, "track": 15.0,
}  # fmt: skip
# Bicycle: profile bicycle.lua of OSRM; one walks beside it at 4 km/h in pedestrian streets, 2 on steps. « path »: 10
# rather than its 13, since in the countryside most are trails.
RIDING, PUSHING = 15.0, 4.0
BICYCLE = dict.fromkeys(
    (
        "primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link", "unclassified",
        "residential", "road", "living_street", "service", "cycleway", "busway",
    ),
    RIDING,
) | {
    "track": 12.0, "path": 10.0, "bridleway": 8.0, "footway": PUSHING, "pedestrian": PUSHING, "steps": 2.0,
}  # fmt: skip
# Foot: 4 km/h, below a healthy adult's 5, because people come at any age, with children (the same as the estimate);
# 2 on steps. Neither motorway nor trunk (Code de la route, art. R421-2; foot.lua of OSRM).
WALKING = 4.0
FOOT = dict.fromkeys(
    (
        "primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link", "unclassified",
        "residential", "road", "living_street", "service", "cycleway", "track", "path", "bridleway", "footway",
        "pedestrian", "platform", "corridor",
    ),
    WALKING,
) | {"steps": 2.0}  # fmt: skip
CLASSES = {TravelMode.CAR: CAR, TravelMode.BICYCLE: BICYCLE, TravelMode.FOOT: FOOT}

# What a word of access opens though its class does not: a forest lane, a shared footpath, a trunk road with a track.
OPENED = {TravelMode.CAR: 10.0, TravelMode.BICYCLE: RIDING, TravelMode.FOOT: WALKING}

# Km/h at most on what is not tarmac, and by how firm a track is (car.lua and bicycle.lua of OSRM).
SOFT = {
    TravelMode.CAR: {
        "gravel": 30.0, "fine_gravel": 45.0, "compacted": 45.0, "unpaved": 30.0, "ground": 30.0, "dirt": 30.0,
        "earth": 15.0, "grass": 30.0, "sand": 15.0, "mud": 15.0, "cobblestone": 30.0, "sett": 40.0,
        "pebblestone": 30.0, "paving_stones": 60.0,
    },
    TravelMode.BICYCLE: {
        "gravel": 6.0, "fine_gravel": 10.0, "compacted": 10.0, "unpaved": 6.0, "ground": 10.0, "dirt": 8.0,
        "earth": 6.0, "grass": 6.0, "sand": 3.0, "mud": 3.0, "cobblestone": 7.0, "sett": 9.0, "pebblestone": 6.0,
        "paving_stones": 10.0, "wood": 10.0, "metal": 10.0,
    },
    TravelMode.FOOT: {},
}  # fmt: skip
FIRMNESS = {
    TravelMode.CAR: {"grade2": 45.0, "grade3": 30.0, "grade4": 20.0, "grade5": 15.0},
    TravelMode.BICYCLE: {"grade2": 12.0, "grade3": 10.0, "grade4": 8.0, "grade5": 6.0},
    TravelMode.FOOT: {},
}

# One drives at four fifths of what the sign allows (speed_reduction of car.lua), and never more than twice what the
# class says: a lane limited to 80 is still a lane.
SIGN_SHARE, CLASS_TIMES = 0.8, 2.0
MPH = 1.609344
# Limits that a word stands for. France: Code de la route, art. R413-2 (130, 110, 80), R413-3 (50 in a built-up area),
# R110-2 (zone 30, zone de rencontre at 20, aire piétonne at walking pace).
LIMITS = {
    "motorway": 130.0, "trunk": 110.0, "rural": 80.0, "urban": 50.0, "zone30": 30.0, "30": 30.0, "zone20": 20.0,
    "20": 20.0, "living_street": 20.0, "pedestrian_zone": 6.0, "walk": 6.0, "none": 130.0,
}  # fmt: skip
LIMIT_TAGS = ("maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic")
FIGURE = re.compile(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph|knots)?")

# A crossing by boat that does not say how long it lasts: km/h, our choice, for a river or a strait.
FERRY = 10.0
DURATION = re.compile(r"(?:(\d+):)?(\d+):(\d\d)")
ISO_DURATION = re.compile(r"PT?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


def speed(tags: Tags, mode: TravelMode, *, opened: bool) -> float:
    """Km/h of the mode on a way it may take, by the way's class and what it is made of. Signs: see `by_sign`.

    `opened`: a word of access names the mode, a footpath is then shared.
    """
    way = tags.get("highway", "")
    base = CLASSES[mode].get(way, 0.0)
    if base == 0.0 or (opened and mode == TravelMode.BICYCLE and way in {"footway", "pedestrian", "path"}):
        base = OPENED[mode]
    if mode == TravelMode.BICYCLE and (tags.get("bicycle") == "dismount"):
        base = min(base, PUSHING)
    firm = FIRMNESS[mode].get(tags.get("tracktype", ""), base)
    return min(base, firm, SOFT[mode].get(tags.get("surface", ""), base))


def by_sign(tags: Tags, base: float, *, heading: str) -> float:
    """Km/h of a car where the class says `base`, by the sign it meets in this heading (forward, backward)."""
    sign = limit(tags.get(f"maxspeed:{heading}", "")) or next(
        filter(None, (limit(tags.get(k, "")) for k in LIMIT_TAGS)), 0
    )
    soft = min(
        SOFT[TravelMode.CAR].get(tags.get("surface", ""), base * CLASS_TIMES),
        FIRMNESS[TravelMode.CAR].get(tags.get("tracktype", ""), base * CLASS_TIMES),
    )
    return min(sign * SIGN_SHARE, soft, base * CLASS_TIMES) if sign else base


def limit(text: str) -> float:
    """Km/h that a value of maxspeed allows: « 50 », « 30 mph », « FR:urban », « 90;70 » (the lowest); 0 if unknown."""
    found = [value for part in text.replace("|", ";").split(";") if (value := _one_limit(part.strip().lower()))]
    return min(found, default=0.0)


def _one_limit(text: str) -> float:
    if figure := FIGURE.fullmatch(text):
        return float(figure[1]) * {"mph": MPH, "knots": 1.852}.get(figure[2] or "", 1.0)
    word = text.rsplit(":", 1)[-1]
    return LIMITS.get(text, LIMITS.get(word, LIMITS.get(word.removeprefix("zone"), 0.0)))


def seconds(duration: str) -> float:
    """Seconds that a « duration » says: « 00:20 » (hours, minutes), « 00:20:00 », « 20 » (minutes), « PT20M »."""
    text = duration.strip().upper()
    if text.isdecimal():
        return 60.0 * int(text)
    if clock := DURATION.fullmatch(text):
        first, second, third = (int(part or 0) for part in clock.groups())
        return 3600.0 * first + 60.0 * second + third if clock[1] else 3600.0 * second + 60.0 * third
    if iso := ISO_DURATION.fullmatch(text):
        hours, minutes, rest = (int(part or 0) for part in iso.groups())
        return 3600.0 * hours + 60.0 * minutes + rest
    return 0.0
