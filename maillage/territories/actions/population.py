"""Loading where people live: squares checked against the communes of the house, swapped in one stroke."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from maillage.core import clock
from maillage.core.refusals import Refused
from maillage.territories.models import Commune, Departement
from maillage.territories.population import PopulationCells, keep

UNCHANGED = "Les habitants en place n'ont pas changé."
SHOWN = 5


@dataclass(frozen=True)
class PopulationReport:
    """What loading squares did: how many, how many people; communes where someone lives and no square is."""

    version: str
    cells: int
    people: int
    empty: tuple[str, ...]

    def __str__(self) -> str:
        told = f"{_thousands(self.cells)} carreaux, {_thousands(self.people)} habitants."
        if not self.empty:
            return told
        more = "…" if len(self.empty) > SHOWN else ""
        return f"{told} Sans aucun carreau : {', '.join(self.empty[:SHOWN])}{more}."


def load_population(departement: Departement, cells: PopulationCells, *, source: str) -> PopulationReport:
    """Make these squares the population of the house, for all its processes, at once. Squares of nobody are left out.

    `source`: who counted, as it will be said beside each figure. Raises Refused, and the former squares stay, when
    one is of no commune of this Département, has no place on Earth, or a negative count.
    """
    communes = dict(Commune.objects.current().filter(departement=departement).values_list("code", "name"))
    _check(departement, cells, set(communes))
    lived = cells.people > 0
    kept = replace(cells, **{name: column[lived] for name, column in vars(cells).items()})
    version = keep(kept, departement=departement.code, source=source, loaded_at=clock.now())
    found = set(np.unique(kept.commune).tolist())
    peopled = Commune.objects.current().filter(departement=departement, population__gt=0).order_by("name")
    empty = tuple(name for code, name in peopled.values_list("code", "name") if code not in found)
    return PopulationReport(version, len(kept), int(kept.people.sum(dtype=np.int64)), empty)


def _check(departement: Departement, cells: PopulationCells, codes: set[str]) -> None:
    if not (cells.people > 0).any():
        raise Refused(f"Aucun carreau n'a d'habitant. {UNCHANGED}")
    on_earth = (np.abs(cells.latitude) <= 90) & (np.abs(cells.longitude) <= 180)  # False where not a number.
    if not on_earth.all():
        raise Refused(f"{_which(~on_earth)} : la position n'est pas en degrés (WGS 84). {UNCHANGED}")
    if (cells.people < 0).any():
        raise Refused(f"{_which(cells.people < 0)} : le nombre d'habitants est négatif. {UNCHANGED}")
    strangers = Counter(code for code in cells.commune.tolist() if code not in codes)
    if strangers:
        named = ", ".join(code or "sans code" for code, _ in strangers.most_common(SHOWN))
        raise Refused(
            f"{_thousands(strangers.total())} carreaux ne sont d'aucune commune de {departement.name} "
            f"({named}). {UNCHANGED}",
            instead="Gardez les lignes du Département seulement, avec les codes de ses communes actuelles.",
        )


def _which(wrong: np.ndarray) -> str:
    ranks = np.flatnonzero(wrong) + 1
    return f"Carreau n° {_thousands(int(ranks[0]))}" + (f" et {len(ranks) - 1} autres" if len(ranks) > 1 else "")


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
