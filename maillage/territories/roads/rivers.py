"""Rivers and canals as segments: nobody walks straight across one to reach the road on the other bank."""

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.territories.ground import Floats


class Rivers:
    """Segments (s, 4): latitude and longitude of one end, then of the other."""

    def __init__(self, segments: Floats) -> None:
        self._segments = segments
        self._low = np.minimum(segments[:, :2], segments[:, 2:])
        self._high = np.maximum(segments[:, :2], segments[:, 2:])

    def __len__(self) -> int:
        return len(self._segments)

    def between(self, starts: Floats, ends: Floats) -> NDArray[np.bool_]:
        """Whether a straight line from each start (n, 2) to its end crosses one."""
        crossed = np.zeros(len(starts), np.bool_)
        if not len(starts) or not len(self):
            return crossed
        low = np.minimum(starts, ends).min(axis=0)
        high = np.maximum(starts, ends).max(axis=0)
        near = self._segments[((self._low <= high) & (self._high >= low)).all(axis=1)]
        if len(near):
            tree = shapely.STRtree(_lines(near[:, :2], near[:, 2:]))
            crossed[tree.query(_lines(starts, ends), predicate="intersects")[0]] = True
        return crossed


def _lines(starts: Floats, ends: Floats) -> NDArray[np.object_]:
    return shapely.linestrings(np.stack([starts, ends], axis=1))
