"""Imports over time: run twice, tried for nothing, records that vanish and return, corrections that stay."""

import datetime as dt

import pytest
from django.apps import apps
from django.core.management import call_command

from maillage.core import clock, journal
from maillage.core.models import JournalLine
from maillage.directory import data_inclusion
from maillage.directory.actions.imports import FEW
from maillage.directory.models import ImportRun, SearchEntry, Service, Source, Structure
from maillage.directory.search import search
from maillage.directory.tests.factories import (
    a_service,
    a_source,
    a_structure,
    as_json,
    ask,
    snapshot,
    take,
)

pytestmark = pytest.mark.django_db
RECORDS = [a_structure(), a_service("test--1"), a_service("test--2", nom="Vestiaire")]


def everything():
    """Every row of every table of the house."""
    return {
        model._meta.label: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_models(include_auto_created=True)
    }


# -- The same file twice ---------------------------------------------------------------------------------------------


def test_run_twice_the_second_changes_nothing(tmp_path, small_batches):
    records = [*RECORDS, *(a_service(f"test--n{n}", publics=["jeunes", "femmes"]) for n in range(30))]
    take(as_json(tmp_path, records))
    before = snapshot(but=(ImportRun,))

    report = take(as_json(tmp_path, records))

    assert report.changes == 0
    assert "Rien n'a changé." in list(report.lines())
    assert snapshot(but=(ImportRun,)) == before


def test_the_order_of_lists_keys_and_rows_is_no_change(tmp_path):
    take(
        as_json(
            tmp_path, [*RECORDS, a_service("test--3", publics=["femmes", "jeunes"], zone_eligibilite=["77", "75"])]
        )
    )
    turned = a_service("test--3", zone_eligibilite=["75", "77"], publics=["jeunes", "femmes"], adresse=None)
    report = take(as_json(tmp_path, [turned, *reversed(RECORDS)]))
    assert report.changes == 0


def test_when_the_rules_change_what_is_known_is_checked_again_and_nothing_else(tmp_path, monkeypatch):
    records = [*RECORDS, a_service("test--3", latitude=12.0)]
    take(as_json(tmp_path, records))
    before = {thing.uid: (thing.version, thing.imported_at) for thing in Service.objects.all()}

    monkeypatch.setattr("maillage.directory.actions.imports.UNDER_RULES", "2.0.0/1")
    monkeypatch.setitem(data_inclusion.BOUNDS, "latitude", (20, 90))
    report = take(as_json(tmp_path, records))
    again = take(as_json(tmp_path, records))

    for told in (report, again):
        assert [(refused.uid, refused.field) for refused in told.rejected] == [("test--3", "latitude")]
        assert (told.changes, told.services.unchanged) == (0, len(records) - 1 - told.structures.read)
    assert {thing.uid: (thing.version, thing.imported_at) for thing in Service.objects.all()} == before


def test_a_change_at_the_source_is_taken_and_the_version_grows(tmp_path):
    take(as_json(tmp_path, RECORDS))
    report = take(as_json(tmp_path, [*RECORDS[:2], RECORDS[2] | {"nom": "Friperie"}]))
    service = Service.objects.get(uid="test--2")
    assert (report.services.updated, report.services.unchanged) == (1, 1)
    assert (service.name, service.version) == ("Friperie", 2)


def test_a_field_the_source_empties_is_emptied_here(tmp_path):
    take(as_json(tmp_path, [RECORDS[0], a_service("test--1", telephone="0199001122", publics=["femmes"])]))
    take(as_json(tmp_path, [RECORDS[0], a_service("test--1")]))
    service = Service.objects.get()
    assert (service.phone, service.audiences) == ("", None)


def test_each_import_leaves_a_line_in_the_journal_and_the_chain_holds(tmp_path, alice):
    take(as_json(tmp_path, RECORDS), by=alice)
    line = JournalLine.objects.get()
    assert (line.verb, line.who_id) == ("directory.imported", alice.pk)
    assert line.facts == {"source": "test", "changes": 3, "rejected": 0}
    assert journal.verify() is None


# -- For nothing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", ["test", "jamais-vue"])
def test_a_dry_run_writes_nothing_at_all(tmp_path, settings, capsys, slug):
    take(as_json(tmp_path, RECORDS))
    changed = [RECORDS[0] | {"nom": "Autre nom"}, a_service("test--9"), a_service("test--8", courriel="non")]
    path = as_json(
        tmp_path, [r | {"id": r["id"] + slug} for r in changed] if slug != "test" else changed, "essai.json"
    )
    before, files = everything(), sorted(settings.VAR_DIR.rglob("*"))

    call_command("import_directory", str(path), "--source", slug, "--format", "data-inclusion", "--dry-run")

    assert everything() == before
    assert sorted(settings.VAR_DIR.rglob("*")) == files
    assert "essai à blanc" in capsys.readouterr().out


def test_a_dry_run_tells_what_the_real_one_then_does(tmp_path):
    take(as_json(tmp_path, RECORDS))
    path = as_json(tmp_path, [RECORDS[0], RECORDS[1] | {"nom": "Épicerie"}, a_service("test--3")])
    tried, done = take(path, dry_run=True), take(path)
    assert (tried.structures, tried.services) == (done.structures, done.services)
    assert (done.services.created, done.services.updated, done.services.withdrawn) == (1, 1, 1)


# -- Gone and back ---------------------------------------------------------------------------------------------------


def test_a_vanished_record_is_withdrawn_not_deleted_and_comes_back_when_it_returns(tmp_path, nobody, melune):
    take(as_json(tmp_path, RECORDS))
    first_seen = Service.objects.get(uid="test--2").first_seen_at
    key = Service.objects.get(uid="test--2").pk

    report = take(as_json(tmp_path, RECORDS[:2]))
    gone = Service.objects.get(uid="test--2")
    assert report.services.withdrawn == 1
    assert gone.is_withdrawn
    assert not SearchEntry.objects.filter(service=gone, is_listed=True).exists()

    report = take(as_json(tmp_path, RECORDS))
    back = Service.objects.get(uid="test--2")
    assert report.services.updated == 1
    assert (back.pk, back.first_seen_at, back.is_withdrawn) == (key, first_seen, False)
    assert [result.service.uid for result in search(ask("vestiaire"), reader=nobody).results] == ["test--2"]


def test_a_vanished_structure_hides_its_services_until_it_returns(tmp_path, nobody, melune):
    others = [a_structure("test--autre"), a_service("test--3", structure="test--autre")]
    take(as_json(tmp_path, [*RECORDS, *others]))

    take(as_json(tmp_path, {"structures": [others[0]]}))
    assert [r.service.uid for r in search(ask(), reader=nobody).results] == ["test--3"]

    take(as_json(tmp_path, {"structures": [others[0], RECORDS[0]]}))
    assert {r.service.uid for r in search(ask(), reader=nobody).results} == {"test--1", "test--2", "test--3"}


def test_a_file_of_structures_alone_withdraws_no_service(tmp_path):
    take(as_json(tmp_path, RECORDS))
    assert take(as_json(tmp_path, RECORDS[:1])).services.withdrawn == 0
    assert Service.objects.published().count() == 2


def test_a_cut_file_withdraws_nothing_until_losses_are_accepted(tmp_path, capsys):
    many = [a_service(f"test--{n}") for n in range(2 * FEW + 2)]
    take(as_json(tmp_path, [RECORDS[0], *many]))
    half = as_json(tmp_path, [RECORDS[0], *many[: FEW - 3]])

    report = take(half)
    assert "--accept-losses" in report.warning
    assert Service.objects.published().count() == len(many)

    call_command("import_directory", str(half), "--source", "test", "--format", "data-inclusion", "--accept-losses")
    assert Service.objects.published().count() == FEW - 3
    assert Service.objects.count() == len(many)


def test_fewer_than_half_gone_is_ordinary_life(tmp_path):
    many = [a_service(f"test--{n}") for n in range(3 * FEW)]
    take(as_json(tmp_path, [RECORDS[0], *many]))
    report = take(as_json(tmp_path, [RECORDS[0], *many[: 2 * FEW - 5]]))
    assert (report.warning, report.services.withdrawn) == ("", FEW + 5)


def test_an_empty_list_withdraws_nothing(tmp_path):
    take(as_json(tmp_path, RECORDS))
    for data in ([], {"structures": [], "services": []}):
        assert take(as_json(tmp_path, data)).changes == 0


def test_a_service_follows_its_structure_when_the_source_moves_it(tmp_path):
    take(as_json(tmp_path, [*RECORDS, a_structure("test--autre")]))
    take(
        as_json(
            tmp_path,
            [RECORDS[0], a_structure("test--autre"), RECORDS[1] | {"structure_id": "test--autre"}, RECORDS[2]],
        )
    )
    assert Service.objects.get(uid="test--1").structure.uid == "test--autre"


# -- Corrected here --------------------------------------------------------------------------------------------------


def test_an_edit_made_here_survives_the_next_import(tmp_path, corrected, monday_morning):
    take(as_json(tmp_path, RECORDS))
    corrected(Service.objects.get(uid="test--1"), phone="01 99 00 33 44")

    report = take(as_json(tmp_path, [RECORDS[0], RECORDS[1] | {"telephone": "00", "nom": "Nouveau nom"}, RECORDS[2]]))

    service = Service.objects.get(uid="test--1")
    assert (service.phone, service.name) == ("01 99 00 33 44", "Nouveau nom")
    assert report.services.kept_edits == 1
    assert service.received["telephone"] == "00"


def test_a_corrected_record_stays_as_fresh_as_its_correction(tmp_path, corrected):
    take(as_json(tmp_path, [RECORDS[0], RECORDS[1] | {"date_maj": "2020-01-01"}]))
    with clock.travel(dt.date(2026, 3, 9)):
        corrected(Service.objects.get(), phone="01 99 00 33 44")
    take(as_json(tmp_path, [RECORDS[0], RECORDS[1] | {"date_maj": "2021-01-01", "nom": "Nouveau nom"}]))
    assert Service.objects.get().updated_on == dt.date(2026, 3, 9)
    take(as_json(tmp_path, [RECORDS[0], RECORDS[1] | {"date_maj": "2026-05-01"}]))
    assert Service.objects.get().updated_on == dt.date(2026, 5, 1)


def test_a_corrected_record_that_goes_and_returns_is_still_corrected(tmp_path, corrected):
    take(as_json(tmp_path, RECORDS))
    corrected(Service.objects.get(uid="test--2"), name="Vestiaire du cœur")
    take(as_json(tmp_path, RECORDS[:2]))
    take(as_json(tmp_path, RECORDS))
    assert Service.objects.get(uid="test--2").name == "Vestiaire du cœur"


def test_what_the_house_decided_itself_survives_imports(tmp_path, corrected):
    take(as_json(tmp_path, RECORDS))
    corrected(Structure.objects.get(), is_address_confidential=True)
    take(as_json(tmp_path, [RECORDS[0] | {"nom": "Autre nom"}, *RECORDS[1:]]))
    assert Structure.objects.get().is_address_confidential


# -- The trace of each run -------------------------------------------------------------------------------------------


def test_a_run_that_was_killed_does_not_stay_under_way_for_ever(tmp_path):
    ImportRun.objects.create(source=a_source())
    take(as_json(tmp_path, RECORDS))
    assert sorted(ImportRun.objects.values_list("state", flat=True)) == ["finished", "refused"]
    assert "Interrompu" in ImportRun.objects.get(state="refused").sentence


def test_a_nightly_source_remembers_its_file(tmp_path):
    path = as_json(tmp_path, RECORDS)
    call_command("import_directory", str(path), "--source", "test", "--format", "data-inclusion", "--nightly")
    source = Source.objects.get()
    assert (source.is_nightly, source.location) == (True, str(path))
