"""Someone comes to work: their day, their tools, a search; by keyboard, on a phone, without scripts, on paper."""

import re

import pytest

from tests.journeys.test_every_public_page import violations

PHONE = {"viewport": {"width": 360, "height": 740}}


def enter(page, username):
    page.goto(f"/demonstration/entrer/{username}/")
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    page.goto("/ma-journee/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [PHONE, {}], ids=["phone", "desk"])
@pytest.mark.parametrize("username", ["solene.kerbrac", "come.vasselin"])
def test_axe_finds_nothing_in_the_morning(visit, username, device, scheme):
    page = visit("/", color_scheme=scheme, **device)
    enter(page, username)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.get_by_role("banner").get_by_text("Outils").click()
    assert violations(page) == [], "the menu is open"
    page.goto("/rechercher/")
    assert violations(page) == []


def test_solene_is_greeted_and_goes_to_her_records(visit):
    page = visit("/")
    enter(page, "solene.kerbrac")
    assert re.match("Bonjour|Bonsoir", page.get_by_role("heading", level=1).inner_text())
    assert "Éditeur de l'annuaire" in page.locator("main").inner_text()

    page.get_by_role("banner").get_by_text("Outils").click()
    page.get_by_role("banner").get_by_role("link", name="Fiches à tenir").click()
    page.wait_for_url("**/annuaire/fiches/")


def test_what_she_looks_for_is_in_no_address(visit):
    page = visit("/")
    enter(page, "solene.kerbrac")
    page.keyboard.press("/")
    page.keyboard.type("melune")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rechercher/")

    assert "trouvée" in page.locator("main").inner_text()
    assert "melune" not in page.url
    assert violations(page) == []


def test_menus_open_and_close_by_keyboard_and_give_the_focus_back(visit):
    page = visit("/")
    enter(page, "solene.kerbrac")
    menu = page.locator("header details").first
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    assert menu.get_attribute("open") is not None
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_everything_is_there_without_scripts(visit):
    page = visit("/", java_script_enabled=False, **PHONE)
    enter(page, "solene.kerbrac")
    page.get_by_role("banner").get_by_role("link", name="Rechercher").click()
    page.get_by_label("Que cherchez-vous").fill("melune")
    page.locator("main").get_by_role("button", name="Rechercher").click()
    assert "trouvée" in page.locator("main").inner_text()

    page.locator("header details").last.locator("summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_load_state()
    page.goto("/ma-journee/")
    assert "/connexion/" in page.url


def test_the_day_prints_without_menus(visit):
    page = visit("/")
    enter(page, "come.vasselin")
    page.emulate_media(media="print")
    assert page.get_by_role("heading", level=1).is_visible()
    assert not page.locator("header details").first.is_visible()
