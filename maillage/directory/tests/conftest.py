"""Where the tests of the directory happen: a small Département, and the whole model flat when size matters."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from maillage.actors.models import Site
from maillage.actors.sessions import VOUCHED
from maillage.actors.tests.factories import an_organisation, someone
from maillage.core import clock
from maillage.core.concurrency import new_key
from maillage.directory.actions.submitting import Written, keep_draft, proposal_about, submit
from maillage.directory.models import Service, Structure
from maillage.directory.tests.factories import a_service, a_structure, fill
from maillage.territories.actions import CommuneFacts, save_communes
from maillage.territories.models import Departement, Sector, SectorCommune

MONDAY = datetime(2026, 3, 9, 10, 0)


@pytest.fixture(scope="module")
def aubrelle():
    """What L'Aubrelle is made of. It lives upstairs: no room imports it, a test asks for it by name."""
    return import_module("maillage.demo.aubrelle").build(date(2026, 3, 9))


@pytest.fixture(scope="module")
def model_flat(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Departement]:
    """L'Aubrelle as `build_demo` fills a house on Monday 9 March 2026, once for a module, gone after it."""
    var = tmp_path_factory.mktemp("var")
    apart = override_settings(
        DEMO=True, SHAPES_DIR=var / "shapes", ROADS_DIR=var / "roads", POPULATION_DIR=var / "population"
    )
    with django_db_blocker.unblock(), transaction.atomic(), clock.travel(MONDAY), apart:
        call_command("build_demo", without_roads=True, verbosity=0)
        yield Departement.objects.get(code="00")
        transaction.set_rollback(True)


@pytest.fixture
def melune(db) -> Departement:
    """A Département of three communes in one line, twenty kilometres apart; nobody knows where Nulleporte is."""
    departement = Departement.objects.create(code="00", name="L'Aubrelle", is_home=True, is_fictional=True)
    save_communes(
        departement,
        [
            a_commune("00001", "Melune", latitude=48.0, longitude=2.0),
            a_commune("00002", "Castelorme", latitude=48.18, longitude=2.0),
            a_commune("00003", "Nulleporte"),
        ],
    )
    return departement


def a_commune(code: str, name: str, **facts: object) -> CommuneFacts:
    defaults: dict[str, object] = {
        "epci_siren": "200000001",
        "epci_name": "Val d'Aubrelle",
        "postal_codes": (f"00{code[-1]}00",),
        "population": 1000,
        "other_names": (),
        "area_km2": 20.0,
    }
    return CommuneFacts(code=code, name=name, **(defaults | facts))


@pytest.fixture
def corrected(alice) -> Callable[..., None]:
    """Alice corrects fields of a record, as her form would."""
    from maillage.directory.actions.editing import correct

    def act(record, by=None, **values):
        record.refresh_from_db()
        for name, value in values.items():
            setattr(record, name, value)
        correct(record, fields=list(values), expected=record.version, key=new_key(), by=by or alice)

    return act


@pytest.fixture
def small_batches(monkeypatch):
    """Batches of ten rows, so that a small file has several."""
    monkeypatch.setattr("maillage.directory.actions.imports.BATCH", 10)


# -- Members propose, the sector's MDS answers -----------------------------------------------------------------------


@pytest.fixture
def sectors(melune):
    """Melune is in the sector TIS-1 of TAS-1, Castelorme in TIS-2 of TAS-2; Nulleporte is in none."""
    since = date(2020, 1, 1)
    made = {}
    for number, commune in ((1, "00001"), (2, "00002")):
        tas = Sector.objects.create(
            departement=melune, code=f"TAS-{number}", name=f"Territoire {number}", level="tas", valid_from=since
        )
        tis = Sector.objects.create(
            departement=melune, code=f"TIS-{number}", name=f"Secteur {number}", level="tis", parent=tas,
            valid_from=since,
        )  # fmt: skip
        SectorCommune.objects.create(sector=tis, commune_id=commune, valid_from=since)
        made |= {tas.code: tas, tis.code: tis}
    return made


@pytest.fixture
def tablees(sectors, monday_morning):
    """An association with a site in Melune; its structure there offers a service."""
    organisation = an_organisation("Les Tablées")
    site = Site.objects.create(organisation=organisation, name="Centre de Melune")
    fill(
        a_service("test--1", nom="Épicerie solidaire", telephone="0199001122", publics=["femmes"]),
        structures=(a_structure(nom="Tablées de Melune"),),
    )
    Structure.objects.update(site=site)
    return Structure.objects.get()


@pytest.fixture
def epicerie(tablees):
    """The service of the Tablées."""
    return Service.objects.get()


@pytest.fixture
def lea(tablees):
    """Léa keeps the records of the Tablées."""
    return someone("lea", "partner_editor", organisation=tablees.site.organisation)


@pytest.fixture
def tom(tablees):
    """Tom does the same, at the same time."""
    return someone("tom", "partner_editor", organisation=tablees.site.organisation)


@pytest.fixture
def mona(sectors):
    """Mona keeps the directory of the sector of Melune."""
    return someone("mona", "mds_editor", sector=sectors["TIS-1"])


@pytest.fixture
def nils(sectors):
    """Nils keeps the directory of the sector of Castelorme."""
    return someone("nils", "mds_editor", sector=sectors["TIS-2"])


@pytest.fixture
def enter(client):
    """The browser of someone who has just signed in, with two factors unless said otherwise."""

    def act(reader, *, factors=2):
        client.force_login(reader)
        if factors == 2:
            session = client.session
            session[VOUCHED] = "test"
            session.save()
        return client

    return act


@pytest.fixture
def proposed(lea):
    """Léa proposes these values for a record, and sends them."""

    def act(record, by=None, send=True, **values):
        record = type(record).objects.get(pk=record.pk)
        proposal = proposal_about(record)
        typed = proposal.proposed()
        read = {name: getattr(typed, name) for name in values}
        for name, value in values.items():
            setattr(typed, name, value)
        written = Written(typed, read)
        kept = keep_draft(proposal, written, expected=proposal.version, key=new_key(), by=by or lea)
        return submit(kept, by=by or lea) if send else kept

    return act
