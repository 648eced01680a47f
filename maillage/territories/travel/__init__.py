"""How long it takes to go somewhere: by the roads loaded here, else estimated by distance."""

from maillage.territories.ground import DENSITIES, Floats, Point, great_circle_km
from maillage.territories.travel.by_road import RoadTimes, roads_in_force
from maillage.territories.travel.estimate import DistanceEstimate
from maillage.territories.travel.interface import Calibration, Nearest, Ties, Times, TravelTimes

__all__ = [
    "DENSITIES",
    "Calibration",
    "DistanceEstimate",
    "Floats",
    "Nearest",
    "Point",
    "RoadTimes",
    "Ties",
    "Times",
    "TravelTimes",
    "great_circle_km",
    "travel_times",
]


def travel_times() -> TravelTimes:
    """The travel times this house uses: ask each time, a network may have been loaded since."""
    return roads_in_force() or DistanceEstimate()
