"""The kinds of roads of L'Aubrelle, as OpenStreetMap calls them."""

from enum import IntEnum


class Road(IntEnum):
    """From the widest to the narrowest. Cars drive up to SERVICE, and only their owners' on a DRIVEWAY."""

    MOTORWAY = 0
    MOTORWAY_LINK = 1
    PRIMARY = 2
    SECONDARY = 3
    TERTIARY = 4
    UNCLASSIFIED = 5
    RESIDENTIAL = 6
    LIVING_STREET = 7
    SERVICE = 8
    DRIVEWAY = 9
    TRACK = 10
    CYCLEWAY = 11
    PEDESTRIAN = 12
    PATH = 13
    FOOTWAY = 14
    STEPS = 15


FOR_CARS = Road.SERVICE
FOR_BICYCLES = Road.CYCLEWAY
