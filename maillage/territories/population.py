"""Where people live: small squares of ground and how many live in each, kept as mapped arrays, read by what counts."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from maillage.core import mapped
from maillage.territories.ground import Floats

FORMAT = 1  # Changes with the arrays or what they mean: another format is not read, and the squares are loaded again.


@dataclass(frozen=True, eq=False)
class PopulationCells:
    """Squares where someone lives; arrays (n,), row by row.

    `latitude`, `longitude`: degrees (WGS 84) of a point of the square; `people`: how many live there;
    `commune`: its Insee code. A square that two communes share is a row for each.
    """

    latitude: Floats
    longitude: Floats
    people: NDArray[Any]
    commune: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.people)

    @property
    def points(self) -> Floats:
        """Rows (latitude, longitude), as travel times want them."""
        return np.column_stack([self.latitude, self.longitude])


@dataclass(frozen=True)
class KeptPopulation:
    """What is known of the squares in place: the Département, who counted, when they were loaded, the version."""

    departement: str
    source: str
    loaded_at: dt.datetime
    version: str


def cells_of(
    latitude: Sequence[float] | NDArray[Any],
    longitude: Sequence[float] | NDArray[Any],
    people: Sequence[int] | NDArray[Any],
    commune: Sequence[str] | NDArray[Any],
) -> PopulationCells:
    """Squares from four columns of the same length, in the types they are kept in. Raises ValueError otherwise."""
    columns = (
        np.asarray(latitude, np.float64), np.asarray(longitude, np.float64),
        np.asarray(people, np.int32), np.asarray(commune, "U5"),
    )  # fmt: skip
    if len({len(column) for column in columns}) > 1:
        raise ValueError("The four columns must have the same length.")
    return PopulationCells(*columns)


def population_cells() -> PopulationCells | None:
    """The squares in place, mapped and shared between processes; None where none were loaded.

    Opened once per process, and again when others take their place.
    """
    kept = _current()
    return PopulationCells(**kept.arrays) if kept else None


def kept_population() -> KeptPopulation | None:
    """What is known of the squares in place."""
    kept = _current()
    if kept is None:
        return None
    facts = kept.facts
    loaded_at = dt.datetime.fromisoformat(facts["loaded_at"])
    return KeptPopulation(facts["departement"], facts["source"], loaded_at, kept.version)


def keep(cells: PopulationCells, *, departement: str, source: str, loaded_at: dt.datetime) -> str:
    """Put these squares in place of the former ones, in one stroke; the name of the version."""
    facts = {"format": FORMAT, "departement": departement, "source": source, "loaded_at": loaded_at.isoformat()}
    return mapped.write(home(), vars(cells), facts).name


def home() -> Path:
    """Where the house keeps them."""
    return Path(settings.POPULATION_DIR)


def _current() -> mapped.Mapped | None:
    kept = mapped.current(home())
    return kept if kept and kept.facts.get("format") == FORMAT else None
