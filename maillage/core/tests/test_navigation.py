"""Menus: each room offers its pages, each reader sees those of their roles."""

import pytest
from django.contrib.auth.models import AnonymousUser

from maillage.core.navigation import ACCOUNT, TOOLS, Entry, Navigation


class Reader:
    """Someone signed in, with these roles."""

    is_authenticated = is_active = True

    def __init__(self, *roles):
        self._roles = frozenset(roles)

    def roles(self):
        return self._roles


@pytest.fixture
def menus():
    made = Navigation()
    made.add(Entry("Journal", "core:design", ("dpo",)))
    made.add(Entry("Annuaire", "home:legal"))
    made.add(Entry("Zone", "home:privacy", weight=5))
    made.add(Entry("Mon compte", "home:front", menu=ACCOUNT))
    return made


def labels(menus, reader, menu=TOOLS):
    return [entry.label for entry in menus.of(reader, menu)]


def test_each_reader_is_offered_the_pages_of_their_roles_heavier_first(menus):
    assert labels(menus, Reader("dpo")) == ["Zone", "Annuaire", "Journal"]
    assert labels(menus, Reader("elected")) == ["Zone", "Annuaire"]
    assert labels(menus, Reader(), ACCOUNT) == ["Mon compte"]


def test_nobody_is_offered_nothing(menus):
    assert labels(menus, AnonymousUser()) == []


def test_a_page_is_in_the_menus_once(menus):
    with pytest.raises(ValueError, match="home:legal is already in a menu"):
        menus.add(Entry("Autre", "home:legal"))


def test_an_entry_knows_its_address(menus):
    assert [entry.url for entry in menus.of(Reader("dpo"))] == [
        "/donnees-personnelles/",
        "/mentions-legales/",
        "/design/",
    ]
