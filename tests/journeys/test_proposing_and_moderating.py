"""A member of an association proposes a correction; the MDS publishes a part, and sends the rest back with a word."""

import re

from tests.journeys.conftest import AXE


def enter(page, name):
    page.goto("/demonstration/")
    page.get_by_role("button", name=f"Entrer comme {name}").click()
    page.wait_for_load_state()


def problems_on(page):
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return [found["id"] for found in page.evaluate("axe.run()")["violations"]]


def overflows(page):
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_a_correction_is_proposed_published_in_part_and_returned(visit):
    ibrahim, nadege = visit("/"), visit("/")
    enter(ibrahim, "Ibrahim")
    ibrahim.goto("/annuaire/mes-fiches/")
    assert problems_on(ibrahim) == []
    ibrahim.locator("a[href*='/services/'][href$='/proposer/']").first.click()
    ibrahim.wait_for_load_state()
    ibrahim.get_by_label("Conditions").fill("Venez avec un sac.")
    ibrahim.get_by_label("Téléphone").fill("01 99 00 77 44")
    ibrahim.get_by_label("Un mot pour").fill("Nouvelle ligne depuis lundi.")
    assert problems_on(ibrahim) == []
    ibrahim.get_by_role("button", name="Envoyer", exact=True).click()
    ibrahim.wait_for_url(re.compile(r"/propositions/\d+/$"))
    assert "Envoyée, attend une réponse" in ibrahim.locator("main").inner_text()
    proposal = ibrahim.url

    enter(nadege, "Nadège")
    nadege.goto("/annuaire/propositions/")
    assert problems_on(nadege) == []
    nadege.goto(proposal)
    text = nadege.locator("main").inner_text()
    assert "Venez avec un sac." in text and "Nouvelle ligne depuis lundi." in text
    assert problems_on(nadege) == []
    nadege.set_viewport_size({"width": 360, "height": 800})
    assert not overflows(nadege)
    nadege.get_by_label("Téléphone").uncheck()
    nadege.get_by_label("Votre mot").fill("Ce numéro ne répond pas.")
    nadege.get_by_role("button", name="Publier").press("Enter")
    nadege.wait_for_url(re.compile(r"/propositions/$"))

    ibrahim.goto("/annuaire/mes-fiches/")
    ibrahim.get_by_role("link", name="Renvoyée avec un mot").last.click()
    ibrahim.wait_for_load_state()
    assert "Ce numéro ne répond pas." in ibrahim.locator("main").inner_text()
    assert problems_on(ibrahim) == []
    ibrahim.get_by_role("link", name="Voir la fiche dans l'annuaire").click()
    ibrahim.wait_for_load_state()
    assert "Venez avec un sac." in ibrahim.locator("main").inner_text()
    ibrahim.get_by_role("link", name="Histoire de la fiche").click()
    ibrahim.wait_for_load_state()
    assert "Venez avec un sac." in ibrahim.locator("main").inner_text()
    assert problems_on(ibrahim) == []


def test_what_is_not_theirs_does_not_exist(visit):
    ibrahim = visit("/")
    enter(ibrahim, "Ibrahim")
    for address in ("/annuaire/structures/1/corriger/", "/annuaire/propositions/", "/annuaire/fiches/"):
        assert ibrahim.goto(address).status == 404
