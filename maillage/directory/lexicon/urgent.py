"""Whom to call first: the national numbers for each urgency, from the reviewed table."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maillage.directory.lexicon.files import FOLDER, URGENT_NUMBERS, read_cells
from maillage.directory.lexicon.rows import URGENCIES

# The national numbers we know, so that no slip of the finger sends someone in danger to a wrong one. Sources:
# service-public.fr « Quels sont les numéros d'urgence » ; 3919, 119, 3114, 3977, 116 006: the sites of those services.
BY_MESSAGE = "114"
KNOWN_NUMBERS = frozenset({"15", "17", "18", "112", "114", "115", "119", "3018", "3114", "3919", "3977", "116 006"})


@dataclass(frozen=True, slots=True)
class UrgentNumber:
    """A number as it is read aloud, and in a few words whom it is for."""

    number: str
    sentence: str

    @property
    def link(self) -> str:
        """What a telephone opens: the 114 is written to."""
        return f"{'sms' if self.number == BY_MESSAGE else 'tel'}:{self.number.replace(' ', '')}"


def urgent_numbers(urgencies: Iterable[str]) -> tuple[UrgentNumber, ...]:
    """The numbers of all these urgencies, in the order of whom to call first; each number once."""
    asked = set(urgencies)
    every = [each for urgency in URGENCIES if urgency in asked for each in _table().get(urgency, ())]
    first: dict[str, UrgentNumber] = {}
    for each in every:
        first.setdefault(each.number, each)
    return tuple(first.values())


@cache
def _table(folder: Path = FOLDER) -> dict[str, tuple[UrgentNumber, ...]]:
    table: dict[str, list[UrgentNumber]] = {}
    for _, cells in sorted(read_cells(folder / URGENT_NUMBERS), key=lambda line: int(line[1]["ordre"])):
        table.setdefault(cells["urgence"], []).append(UrgentNumber(cells["numero"], cells["phrase"]))
    return {urgency: tuple(numbers) for urgency, numbers in table.items()}
