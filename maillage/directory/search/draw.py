"""The draw of the day: among equals nobody is always first; the same all day for everyone, on every database."""

import datetime as dt
import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

BITS = 40
_GOLDEN, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
"""The constants of splitmix64 (Steele, Lea and Flood, « Fast splittable pseudorandom number generators », 2014)."""


def lot_of(uid: str) -> int:
    """What a record draws with: 64 bits of its identifier, as a signed number that every database keeps."""
    return int.from_bytes(hashlib.blake2b(uid.encode(), digest_size=8).digest(), signed=True)


def draws(lots: NDArray[np.int64], day: dt.date) -> NDArray[np.uint64]:
    """The number each lot (n,) draws that day, in [0, 2**BITS)."""
    seed = int.from_bytes(hashlib.blake2b(day.isoformat().encode(), digest_size=8).digest())
    mixed: NDArray[Any] = lots.astype(np.uint64) ^ np.uint64(seed)
    mixed = mixed + np.uint64(_GOLDEN)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(_FIRST)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(_SECOND)
    return (mixed ^ (mixed >> np.uint64(31))) >> np.uint64(64 - BITS)


def draw(uid: str, day: dt.date) -> int:
    """The number one record draws that day."""
    return int(draws(np.array([lot_of(uid)], dtype=np.int64), day)[0])
