"""Seine-et-Marne for real: its communes, outlines and France services, found near Melun on the page and by the API."""

import io

import pytest
from data_inclusion.schema import v1
from django.conf import settings as house
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from maillage.directory.models import ImportRun, SearchEntry, Service, Structure
from maillage.directory.tests.factories import conforms, links_of, post, snapshot, text_of
from maillage.territories.models import Commune, Departement

pytestmark = pytest.mark.django_db


def test_a_code_nobody_bears_and_a_folder_that_is_not_there_are_said(tmp_path):
    with pytest.raises(CommandError, match="n'existe pas"):
        call_command("open_departement", "77", data=tmp_path / "absent")
    with pytest.raises(CommandError, match="Aucun département ne porte le code ZZ"):
        call_command("open_departement", "zz", data=tmp_path)
    assert not Departement.objects.exists()


def test_without_outlines_nor_list_the_command_says_what_is_missing(tmp_path, capsys):
    call_command("open_departement", "77", data=tmp_path)
    said = capsys.readouterr().out
    assert "507 communes" in said
    assert "Aucun contour trouvé" in said
    assert "Aucune liste de France services trouvée" in said


@pytest.fixture(scope="module")
def seine_et_marne(django_db_setup, django_db_blocker, tmp_path_factory):
    """The command run once for this page, on the open data."""
    data = house.SHARED_DIR / "data"
    if not data.is_dir():
        pytest.skip(f"{data} is absent: set MAILLAGE_SHARED")
    shapes = override_settings(SHAPES_DIR=tmp_path_factory.mktemp("shapes"), VAR_DIR=tmp_path_factory.mktemp("var"))
    with django_db_blocker.unblock(), transaction.atomic(), shapes:
        said = io.StringIO()
        call_command("open_departement", "77", data=data, stdout=said)
        yield said.getvalue()
        transaction.set_rollback(True)


def test_the_departement_is_whole(shared, seine_et_marne):
    home = Departement.objects.home()
    assert (home.code, home.name, home.is_fictional) == ("77", "Seine-et-Marne", False)
    assert Commune.objects.filter(departement="77").count() == 507
    assert Commune.objects.filter(departement="77").placed().count() == 507
    assert (Structure.objects.count(), Service.objects.count()) == (2845, 5690)
    assert "structures : 2845 lues, 2845 ajoutées" in seine_et_marne
    assert "services : 5690 lus, 5690 ajoutés" in seine_et_marne
    assert "refusées" not in seine_et_marne
    assert "507 contours chargés." in seine_et_marne
    assert SearchEntry.objects.filter(is_on_site=True).count() == 5690


def test_ordinateur_near_melun_gives_real_france_services_in_order_of_minutes(shared, seine_et_marne, client):
    document = client.get("/api/v1/openapi.json").json()
    answer = conforms(post(client, mots="ordinateur", code_commune="77288"), document, "post").json()
    minutes = [item["minutes"] for item in answer["items"]]
    assert len(minutes) >= 3
    assert minutes == sorted(minutes)
    assert all(1 <= each <= 30 for each in minutes)
    for item in answer["items"]:
        assert "rance services" in item["structure"]["nom"]
        assert item["structure"]["code_postal"][:2] in {"77", "91", "94"}
        v1.Service.model_validate(item["service"])
        v1.Structure.model_validate(item["structure"])

    for place in ("Melun", "77000"):
        response = client.post("/annuaire/", {"words": "ordinateur", "place": place})
        said = text_of(response)
        names = [item["structure"]["nom"] for item in answer["items"]]
        assert all(name in said for name in names)
        shown = [link for link in links_of(response) if link.startswith("/annuaire/services/")]
        expected = [Service.objects.get(uid=item["service"]["id"]).get_absolute_url() for item in answer["items"]]
        assert list(dict.fromkeys(shown))[: len(expected)] == expected
        assert "estimé" in said


def where_they_are():
    return set(SearchEntry.objects.values_list("service", "latitude", "longitude", "density"))


def test_run_twice_it_changes_nothing(shared, seine_et_marne):
    apart = (ImportRun, SearchEntry)
    before, entries = snapshot(but=apart), where_they_are()
    communes = list(Commune.objects.order_by("pk").values())
    call_command("open_departement", "77", data=shared / "data")
    assert snapshot(but=apart) == before
    assert where_they_are() == entries
    assert list(Commune.objects.order_by("pk").values()) == communes
