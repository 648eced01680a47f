"""Opening a Département: its communes, what people call them, and their outlines."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from maillage.core import clock
from maillage.core.refusals import Refused
from maillage.territories import decoupage
from maillage.territories.actions.names import name_key
from maillage.territories.decoupage import CommuneFacts
from maillage.territories.models import Commune, CommuneName, CommunePostalCode, Departement, Epci
from maillage.territories.shapes import (
    ShapesUnreadable,
    density_of,
    measure,
    read_shapes,
    shapes_path,
    simplified,
    write_atomically,
)

MEASURED = ["latitude", "longitude", "area_km2", "density"]
UPDATED = ["name", "departement", "epci", "population", *MEASURED, "joined_on", "left_on"]


@dataclass(frozen=True)
class CommunesReport:
    """What saving communes did; `left` holds the codes no longer on the list."""

    created: int
    updated: int
    left: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.created} communes ajoutées, {self.updated} mises à jour, {len(self.left)} sorties de la liste."


@dataclass(frozen=True)
class ShapesReport:
    """What loading outlines did; codes of communes without outline, and of outlines without commune."""

    drawn: int
    without_outline: tuple[str, ...]
    unknown: tuple[str, ...]

    def __str__(self) -> str:
        missing = f" Sans contour : {', '.join(self.without_outline)}." if self.without_outline else ""
        unknown = f" Contours d'aucune commune : {', '.join(self.unknown)}." if self.unknown else ""
        return f"{self.drawn} contours chargés.{missing}{unknown}"


@transaction.atomic
def load_departement(code: str, *, is_home: bool = False, folder: Path | None = None) -> Departement:
    """Load, or load again, a Département from the official list; `is_home` when it is the one this house serves.

    A Département that was home stays home. `folder`: the package's data, `settings.DECOUPAGE_DIR` by default.
    Raises Refused when the list is away, the code unknown, or another Département already home.
    """
    try:
        facts = decoupage.read_departement(code, folder or Path(settings.DECOUPAGE_DIR))
    except decoupage.ListAway as away:
        raise Refused(away.sentence) from away
    if is_home:
        _refuse_second_home(code)
    named: dict[str, Any] = {"name": facts.name, "time_zone": facts.time_zone} | ({"is_home": True} if is_home else {})
    departement, _ = Departement.objects.update_or_create(code=code, defaults=named)
    save_communes(departement, facts.communes)
    return departement


def _refuse_second_home(code: str) -> None:
    home = Departement.objects.home()
    if home is not None and home.code != code:
        raise Refused(f"Cette maison est déjà celle du département {home} ({home.code}) : elle n'en sert qu'un.")


@transaction.atomic
def save_communes(departement: Departement, communes: Iterable[CommuneFacts]) -> CommunesReport:
    """Make the Département hold exactly these communes, under these names and postal codes. Idempotent.

    Coordinates and areas the facts do not give are kept. A commune absent from the facts is deleted, or, when
    something refers to it, kept and marked as having left the list. Raises Refused on a code given twice.
    """
    given = list(communes)
    facts = {fact.code: fact for fact in given}
    if len(facts) != len(given):
        raise Refused("Une commune figure deux fois dans la liste.")
    _save_epcis(facts.values())
    known = Commune.objects.in_bulk(list(facts))
    joined_on = clock.today() if departement.communes.exists() else None
    rows = [_commune(known.get(code) or Commune(code=code, joined_on=joined_on), fact) for code, fact in facts.items()]
    for row in rows:
        row.departement = departement
    Commune.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=UPDATED)
    left = _retire(departement, facts)
    _save_names(departement, facts)
    _save_postal_codes(departement, facts)
    return CommunesReport(len(facts) - len(known), len(known), left)


def _save_epcis(facts: Iterable[CommuneFacts]) -> None:
    epcis = {fact.epci_siren: Epci(siren=fact.epci_siren, name=fact.epci_name) for fact in facts if fact.epci_siren}
    Epci.objects.bulk_create(epcis.values(), update_conflicts=True, unique_fields=["siren"], update_fields=["name"])


def _commune(commune: Commune, fact: CommuneFacts) -> Commune:
    commune.name, commune.population, commune.left_on = fact.name, fact.population, None
    commune.epci_id = fact.epci_siren or None
    if fact.latitude is not None and fact.longitude is not None:
        commune.latitude, commune.longitude = fact.latitude, fact.longitude
    if fact.area_km2 is not None:
        commune.area_km2 = fact.area_km2
    commune.density = density_of(commune.population, commune.area_km2)
    return commune


def _retire(departement: Departement, facts: dict[str, CommuneFacts]) -> tuple[str, ...]:
    gone = departement.communes.current().exclude(code__in=facts)
    codes = tuple(gone.order_by("code").values_list("code", flat=True))
    for commune in gone.filter(pk__in=codes):
        if _is_referenced(commune):
            Commune.objects.filter(pk=commune.pk).update(left_on=clock.today())
        else:
            commune.delete()
    return codes


def _is_referenced(commune: Commune) -> bool:
    """Whether a row of any room, other than the commune's own names and postal codes, points to it."""
    own = {CommuneName, CommunePostalCode}
    relations = [r for r in Commune._meta.related_objects if r.related_model not in own]
    return any(r.related_model._base_manager.filter(**{r.field.name: commune}).exists() for r in relations)


def _save_names(departement: Departement, facts: dict[str, CommuneFacts]) -> None:
    wanted: dict[tuple[str, str], tuple[str, bool]] = {}
    for code, fact in facts.items():
        for name in fact.other_names:
            wanted[code, name_key(name)] = (name, False)
        wanted[code, name_key(fact.name)] = (fact.name, True)
    held = {(n.commune_id, n.key): n for n in CommuneName.objects.filter(commune__departement=departement)}
    stale = {pair: n.pk for pair, n in held.items() if wanted.get(pair) != (n.name, n.is_current)}
    CommuneName.objects.filter(pk__in=stale.values()).delete()
    CommuneName.objects.bulk_create(
        CommuneName(commune_id=code, key=key, name=name, is_current=is_current)
        for (code, key), (name, is_current) in wanted.items()
        if (code, key) not in held or (code, key) in stale
    )


def _save_postal_codes(departement: Departement, facts: dict[str, CommuneFacts]) -> None:
    wanted = {(code, postal_code) for code, fact in facts.items() for postal_code in fact.postal_codes}
    rows = CommunePostalCode.objects.filter(commune__departement=departement)
    held = {(row.commune_id, row.postal_code): row.pk for row in rows}
    CommunePostalCode.objects.filter(pk__in=[pk for pair, pk in held.items() if pair not in wanted]).delete()
    CommunePostalCode.objects.bulk_create(
        CommunePostalCode(commune_id=code, postal_code=postal_code) for code, postal_code in sorted(wanted - set(held))
    )


def load_shapes(departement: Departement, source: Path | dict[str, Any]) -> ShapesReport:
    """Read outlines (GeoJSON file, plain or .gz, or its content; property `code`), measure communes, keep the file.

    Communes get a point, an area and a density; `settings.SHAPES_DIR/<code>.geojson` is replaced at once. Raises
    Refused when the source is not outlines, or holds none of this Département's communes.
    """
    path = shapes_path(departement.code)
    try:
        shapes = read_shapes(source)
    except ShapesUnreadable as unreadable:
        raise Refused(unreadable.sentence) from unreadable
    communes = departement.communes.current().in_bulk()
    drawn = {code: outline for code, outline in shapes.items() if code in communes}
    if not drawn or path is None:
        raise Refused(f"Aucun de ces contours n'est celui d'une commune du département {departement}.")
    content = simplified(drawn, {code: commune.name for code, commune in communes.items()})
    with transaction.atomic():
        _save_measures([communes[code] for code in drawn], drawn)
        departement.shapes_digest = hashlib.sha256(content).hexdigest()
        departement.save(update_fields=["shapes_digest"])
        write_atomically(path, content)
    return ShapesReport(len(drawn), tuple(sorted(set(communes) - set(drawn))), tuple(sorted(set(shapes) - set(drawn))))


def _save_measures(communes: list[Commune], shapes: dict[str, Any]) -> None:
    for commune in communes:
        found = measure(shapes[commune.code])
        commune.latitude, commune.longitude, commune.area_km2 = found.latitude, found.longitude, found.area_km2
        commune.density = density_of(commune.population, commune.area_km2)
    Commune.objects.bulk_update(communes, MEASURED, batch_size=200)
