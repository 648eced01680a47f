"""Drawing the Département's social sectors, and drawing them again: maps change on a day, history stays."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from maillage.core import journal
from maillage.core.refusals import Refused
from maillage.territories.actions.sector_table import SectorRow, refuse_table
from maillage.territories.choices import SectorLevel
from maillage.territories.models import Commune, Departement, Sector, SectorCommune

EARLIEST = dt.date.min


@dataclass(frozen=True)
class SectorsReport:
    """What a new map changed. `moved` counts communes whose TIS changed, or is now another version of it."""

    tas: int
    tis: int
    opened: int
    closed: int
    moved: int
    unchanged: int
    from_day: dt.date

    def __str__(self) -> str:
        return (
            f"Au {self.from_day:%d/%m/%Y} : {self.tas} TAS et {self.tis} TIS. Secteurs ouverts : {self.opened},"
            f" fermés : {self.closed}. Communes rattachées : {self.moved}, inchangées : {self.unchanged}."
        )


@dataclass(frozen=True)
class Drawn:
    """A sector as a table draws it."""

    code: str
    name: str
    parent: str = ""

    @property
    def level(self) -> SectorLevel:
        return SectorLevel.TIS if self.parent else SectorLevel.TAS


def set_sectors(
    departement: Departement, table: Iterable[SectorRow], *, from_day: dt.date, by: Any = None
) -> SectorsReport:
    """Make `table` the map of social sectors from that day on: one row per commune.

    Sectors whose name or TAS changes are closed and opened again; what does not change is not touched. Playing the
    same table again changes nothing. On the very day of the last change, the table corrects that change.

    Raises Refused, naming lines, when a commune is missing, there twice or foreign, or when the day is before the last
    change.
    """
    rows = list(table)
    with journal.act():
        Departement.objects.select_for_update().get(pk=departement.pk)
        _refuse_past(departement, from_day)
        refuse_table(departement, rows, from_day=from_day)
        sectors, opened = _open_sectors(departement, rows, from_day)
        moved = _move_communes(departement, rows, sectors, from_day)
        closed = _close_sectors(departement, sectors, from_day)
        if opened or closed or moved:
            journal.record(by, "territories.sectors_drawn", departement, from_day=from_day.isoformat(), moved=moved)
    tis = len({row.tis_code for row in rows})
    return SectorsReport(len(sectors) - tis, tis, opened, closed, moved, len(rows) - moved, from_day)


def _refuse_past(departement: Departement, from_day: dt.date) -> None:
    last = _last_change(departement)
    if from_day < last:
        raise Refused(
            f"La carte des secteurs a déjà changé le {last:%d/%m/%Y} : une nouvelle carte ne peut pas prendre effet"
            f" avant, le {from_day:%d/%m/%Y}."
        )


def _last_change(departement: Departement) -> dt.date:
    days: list[dt.date] = []
    for rows in (departement.sectors.all(), SectorCommune.objects.filter(sector__departement=departement)):
        days += [day for day in rows.aggregate(a=Max("valid_from"), b=Max("valid_until")).values() if day]
    return max(days, default=EARLIEST)


def _open_sectors(departement: Departement, rows: list[SectorRow], from_day: dt.date) -> tuple[dict[str, Sector], int]:
    """The sector in force for each code of the table, TAS first; how many are new."""
    held = {sector.code: sector for sector in departement.sectors.filter(valid_until__isnull=True)}
    sectors: dict[str, Sector] = {}
    opened = 0
    for drawn in _drawn(rows):
        parent = sectors.get(drawn.parent)
        sector = held.get(drawn.code)
        if sector is None or not _is_as_drawn(sector, drawn, parent):
            sector = _redraw(departement, sector, drawn, parent=parent, from_day=from_day)
            opened += 1
        sectors[drawn.code] = sector
    return sectors, opened


def _drawn(rows: list[SectorRow]) -> list[Drawn]:
    tas = {row.tas_code: Drawn(row.tas_code, row.tas_name) for row in rows}
    tis = {row.tis_code: Drawn(row.tis_code, row.tis_name, row.tas_code) for row in rows}
    return [*tas.values(), *tis.values()]


def _is_as_drawn(sector: Sector, drawn: Drawn, parent: Sector | None) -> bool:
    return (sector.name, sector.level, sector.parent_id) == (drawn.name, drawn.level, parent.pk if parent else None)


def _redraw(
    departement: Departement, sector: Sector | None, drawn: Drawn, *, parent: Sector | None, from_day: dt.date
) -> Sector:
    """A new version from that day; the version that began this very day is corrected in place."""
    if sector is None or sector.valid_from < from_day:
        sector = Sector(departement=departement, code=drawn.code, valid_from=from_day)
    sector.name, sector.level, sector.parent = drawn.name, drawn.level, parent
    sector.save()
    return sector


def _move_communes(
    departement: Departement, rows: list[SectorRow], sectors: dict[str, Sector], from_day: dt.date
) -> int:
    """Close the memberships that change, open the new ones; how many communes got another sector."""
    wanted = {row.commune_code: sectors[row.tis_code] for row in rows}
    memberships = SectorCommune.objects.filter(commune__departement=departement)
    held = dict(memberships.filter(valid_until__isnull=True).values_list("commune", "sector"))
    changed = [code for code in held if code not in wanted or held[code] != wanted[code].pk]
    ending = memberships.filter(valid_until__isnull=True, commune__in=changed)
    ending.filter(valid_from=from_day).delete()
    ending.update(valid_until=from_day)
    new = [code for code in wanted if code in changed or code not in held]
    SectorCommune.objects.bulk_create(
        SectorCommune(commune_id=code, sector=wanted[code], valid_from=from_day) for code in new
    )
    return len(new)


def _close_sectors(departement: Departement, sectors: dict[str, Sector], from_day: dt.date) -> int:
    """Close what is open and no longer drawn, TIS before their TAS; how many."""
    kept = [sector.pk for sector in sectors.values()]
    ending = departement.sectors.filter(valid_until__isnull=True).exclude(pk__in=kept)
    closed = ending.count()
    for level in (SectorLevel.TIS, SectorLevel.TAS):
        ending.filter(level=level, valid_from=from_day).delete()
    ending.update(valid_until=from_day)
    return closed


# -- Checking ------------------------------------------------------------------------------------------------------


def sectors_problems(departement: Departement) -> list[str]:
    """What is wrong in the map, at any date since the first: French sentences, none when all is well.

    Each commune is in one lowest-level sector, and one only, from the first day of the map, or since it joined the
    list; each membership within its sector's dates, each TIS within its TAS's.
    """
    first = departement.sectors.order_by("valid_from").values_list("valid_from", flat=True).first()
    if first is None:
        return []
    spans: dict[str, list[SectorCommune]] = {code: [] for code in departement.communes.values_list("code", flat=True)}
    rows = SectorCommune.objects.filter(commune__departement=departement).select_related("commune", "sector")
    for row in rows.order_by("valid_from"):
        spans[row.commune_id].append(row)
    communes = departement.communes.in_bulk()
    gaps = [problem for code, held in spans.items() for problem in _timeline(communes[code], held, first)]
    return gaps + _misplaced(departement, rows) + _orphans(departement)


def _timeline(commune: Commune, held: list[SectorCommune], first: dt.date) -> list[str]:
    """Walks the days on which the commune's sector begins or ends."""
    problems = []
    due, covered = max(first, commune.joined_on or first), dt.date.min
    for row in held:
        if row.valid_from < covered:
            problems.append(f"{commune} est dans deux secteurs au {row.valid_from:%d/%m/%Y}.")
        if row.valid_from > (gap := max(due, covered)):
            problems.append(f"{commune} n'a pas de secteur du {gap:%d/%m/%Y} au {row.valid_from:%d/%m/%Y}.")
        covered = max(covered, row.valid_until or dt.date.max)
    if covered < dt.date.max and commune.left_on is None:
        problems.append(f"{commune} n'a pas de secteur depuis le {max(due, covered):%d/%m/%Y}.")
    return problems


def _misplaced(departement: Departement, rows: Iterable[SectorCommune]) -> list[str]:
    problems = []
    for row in rows:
        sector = row.sector
        if sector.level != SectorLevel.TIS or sector.departement_id != departement.pk:
            problems.append(f"{row.commune} est rattachée à {sector}, qui n'est pas un TIS du département.")
        elif not _within(row, sector):
            problems.append(f"{row.commune} est rattachée à {sector} hors des dates de ce secteur.")
    return problems


def _orphans(departement: Departement) -> list[str]:
    tis = departement.sectors.filter(parent__isnull=False).select_related("parent")
    lost = [sector for sector in tis if not _within(sector, sector.parent)]
    return [f"{sector} est dans {sector.parent} hors des dates de celui-ci." for sector in lost]


def _within(inner: Any, outer: Any) -> bool:
    end = dt.date.max
    return outer.valid_from <= inner.valid_from and (inner.valid_until or end) <= (outer.valid_until or end)
