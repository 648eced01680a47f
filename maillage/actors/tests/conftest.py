"""Where the tests of organisations and roles happen: two TAS, three TIS, an association, people who give roles."""

import pytest

from maillage.actors.choices import Role
from maillage.actors.models import Site
from maillage.actors.sessions import VOUCHED
from maillage.actors.tests.factories import a_membership, an_organisation, someone, the_house
from maillage.core import clock
from maillage.territories.actions import CommuneFacts, SectorRow, save_communes, set_sectors
from maillage.territories.models import Commune, Departement, Sector


@pytest.fixture(autouse=True)
def _no_registry(settings):
    settings.COMPANY_API_URL = "http://127.0.0.1:9/search"  # Nobody listens there: no test leaves the machine.


@pytest.fixture
def territory(db):
    """TAS-A holds TIS-1 (Melune) and TIS-2 (Castelorme); TAS-B holds TIS-3 (Ruel)."""
    departement = Departement.objects.create(code="00", name="L'Aubrelle", is_home=True, is_fictional=True)
    names = {"00001": "Melune", "00002": "Castelorme", "00003": "Ruel"}
    facts = {"epci_siren": "", "epci_name": "", "postal_codes": ("00100",), "population": 1000, "other_names": ()}
    save_communes(departement, [CommuneFacts(code=code, name=name, **facts) for code, name in names.items()])
    rows = [
        SectorRow("TAS-A", "Aval", "TIS-1", "Melune", "00001"),
        SectorRow("TAS-A", "Aval", "TIS-2", "Castelorme", "00002"),
        SectorRow("TAS-B", "Amont", "TIS-3", "Ruel", "00003"),
    ]
    set_sectors(departement, rows, from_day=clock.today())
    return departement


@pytest.fixture
def sector(territory):
    """A sector by its code, as it is today."""
    return lambda code: Sector.objects.now().get(code=code)


@pytest.fixture
def house(db):
    return the_house()


@pytest.fixture
def association(territory):
    """An association that works in Melune and in Ruel."""
    made = an_organisation()
    for name, code in (("Melune", "00001"), ("Ruel", "00003")):
        Site.objects.create(organisation=made, name=f"Antenne de {name}", commune=Commune.objects.get(pk=code))
    return made


@pytest.fixture
def ccas(territory):
    """An organisation that works in Melune only."""
    made = an_organisation("CCAS de Melune", "public")
    Site.objects.create(organisation=made, name="CCAS", commune=Commune.objects.get(pk="00001"))
    return made


@pytest.fixture
def adele(house):
    """Adèle administers the house; Basile does too."""
    return someone("adele", Role.ADMINISTRATOR)


@pytest.fixture
def basile(house):
    return someone("basile", Role.ADMINISTRATOR)


@pytest.fixture
def maud(house, sector):
    """Maud manages the MDS of TAS-A."""
    return someone("maud", Role.MDS_MANAGER, sector=sector("TAS-A"))


@pytest.fixture
def charlie(association):
    """Charlie keeps the records of the whole association."""
    return someone("charlie", Role.PARTNER_EDITOR, organisation=association)


@pytest.fixture
def rosa(association):
    """Rosa acts at the association's site in Melune."""
    return someone("rosa", Role.PARTNER, organisation=association, site=association.sites.get(name__contains="Melune"))


@pytest.fixture
def signed_in(client):
    """The browser of someone who has signed in with two factors."""

    def enter(person):
        client.force_login(person)
        session = client.session
        session[VOUCHED] = "test"
        session.save()
        return client

    return enter


@pytest.fixture
def held():
    """A role of someone, given by hand."""
    return a_membership
