"""Two tabs, a double click, a stale page: nobody's work is lost, nothing is done twice."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import transaction
from django.db.transaction import TransactionManagementError

from maillage.core import clock
from maillage.core.concurrency import AlreadyDone, Stale, new_key, once, save_version
from maillage.core.models import Intention
from maillage.core.refusals import NotRead

# The room above is met by name: core never imports it.
Source, Structure = (apps.get_model("directory", name) for name in ("Source", "Structure"))


@pytest.fixture
def structure(db):
    source = Source.objects.create(slug="aubrelle", name="L'Aubrelle")
    return Structure.objects.create(
        uid="aubrelle--1",
        source=source,
        producer="aubrelle",
        name="Accueil de Castelorme",
        updated_on=dt.date(2026, 3, 1),
    )


def again(thing):
    return type(thing).objects.get(pk=thing.pk)


# -- One-use keys -------------------------------------------------------------------------------------------------


def test_an_intention_sent_twice_is_carried_out_once(db):
    key = new_key()
    once(key)
    with pytest.raises(AlreadyDone):
        once(key)
    assert Intention.objects.get().key == key


def test_the_transaction_of_a_second_click_can_still_work(db):
    once("key")
    with transaction.atomic():
        with pytest.raises(AlreadyDone):
            once("key")
        once("another")
    assert Intention.objects.count() == 2


def test_an_intention_that_failed_may_be_tried_again(db):
    with pytest.raises(RuntimeError), transaction.atomic():
        once("key")
        raise RuntimeError
    with transaction.atomic():
        once("key")
    assert Intention.objects.count() == 1


@pytest.mark.parametrize("key", ["", "k" * 65])
def test_a_key_no_form_of_ours_carries_is_refused_and_never_taken_for_done(db, key):
    for _ in range(2):
        with pytest.raises(NotRead, match="incomplet"):
            once(key)
    assert not Intention.objects.exists()


def test_a_key_cannot_be_spent_apart_from_what_it_protects(committed):
    with pytest.raises(TransactionManagementError):
        once("key")
    assert not Intention.objects.exists()


def test_new_keys_differ_and_fit(db):
    keys = {new_key() for _ in range(500)}
    assert len(keys) == 500
    assert all(0 < len(key) <= Intention._meta.pk.max_length for key in keys)


def test_the_day_of_the_intention_is_the_day_of_the_house(db, monday_morning):
    once("key")
    assert Intention.objects.get().done_at == clock.now() == monday_morning


def test_a_double_click_on_two_servers_is_carried_out_once(at_once):
    def click():
        with transaction.atomic():
            once("key")
            return "done"

    results = at_once(*[click] * 6)

    assert results.count("done") == 1
    assert [type(result) for result in results if result != "done"] == [AlreadyDone] * 5


# -- Versions -----------------------------------------------------------------------------------------------------


def test_alice_saves_and_the_version_grows(structure):
    structure.name = "Accueil de Ruel"
    save_version(structure, expected=1, fields=["name"])
    assert (structure.version, again(structure).version) == (2, 2)
    assert again(structure).name == "Accueil de Ruel"


def test_bob_opened_the_page_before_alice_saved_and_sees_her_work(structure):
    for_bob = again(structure)
    structure.name = "Accueil d'Alice"
    save_version(structure, expected=1, fields=["name"])

    for_bob.name = "Accueil de Bob"
    with pytest.raises(Stale) as stale:
        save_version(for_bob, expected=1, fields=["name"])

    assert stale.value.current.name == "Accueil d'Alice"
    assert stale.value.current.version == 2
    assert again(structure).name == "Accueil d'Alice"
    assert for_bob.version == 1


def test_bob_saves_over_what_he_has_seen(structure):
    save_version(structure, expected=1, fields=["name"])
    for_bob = again(structure)
    for_bob.name = "Accueil de Bob"
    save_version(for_bob, expected=2, fields=["name"])
    assert (again(structure).name, again(structure).version) == ("Accueil de Bob", 3)


def test_only_the_named_fields_are_written(structure):
    structure.name, structure.phone = "Autre", "0123456789"
    save_version(structure, expected=1, fields=["phone"])
    assert (again(structure).name, again(structure).phone) == ("Accueil de Castelorme", "0123456789")


@pytest.mark.parametrize("expected", [0, 2, 10**6, -1])
def test_a_version_that_was_never_shown_is_stale(structure, expected):
    with pytest.raises(Stale):
        save_version(structure, expected=expected, fields=["name"])


def test_six_people_saving_the_same_page_at_once_one_wins_the_others_know(at_once):
    source = Source.objects.create(slug="aubrelle", name="L'Aubrelle")
    made = Structure.objects.create(uid="1", source=source, producer="a", name="-", updated_on=dt.date(2026, 3, 1))

    def save(name):
        mine = again(made)
        mine.name = name
        with transaction.atomic():
            save_version(mine, expected=1, fields=["name"])
            return name

    results = at_once(*(lambda name=name: save(name) for name in "abcdef"))

    (winner,) = [result for result in results if isinstance(result, str)]
    assert [type(result) for result in results].count(Stale) == 5
    assert (again(made).name, again(made).version) == (winner, 2)
