"""The nightly import: each source that asked for it, and one that fails does not stop the others."""

import datetime as dt
import json

import pytest
from django.utils import timezone

from maillage.core import clock
from maillage.core.jobs import SCHEDULES, start_due
from maillage.directory.jobs import import_nightly_sources
from maillage.directory.models import ImportRun, Service, Source
from maillage.directory.tests.factories import a_service, a_structure, as_json

pytestmark = pytest.mark.django_db


def nightly(slug, location):
    return Source.objects.create(
        slug=slug, name=slug, format="data-inclusion", location=str(location), is_nightly=True
    )


def records(slug):
    return [a_structure(f"{slug}--s"), a_service(f"{slug}--1", structure=f"{slug}--s")]


def test_every_nightly_source_is_read_and_one_that_fails_does_not_stop_the_others(tmp_path):
    nightly("a", as_json(tmp_path, records("a"), "a.json"))
    nightly("b", tmp_path / "absent.json")
    (tmp_path / "c.json").write_text("{")
    nightly("c", tmp_path / "c.json")
    nightly("d", as_json(tmp_path, records("d"), "d.json"))
    Source.objects.create(slug="e", name="e", location=str(as_json(tmp_path, records("e"), "e.json")))

    said = import_nightly_sources.func()

    assert sorted(said) == ["a", "b", "c", "d"]
    assert "1 ajoutés" in said["a"]
    assert "n'existe pas" in said["b"]
    assert "tronqué" in said["c"]
    assert sorted(Service.objects.values_list("uid", flat=True)) == ["a--1", "d--1"]
    assert dict(ImportRun.objects.values_list("source", "state")) == {
        "a": "finished",
        "b": "refused",
        "c": "refused",
        "d": "finished",
    }


def test_a_second_night_changes_nothing_when_the_file_has_not_changed(tmp_path):
    nightly("a", as_json(tmp_path, records("a"), "a.json"))
    import_nightly_sources.func()
    assert "Rien n'a changé." in import_nightly_sources.func()["a"]


def test_an_address_on_the_web_is_not_read_as_a_file(tmp_path):
    nightly("a", "https://exemple.fr/fiches.json")
    assert "n'existe pas" in import_nightly_sources.func()["a"]


def test_the_import_is_due_once_a_night(settings):
    schedule = SCHEDULES[import_nightly_sources.module_path]
    noon = timezone.make_aware(dt.datetime(2026, 3, 9, 12, 0))
    assert schedule.last_due(noon) == timezone.make_aware(dt.datetime(2026, 3, 9, settings.SCHEDULED_IMPORT_HOUR, 0))
    with clock.travel(noon):
        assert import_nightly_sources.module_path in start_due()
        assert import_nightly_sources.module_path not in start_due()
    with clock.travel(noon + dt.timedelta(days=1)):
        assert import_nightly_sources.module_path in start_due()


def test_what_the_import_says_can_be_kept_as_json(tmp_path):
    nightly("a", as_json(tmp_path, records("a"), "a.json"))
    assert json.dumps(import_nightly_sources.func())
