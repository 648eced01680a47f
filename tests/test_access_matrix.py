"""Who × door × what they find: the access matrix of the domain, asked of every address and API operation."""

import csv
from pathlib import Path

import pytest
from django.conf import settings

from maillage.core.doors import Door, doors
from tests.matrix.world import READERS, Knock, World, knocks_on

PAGE = Path(settings.BASE_DIR) / "tests/matrix/access.csv"
CLOSED = {"404", "403", "401", "connexion"}


def rows() -> dict[tuple[str, str, str], dict[str, str]]:
    """(door, method, case) → what each reader finds there."""
    with PAGE.open(encoding="utf-8", newline="") as page:
        return {(row.pop("door"), row.pop("method"), row.pop("case")): row for row in csv.DictReader(page)}


def answers(world: World, knock: Knock, method: str) -> dict[str, str]:
    return {name: world.find(name, knock, method=method) for name in READERS}


def as_line(key: tuple[str, str, str], found: dict[str, str]) -> str:
    return ",".join([*key, *(found[name] for name in READERS)])


@pytest.fixture
def world(db):
    return World()


EVERY = [knock for door in doors() for knock in knocks_on(door)]


def test_every_door_of_the_house_is_in_the_matrix_and_no_other():
    """A new door fails here until someone has written who may open it."""
    written, standing = set(rows()), {knock.key for knock in EVERY}
    assert sorted(standing - written) == []
    assert sorted(written - standing) == []


@pytest.mark.parametrize("knock", EVERY, ids=lambda knock: " ".join(knock.key))
def test_each_reader_finds_what_the_matrix_says(world, knock):
    """A form sent blind to a door that is closed to reading finds it closed: nobody acts where they may not look."""
    expected = rows().get(knock.key, {})
    found = answers(world, knock, knock.method)
    assert found == expected, f"Found:\n{as_line(knock.key, found)}"
    if knock.method == "GET":
        sent = {name: world.find(name, knock, method="POST") for name, word in found.items() if word in CLOSED}
        assert {name: word for name, word in sent.items() if word not in CLOSED | {"405"}} == {}


def test_a_door_nobody_wrote_down_is_caught():
    stranger = Door("porte/derobee/", "hidden", None)
    assert {knock.key for knock in knocks_on(stranger)} - set(rows())
