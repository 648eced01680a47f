"""Menus: each room offers its pages, each reader sees those of their roles."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from maillage.core.access import Rule
from maillage.core.models import JournalLine
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


def _opens_to_the_patient(reader):
    return Q() if "patient" in reader.roles() else Q(pk__in=())


def test_a_page_whose_rule_opens_nothing_to_someone_is_not_offered_to_them(menus):
    opened = Rule("core", "trial", "Une règle d'essai.", JournalLine, _opens_to_the_patient)
    menus.add(Entry("Patience", "account_login", rule=opened))
    assert "Patience" in labels(menus, Reader("patient"))
    assert "Patience" not in labels(menus, Reader("elected"))


def test_nobody_is_offered_nothing(menus):
    assert labels(menus, AnonymousUser()) == []


def test_a_page_is_in_the_menus_once(menus):
    with pytest.raises(ValueError, match="home:legal is already in a menu"):
        menus.add(Entry("Autre", "home:legal"))


def test_a_page_is_said_to_each_role_in_its_own_words_and_once(menus):
    menus.add(Entry("Rôles", "account_login", ("administrator",), "Voir et donner."))
    menus.add(Entry("Rôles", "account_login", ("dpo",), "Voir."))

    def said(*roles):
        return [entry.sentence for entry in menus.of(Reader(*roles)) if entry.url_name == "account_login"]

    assert (said("administrator"), said("dpo"), said("elected")) == (["Voir et donner."], ["Voir."], [])
    assert said("dpo", "administrator") == ["Voir et donner."]
    with pytest.raises(ValueError, match="account_login is already in a menu"):
        menus.add(Entry("Rôles", "account_login", ("dpo", "elected")))


def test_a_page_may_be_in_a_second_menu(menus):
    menus.add(Entry("Registre", "home:my_day", also="corner"))
    assert labels(menus, Reader(), "corner") == ["Registre"]
    assert "Registre" in labels(menus, Reader())


def test_an_entry_knows_its_address(menus):
    assert [entry.url for entry in menus.of(Reader("dpo"))] == [
        "/donnees-personnelles/",
        "/mentions-legales/",
        "/design/",
    ]
