"""Who may pass: what the tags of OpenStreetMap open and close to a car, a bicycle, someone on foot."""

from collections.abc import Mapping

from maillage.territories.choices import TravelMode

Tags = Mapping[str, str]
MODES = (TravelMode.CAR, TravelMode.BICYCLE, TravelMode.FOOT)
"""The order of modes in every table and array of the roads."""

# The most precise word wins (OSM wiki, « Key:access », transport mode hierarchy).
WORDS = {
    TravelMode.CAR: ("motorcar", "motor_vehicle", "vehicle", "access"),
    TravelMode.BICYCLE: ("bicycle", "vehicle", "access"),
    TravelMode.FOOT: ("foot", "access"),
}
# « destination » and « customers » open: one goes there. That someone might cut through is accepted. What asks for a
# permission people we guide do not have is closed. « use_sidepath »: the law sends the bicycle to the way beside.
OPEN = frozenset({"yes", "permissive", "designated", "official", "public", "destination", "customers", "dismount"})
CLOSED = frozenset(
    {
        "no", "private", "agricultural", "forestry", "agricultural;forestry", "delivery", "emergency", "military",
        "permit", "residents", "psv", "bus", "taxi", "use_sidepath",
    }
)  # fmt: skip

# Barriers that stop, unless a word of access opens them. After the profiles of OSRM (car.lua: all but a list;
# bicycle.lua, foot.lua: walls and fences); a gate nobody says is locked is taken as open.
CARS_PASS = frozenset(
    {
        "gate", "lift_gate", "swing_gate", "sally_port", "cattle_grid", "border_control", "toll_booth", "entrance",
        "height_restrictor", "arch", "no", "kerb",
    }
)  # fmt: skip
STOPS_WHEELS = frozenset({"stile", "turnstile", "full-height_turnstile", "horse_stile", "kissing_gate", "log"})
STOPS_ALL = frozenset({"wall", "fence", "hedge", "city_wall", "retaining_wall", "guard_rail", "yes", "ditch"})

FORWARD, BACKWARD = frozenset({"yes", "true", "1"}), frozenset({"-1", "reverse"})
CONTRAFLOW = frozenset({"opposite", "opposite_lane", "opposite_track", "opposite_share_busway"})
CYCLEWAYS = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")


def said(tags: Tags, mode: TravelMode, *, precisely: bool = False) -> bool | None:
    """Whether a word opens (True) or closes (False) this to the mode; None when none does.

    `precisely`: by a word of the mode, the general « access » left aside.
    """
    for key in WORDS[mode][: -1 if precisely else None]:
        value = tags.get(key, "")
        if value in CLOSED:
            return False
        if value in OPEN:
            return True
    return None


def is_closed(tags: Tags, mode: TravelMode) -> bool:
    """Whether the barrier this node bears stops the mode."""
    barrier = tags.get("barrier", "")
    if not barrier:
        return False
    word = said(tags, mode)
    if word is not None:
        return not word
    if tags.get("locked") == "yes" or barrier in STOPS_ALL:
        return True
    if mode == TravelMode.FOOT:
        return False
    return barrier in STOPS_WHEELS or (mode == TravelMode.CAR and barrier not in CARS_PASS)


def directions(tags: Tags, mode: TravelMode) -> tuple[bool, bool]:
    """Whether the mode may follow the way as it is drawn, and against it."""
    if mode == TravelMode.FOOT:
        return _ways(tags.get("oneway:foot", "no"))
    precise = ("oneway:bicycle",) if mode == TravelMode.BICYCLE else ("oneway:motorcar", "oneway:motor_vehicle")
    for key in precise:
        if key in tags:
            return _ways(tags[key])
    if mode == TravelMode.BICYCLE and _is_contraflow(tags):
        return True, True
    if "oneway" in tags:
        return _ways(tags["oneway"])
    is_implied = tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"
    return True, not is_implied


def _ways(oneway: str) -> tuple[bool, bool]:
    if oneway == "reversible":  # One way at a time, and no map says which now.
        return False, False
    return oneway not in BACKWARD, oneway not in FORWARD


def _is_contraflow(tags: Tags) -> bool:
    """Whether bicycles ride both ways of a one-way street (Code de la route, art. R412-28-1, as it is mapped)."""
    if any(tags.get(key) in CONTRAFLOW for key in CYCLEWAYS):
        return True
    return any(tags.get(f"cycleway:{side}:oneway") in {"no", "-1"} for side in ("left", "right", "both"))
