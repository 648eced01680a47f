"""Saying a record is right, making a hidden address public, merging two corrections, a session that ends."""

import datetime as dt

import pytest

from maillage.core import clock
from maillage.core.models import JournalLine
from maillage.directory.models import Structure
from maillage.directory.search import search
from maillage.directory.tests.factories import a_service, a_structure, ask, fill, text_of
from maillage.directory.tests.test_editing import address_of, opened, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_monday_in_melune(melune, monday_morning):
    """Monday 9 March 2026, at ten, in Melune."""


@pytest.fixture
def service():
    return fill(a_service("test--1", date_maj="2024-01-01"), structures=(a_structure(date_maj="2024-01-01"),))[0]


def test_alice_says_that_everything_is_right_and_the_record_is_fresh(client, alice, nobody, service):
    form = opened(client, alice, service)
    response = send(client, alice, service, form, confirm="1")

    service.refresh_from_db()
    assert (response.status_code, service.updated_on) == (302, clock.today())
    assert JournalLine.objects.filter(verb="directory.confirmed", who=alice).count() == 1
    assert search(ask("", themes=tuple(service.themes or ())), reader=nobody).results[0].freshness == "recent"


def test_saving_without_a_change_thanks_nobody(client, alice, service):
    form = opened(client, alice, service)
    page = client.get(send(client, alice, service, form)["Location"])

    assert "Rien n'a changé." in text_of(page)
    service.refresh_from_db()
    assert service.updated_on == dt.date(2024, 1, 1)


def test_a_confirmed_record_stays_fresh_after_an_import_and_a_fresher_source_still_counts(client, alice, service):
    send(client, alice, service, opened(client, alice, service), confirm="1")
    fill(a_service("test--1", date_maj="2024-06-01"), structures=(a_structure(date_maj="2024-01-01"),))
    service.refresh_from_db()
    assert service.updated_on == clock.today()


def test_two_people_who_change_two_fields_are_both_heard_without_a_question(client, alice, bob, service):
    first, second = opened(client, alice, service), opened(client, bob, service)
    send(client, alice, service, first, phone="01 99 00 33 44")
    response = send(client, bob, service, second, conditions="Venez tôt.")

    service.refresh_from_db()
    assert response.status_code == 302
    assert (service.phone, service.conditions) == ("01 99 00 33 44", "Venez tôt.")


def test_a_hidden_address_is_not_made_public_by_one_click(client, enter, alice, corrected, service):
    enter(alice)
    structure = service.structure
    Structure.objects.filter(pk=structure.pk).update(is_address_confidential=True)
    structure.refresh_from_db()
    form = opened(client, alice, structure)

    refused = send(client, alice, structure, form, is_address_confidential=[])
    structure.refresh_from_db()
    assert refused.status_code == 422
    assert "Cette adresse protège des personnes" in text_of(refused)
    assert structure.is_address_confidential

    send(client, alice, structure, form, is_address_confidential=[], reveal="on")
    structure.refresh_from_db()
    assert not structure.is_address_confidential


def test_a_session_that_ends_gives_back_what_was_written(client, alice, service):
    form = opened(client, alice, service)
    client.logout()
    response = client.post(address_of(service), form | {"conditions": ["Trois phrases écrites avec soin."]})

    assert response.status_code == 403
    assert "Votre session est finie" in text_of(response)
    assert "Trois phrases écrites avec soin." in text_of(response)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("lun-ven 9h-12h, 14h-17h ; sam 9h30-12h", "Mo-Fr 09:00-12:00,14:00-17:00; Sa 09:30-12:00"),
        ("du lundi au vendredi de 9h à 12h et de 14h à 17h30", "Mo-Fr 09:00-12:00,14:00-17:30"),
        ("mardi et jeudi 14h-17h ; jours fériés fermé", "Tu,Th 14:00-17:00; PH off"),
        ('"sur rendez-vous"', '"sur rendez-vous"'),
    ],
)
def test_hours_are_typed_as_people_write_them(client, alice, service, written, kept):
    send(client, alice, service, opened(client, alice, service), opening_hours=written)
    service.refresh_from_db()
    assert service.opening_hours == kept


def test_hours_nobody_understands_do_not_block_another_correction(client, alice, service):
    type(service).objects.filter(pk=service.pk).update(opening_hours="quand on veut")
    send(client, alice, service, opened(client, alice, service), phone="01 99 00 33 44")
    service.refresh_from_db()
    assert service.phone == "01 99 00 33 44"
