"""Édith lives across the river: on foot the office facing her is far, by car it is near; what she takes away."""

import re

import pytest

from tests.journeys.test_every_public_page import violations

RENT = "je peux plus payer mon loyer"
QUAY = "3 quai des Tanneurs, Villeneuve-d'Aubrelle"
OFFICE = "Maison de l'habitat de l'Aubrelle"


def minutes_of(card):
    return int(re.search(r"(\d+)\s*min", card.inner_text())[1])


def office(page):
    return page.locator("article.result", has_text=OFFICE).first


@pytest.mark.parametrize("width", [360, 1280])
def test_on_foot_on_wednesday_afternoon_then_by_car(visit, ask, width):
    page = visit("/", viewport={"width": width, "height": 900})
    ask(page, f"{RENT}, ouvert mercredi après-midi, à pied", QUAY)

    said = page.locator("main").inner_text()
    assert "ouvert mercredi après-midi, à pied" in said
    assert "calculé sur les routes" in said
    assert "Rien à moins de 30 minutes" in said or minutes_of(office(page)) > 30
    assert minutes_of(office(page)) > 40, "seven hundred metres away, and a bridge to reach"
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    if width < 800:
        page.get_by_text("Affiner").first.click()
    page.get_by_label("Je me déplace").select_option(label="en voiture")
    page.get_by_role("button", name="Appliquer").click()
    page.wait_for_load_state()

    assert minutes_of(office(page)) < 20
    assert "mercredi" in office(page).inner_text().casefold()
    assert page.url.endswith("/annuaire/"), "neither her words nor her address are in an address"


def test_danger_comes_first_and_blocks_nothing(visit, ask):
    page = visit("/", viewport={"width": 360, "height": 900})
    ask(page, "mon mari me frappe et je sais pas où dormir ce soir", "Melune")

    links = page.locator("main a[href^='tel:']").evaluate_all("found => found.map(one => one.getAttribute('href'))")
    assert links[:2] == ["tel:3919", "tel:17"]
    assert "tel:115" in links
    assert page.locator("article.result").count() > 0


def test_the_list_she_takes_away_is_printed_without_her_name(visit, ask):
    page = visit("/")
    ask(page, RENT, QUAY)
    first, second = page.locator("article.result").nth(0), page.locator("article.result").nth(1)
    names = [card.get_by_role("link").first.inner_text() for card in (first, second)]
    for card in (first, second):
        card.get_by_role("checkbox", name=re.compile("Mettre sur ma liste")).check()
    page.get_by_role("button", name="Faire une liste à emporter").click()
    page.wait_for_url("**/annuaire/liste/")

    with page.expect_popup() as opened:
        page.get_by_role("button", name=re.compile("Imprimer")).click()
    assert opened.value.url.endswith("/annuaire/liste/imprimer/")
    assert violations(page) == []
    assert names[0] in page.locator("main").inner_text()
    assert names[1] in page.locator("main").inner_text()
