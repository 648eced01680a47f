"""Points on the ground, how dense it is around them, and how far apart they are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.territories.choices import Density

Floats = NDArray[np.float64]
EARTH_KM = 6371.0088  # Mean radius of the Earth (IUGG).

DENSITIES = (Density.DENSE, Density.INTERMEDIATE, Density.SPARSE)
"""A density as a small integer is its rank here; so are the columns of the tables of speeds."""
UNKNOWN_DENSITY = DENSITIES.index(Density.SPARSE)


@dataclass(frozen=True)
class Point:
    """Where someone starts: degrees (WGS 84), and how dense the commune is; countryside when it is not known."""

    latitude: float
    longitude: float
    density: Density = Density.SPARSE


def great_circle_km(origin: Point, destinations: Floats) -> Floats:
    """Kilometres (n,) on the sphere from the origin to each row (latitude, longitude) in degrees."""
    # An array of one: the very same arithmetic as for the others, so that both ways are equal to the last bit.
    return apart_km(np.array([[origin.latitude, origin.longitude]]), destinations)


def apart_km(here: Floats, there: Floats) -> Floats:
    """Kilometres (n,) on the sphere between rows (latitude, longitude) in degrees, one by one (haversine)."""
    (latitude, longitude), (latitudes, longitudes) = np.radians(here).T, np.radians(there).T
    north, east = np.sin((latitudes - latitude) / 2), np.sin((longitudes - longitude) / 2)
    chord = north * north + np.cos(latitudes) * np.cos(latitude) * east * east
    return 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))


def on_the_sphere(points: Floats) -> Floats:
    """Rows (latitude, longitude) in degrees as points (n, 3) in metres from the centre of the Earth."""
    latitudes, longitudes = np.radians(points).T
    flat = np.cos(latitudes)
    away = np.column_stack([flat * np.cos(longitudes), flat * np.sin(longitudes), np.sin(latitudes)])
    return 1000 * EARTH_KM * away
