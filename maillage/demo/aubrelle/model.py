"""What L'Aubrelle is made of: the frozen records of the fictional Département, without any content."""

from dataclasses import dataclass
from datetime import date
from typing import Any

Ring = tuple[tuple[float, float], ...]
"""A closed line of (longitude, latitude), 5 decimals, WGS 84; the first point comes again at the end."""


@dataclass(frozen=True)
class Departement:
    code: str
    name: str
    prefecture: str
    """Code of the commune."""
    outline: tuple[Ring, ...]
    """Rings of a GeoJSON Polygon: the union of the communes."""
    river: Ring
    """The Aubrelle, from its source in the east to the west. An open line, made of borders of communes."""


@dataclass(frozen=True)
class Epci:
    siren: str
    name: str
    tas: str
    """Code of the territoire d'action sociale of the same perimeter."""


@dataclass(frozen=True)
class Commune:
    code: str
    name: str
    old_names: tuple[str, ...]
    """Former names and delegated communes, under which people still look for the place."""
    postal_codes: tuple[str, ...]
    population: int
    latitude: float
    longitude: float
    area_km2: float
    epci: str
    """SIREN."""
    shape: tuple[Ring, ...]
    """Rings of a GeoJSON Polygon."""


@dataclass(frozen=True)
class Sector:
    code: str
    name: str
    level: str
    """`tas` (territoire d'action sociale) or `tis` (territoire d'intervention sociale, the lowest level)."""
    parent: str | None
    """Code of the TAS of a TIS."""
    seat: str
    """Code of the commune where the Maison des solidarités stands."""
    valid_from: date
    valid_until: date | None
    """Last day, included. None: still in force."""


@dataclass(frozen=True)
class Membership:
    """A commune belongs to a lowest-level sector between two days, both included."""

    commune: str
    sector: str
    valid_from: date
    valid_until: date | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True)
class Aubrelle:
    departement: Departement
    epcis: tuple[Epci, ...]
    communes: tuple[Commune, ...]
    sectors: tuple[Sector, ...]
    memberships: tuple[Membership, ...]
    structures: tuple[dict[str, Any], ...]
    """data·inclusion v1 `Structure`, dates and codes as JSON writes them."""
    services: tuple[dict[str, Any], ...]
    """data·inclusion v1 `Service`, the same way."""
    mds_of_sector: dict[str, str]
    """Structure id of the Maison des solidarités of each lowest-level sector in force."""
    confidential: frozenset[str]
    """Ids of structures whose address must never be shown."""

    def sector_of(self, commune: str, day: date) -> str:
        """Code of the lowest-level sector of a commune on a day since 2018."""
        return next(m.sector for m in self.memberships if m.commune == commune and m.holds_on(day))


@dataclass(frozen=True)
class Partner:
    """An organisation of L'Aubrelle, with the slugs of the structures that are its sites."""

    slug: str
    name: str
    kind: str
    """Slug of the kind: `public`, `delegated`, `mutual_aid`, `landlord`, `state` or `social_security`."""
    commune: str
    """Name of the commune where its head office is."""
    structures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Staff:
    username: str
    first_name: str
    last_name: str
    role: str
    """Slug of the role."""
    presentation: str
    shows: str
    """What entering as this person lets one see."""
    sector: str = ""
    """Code of the sector; empty: the whole Département."""
    partner: str = ""
    """Slug of the organisation; empty: the Département itself."""
    structure: str = ""
    """Slug of the structure whose site the role is limited to; empty: the whole organisation."""
    held_for_days: int = 0
    """How long they have held their role, without anyone reviewing it since."""


@dataclass(frozen=True)
class TeamPlan:
    """A team of the Maison des solidarités of a sector, the posts it should have and who is in it."""

    name: str
    pole: str
    """Slug of the pole: `reception` or `accompaniment`."""
    sector: str
    """Code of the TIS."""
    communes: tuple[str, ...]
    """Names."""
    posts: dict[str, int]
    """People expected, by slug of the role."""
    members: tuple[Staff, ...]
