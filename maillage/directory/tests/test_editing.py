"""Correcting a record: Alice and Bob lose nothing, nothing is done twice, the journal says who and which fields."""

import json

import pytest
from django.urls import reverse

from maillage.core import journal
from maillage.core.concurrency import AlreadyDone, Stale, new_key
from maillage.core.models import JournalLine
from maillage.directory.actions.editing import correct
from maillage.directory.data_inclusion import faults_of
from maillage.directory.models import Service, Structure
from maillage.directory.search import search
from maillage.directory.tests.factories import FOOD, a_service, a_structure, ask, fill, inputs_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_monday_in_melune(melune, monday_morning):
    """Every test of this page stands in Melune on Monday 9 March 2026, at ten."""


@pytest.fixture
def service():
    sent = a_service("test--1", publics=["femmes"], telephone="0199001122", date_maj="2024-01-01")
    return fill(sent, structures=(a_structure(),))[0]


def address_of(record):
    name = "directory:edit_service" if isinstance(record, Service) else "directory:edit_structure"
    return reverse(name, args=[record.pk])


def opened(client, reader, record):
    """The form as this person opened it."""
    client.force_login(reader)
    return inputs_of(client.get(address_of(record)))


def send(client, reader, record, form, **changes):
    client.force_login(reader)
    return client.post(address_of(record), form | {k: v if isinstance(v, list) else [v] for k, v in changes.items()})


def corrections():
    return [(line.who_id, line.facts["fields"]) for line in JournalLine.objects.filter(verb="directory.corrected")]


# -- Alone -----------------------------------------------------------------------------------------------------------


def test_alice_corrects_a_record_and_everything_follows(client, alice, nobody, service):
    form = opened(client, alice, service)
    response = send(client, alice, service, form, name="Laverie", phone="01 99 00 33 44")

    assert (response.status_code, response["Location"]) == (302, service.get_absolute_url())
    service.refresh_from_db()
    assert (service.name, service.phone, service.version) == ("Laverie", "01 99 00 33 44", 2)
    assert service.updated_on.isoformat() == "2026-03-09"
    assert service.local_edits == {"name": "2026-03-09", "phone": "2026-03-09"}
    assert [r.service.uid for r in search(ask("laverie"), reader=nobody).results] == ["test--1"]
    said = text_of(client.get(service.get_absolute_url()))
    assert "Merci" in said
    assert "Corrigée ici 9 mars 2026" in said


def test_the_journal_says_who_and_which_fields_and_nothing_of_what_was_written(client, alice, service):
    form = opened(client, alice, service)
    send(client, alice, service, form, name="Zanzibar", phone="01 99 00 33 44")

    assert [(who, sorted(fields)) for who, fields in corrections()] == [(alice.pk, ["name", "phone"])]
    written = json.dumps(list(JournalLine.objects.values("verb", "thing", "why", "facts")))
    assert "Zanzibar" not in written
    assert "33 44" not in written
    assert journal.verify() is None


def test_opening_to_correct_is_journaled(client, alice, service):
    opened(client, alice, service)
    line = JournalLine.objects.get(verb="directory.opened_to_correct")
    assert (line.who_id, line.thing) == (alice.pk, f"directory.service:{service.pk}")


def test_sending_without_a_change_changes_nothing(client, alice, service):
    form = opened(client, alice, service)
    before = Service.objects.filter(pk=service.pk).values().get()
    assert send(client, alice, service, form).status_code == 302
    assert Service.objects.filter(pk=service.pk).values().get() == before
    assert corrections() == []


def test_lists_are_corrected_too(client, alice, nobody, service):
    form = opened(client, alice, service)
    assert form["themes"] == [FOOD]
    send(client, alice, service, form, themes=["sante--sante-mentale"], audiences=["jeunes", "familles"])
    service.refresh_from_db()
    assert (service.themes, service.audiences) == (["sante--sante-mentale"], ["familles", "jeunes"])
    assert search(ask(themes=(FOOD,)), reader=nobody).total == 0
    assert search(ask(themes=("sante--sante-mentale",), audiences=("jeunes",)), reader=nobody).total == 1


def test_a_mistake_is_said_and_what_was_typed_is_kept(client, alice, service):
    form = opened(client, alice, service)
    response = send(client, alice, service, form, opening_hours="le lundi matin", email="non", phone="01 99 00 33 44")
    said = text_of(response).replace("’", "'")
    assert response.status_code == 422
    assert "Nous ne comprenons pas ces horaires" in said
    kept = inputs_of(response)
    assert (kept["opening_hours"], kept["email"], kept["phone"]) == (["le lundi matin"], ["non"], ["01 99 00 33 44"])
    service.refresh_from_db()
    assert (service.phone, service.version) == ("0199001122", 1)


def test_everyone_cannot_be_chosen_with_someone(client, alice, service):
    form = opened(client, alice, service)
    response = send(client, alice, service, form, audiences=["tous-publics", "femmes"])
    assert response.status_code == 422
    assert "Tous publics" in text_of(response)


def test_a_structure_becomes_confidential_at_once_everywhere(client, alice, nobody, service):
    structure = service.structure
    assert search(ask(), reader=nobody).results[0].minutes is not None
    form = opened(client, alice, structure)
    send(client, alice, structure, form, is_address_confidential="on")
    structure.refresh_from_db()
    assert structure.is_address_confidential
    assert search(ask(), reader=nobody).results[0].minutes is None


def test_a_structure_that_moved_to_another_commune_is_no_longer_at_its_old_place(corrected, nobody):
    [_] = fill(a_service("test--1", latitude=None, longitude=None, code_insee=None))
    structure = Structure.objects.get()
    near = search(ask(), reader=nobody).results[0].minutes
    corrected(structure, commune_code="00002", commune_name="Castelorme")
    assert search(ask(minutes=120), reader=nobody).results[0].minutes > near + 10
    fill(structures=(a_structure(nom="Maison renommée"),))
    structure.refresh_from_db()
    assert (structure.name, structure.commune_code, structure.latitude) == ("Maison renommée", "00002", None)


def test_a_commune_code_added_to_a_point_keeps_the_point(corrected):
    fill(a_service("test--1"), structures=(a_structure(code_insee=None),))
    corrected(Structure.objects.get(), commune_code="00001")
    assert Structure.objects.get().latitude == 48.0


def test_texts_of_several_lines_come_back_as_they_went(client, alice):
    [service] = fill(a_service("test--1", description='Une ligne.\n\nUne autre & « < > " ».\nFin'))
    form = opened(client, alice, service)
    send(client, alice, service, form, phone="01 99 00 33 44")
    assert [fields for _, fields in corrections()] == [["phone"]]
    service.refresh_from_db()
    assert service.description == 'Une ligne.\n\nUne autre & « < > " ».\nFin'


# -- Together --------------------------------------------------------------------------------------------------------


def test_the_same_form_sent_twice_is_done_once(client, alice, service):
    form = opened(client, alice, service)
    first = send(client, alice, service, form, name="Laverie")
    again = send(client, alice, service, form, name="Laverie")
    assert (first.status_code, again.status_code) == (302, 302)
    service.refresh_from_db()
    assert service.version == 2
    assert len(corrections()) == 1


def test_two_editors_on_the_same_field_see_both_versions_and_lose_nothing(client, alice, bob, service):
    hers, his = opened(client, alice, service), opened(client, bob, service)
    send(client, bob, service, his, name="Laverie de Bob")

    response = send(client, alice, service, hers, name="Laverie d'Alice")

    said = text_of(response).replace("’", "'")
    assert response.status_code == 409
    assert "Laverie de Bob" in said
    assert "Laverie d'Alice" in said
    assert inputs_of(response)["name"] == ["Laverie d'Alice"]
    service.refresh_from_db()
    assert service.name == "Laverie de Bob"

    assert send(client, alice, service, inputs_of(response)).status_code == 302
    service.refresh_from_db()
    assert (service.name, service.version) == ("Laverie d'Alice", 3)


def test_a_stale_page_does_not_overwrite_what_bob_did_elsewhere_in_the_record(client, alice, bob, service):
    hers, his = opened(client, alice, service), opened(client, bob, service)
    send(client, bob, service, his, phone="01 99 00 55 66", audiences=["jeunes"])

    response = send(client, alice, service, hers, name="Laverie")
    if response.status_code == 409:
        response = send(client, alice, service, inputs_of(response))

    assert response.status_code == 302
    service.refresh_from_db()
    assert (service.name, service.phone, service.audiences) == ("Laverie", "01 99 00 55 66", ["jeunes"])
    assert [(who, sorted(fields)) for who, fields in reversed(corrections())] == [
        (bob.pk, ["audiences", "phone"]),
        (alice.pk, ["name"]),
    ]


def test_a_stale_page_after_an_import_is_seen_too(client, alice, service):
    form = opened(client, alice, service)
    fill(a_service("test--1", nom="Nom de la source", publics=["femmes"], telephone="0199001122"))
    response = send(client, alice, service, form, name="Nom d'Alice")
    assert response.status_code == 409
    assert "Nom de la source" in text_of(response)
    assert "Nom d'Alice" in text_of(response).replace("’", "'")


def test_the_conflict_page_itself_can_become_stale(client, alice, bob, service):
    hers = opened(client, alice, service)
    send(client, bob, service, opened(client, bob, service), name="Bob 1")
    conflict = send(client, alice, service, hers, name="Alice")
    send(client, bob, service, opened(client, bob, service), name="Bob 2")
    again = send(client, alice, service, inputs_of(conflict))
    assert again.status_code == 409
    assert "Bob 2" in text_of(again)
    assert inputs_of(again)["name"] == ["Alice"]


def test_a_refused_action_leaves_no_trace(alice, service):
    key = new_key()
    service.name = "Laverie"
    correct(service, fields=["name"], expected=1, key=key, by=alice)
    with pytest.raises(AlreadyDone):
        correct(service, fields=["name"], expected=2, key=key, by=alice)
    service.name = "Autre"
    with pytest.raises(Stale):
        correct(service, fields=["name"], expected=1, key=new_key(), by=alice)
    assert len(corrections()) == 1
    assert Service.objects.get().name == "Laverie"


@pytest.mark.parametrize(
    "tampered", [{"version_read": "x"}, {"version_read": ""}, {"intention": ""}, {"intention": "a" * 65}]
)
def test_a_form_tampered_with_changes_nothing(client, alice, service, tampered):
    form = opened(client, alice, service)
    response = send(client, alice, service, form, name="Laverie", **tampered)
    assert response.status_code in {409, 422}
    service.refresh_from_db()
    assert service.name == "Épicerie solidaire"


def test_fields_that_are_not_on_the_form_are_not_taken(client, alice, service):
    form = opened(client, alice, service)
    send(
        client,
        alice,
        service,
        form,
        name="Laverie",
        uid="vole--1",
        source="autre",
        contact_name="X",
        version="99",
        weeks="4",
    )
    service.refresh_from_db()
    assert (service.uid, service.source_id, service.contact_name, service.version, service.weeks) == (
        "test--1",
        "test",
        "",
        2,
        None,
    )


# -- The hidden address ----------------------------------------------------------------------------------------------


def test_reading_a_hidden_address_is_written_down_each_time(enter, alice, bob, corrected):
    fill(a_service("test--1"), structures=(a_structure(adresse="7 rue Cachée"),))
    structure = Structure.objects.get()
    corrected(structure, is_address_confidential=True)
    address = reverse("directory:hidden_address", args=[structure.pk])
    for reader in (alice, bob):
        response = enter(reader).get(address)
        assert "7 rue Cachée" in text_of(response)
        assert "no-store" in response["Cache-Control"] or "no-cache" in response["Cache-Control"]
    lines = JournalLine.objects.filter(verb="directory.hidden_address_read").order_by("seq")
    assert [(line.who_id, line.thing) for line in lines] == [
        (alice.pk, f"directory.structure:{structure.pk}"),
        (bob.pk, f"directory.structure:{structure.pk}"),
    ]
    assert "Cachée" not in json.dumps(list(JournalLine.objects.values("facts", "why")), ensure_ascii=False)


# -- What is written stays of the standard ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", "ab"),
        ("description", "abc"),
        ("postal_code", "770"),
        ("postal_code", "Melun"),
        ("commune_code", "77"),
        ("website", "www.exemple.fr"),
        ("website", "javascript:alert(1)"),
        ("email", "accueil"),
    ],
)
def test_a_correction_the_standard_would_refuse_is_refused_with_what_is_right(client, alice, service, field, wrong):
    structure = service.structure
    form = opened(client, alice, structure)
    response = send(client, alice, structure, form, **{field: wrong})
    assert response.status_code == 422
    assert inputs_of(response)[field] == [wrong]
    assert Structure.objects.values().get() == Structure.objects.filter(version=1).values().get()


@pytest.mark.parametrize(("field", "wrong"), [("name", "ab"), ("description", "abc"), ("description", "a" * 10_001)])
def test_a_service_too_keeps_to_the_standard(client, alice, service, field, wrong):
    form = opened(client, alice, service)
    assert send(client, alice, service, form, **{field: wrong}).status_code == 422
    service.refresh_from_db()
    assert service.version == 1


def test_a_record_says_what_the_standard_would_refuse_in_it(service):
    assert faults_of(service) == faults_of(service.structure) == []
    service.structure.website, service.structure.postal_code = "www.exemple.fr", "770"
    assert dict(faults_of(service.structure)) == {
        "website": "une adresse web complète, par exemple https://exemple.fr",
        "postal_code": "5 chiffres, par exemple 77000",
    }
