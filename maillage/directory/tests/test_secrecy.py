"""What would tell a confidential address without being it: texts, zones, the places of organisations."""

import json

import pytest
from django.core.management import call_command
from django.urls import reverse

from maillage.actors.models import Site
from maillage.actors.tests.factories import an_organisation, someone
from maillage.core.concurrency import new_key
from maillage.core.gathering import my_day
from maillage.core.refusals import Refused
from maillage.directory.actions.moderating import publish
from maillage.directory.actions.tying import tie
from maillage.directory.data_inclusion import service_record
from maillage.directory.models import Service, Structure
from maillage.directory.secrecy import shown_zone, texts_that_tell
from maillage.directory.tests.factories import a_service, a_structure, fill, inputs_of, post, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def refuge(melune, sectors, monday_morning):
    """A refuge in Melune whose texts say nothing of it."""
    fill(
        a_service("test--abri", nom="Mise à l'abri", description="Une place en quelques heures.", latitude=None,
                  longitude=None),
        structures=(a_structure(nom="L'Abri des Saules", description="Un lieu sûr, dans le bon sens."),),
    )  # fmt: skip
    Structure.objects.update(is_address_confidential=True)
    return Structure.objects.get()


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("Un lieu sûr pour les femmes de toute L'Aubrelle.", False),
        ("Dans le centre de Melune.", True),
        ("REFUGE DE MELUNE", True),
        ("Au 3, Grande-Rue.", True),
        ("3 grande rue", True),
        ("Une grande rue passante.", False),
        ("Nous accueillons depuis Castelorme.", False),
    ],
)
def test_a_text_tells_when_it_names_the_commune_or_the_street(refuge, text, tells):
    refuge.description = text
    assert texts_that_tell(refuge) == (["description"] if tells else [])
    service = Service.objects.select_related("structure").get()
    service.conditions = text
    assert texts_that_tell(service) == (["conditions"] if tells else [])


def test_a_commune_of_a_common_word_is_not_seen_in_every_sentence(refuge):
    refuge.commune_code, refuge.commune_name = "", "Sens"
    refuge.description = "Un accueil dans le sens de l'écoute."
    assert texts_that_tell(refuge) == []


def test_nothing_is_said_of_a_structure_everyone_may_find(refuge):
    refuge.is_address_confidential = False
    refuge.description = "Au 3 Grande Rue, à Melune."
    assert texts_that_tell(refuge) == []


def test_alice_cannot_write_where_it_is(refuge, client, enter, alice):
    url = reverse("directory:edit_structure", args=[refuge.pk])
    sent = inputs_of(enter(alice).get(url)) | {"description": ["Près de la gare de Melune."]}
    answer = client.post(url, sent)
    assert answer.status_code == 422
    assert "un texte qui ne dise pas où est l'adresse confidentielle" in text_of(answer)


def test_what_a_source_brought_waits_for_alice_and_is_shown_to_her_alone(refuge, client, enter, alice):
    service = Service.objects.get()
    assert "Un texte public nomme" not in repr(my_day.of(alice))
    Service.objects.update(description="Une place à Melune en quelques heures.")
    assert "Un texte public nomme" in repr(my_day.of(alice))
    assert "disent où est cette adresse" not in text_of(client.get(refuge.get_absolute_url()))
    page = text_of(enter(alice).get(refuge.get_absolute_url()))
    assert "Des textes publics disent où est cette adresse confidentielle" in page
    assert f"{service.name} (Description)" in page


def test_lea_does_not_publish_it_through_a_proposal(tablees, epicerie, proposed, mona):
    Structure.objects.update(is_address_confidential=True)
    proposal = proposed(epicerie, description="Des courses à Melune, choisies librement.")
    with pytest.raises(Refused, match="ne dise pas où est l'adresse"):
        publish(proposal, kept=["description"], sentence="", seen=epicerie.version, key=new_key(), by=mona)


# -- Zones -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        (["00001"], ["00"]), (["200000001"], ["00"]), (["00001", "200000001", "77"], ["00", "77"]),
        (["france"], ["france"]), (["97105"], ["971"]), (["999999999"], None), (None, None),
    ],
)  # fmt: skip
def test_a_zone_around_a_confidential_address_is_told_by_departement(refuge, client, tmp_path, zone, shown):
    Service.objects.update(zone=zone)
    service = Service.objects.select_related("structure").get()
    assert shown_zone(service) == shown
    assert service_record(service, with_address=False)["zone_eligibilite"] == shown
    call_command("export_directory", str(tmp_path / "out.json"), verbosity=0)
    assert json.loads((tmp_path / "out.json").read_text())["services"][0]["zone_eligibilite"] == shown


def test_the_zone_of_what_everyone_may_find_is_told_whole(refuge, client):
    Structure.objects.update(is_address_confidential=False)
    Service.objects.update(zone=["00001"])
    assert shown_zone(Service.objects.select_related("structure").get()) == ["00001"]
    items = post(client, mots="abri", code_commune="00001").json()["items"]
    assert [item["service"]["zone_eligibilite"] for item in items if item["service"]["id"] == "test--abri"] in (
        [], [["00001"]],
    )  # fmt: skip


# -- The places of organisations -------------------------------------------------------------------------------------


@pytest.fixture
def place(refuge, alice):
    """The refuge is tied to the place of its association, in Melune."""
    association = an_organisation("Les Saules")
    site = Site.objects.create(organisation=association, name="L'Abri", commune_id="00001", siret="00000000000017")
    tie(refuge, site, expected=refuge.version, key=new_key(), by=alice)
    return site


def test_a_place_is_protected_with_its_structure(place, refuge, corrected):
    place.refresh_from_db()
    assert place.is_address_confidential


def test_a_structure_that_becomes_confidential_protects_its_place(tablees, corrected):
    assert not tablees.site.is_address_confidential
    corrected(tablees, is_address_confidential=True)
    assert Site.objects.get(pk=tablees.site_id).is_address_confidential


def test_who_holds_a_role_reads_the_organisation_and_not_where_its_refuge_is(place, enter, sectors):
    url = reverse("actors:organisation", args=[place.organisation_id])
    page = text_of(enter(someone("elu", "elected")).get(url))
    assert "L'Abri adresse confidentielle" in page
    assert "Melune" not in page and "00017" not in page
    keeper = someone("lea", "partner_editor", organisation=place.organisation)
    assert "Melune" not in text_of(enter(keeper, factors=1).get(url))
    assert "L'Abri Melune" in text_of(enter(keeper).get(url))


def test_the_list_of_places_to_tie_does_not_say_where_a_refuge_is(place, melune, enter, alice):
    (other,) = fill(a_service("test--other", structure="test--other"), structures=(a_structure("test--other"),))
    url = reverse("directory:tie", args=[other.structure_id])
    client = enter(alice)
    assert "L'Abri" not in text_of(client.get(url))  # The places of its commune are offered, not this one.
    found = text_of(client.post(url, {"words": "saules", "search": "1"}))
    assert "Les Saules · L'Abri" in found and "L'Abri · Melune" not in found
    assert "L'Abri" not in text_of(client.post(url, {"words": "melune", "search": "1"}))
    assert "L'Abri" not in text_of(client.post(url, {"words": "00000000000017", "search": "1"}))
