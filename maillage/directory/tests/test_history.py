"""What a record said before: by whom it changed, when, through what; a former value can come back."""

import datetime as dt
import json

import pytest
from django.urls import reverse

from maillage.core import clock, retention
from maillage.core.concurrency import new_key
from maillage.core.models import EliminationSlip
from maillage.directory.actions.imports import import_records
from maillage.directory.actions.moderating import publish, send_back
from maillage.directory.actions.submitting import withdraw
from maillage.directory.models import RecordChange, Structure, Submission
from maillage.directory.tests.factories import a_service, a_source, a_structure, fill, inputs_of, links_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_monday(monday_morning):
    """Every test stands on Monday 9 March 2026, at ten."""


def past(record):
    return [(one.field, one.before, one.after) for one in RecordChange.objects.about(record).order_by("pk")]


def history_of(client, reader, record):
    client.force_login(reader)
    kind = "service" if hasattr(record, "structure") else "structure"
    return client.get(reverse(f"directory:{kind}_history", args=[record.pk]))


def test_a_correction_tells_what_was_there_before_and_who(client, alice, lea, epicerie, corrected):
    corrected(epicerie, name="Laverie", audiences=["jeunes"])
    assert sorted(past(epicerie)) == [
        ("audiences", ["femmes"], ["jeunes"]), ("name", "Épicerie solidaire", "Laverie"),
    ]  # fmt: skip
    said = text_of(history_of(client, lea, epicerie))
    for word in ("Épicerie solidaire", "Laverie", "Femmes", "Jeunes", "Alice", "9 mars 2026"):
        assert word in said
    assert "Rétablir" not in said


def test_an_import_writes_down_only_what_it_changed(epicerie, corrected):
    corrected(epicerie, phone="01 99 00 33 44")
    RecordChange.objects.all().delete()
    fill(
        a_service("test--1", nom="Épicerie", telephone="0100000000", publics=["femmes"], date_maj="2026-03-05"),
        a_service("test--2"),
    )
    assert past(epicerie) == [("name", "Épicerie solidaire", "Épicerie")]
    assert RecordChange.objects.get().through == "import"
    fill(a_service("test--1", nom="Épicerie", telephone="0100000000", publics=["femmes"], date_maj="2026-03-05"))
    assert RecordChange.objects.count() == 1


def test_what_a_source_no_longer_gives_is_written_down(epicerie):
    fill(a_service("test--2"))
    kept = a_service("test--2")
    import_records([a_structure()], [kept], source=a_source())
    change = RecordChange.objects.about(epicerie).get()
    assert (change.field, change.before, change.through) == ("withdrawn_at", None, "import")
    assert change.structure_id == epicerie.structure_id


def test_alice_brings_a_former_value_back(client, alice, epicerie, corrected):
    corrected(epicerie, name="Laverie")
    page = history_of(client, alice, epicerie)
    [back] = [link for link in links_of(page) if link.endswith("/retablir/")]
    form = inputs_of(client.get(back))
    for _twice in range(2):
        assert client.post(back, form)["Location"] == epicerie.get_absolute_url()
    epicerie.refresh_from_db()
    assert (epicerie.name, epicerie.version) == ("Épicerie solidaire", 3)
    assert past(epicerie)[-1] == ("name", "Laverie", "Épicerie solidaire")


def test_a_member_and_a_stranger_bring_nothing_back(client, lea, nils, dora, epicerie, corrected):
    corrected(epicerie, name="Laverie")
    back = reverse("directory:restore", args=[RecordChange.objects.get().pk])
    for reader in (lea, nils, dora):
        client.force_login(reader)
        assert client.get(back).status_code == 404
        assert client.post(back).status_code == 404


def test_a_confidential_address_leaves_no_trace_in_history(client, enter, alice, tablees, corrected):
    enter(alice)
    corrected(tablees, address="7 rue Connue")
    corrected(tablees, is_address_confidential=True)
    corrected(tablees, address="9 rue Cachée")
    kept = RecordChange.objects.filter(field="address", is_withheld=True)
    assert [(one.before, one.after) for one in kept] == [(None, None)] * 2
    said = text_of(history_of(client, alice, tablees))
    assert "rue Cachée" not in said
    assert "rue Connue" not in said
    assert "adresse confidentielle : valeur non montrée" in said
    assert not [link for link in links_of(history_of(client, alice, tablees)) if "retablir" in link and
                RecordChange.objects.get(pk=link.split("/")[-3]).field == "address"]  # fmt: skip


def test_the_address_of_a_service_of_a_hidden_place_is_not_kept_either(epicerie, corrected):
    corrected(epicerie.structure, is_address_confidential=True)
    epicerie.refresh_from_db()
    corrected(epicerie, address="9 rue Cachée")
    fill(a_service("test--1", adresse="9 rue Cachée", complement_adresse="Fond de cour", publics=["femmes"]))
    kept = RecordChange.objects.about(epicerie).filter(field__in=("address", "address_extra"))
    assert kept.count() == 2
    assert all(one.is_withheld and one.after is None for one in kept)


def test_making_an_address_public_does_not_show_the_past_of_the_hidden_one(client, alice, tablees, corrected):
    corrected(tablees, is_address_confidential=True)
    corrected(tablees, address="9 rue Cachée")
    corrected(tablees, is_address_confidential=False, address="1 rue Publique")
    said = text_of(history_of(client, alice, tablees))
    assert "Cachée" not in said


def test_an_address_that_becomes_confidential_leaves_the_past_too(alice, epicerie, corrected):
    corrected(epicerie.structure, address="7 rue Connue", name="La Maison")
    corrected(epicerie, address="7 rue Connue, au fond")
    corrected(epicerie.structure, is_address_confidential=True)
    kept = RecordChange.objects.all()
    assert "Connue" not in json.dumps(list(kept.values("before", "after")), ensure_ascii=False)
    assert {one.field for one in kept if one.is_withheld} == {"address"}
    assert kept.get(field="name").after == "La Maison"


def test_what_was_proposed_of_a_hidden_address_is_not_kept_once_it_is_over(
    enter, lea, tom, mona, tablees, epicerie, proposed, corrected
):
    before = proposed(tablees, address="7 rue Connue")
    publish(before, kept=["address"], sentence="", seen=tablees.version, key=new_key(), by=mona)
    corrected(tablees, is_address_confidential=True)
    tablees.refresh_from_db()
    published, given_up = proposed(tablees, address="9 rue Cachée", name="La Maison"), None
    publish(published, kept=["address", "name"], sentence="", seen=tablees.version, key=new_key(), by=mona)
    given_up = proposed(tablees, address="11 rue Cachée", by=tom)
    withdraw(given_up, by=tom)
    waiting = proposed(tablees, address="13 rue Cachée")
    over = json.dumps(list(Submission.objects.exclude(pk=waiting.pk).values("values", "read", "unpublished")))
    assert "rue" not in over
    assert "La Maison" in over
    tablees.refresh_from_db()
    assert tablees.address == "9 rue Cachée"
    assert Submission.objects.get(pk=waiting.pk).values == {"address": "13 rue Cachée"}
    said = text_of(enter(lea).get(published.get_absolute_url()))
    assert "(adresse confidentielle : valeur non gardée)" in said
    assert "La Maison" in said


def test_what_changed_while_alice_reads_is_not_overwritten_by_the_past(client, alice, bob, epicerie, corrected):
    corrected(epicerie, name="Laverie")
    client.force_login(alice)
    back = reverse("directory:restore", args=[RecordChange.objects.get().pk])
    form = inputs_of(client.get(back))
    corrected(epicerie, by=bob, name="Laverie du centre")
    answer = client.post(back, form)
    assert answer.status_code == 409
    assert "La fiche a changé depuis que vous l'avez lue" in text_of(answer)
    epicerie.refresh_from_db()
    assert epicerie.name == "Laverie du centre"


def test_history_is_paged(client, alice, epicerie):
    RecordChange.objects.bulk_create(
        RecordChange(structure=epicerie.structure, service=epicerie, field="name", before=f"Nom {n}",
                     after=f"Nom {n + 1}", at=clock.now() + dt.timedelta(minutes=n), through="correction")
        for n in range(120)
    )  # fmt: skip
    said = text_of(history_of(client, alice, epicerie))
    assert "Page 1 sur 3" in said
    assert "Nom 119" in said
    assert "Nom 10 " not in said


# -- Retention -------------------------------------------------------------------------------------------------------


def report_of(reports, kind):
    [found] = [one for one in reports if one.retention_class == kind]
    return found


def test_history_and_withdrawn_records_go_when_their_time_is_over(alice, epicerie, corrected):
    corrected(epicerie, name="Laverie")
    today = clock.today()
    retention.apply(today)
    assert RecordChange.objects.count() == 1
    Structure.objects.update(withdrawn_at=clock.now())
    type(epicerie).objects.update(withdrawn_at=clock.now())
    retention.apply(today + dt.timedelta(days=364))
    assert Structure.objects.exists()
    retention.apply(today + dt.timedelta(days=367))
    retention.apply(today + dt.timedelta(days=367))
    assert not Structure.objects.exists()


def test_nothing_goes_before_its_whole_time_is_over(alice, epicerie, corrected, mona, proposed):
    send_back(proposed(epicerie.structure, name="Tablées"), sentence="Non.", key=new_key(), by=mona)
    corrected(epicerie, name="Laverie")
    type(epicerie).objects.update(withdrawn_at=clock.now())
    kept = {"DIRECTORY_PRO_CONTACT": 1, "DIRECTORY_HISTORY": 2, "DIRECTORY_SUBMISSION": 2}  # Class: years.
    for law, years in kept.items():
        anniversary = clock.today().replace(year=2026 + years)
        for day, expired in ((anniversary, 0), (anniversary + dt.timedelta(days=1), 1)):
            reports = [one for one in retention.apply(day, dry_run=True) if one.retention_class == law]
            assert sum(one.examined for one in reports) == expired, (law, day)


def test_a_proposal_answered_waits_for_the_archivist_two_years_later(mona, epicerie, proposed):
    old, waiting = proposed(epicerie, name="Laverie"), proposed(epicerie.structure, name="Tablées du centre")
    send_back(old, sentence="Non.", key=new_key(), by=mona)
    later = clock.today() + dt.timedelta(days=740)
    retention.apply(later)
    assert Submission.objects.count() == 2
    slip = EliminationSlip.objects.get(retention_class="DIRECTORY_SUBMISSION")
    assert [int(pk) for pk in slip.ids] == [old.pk]
    assert waiting.pk not in slip.ids
