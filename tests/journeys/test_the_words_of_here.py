"""Nadège teaches the search a word that people wrote, from her day to the answer the public then finds."""

import pytest

from tests.journeys.test_every_public_page import violations
from tests.journeys.test_keeping_the_directory_true import enter

ADDRESSES = ("", "?etat=plus-tard", "essayer/", "les-notres/", "les-notres/ajouter/", "les-notres/coller/")


def test_a_word_nobody_understood_is_taught_and_the_public_is_answered_at_once(visit, ask):
    edith, nadege = visit("/"), visit("/")
    ask(edith, "papothèque", "Melune")
    assert "Nous avons compris" not in edith.locator("main").inner_text()

    enter(nadege, "Nadège")
    nadege.get_by_role("link", name="mots à comprendre").click()
    nadege.get_by_role("link", name="L'ajouter à nos mots : papotheque").click()
    nadege.get_by_label("Besoin principal").select_option("remobilisation--lien-social")
    nadege.get_by_role("button", name="Enregistrer").click()
    nadege.wait_for_url("**/les-notres/")
    assert "toutes les recherches lisent désormais" in nadege.locator("body").inner_text()

    edith.goto("/")
    ask(edith, "papothèque", "Melune")
    assert "Nous avons compris" in edith.locator("main").inner_text()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_of_words_stand_on_a_phone_and_axe_finds_nothing(visit, width):
    page = visit("/", viewport={"width": width, "height": 800})
    enter(page, "Nadège")
    for address in ADDRESSES:
        page.goto(f"/annuaire/mots/{address}")
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
