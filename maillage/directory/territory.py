"""The portrait of a commune for those who live there: its sector, its Maison des solidarités, who is around."""

from dataclasses import dataclass
from typing import Any

from maillage.core import clock
from maillage.directory.models import Service, Structure
from maillage.directory.permissions import can_read_service, can_read_structure
from maillage.directory.search.answer import nearest_mds
from maillage.directory.search.origins import areas_of
from maillage.directory.search.query import Origin
from maillage.territories.actions import Point
from maillage.territories.choices import Density
from maillage.territories.models import Commune, Sector


@dataclass(frozen=True)
class Portrait:
    """A commune and who looks after it. `is_own` says whether the MDS is that of its sector or merely the nearest."""

    commune: Commune
    sector: Sector | None
    mds: Structure | None
    is_own: bool
    structures: tuple[Structure, ...]
    service_count: int


def portrait_of(code: str, *, reader: Any) -> Portrait | None:
    """The portrait of a commune by its Insee code; None when the house does not hold it."""
    known = Commune.objects.select_related("departement", "epci")
    commune = (
        known.filter(pk=code).first() if code.isalnum() else None
    )  # PostgreSQL refuses to look for some characters.
    if commune is None:
        return None
    sector = commune.sector_on(clock.today())
    own = _own_mds(sector, reader) if sector else None
    here = Structure.objects.filter(commune_code=code, is_address_confidential=False)
    services = Service.objects.filter(structure__in=here.values("pk"))
    return Portrait(
        commune=commune,
        sector=sector,
        mds=own or _nearest(commune, reader),
        is_own=own is not None,
        structures=tuple(can_read_structure.among(here, reader)[:30]),
        service_count=can_read_service.among(services, reader).count(),
    )


def _own_mds(sector: Sector, reader: Any) -> Structure | None:
    """The MDS of a sector, tied to this version of it or to an earlier one."""
    tied = Structure.objects.filter(serves_sector__in=Sector.objects.versions_of(sector))
    return can_read_structure.among(tied, reader).first()


def _nearest(commune: Commune, reader: Any) -> Structure | None:
    if commune.latitude is None or commune.longitude is None:
        return None
    point = Point(commune.latitude, commune.longitude, Density(commune.density))
    return nearest_mds(Origin(commune.name, point, commune.code, areas_of(commune.code, commune)), reader)
