"""Keep the entries of search true to the records they come from, and tell the processes that search."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from time import time_ns

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import QuerySet

from maillage.core.inserting import insert_new
from maillage.core.text import stems
from maillage.directory.choices import AUDIENCES, EVERYWHERE, ON_SITE, REMOTE, THEMES
from maillage.directory.models import SearchEntry, SearchState, Service, accessibility_of, languages_of
from maillage.directory.permissions import can_read_service
from maillage.directory.search.columns import ACCESS, AUDIENCE, COST, LANGUAGE, THEME, WOMEN, ZONE
from maillage.directory.search.draw import lot_of
from maillage.directory.search.index import FEW, built, kept_revision
from maillage.directory.search.origins import departement_of
from maillage.directory.secrecy import shown_zone
from maillage.territories.actions import DENSITIES
from maillage.territories.choices import Density
from maillage.territories.models import Commune

BATCH = 1_000
LONGEST_WORD = 60


@dataclass(frozen=True)
class Centre:
    """Where a commune is, for records that carry no point of their own, and how dense it is."""

    latitude: float | None = None
    longitude: float | None = None
    density: int = DENSITIES.index(Density.SPARSE)


NOWHERE = Centre()


@transaction.atomic
def index_services(services: QuerySet[Service], *, is_announced: bool = True) -> None:
    """Write again the entries of these services; withdrawn ones keep one that shows nothing.

    An import that writes many announces them once, with `announce`, at its end; someone's correction meanwhile says
    what was committed so far with it. All services are locked first, then the row that indexers share, so that two of
    them never wait for one another.
    """
    keys = list(services.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        # Whoever indexes the same service waits here, then reads what was committed.
        locked = Service._base_manager.select_for_update().filter(pk__in=keys[start : start + BATCH])
        list(locked.order_by("pk").values_list("pk"))
    if not keys:
        return
    revision = _next_revision(is_announced=is_announced)
    for start in range(0, len(keys), BATCH):
        _index_batch(keys[start : start + BATCH], revision=revision)


@transaction.atomic
def announce() -> None:
    """Say that entries were written; when those apart are many, the columns are written again first, here."""
    state = _own_state()
    if SearchEntry.objects.filter(revision__gt=min(state.said, kept_revision())).count() > FEW:
        built(state.written, state.written)
    SearchState.objects.filter(pk=state.pk).update(said=state.written)


@transaction.atomic
def write_columns() -> None:
    """Write the columns again, whatever has changed since they were, and say so."""
    state = _own_state()
    built(state.written, state.written)
    SearchState.objects.filter(pk=state.pk).update(said=state.written)


def rebuild_if_asked() -> None:
    """Write every entry again when a migration asked: what is compared today is not what was kept."""
    if SearchState.objects.filter(is_to_rebuild=True).exists():
        index_services(Service._base_manager.all(), is_announced=False)
        announce()
        SearchState.objects.update(is_to_rebuild=False)


def _own_state() -> SearchState:
    """The state's row, ours until the transaction ends: a revision is said once all before it are committed."""
    state, _ = SearchState.objects.select_for_update().get_or_create(pk=1)
    return state


def _next_revision(*, is_announced: bool) -> int:
    """A number never given before, even to what was rolled back: the time, in microseconds."""
    state = _own_state()
    state.written = max(state.written + 1, time_ns() // 1_000)
    if is_announced:
        state.said = state.written
    state.save()
    return state.written


def _index_batch(keys: Collection[int], *, revision: int) -> None:
    services = list(
        Service._base_manager.filter(pk__in=keys)
        .select_related("structure")
        .defer("received", "structure__received")
        .order_by("pk")
    )
    centres = _centres(services)
    # The index answers everyone alike: it lists what the rule opens to nobody in particular.
    readable = can_read_service.among(Service._base_manager.filter(pk__in=keys), AnonymousUser())
    listed = set(readable.values_list("pk", flat=True))
    entries = [
        entry_of(one, centres, revision=revision) if one.pk in listed else hidden_entry(one, revision=revision)
        for one in services
    ]
    held = set(SearchEntry.objects.filter(pk__in=keys).values_list("pk", flat=True))
    insert_new([entry for entry in entries if entry.pk not in held])
    SearchEntry.objects.bulk_create(
        [entry for entry in entries if entry.pk in held],
        update_conflicts=True, unique_fields=["service"], update_fields=_ENTRY_FIELDS,
    )  # fmt: skip


_ENTRY_FIELDS = [field.name for field in SearchEntry._meta.concrete_fields if not field.primary_key]


def _centres(services: Iterable[Service]) -> dict[str, Centre]:
    """What is known of each commune these records name."""
    codes = {record.commune_code for service in services for record in (service, service.structure)} - {""}
    rows = Commune.objects.filter(pk__in=codes).values_list("code", "latitude", "longitude", "density")
    return {code: Centre(lat, lon, DENSITIES.index(Density(density))) for code, lat, lon, density in rows}


def entry_of(service: Service, centres: dict[str, Centre], *, revision: int) -> SearchEntry:
    place = place_of(service, centres)
    modes = service.reception_modes or []
    on_site = place.latitude is not None and (ON_SITE in modes or not modes)
    own, theirs, others = words_of(service)
    return SearchEntry(
        service=service,
        structure_key=service.structure_id,
        lot=lot_of(service.uid),
        latitude=place.latitude if on_site else None,
        longitude=place.longitude if on_site else None,
        density=place.density,
        is_on_site=on_site,
        is_remote=REMOTE in modes or not on_site,
        updated_on=service.updated_on,
        hours=service.hours,
        holiday_zone=service.holiday_zone,
        codes=" ".join(codes_of(service, place)),
        own_words=own,
        structure_words=theirs,
        words=others,
        revision=revision,
    )


def hidden_entry(service: Service, *, revision: int) -> SearchEntry:
    """What remains of a service that is no longer shown: that it is not."""
    return SearchEntry(
        service=service, structure_key=service.structure_id, lot=0, is_listed=False, density=NOWHERE.density,
        is_on_site=False, is_remote=False, updated_on=service.updated_on, revision=revision,
    )  # fmt: skip


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


def words_of(service: Service) -> tuple[str, str, str]:
    """The stems of its name, of its structure's, of its texts; each once, where it weighs most."""
    texts = [service.description, service.audience_details, service.structure.description]
    if not service.hides_its_address:
        texts.append(service.commune_name or service.structure.commune_name)
    own = _stems_of(service.name)
    theirs = _stems_of(service.structure.name) - own
    others = frozenset().union(*map(_stems_of, texts)) - own - theirs
    return " ".join(sorted(own)), " ".join(sorted(theirs)), " ".join(sorted(others))


@lru_cache(maxsize=2_000)
def _stems_of(text: str) -> frozenset[str]:
    """The same sentences come back from one record to the next: reading them once is enough."""
    return frozenset(stem[:LONGEST_WORD] for stem in stems(text))


def codes_of(service: Service, place: Centre) -> list[str]:
    """Its thématiques, publics, cost, zone, languages, access…, each with what it is of written before it."""
    codes = [THEME + code for code in service.themes or [] if code in THEMES]
    codes += [AUDIENCE + code for code in service.audiences or [] if code in AUDIENCES]
    codes += [ZONE + code for code in zone_of(service, place)]
    codes += [LANGUAGE + code for code in languages_of(service)] + [
        ACCESS + code for code in accessibility_of(service)
    ]
    codes += [WOMEN] if service.is_women_only else []
    return sorted({*codes, *([COST + service.cost] if service.cost else [])})


def zone_of(service: Service, place: Centre) -> list[str]:
    """Where people must live to be eligible; empty when the record restricts nothing.

    A service one must go to, in a commune nobody can place, is shown to its Département: not to all of France.
    """
    zone = ["".join(code.split()) for code in shown_zone(service) or []]
    if zone:
        return [] if any(code in EVERYWHERE for code in zone) else zone
    code = service.commune_code or service.structure.commune_code
    is_lost = place.latitude is None and REMOTE not in (service.reception_modes or []) and code
    return [departement_of(code)] if is_lost and not service.hides_its_address else []
