"""Four doors, each tried by those it should stop: a stranger, a superuser without role, someone who has left."""

import datetime as dt
import itertools
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Upper
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.core import clock, journal
from maillage.core.access import (
    LOCK,
    SessionOver,
    allow,
    allow_list,
    allow_role,
    has_role,
    paths_of_many_rows,
    public,
    rule,
)
from maillage.core.models import JournalLine

# The rooms above are met by name, as core does: it never imports them.
permissions = import_module("maillage.directory.permissions")
Role = import_module("maillage.actors.choices").Role
Held = import_module("maillage.actors.models").Held
sessions = import_module("maillage.actors.sessions")
User = get_user_model()
Service, Source, Structure = (apps.get_model("directory", name) for name in ("Service", "Source", "Structure"))
OURS = [getattr(permissions, name) for name in dir(permissions) if name.startswith("can_")]
DAY = dt.date(2026, 3, 1)
uids = itertools.count()


def a_structure(**facts):
    source, _ = Source.objects.get_or_create(slug="aubrelle", defaults={"name": "L'Aubrelle"})
    uid = f"aubrelle--{next(uids)}"
    return Structure.objects.create(uid=uid, source=source, producer="a", name=uid, updated_on=DAY, **facts)


def a_service(structure, **facts):
    uid = f"aubrelle--{next(uids)}"
    return Service.objects.create(
        uid=uid, source=structure.source, structure=structure, producer="a", name=uid, updated_on=DAY, **facts
    )


def knocks(view, reader, *, method="GET", **kwargs):
    request = RequestFactory().generic(method, "/")
    request.user = reader
    return view(request, **kwargs)


def says_its_name(request, thing):
    return HttpResponse(thing.name)


def says_their_names(request, things):
    return HttpResponse(", ".join(sorted(thing.name for thing in things)))


@pytest.fixture
def published(db):
    return a_structure()


@pytest.fixture
def withdrawn(db):
    return a_structure(withdrawn_at=clock.now())


@pytest.fixture
def bygone(alice):
    """Alice has left: her account is closed."""
    alice.is_active = False
    alice.save()
    return alice


# -- One thing ----------------------------------------------------------------------------------------------------


def test_a_stranger_finds_no_page_rather_than_a_closed_one(nobody, dora, bygone, withdrawn):
    door = allow(permissions.can_read_structure)(says_its_name)
    for stranger in (nobody, dora, bygone):
        with pytest.raises(Http404):
            knocks(door, stranger, pk=withdrawn.pk)


def test_what_is_closed_and_what_does_not_exist_look_the_same(client, withdrawn):
    closed = client.get(withdrawn.get_absolute_url())
    absent = client.get(reverse("directory:structure", args=[999_999]))
    assert closed.status_code == absent.status_code == 404
    pages = [page.content.decode().replace(page.request["PATH_INFO"], "/ici/") for page in (closed, absent)]
    assert pages[0] == pages[1]


def test_whoever_the_rule_lets_in_gets_the_thing(nobody, alice, published, withdrawn):
    door = allow(permissions.can_read_structure)(says_its_name)
    assert knocks(door, nobody, pk=published.pk).content.decode() == published.name
    assert knocks(door, alice, pk=withdrawn.pk).content.decode() == withdrawn.name


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PROPFIND"])
def test_no_way_of_knocking_goes_round_the_rule(nobody, withdrawn, method):
    door = allow(permissions.can_read_structure)(says_its_name)
    for pk in (
        withdrawn.pk,
        999_999,
    ):  # What is closed and what is not there look the same.
        with pytest.raises(SessionOver if method == "POST" else Http404):
            knocks(door, nobody, method=method, pk=pk)


def test_a_number_no_database_holds_is_a_page_that_does_not_exist(nobody, published):
    door = allow(permissions.can_read_structure)(says_its_name)
    for pk in (0, -1, 10**30):
        with pytest.raises(Http404):
            knocks(door, nobody, pk=pk)


def test_being_a_superuser_opens_nothing(dora, published, withdrawn):
    assert [law.name for law in OURS if law(dora, withdrawn if law.model is Structure else a_service(withdrawn))] == []
    assert not any(has_role(dora, role) for role in Role)


# -- Many things --------------------------------------------------------------------------------------------------


def test_a_list_has_passed_through_the_rule(nobody, dora, bob, published, withdrawn):
    door = allow_list(permissions.can_read_structure)(says_their_names)
    assert knocks(door, nobody).content.decode() == published.name
    assert knocks(door, dora).content.decode() == published.name
    assert knocks(door, bob).content.decode() == f"{published.name}, {withdrawn.name}"


def test_a_list_for_a_role_has_no_page_for_the_others(nobody, dora, bygone, bob, published):
    door = allow_list(permissions.can_edit_structure, roles=(Role.MDS_EDITOR,))(says_their_names)
    assert knocks(door, bob).content.decode() == published.name
    for stranger in (nobody, dora, bygone):
        with pytest.raises(Http404):
            knocks(door, stranger)


def test_a_list_that_needs_reach_has_no_page_for_whom_the_rule_would_never_open_anything(nobody, dora, bob):
    door = allow_list(permissions.can_curate_words, needs_reach=True)(says_their_names)
    assert knocks(door, bob).content == b""
    for stranger in (nobody, dora):
        with pytest.raises(Http404):
            knocks(door, stranger)


# -- Roles --------------------------------------------------------------------------------------------------------


def test_only_the_role_opens_a_form_that_has_no_object_yet(nobody, dora, bygone, bob):
    door = allow_role(Role.MDS_EDITOR)(lambda request: HttpResponse("form"))
    assert knocks(door, bob).content == b"form"
    for stranger in (nobody, dora, bygone):
        with pytest.raises(Http404):
            knocks(door, stranger)


def test_one_of_several_roles_is_enough(bob):
    both = allow_role(Role.ADMINISTRATOR, Role.MDS_EDITOR)(lambda request: HttpResponse("form"))
    other = allow_role(Role.ADMINISTRATOR)(lambda request: HttpResponse("form"))
    assert knocks(both, bob).status_code == 200
    with pytest.raises(Http404):
        knocks(other, bob)


def test_a_door_of_no_role_opens_for_nobody(dora, bob):
    door = allow_role()(lambda request: HttpResponse("form"))
    for stranger in (dora, bob):
        with pytest.raises(Http404):
            knocks(door, stranger)


# -- Everyone -----------------------------------------------------------------------------------------------------


def test_a_public_door_is_open_on_purpose(nobody):
    door = public(lambda request: HttpResponse("front"))
    assert knocks(door, nobody).content == b"front"
    assert door.login_required is False


def test_each_door_wears_its_lock():
    law = permissions.can_read_structure
    locks = [
        getattr(door, LOCK)
        for door in (
            allow(law, reads="read")(says_its_name),
            allow_list(law)(says_their_names),
            allow_role("a", "b")(says_its_name),
            public(lambda request: HttpResponse()),
        )
    ]
    assert [lock.kind for lock in locks] == ["rule", "list", "role", "public"]
    assert (locks[0].rule, locks[0].reads, locks[2].roles) == (law, "read", ("a", "b"))


# -- Reads that leave a line --------------------------------------------------------------------------------------


@pytest.fixture
def hidden(db):
    return a_structure(is_address_confidential=True, address="4 rue des Lilas")


door_to_the_address = allow(permissions.can_read_hidden_address, reads="directory.hidden_address_read")(
    lambda request, structure: HttpResponse(structure.address)
)


def test_each_visit_is_one_line_of_the_journal(alice, hidden):
    assert knocks(door_to_the_address, alice, pk=hidden.pk).content == b"4 rue des Lilas"
    line = JournalLine.objects.get()
    assert (line.who, line.verb, line.thing) == (
        *(alice, "directory.hidden_address_read"),
        f"directory.structure:{hidden.pk}",
    )
    assert "Lilas" not in f"{line.facts}{line.why}"
    assert journal.verify() is None


def test_a_stranger_turned_away_leaves_no_line_of_a_reading(nobody, dora, hidden):
    for stranger in (nobody, dora):
        with pytest.raises(Http404):
            knocks(door_to_the_address, stranger, pk=hidden.pk)
    assert not JournalLine.objects.exists()


def test_a_page_that_fails_was_not_read(alice, hidden):
    def falls(request, structure):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        knocks(allow(permissions.can_read_hidden_address, reads="read")(falls), alice, pk=hidden.pk)
    assert not JournalLine.objects.exists()


def test_a_reading_that_cannot_be_written_down_is_not_shown(client, alice, hidden):
    client.force_login(alice)
    session = client.session
    session[sessions.VOUCHED] = "test"
    session.save()
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_journalline RENAME TO elsewhere")

    with pytest.raises(DatabaseError), transaction.atomic():
        knocks(door_to_the_address, alice, pk=hidden.pk)
    with transaction.atomic():
        shown = client.get(reverse("directory:hidden_address", args=[hidden.pk]))

    assert shown.status_code == 500
    assert b"Lilas" not in shown.content


# -- Rules --------------------------------------------------------------------------------------------------------


def test_a_rule_says_one_sentence(rules):
    def can_read_without_words(reader):
        return Q()

    with pytest.raises(ValueError, match="one sentence"):
        rule(Structure)(can_read_without_words)
    assert "core.can_read_without_words" not in rules


def test_two_rules_do_not_share_a_name(rules):
    def make():
        def can_do(reader):
            """Tout le monde."""
            return Q()

        return rule(Structure)(can_do)

    first = make()
    with pytest.raises(ValueError, match="name of its own"):
        make()
    assert rules["core.can_do"] is first


def test_the_sentence_of_a_rule_is_one_line(rules):
    @rule(Structure)
    def can_wonder(reader):
        """Une phrase

        sur trois lignes.
        """
        return Q()

    assert can_wonder.sentence == "Une phrase sur trois lignes."


def test_what_has_never_been_saved_is_nobodys(alice, published):
    never_saved = Structure(name="x", source=published.source)
    assert not permissions.can_edit_structure(alice, never_saved)


def acting(role, **facts):
    """Someone in no database, with a role or none, whatever their account says of itself."""
    user = User(**facts)
    user.held = (Held(role),) if role and user.is_active else ()
    return user


READERS = st.one_of(
    st.just(AnonymousUser()),
    st.builds(
        acting, role=st.sampled_from(["", *Role]), is_active=st.booleans(), is_superuser=st.booleans(),
        is_staff=st.booleans(),
    ),
)  # fmt: skip
FLAGS = st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=4)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reader=READERS, drawn=FLAGS)
def test_asked_of_one_or_of_many_a_rule_answers_the_same(db, reader, drawn):
    with transaction.atomic():
        for structure_gone, service_gone, is_hidden in drawn:
            made = a_structure(withdrawn_at=clock.now() if structure_gone else None, is_address_confidential=is_hidden)
            a_service(made, withdrawn_at=clock.now() if service_gone else None)
        for law in OURS:
            every = list(law.model.objects.all())
            among = list(law.among(law.model.objects.all(), reader))
            assert sorted(thing.pk for thing in among) == sorted(thing.pk for thing in every if law(reader, thing))
            if not (reader.is_authenticated and reader.is_active and reader.roles() & set(permissions.KEEPERS)):
                assert all(not thing.is_withdrawn for thing in among)
        transaction.set_rollback(True)


def test_a_published_service_of_a_withdrawn_structure_is_closed_with_it(nobody, bob, withdrawn):
    service = a_service(withdrawn)
    assert not permissions.can_read_service(nobody, service)
    assert permissions.can_read_service(bob, service)


# -- Conditions that would join many rows -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "condition",
    [
        Q(services__name="x"),
        Q(services__isnull=True),
        ~Q(Q(name="x") | Q(services__withdrawn_at__isnull=True)),
        Q(name=F("services__name")),
        Q(name=Upper("services__name")),
        Q(name__in=[F("services__name")]),
    ],
)
def test_a_path_of_many_rows_is_seen_on_either_side(condition):
    assert list(paths_of_many_rows(Structure, condition))


@pytest.mark.parametrize(
    "condition",
    [
        Q(),
        Q(pk__in=()),
        Q(source__name="x"),
        Q(name=F("producer")),
        Q(Exists(Service.objects.filter(structure=OuterRef("pk")))),
        Q(pk__in=Service.objects.values("structure")),
    ],
)
def test_columns_single_rows_and_subqueries_are_fine(condition):
    assert list(paths_of_many_rows(Structure, condition)) == []
