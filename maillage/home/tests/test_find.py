"""Looking for something in the whole house: only what is open, honestly counted, never written in an address."""

import re

import pytest
from django.conf import settings

from maillage.core.gathering import Found
from maillage.home.tests.conftest import text_of

FIND = "/rechercher/"


def things(count):
    return lambda reader, words, limit: [Found(f"Chose {n}", f"/c/{n}/", where="Melune") for n in range(count)][:limit]


def test_what_is_found_is_shown_room_by_room(alice, entering, searched):
    searched.add("Structures", things(2))
    searched.add("Services", things(1))
    searched.add("Personnes", things(0))

    page = text_of(entering(alice).post(FIND, {"words": "chose"}))

    assert "3 choses trouvées" in page
    assert "<h2>Structures</h2>" in page and "<h2>Services</h2>" in page and "<h2>Personnes</h2>" not in page


def test_a_room_that_knows_more_than_it_shows_says_so(alice, entering, searched):
    searched.add("Structures", things(40))

    page = text_of(entering(alice).post(FIND, {"words": "chose"}))

    assert "Plus de 10 choses trouvées" in page and "Il y en a d'autres" in page
    assert page.count('href="/c/') == 10


def test_nothing_found_says_what_to_try(alice, entering, searched):
    page = text_of(entering(alice).post(FIND, {"words": "xyzzy"}))
    assert "Nous n'avons rien trouvé" in page and "Essayez un mot de moins" in page


def test_nothing_typed_is_asked_again_in_words(alice, entering, searched):
    assert "Écrivez un mot" in text_of(entering(alice).post(FIND, {"words": "  "}))


@pytest.mark.parametrize("words", ["journal", "JOURNAL", "joùrnal des actes"])
def test_tools_are_found_by_those_who_have_them_only(claire, alice, entering, words):
    answer = text_of(entering(claire).post(FIND, {"words": words}))
    main = re.search(r"<main.*?</main>", answer, re.DOTALL)[0]
    assert "/donnees/journal/" in main
    other = text_of(entering(alice).post(FIND, {"words": words}))
    assert "/donnees/journal/" not in other


def test_what_is_typed_reaches_no_address(alice, entering, searched):
    page = text_of(entering(alice).get(f"{FIND}?words=secret"))
    assert "secret" not in page
    assert 'method="post"' in page


def test_asking_too_often_is_told_to_wait(alice, entering, searched, stopped_clock):
    browser = entering(alice)
    codes = [browser.post(FIND, {"words": "chose"}).status_code for _ in range(61)]
    assert codes[-1] == 429 and set(codes[:-1]) == {200}


def test_the_search_is_of_the_house_only(client, db):
    assert client.get(FIND).status_code == 302
    assert settings.LOGIN_URL == "account_login"
