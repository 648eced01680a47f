"""The records of a file, one by one: where each stands, and a place to keep them while the file is read to its end."""

import marshal
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

IN_MEMORY = 4 * 1024 * 1024
TOGETHER = 200  # Written and read together: the names of their columns are then kept once.


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file: the line (CSV) or the rank (JSON) where it stands, and its values as read."""

    line: int
    values: dict[Any, Any]


class Rows:
    """Rows put aside in the order they come, then read as often as wanted.

    Many of them go to a file without a name, which nobody else can open and which goes away with them: a country's
    directory is read in the memory of a small one. Values are those of JSON: texts, numbers, lists, dicts and None.
    """

    def __init__(self) -> None:
        kept = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when nobody reads it any more.
        self._kept = cast(IO[bytes], kept)
        self._waiting: list[tuple[int, dict[Any, Any]]] = []
        self._ends: list[int] = [0]
        weakref.finalize(self, self._kept.close)

    def add(self, row: Row) -> None:
        self._waiting.append((row.line, row.values))
        if len(self._waiting) == TOGETHER:
            self._kept.seek(self._ends[-1])
            self._ends.append(self._ends[-1] + self._kept.write(marshal.dumps(self._waiting)))
            self._waiting = []

    def __iter__(self) -> Iterator[Row]:
        for start, end in zip(self._ends[:-1], self._ends[1:], strict=True):
            self._kept.seek(start)
            yield from (Row(line, values) for line, values in marshal.loads(self._kept.read(end - start)))
        yield from (Row(line, values) for line, values in self._waiting)
