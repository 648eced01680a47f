"""Who reaches which record: a sector, the whole Département, one's own organisation or one site of it."""

import pytest
from django.urls import reverse

from maillage.actors.models import Site
from maillage.actors.tests.factories import an_organisation, someone
from maillage.core import clock
from maillage.directory.models import Service, Structure
from maillage.directory.permissions import (
    can_edit_service,
    can_edit_structure,
    can_propose_service,
    can_propose_structure,
    can_read_hidden_address,
    can_read_history,
    can_read_service,
    can_read_structure,
)
from maillage.directory.tests.factories import a_service, a_structure, fill, links_of, text_of
from maillage.territories.models import Sector, SectorCommune

pytestmark = pytest.mark.django_db


@pytest.fixture
def everywhere(tablees):
    """Three structures: that of the Tablées in Melune, one in Castelorme, one in a commune of no sector."""
    fill(
        a_service("test--2", structure="test--castel"),
        a_service("test--3", structure="test--nulle"),
        structures=(
            a_structure("test--castel", commune="Castelorme", code_insee="00002"),
            a_structure("test--nulle", commune="Nulleporte", code_insee="00003"),
        ),
    )


def edited_by(reader):
    found = set(can_edit_structure.among(Structure.objects.all(), reader).values_list("uid", flat=True))
    services = can_edit_service.among(Service.objects.all(), reader)
    assert set(services.values_list("structure__uid", flat=True)) == found
    return found


def test_an_editor_of_a_sector_corrects_the_structures_of_its_communes_only(everywhere, mona, nils):
    assert edited_by(mona) == {"test--maison"}
    assert edited_by(nils) == {"test--castel"}


def test_a_territory_covers_its_sectors(everywhere, sectors):
    assert edited_by(someone("tess", "mds_editor", sector=sectors["TAS-1"])) == {"test--maison"}


def test_a_manager_keeps_the_directory_of_their_sector_too(everywhere, sectors):
    assert edited_by(someone("rene", "mds_manager", sector=sectors["TIS-2"])) == {"test--castel"}


def test_a_structure_in_no_sector_is_kept_by_the_whole_departement(everywhere, alice):
    assert edited_by(alice) == {"test--maison", "test--castel", "test--nulle"}


def test_nobody_else_corrects(everywhere, lea, dora, nobody):
    for reader in (lea, dora, nobody, someone("ada", "administrator"), someone("dan", "dpo")):
        assert edited_by(reader) == set()


def test_the_map_of_today_decides(everywhere, mona, nils, sectors):
    today = clock.today()
    SectorCommune.objects.filter(commune="00001").update(valid_until=today)
    SectorCommune.objects.create(sector=sectors["TIS-2"], commune_id="00001", valid_from=today)
    assert edited_by(mona) == set()
    assert edited_by(nils) == {"test--maison", "test--castel"}


def test_a_sector_renamed_keeps_its_editors(everywhere, mona, sectors):
    old = sectors["TIS-1"]
    today = clock.today()
    Sector.objects.filter(pk=old.pk).update(valid_until=today)
    new = Sector.objects.create(
        departement=old.departement, code=old.code, name="Nouveau nom", level="tis", parent=old.parent,
        valid_from=today,
    )  # fmt: skip
    SectorCommune.objects.filter(commune="00001").update(valid_until=today)
    SectorCommune.objects.create(sector=new, commune_id="00001", valid_from=today)
    assert edited_by(mona) == {"test--maison"}


def test_a_member_proposes_for_their_own_organisation_only(everywhere, lea):
    mine = can_propose_structure.among(Structure.objects.all(), lea)
    assert list(mine.values_list("uid", flat=True)) == ["test--maison"]
    assert list(can_propose_service.among(Service.objects.all(), lea).values_list("uid", flat=True)) == ["test--1"]


def test_a_member_of_one_site_proposes_for_that_site_only(everywhere, tablees):
    organisation = tablees.site.organisation
    other = Site.objects.create(organisation=organisation, name="Centre de Castelorme")
    Structure.objects.filter(uid="test--castel").update(site=other)
    paul = someone("paul", "partner_editor", organisation=organisation, site=other)
    assert list(can_propose_structure.among(Structure.objects.all(), paul).values_list("uid", flat=True)) == [
        "test--castel"
    ]


def test_withdrawn_records_are_read_by_those_they_concern(everywhere, lea, mona, nils, alice, nobody):
    Structure.objects.update(withdrawn_at=clock.now())
    Service.objects.update(withdrawn_at=clock.now())
    expected = {lea: {"test--maison"}, mona: {"test--maison"}, nils: {"test--castel"}, nobody: set()}
    for reader, uids in expected.items():
        assert set(can_read_structure.among(Structure.objects.all(), reader).values_list("uid", flat=True)) == uids
        services = can_read_service.among(Service.objects.all(), reader)
        assert set(services.values_list("structure__uid", flat=True)) == uids
    assert can_read_structure.among(Structure.objects.all(), alice).count() == 3


def test_a_hidden_address_is_read_by_its_sector_and_its_own_organisation(enter, tablees, lea, mona, nils, dora):
    Structure.objects.update(is_address_confidential=True)
    stranger = someone("stan", "partner_editor", organisation=an_organisation("Autre"))
    for reader, may in ((lea, True), (mona, True), (nils, False), (dora, False), (stranger, False)):
        assert can_read_hidden_address(reader, tablees) is may
        answer = enter(reader).get(reverse("directory:hidden_address", args=[tablees.pk]))
        assert answer.status_code == (200 if may else 404)


DOORS = ("hidden_address", "edit_structure", "structure_history", "propose_structure", "tie")


def test_a_password_alone_opens_no_hidden_address_nor_what_would_tell_it(enter, tablees, epicerie, lea, mona, alice):
    Structure.objects.update(is_address_confidential=True, address="9 rue Cachée")
    for reader in (mona, alice, lea):
        opened = {}
        for factors in (1, 2):
            browser = enter(reader, factors=factors)
            doors = [browser.get(reverse(f"directory:{door}", args=[tablees.pk])) for door in DOORS]
            services = [
                browser.get(reverse(f"directory:{door}", args=[epicerie.pk]))
                for door in ("edit_service", "propose_service", "propose_closing", "service_history")
            ]
            opened[factors] = sum(page.status_code == 200 for page in doors + services)
            assert factors == 2 or not any("Cachée" in page.content.decode() for page in doors + services)
        assert opened[1] == 0
        assert opened[2] >= 5


def test_a_public_address_asks_for_no_second_factor(enter, tablees, lea, mona):
    for reader, door in ((mona, "edit_structure"), (lea, "propose_structure")):
        browser = enter(reader, factors=1)
        assert browser.get(reverse(f"directory:{door}", args=[tablees.pk])).status_code == 200
        assert "second facteur" not in text_of(browser.get(tablees.get_absolute_url()))


def test_whoever_lacks_the_second_factor_is_told_where_to_add_it(enter, tablees, lea, mona, nils):
    Structure.objects.update(is_address_confidential=True)
    for reader, page in ((mona, "records"), (lea, "my_records")):
        browser = enter(reader, factors=1)
        sheet = browser.get(tablees.get_absolute_url())
        assert "Cette fiche protège une adresse : ajoutez un second facteur pour la corriger." in text_of(sheet)
        assert reverse("second_factor") in links_of(sheet)
        said = text_of(browser.get(reverse(f"directory:{page}")))
        assert "1 fiche protège une adresse : ajoutez un second facteur" in said
        assert "Aucune fiche n'est encore rattachée" not in said
        day = text_of(browser.get(reverse("home:my_day")))
        assert "1 fiche attend votre second facteur" in day
        assert "second facteur" not in text_of(enter(reader).get(reverse(f"directory:{page}")))
    assert "second facteur" not in text_of(enter(nils, factors=1).get(tablees.get_absolute_url()))


def test_history_is_read_by_those_who_may_correct_or_propose(tablees, lea, mona, nils, alice, dora, nobody):
    assert [can_read_history(reader, tablees) for reader in (lea, mona, alice, nils, dora, nobody)] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
