"""Where the tests of the directory happen: a small Département, and the whole model flat when size matters."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from maillage.core import clock
from maillage.core.concurrency import new_key
from maillage.territories.actions import CommuneFacts, save_communes
from maillage.territories.models import Departement

MONDAY = datetime(2026, 3, 9, 10, 0)


@pytest.fixture(scope="module")
def aubrelle():
    """What L'Aubrelle is made of. It lives upstairs: no room imports it, a test asks for it by name."""
    return import_module("maillage.demo.aubrelle").build(date(2026, 3, 9))


@pytest.fixture(scope="module")
def model_flat(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Departement]:
    """L'Aubrelle as `build_demo` fills a house on Monday 9 March 2026, once for a module, gone after it."""
    shapes = override_settings(DEMO=True, SHAPES_DIR=tmp_path_factory.mktemp("shapes"))
    with django_db_blocker.unblock(), transaction.atomic(), clock.travel(MONDAY), shapes:
        call_command("build_demo", verbosity=0)
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
