"""Keep the narrow search tables true to the records they come from."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.db import transaction
from django.db.models import QuerySet

from maillage.core.text import stems
from maillage.directory.choices import AUDIENCES, EVERYWHERE, ON_SITE, REMOTE, THEMES
from maillage.directory.models import SearchEntry, SearchFacet, SearchTerm, Service
from maillage.directory.search.origins import departement_of
from maillage.territories.actions import DENSITIES
from maillage.territories.choices import Density
from maillage.territories.models import Commune

NAME, STRUCTURE_NAME, TEXT = 8, 4, 1
BATCH = 1_000


@dataclass(frozen=True)
class Centre:
    """Where a commune is, for records that carry no point of their own, and how dense it is."""

    latitude: float | None = None
    longitude: float | None = None
    density: int = DENSITIES.index(Density.SPARSE)


NOWHERE = Centre()


def index_services(services: QuerySet[Service]) -> None:
    """Write again the search rows of these services; withdrawn ones lose theirs."""
    keys = list(services.values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        _index_batch(keys[start : start + BATCH])


@transaction.atomic
def _index_batch(keys: Collection[int]) -> None:
    # Whoever indexes the same service waits here, then reads what was committed.
    list(Service._base_manager.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    for table in (SearchEntry, SearchTerm, SearchFacet):
        table.objects.filter(service__in=keys).delete()
    services = list(
        Service.objects.published()
        .filter(pk__in=keys, structure__withdrawn_at__isnull=True)
        .select_related("structure")
        .defer("received", "structure__received")
    )
    centres = _centres(services)
    SearchEntry.objects.bulk_create([entry_of(service, centres) for service in services])
    SearchTerm.objects.bulk_create(
        [
            SearchTerm(service_id=service.pk, term=term, weight=weight)
            for service in services
            for term, weight in terms_of(service).items()
        ],
        batch_size=5_000,
    )
    SearchFacet.objects.bulk_create(
        [SearchFacet(service_id=s.pk, kind=kind, code=code) for s in services for kind, code in facets_of(s, centres)],
        batch_size=5_000,
    )


def _centres(services: Iterable[Service]) -> dict[str, Centre]:
    """What is known of each commune these records name."""
    codes = {record.commune_code for service in services for record in (service, service.structure)} - {""}
    rows = Commune.objects.filter(pk__in=codes).values_list("code", "latitude", "longitude", "density")
    return {code: Centre(lat, lon, DENSITIES.index(Density(density))) for code, lat, lon, density in rows}


def entry_of(service: Service, centres: dict[str, Centre]) -> SearchEntry:
    place = place_of(service, centres)
    modes = service.reception_modes or []
    on_site = place.latitude is not None and (ON_SITE in modes or not modes)
    return SearchEntry(
        service=service,
        latitude=place.latitude if on_site else None,
        longitude=place.longitude if on_site else None,
        density=place.density,
        is_on_site=on_site,
        is_remote=REMOTE in modes or not on_site,
        is_zoned=bool(zone_of(service, place)),
        updated_on=service.updated_on,
        cost=service.cost,
        hours=service.hours,
    )


def place_of(service: Service, centres: dict[str, Centre]) -> Centre:
    """Where one goes: the service's own point, its structure's, or the centre of its commune. Never a hidden one.

    A service held in another commune than its structure's is not at its structure's.
    """
    if service.hides_its_address:
        return NOWHERE
    is_elsewhere = service.commune_code not in {"", service.structure.commune_code}
    records = (service,) if is_elsewhere else (service, service.structure)
    town = next((centres[record.commune_code] for record in records if record.commune_code in centres), NOWHERE)
    for record in records:
        if record.latitude is not None and record.longitude is not None:
            return Centre(record.latitude, record.longitude, town.density)
    return town


def terms_of(service: Service) -> dict[str, int]:
    """Each stem of the service's texts, with the weight of the best place where it stands."""
    texts = [(TEXT, service.description), (TEXT, service.audience_details), (TEXT, service.structure.description)]
    if not service.hides_its_address:
        texts.append((TEXT, service.commune_name or service.structure.commune_name))
    texts += [(STRUCTURE_NAME, service.structure.name), (NAME, service.name)]
    return {stem[:60]: weight for weight, text in texts for stem in _stems_of(text)}


@lru_cache(maxsize=2_000)
def _stems_of(text: str) -> frozenset[str]:
    """The same sentences come back from one record to the next: reading them once is enough."""
    return frozenset(stems(text))


def facets_of(service: Service, centres: dict[str, Centre]) -> set[tuple[str, str]]:
    themes = {("theme", code) for code in service.themes or [] if code in THEMES}
    audiences = {("audience", code) for code in service.audiences or [] if code in AUDIENCES}
    return themes | audiences | {("zone", code) for code in zone_of(service, place_of(service, centres))}


def zone_of(service: Service, place: Centre) -> list[str]:
    """Where people must live to be eligible; empty when the record restricts nothing.

    A service one must go to, in a commune nobody can place, is shown to its Département: not to all of France.
    """
    zone = service.zone or []
    if zone:
        return [] if any(code in EVERYWHERE for code in zone) else zone
    code = service.commune_code or service.structure.commune_code
    is_lost = place.latitude is None and REMOTE not in (service.reception_modes or []) and code
    return [departement_of(code)] if is_lost and not service.hides_its_address else []
