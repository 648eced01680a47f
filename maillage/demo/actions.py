"""Build the model flat: L'Aubrelle, through the rooms' own actions, as an installation would be filled."""

import datetime as dt
import json
from collections.abc import Iterator

from django.conf import settings
from django.db import transaction

from maillage.actors.actions.memberships import give
from maillage.actors.actions.organisations import add_organisation, add_site
from maillage.actors.actions.teams import TeamFacts, add_team, place
from maillage.actors.models import Membership, Organisation, Site, Team, User
from maillage.core import clock, journal
from maillage.core.concurrency import new_key
from maillage.core.refusals import Refused
from maillage.demo.aubrelle import (
    HOUSE,
    PARTNERS,
    PEOPLE,
    TEAMS,
    Aubrelle,
    Partner,
    Staff,
    TeamPlan,
    build,
    recipe,
    rna,
    shapes_geojson,
    siren,
    siret,
)
from maillage.demo.aubrelle.population import populate
from maillage.demo.aubrelle.roads import draw_roads, write_roads
from maillage.demo.scenes import play_scenes
from maillage.directory.actions.imports import import_records
from maillage.directory.actions.indexing import index_services
from maillage.directory.actions.tying import tie
from maillage.directory.choices import SourceFormat
from maillage.directory.models import Service, Source, Structure
from maillage.territories.actions import (
    CommuneFacts,
    SectorRow,
    cells_of,
    kept_population,
    load_population,
    load_roads,
    load_shapes,
    save_communes,
    set_sectors,
    travel_times,
)
from maillage.territories.models import Commune, Departement, Sector

ROADS, LOADED = "aubrelle.osm.pbf", "aubrelle-roads.json"
"""In the folder of the house: the roads as anyone may import them again, and what was loaded from which recipe."""


def build_demo(*, with_roads: bool = True) -> Iterator[str]:
    """Fill an empty house with L'Aubrelle, saying each step; built already, it is only brought up to date.

    Without roads, times are estimated and nobody is said to live anywhere: enough for most tests, and sooner done.
    Raises Refused outside a demonstration, or when the house holds a real Département.
    """
    if not settings.DEMO:
        raise Refused("La démonstration ne se construit qu'avec MAILLAGE_DEMO=1.")
    if Departement.objects.filter(is_home=True, is_fictional=False).exists():
        raise Refused("Cette base contient un vrai Département : la démonstration ne s'y mélange pas.")
    aubrelle = build(clock.today())
    with transaction.atomic():
        departement = _open_territory(aubrelle)
        yield f"{departement.name} : {len(aubrelle.communes)} communes, 14 Maisons des solidarités."
        if with_roads:
            yield from _lay_roads(departement, aubrelle)
        report = _fill_directory(aubrelle)
        yield f"{report} services dans l'annuaire."
        _open_organisations(aubrelle)
        _invite_people()
        _compose_teams(aubrelle)
        play_scenes()


def is_demonstration() -> bool:
    """Whether this process and this database both say they are a demonstration."""
    return bool(settings.DEMO) and Departement.objects.filter(is_home=True, is_fictional=True).exists()


def _open_territory(aubrelle: Aubrelle) -> Departement:
    facts = aubrelle.departement
    defaults = {"name": facts.name, "is_home": True, "is_fictional": True}
    departement, _ = Departement.objects.update_or_create(code=facts.code, defaults=defaults)
    epcis = {epci.siren: epci.name for epci in aubrelle.epcis}
    save_communes(
        departement,
        [
            CommuneFacts(
                code=commune.code, name=commune.name, epci_siren=commune.epci, epci_name=epcis[commune.epci],
                postal_codes=commune.postal_codes, population=commune.population, other_names=commune.old_names,
            )
            for commune in aubrelle.communes
        ],
    )  # fmt: skip
    load_shapes(departement, shapes_geojson(aubrelle))
    if not Sector.objects.filter(departement=departement).exists():
        for day in sorted({membership.valid_from for membership in aubrelle.memberships}):
            set_sectors(departement, list(_sector_rows(aubrelle, day)), from_day=day)
    return departement


def _lay_roads(departement: Departement, aubrelle: Aubrelle) -> Iterator[str]:
    """The roads and who lives along them, drawn and loaded as real ones would be, unless they are there already.

    Before the directory, whose places are then tied to them once.
    """
    kept, done = kept_population(), {"recipe": recipe(), "roads": travel_times().version}
    if kept and _loaded() == done | {"population": kept.version}:
        return
    drawn = draw_roads(aubrelle)
    summary = write_roads(settings.VAR_DIR / ROADS, aubrelle, drawn)
    report = load_roads(settings.VAR_DIR / ROADS, anyway=True)
    yield f"{summary} {report.seconds:.0f} s pour les lire."
    cells = populate(drawn)
    columns = (cells.latitude, cells.longitude, cells.people, cells.commune)
    people = load_population(departement, cells_of(*columns), source="Données fictives")
    yield str(people)
    done |= {"roads": travel_times().version, "population": people.version}
    (settings.VAR_DIR / LOADED).write_text(json.dumps(done), encoding="utf-8")


def _loaded() -> dict[str, str]:
    """What `_lay_roads` loaded last in this house."""
    try:
        return dict(json.loads((settings.VAR_DIR / LOADED).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _sector_rows(aubrelle: Aubrelle, day: dt.date) -> Iterator[SectorRow]:
    """The map of sectors as it was that day, one row per commune."""
    in_force = {
        s.code: s for s in aubrelle.sectors if s.valid_from <= day and (s.valid_until is None or day <= s.valid_until)
    }
    for commune in aubrelle.communes:
        tis = in_force[aubrelle.sector_of(commune.code, day)]
        tas = in_force[tis.parent or ""]
        yield SectorRow(tas.code, tas.name, tis.code, tis.name, commune.code)


def _fill_directory(aubrelle: Aubrelle) -> int:
    defaults = {"name": "L'Aubrelle (fictif)", "licence": "Données fictives", "format": SourceFormat.DATA_INCLUSION}
    source, _ = Source.objects.get_or_create(slug="aubrelle", defaults=defaults)
    import_records(aubrelle.structures, aubrelle.services, source=source)
    Structure.objects.filter(uid__in=aubrelle.confidential).update(is_address_confidential=True)
    sectors = {sector.code: sector for sector in Sector.objects.now()}
    for code, uid in aubrelle.mds_of_sector.items():
        Structure.objects.filter(uid=uid).update(serves_sector=sectors[code])
    index_services(Service.objects.all())
    return Service.objects.published().count()


def _open_organisations(aubrelle: Aubrelle) -> None:
    """The Département with a site per Maison des solidarités, then its partners; each site is a structure's."""
    for partner in (HOUSE, *PARTNERS):
        if not Organisation.objects.filter(siren=siren(partner)).exists():
            slugs = [uid.removeprefix("aubrelle--") for _, uid in sorted(aubrelle.mds_of_sector.items())]
            _open_organisation(partner, slugs if partner is HOUSE else list(partner.structures))


def _open_organisation(partner: Partner, slugs: list[str]) -> None:
    organisation = Organisation(
        name=partner.name, kind=partner.kind, siren=siren(partner), siret=siret(partner, 1), rna=rna(partner),
        address=f"{partner.commune} (L'Aubrelle)", is_house=partner is HOUSE,
    )  # fmt: skip
    add_organisation(organisation, key=new_key(), by=None)
    for number, slug in enumerate(slugs, 2):
        structure = Structure.objects.get(uid=f"aubrelle--{slug}")
        site = Site(
            organisation=organisation, name=structure.name, siret=siret(partner, number),
            address=structure.address, commune_id=structure.commune_code or None,
        )  # fmt: skip
        add_site(site, key=new_key(), by=None)
        tie(structure, site, expected=structure.version, key=new_key(), by=None)


def _invite_people() -> None:
    for staff in PEOPLE:
        _invite(staff)


def _invite(staff: Staff) -> User:
    address = f"{staff.username}@aubrelle.example"
    user, is_new = User.objects.get_or_create(
        username=staff.username,
        defaults={"first_name": staff.first_name, "last_name": staff.last_name, "email": address},
    )
    if is_new:  # The demonstration's own door is the only one they come through.
        user.set_unusable_password()
        user.save(update_fields=["password"])
        with journal.act():
            give(_role_of(staff, user), by=None)
    return user


def _role_of(staff: Staff, user: User) -> Membership:
    of_partner = {partner.slug: siren(partner) for partner in PARTNERS}
    organisation = Organisation.objects.get(siren=of_partner.get(staff.partner, siren(HOUSE)))
    site = Structure.objects.get(uid=f"aubrelle--{staff.structure}").site if staff.structure else None
    sector = Sector.objects.now().get(code=staff.sector) if staff.sector else None
    since = clock.today() - dt.timedelta(days=staff.held_for_days)
    return Membership(
        user=user, organisation=organisation, role=staff.role, site=site, sector=sector, valid_from=since
    )


def _compose_teams(aubrelle: Aubrelle) -> None:
    """The teams of two Maisons des solidarités: some complete, some waiting for someone."""
    if not Team.objects.exists():
        for plan in TEAMS:
            _compose(plan, Structure.objects.get(uid=aubrelle.mds_of_sector[plan.sector]).site)


def _compose(plan: TeamPlan, site: Site | None) -> None:
    if site is None:
        raise Refused(f"La Maison des solidarités de {plan.sector} n'a pas de lieu : l'équipe ne s'y compose pas.")
    facts = TeamFacts(plan.name, plan.pole, tuple(Commune.objects.filter(name__in=plan.communes)), plan.posts)
    team = add_team(site, facts, key=new_key(), by=None)
    for staff in plan.members:
        place(Membership.objects.get(user=_invite(staff), role=staff.role), team, key=new_key(), by=None)
