"""Search entries as columns: numpy arrays a process maps rather than loads, and what is asked of them."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]
Arrays = Mapping[str, NDArray[Any]]

OWN_NAME, STRUCTURE_NAME, TEXT = 8, 4, 1
"""What a word weighs by where it stands: in the service's own name, in its structure's, in its texts."""
THEME, AUDIENCE, ZONE, COST, LANGUAGE, ACCESS, ONLY = "t:", "a:", "z:", "c:", "l:", "x:", "o:"
"""What a code is of, written before it. A word is written after WORD."""
WORD = "w:"
WOMEN = f"{ONLY}women"
ZONE_ENDS = "\n"
"""Between the zone of public holidays and the hours it is read with, where hours are kept once each."""
FIELDS = (
    "pk", "structure_key", "lot", "latitude", "longitude", "density", "is_on_site", "is_remote", "updated_on",
    "hours", "holiday_zone", "codes", "own_words", "structure_words", "words",
)  # fmt: skip
"""What is read of an entry after its revision, in this order."""
KINDS = {
    "revision": np.int64, "keys": np.int64, "places": np.int64, "lots": np.int64,
    "latitude": np.float64, "longitude": np.float64, "density": np.int8, "on_site": np.bool_, "remote": np.bool_,
    "updated": np.int32, "hours": np.int32, "zoned": np.bool_, "addressed": np.bool_,
}  # fmt: skip


class Texts:
    """Sorted texts end to end, found by halving."""

    def __init__(self, blob: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self._blob = np.ascontiguousarray(blob).data
        self._ends = np.ascontiguousarray(ends).data

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, place: int) -> bytes:
        return bytes(self._blob[self._ends[place - 1] if place else 0 : self._ends[place]])

    def place(self, text: bytes) -> int:
        """Where the text stands, or -1."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self[middle] < text:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self[low] == text else -1

    @staticmethod
    def arrays(texts: list[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The blob and the ends of these texts, in the order given."""
        ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
        return np.frombuffer(b"".join(texts), dtype=np.uint8), ends


@dataclass(frozen=True, eq=False)
class Columns:
    """The entries as arrays (n,), row by row, and for each code or word the rows that bear it."""

    arrays: Arrays

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def keys(self) -> NDArray[np.int64]:
        return np.asarray(self.arrays["keys"])

    def __getattr__(self, name: str) -> NDArray[Any]:
        if name not in KINDS:
            raise AttributeError(name)
        column = np.asarray(self.arrays[name])
        object.__setattr__(self, name, column)
        return column

    @cached_property
    def _said(self) -> Texts:
        return Texts(self.arrays["said_blob"], self.arrays["said_ends"])

    @cached_property
    def _hours_texts(self) -> Texts:
        return Texts(self.arrays["hours_blob"], self.arrays["hours_ends"])

    def hours_of(self, place: int) -> tuple[str, str]:
        """The hours that the column `hours` means by a number, and their zone of public holidays."""
        zone, _, text = self._hours_texts[place].decode().partition(ZONE_ENDS)
        return text, zone

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        return np.asarray(self.arrays["starts"])

    @cached_property
    def _bearers(self) -> NDArray[np.int32]:
        return np.asarray(self.arrays["bearers"])

    @cached_property
    def _weights(self) -> NDArray[np.uint8]:
        return np.asarray(self.arrays["weights"])

    def bearing(self, said: str, *, least: int = 0) -> NDArray[np.int32]:
        """The rows that bear this code or word, in order; a word at least so heavy."""
        rows, weights = self.weighed(said)
        return rows[weights >= least] if least else rows

    def weighed(self, said: str) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """The rows that bear this code or word, in order, and what it weighs in each."""
        place = self._said.place(said.encode())
        if place < 0:
            return self._bearers[:0], self._weights[:0]
        span = slice(self._starts[place], self._starts[place + 1])
        return self._bearers[span], self._weights[span]

    def any_of(self, said: Iterable[str], *, least: int = 0) -> Mask:
        """Which rows (n,) bear one of these at least."""
        mask = np.zeros(len(self), dtype=np.bool_)
        for one in said:
            mask[self.bearing(one, least=least)] = True
        return mask

    def count_of(self, said: Iterable[str], *, least: int = 0) -> NDArray[np.uint8]:
        """How many of these, each different, each row (n,) bears."""
        count = np.zeros(len(self), dtype=np.uint8)
        for one in said:
            count[self.bearing(one, least=least)] += 1
        return count

    def all_of(self, said: tuple[str, ...], *, least: int = 0) -> Mask:
        """Which rows (n,) bear each of these."""
        return self.count_of(said, least=least) == len(said)

    def rows_of(self, keys: NDArray[np.int64]) -> NDArray[np.intp]:
        """Where these services stand, -1 for those that do not."""
        if not len(self):
            return np.full(len(keys), -1)
        places = np.minimum(np.searchsorted(self.keys, keys), len(self) - 1)
        return np.where(self.keys[places] == keys, places, -1)

    @classmethod
    def of(cls, entries: Iterable[tuple[Any, ...]]) -> Self:
        """The columns of these entries, each its revision then FIELDS, by ascending `pk`."""
        return cls(_Builder().take(entries).arrays())


class _Builder:
    """Turns entries into arrays, one at a time: a hundred thousand of them never stand in memory as objects."""

    def __init__(self) -> None:
        self.columns: dict[str, list[Any]] = {name: [] for name in KINDS}
        self.hours: dict[str, int] = {"": 0}
        self.said: dict[str, int] = {}
        self.ids, self.bearers, self.weights = array("I"), array("I"), bytearray()

    def take(self, entries: Iterable[tuple[Any, ...]]) -> Self:
        for row, entry in enumerate(entries):
            self._take_one(row, *entry)
        return self

    def _take_one(self, row: int, revision: int, *facts: Any) -> None:
        pk, place, lot, north, east, density, on_site, remote, updated, hours, zone, codes, own, theirs, words = facts
        said = codes.split()
        hours = f"{zone}{ZONE_ENDS}{hours}" if hours else ""
        told = (
            revision, pk, place, lot, np.nan if north is None else north, np.nan if east is None else east, density,
            on_site, remote, updated.toordinal(), self.hours.setdefault(hours, len(self.hours)),
            any(code.startswith(ZONE) for code in said), any(code.startswith(AUDIENCE) for code in said),
        )  # fmt: skip
        for column, value in zip(self.columns.values(), told, strict=True):
            column.append(value)
        self._bear(row, said, 0)
        for text, weight in ((own, OWN_NAME), (theirs, STRUCTURE_NAME), (words, TEXT)):
            self._bear(row, [WORD + word for word in text.split()], weight)

    def _bear(self, row: int, said: list[str], weight: int) -> None:
        known = self.said
        self.ids.extend([known.setdefault(one, len(known)) for one in said])
        self.bearers.extend([row] * len(said))
        self.weights.extend([weight] * len(said))

    def arrays(self) -> dict[str, NDArray[Any]]:
        texts = [one.encode() for one in self.said]
        order = sorted(range(len(texts)), key=texts.__getitem__)
        place_of = np.empty(len(texts), dtype=np.int64)
        place_of[order] = np.arange(len(texts))
        ids = place_of[np.frombuffer(self.ids, dtype=np.uint32)] if self.ids else np.empty(0, dtype=np.int64)
        by_text = np.argsort(ids, kind="stable")
        said_blob, said_ends = Texts.arrays([texts[place] for place in order])
        hours_blob, hours_ends = Texts.arrays([text.encode() for text in self.hours])
        counts = np.bincount(ids, minlength=len(texts)) if len(ids) else np.zeros(len(texts), dtype=np.int64)
        return {name: np.array(column, dtype=KINDS[name]) for name, column in self.columns.items()} | {
            "said_blob": said_blob, "said_ends": said_ends, "hours_blob": hours_blob, "hours_ends": hours_ends,
            "starts": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            "bearers": np.array(self.bearers, dtype=np.int32)[by_text],
            "weights": np.frombuffer(bytes(self.weights), dtype=np.uint8)[by_text],
        }  # fmt: skip
