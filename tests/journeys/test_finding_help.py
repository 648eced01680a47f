"""Édith, who cannot pay her rent, finds who can help; on a phone, by keyboard, without scripts, on paper."""

import re

import pytest


def results(page):
    return page.locator("article.result")


def test_edith_finds_help_for_her_rent_and_comes_back_to_the_list(visit, ask):
    page = visit("/")
    ask(page, "je n'arrive plus à payer mon loyer", "Melune")

    assert "réponses à moins de 30 minutes" in page.get_by_role("heading", level=1).inner_text()
    assert "Réduire les impayés de loyer" in page.locator("main").inner_text()
    assert page.url.endswith("/annuaire/"), "what she typed is in no address"
    count = results(page).count()
    results(page).first.get_by_role("link").first.click()
    assert re.search(r"/annuaire/services/\d+/", page.url)

    page.go_back()

    assert results(page).count() == count


def test_the_old_phone_of_someone_in_a_hurry(visit, ask):
    page = visit("/", viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    ask(page, "frigo vide", "00100")

    call = results(page).first.get_by_role("link", name=re.compile("Appeler"))
    assert call.get_attribute("href").startswith("tel:")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_everything_works_without_scripts(visit, ask):
    page = visit("/", java_script_enabled=False)
    ask(page, "apprendre le français", "Castelorme")
    first = results(page).first.inner_text()

    page.get_by_text("Affiner").first.click()
    page.get_by_role("checkbox", name="Gratuit").check()
    page.get_by_role("button", name="Appliquer").click()

    assert results(page).count() > 0
    page.get_by_text("1 filtre").click()
    assert page.get_by_role("checkbox", name="Gratuit").is_checked()
    assert page.get_by_label("besoin").first.input_value() == "apprendre le français"
    assert first


def test_by_keyboard_alone(visit):
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    page.keyboard.press("/")
    page.keyboard.type("ordinateur")
    page.keyboard.press("Tab")
    page.keyboard.type("Melune")
    page.keyboard.press("Enter")
    page.wait_for_url("**/annuaire/")

    assert results(page).count() > 0
    page.get_by_role("link", name="Aller au contenu").focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('article.result') !== null"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "the focus is seen"


def test_places_are_suggested_while_typing(visit):
    page = visit("/annuaire/")
    page.get_by_label("Où êtes-vous").press_sequentially("casteorme", delay=30)

    suggestion = page.get_by_role("radio", name=re.compile("Castelorme"))
    suggestion.wait_for()
    page.get_by_label("besoin").first.fill("permis")
    page.get_by_role("button", name="Voir qui peut m'aider").click()

    assert "Autour de : Castelorme" in page.locator("main").inner_text()


def test_around_me(visit):
    page = visit("/", geolocation={"latitude": 46.8, "longitude": -7.0}, permissions=["geolocation"])
    page.get_by_label("besoin").first.fill("médecin")
    page.get_by_role("button", name="Autour de moi").click()
    page.get_by_text("Position trouvée").wait_for()
    page.get_by_role("button", name="Voir qui peut m'aider").click()

    assert "Autour de : Point" in page.locator("main").inner_text()
    assert "46.8" not in page.url


def test_the_map_says_what_the_list_says(visit, ask):
    page = visit("/")
    ask(page, "loyer", "Melune")
    page.get_by_role("button", name="Ouvrir la carte").click()
    page.locator(".maplibregl-canvas").wait_for()

    listed = list(results(page).locator(".result-minutes").all())
    assert page.locator("[data-map-canvas] .maplibregl-marker").count() >= len(listed)


def test_a_place_nobody_knows_keeps_what_was_typed(visit, ask):
    page = visit("/")
    ask(page, "loyer en retard", "Xyzzyville")

    assert "Nous ne connaissons pas « Xyzzyville »" in page.locator("main").inner_text().replace("\xa0", " ")
    assert page.get_by_label("besoin").first.input_value() == "loyer en retard"


def test_nothing_near_is_never_a_dead_end(visit, ask):
    page = visit("/")
    ask(page, "xyzzy", "Melune")
    text = page.locator("main").inner_text()

    assert "Rien à moins de 30 minutes" in text
    assert "Maison des solidarités" in text


def test_the_sheet_is_handed_over(visit, ask):
    page = visit("/annuaire/services/1/")
    answer = page.request.get(page.get_by_role("link", name="Imprimer la fiche").get_attribute("href"))

    assert answer.ok
    assert answer.body().startswith(b"%PDF")


def test_her_maison_des_solidarites(visit):
    page = visit("/annuaire/territoire/")
    page.get_by_label("Votre commune").fill("Melune")
    page.get_by_role("button", name="Voir mon territoire").click()
    page.wait_for_url("**/territoire/*/")

    assert "Votre Maison des solidarités" in page.locator("main").inner_text()


@pytest.mark.parametrize("width", [320, 360, 640, 1280])
def test_no_page_scrolls_sideways(visit, ask, width):
    page = visit("/", viewport={"width": width, "height": 800})
    for address in (
        "/",
        "/annuaire/",
        "/annuaire/services/1/",
        "/annuaire/structures/1/",
        "/annuaire/territoire/00001/",
        "/design/",
    ):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    page.goto("/")
    ask(page, "loyer", "Melune")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_ticked_box_looks_ticked(visit):
    page = visit("/annuaire/?commune=00026")
    box = page.get_by_role("checkbox", name="Gratuit")
    colour = "element => getComputedStyle(element).backgroundColor"
    empty = box.evaluate(colour)
    box.check()
    page.wait_for_timeout(400)
    assert box.evaluate(colour) != empty
