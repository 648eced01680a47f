"""Alice and Bob correct the same record from two browsers; the demonstration's door lets them in."""

import re


def enter(page, name):
    page.goto("/demonstration/")
    page.get_by_role("button", name=f"Entrer comme {name}").click()
    page.wait_for_url("**/ma-journee/")


def test_two_editors_at_once_lose_nothing(visit):
    solene, nadege = visit("/"), visit("/")
    enter(solene, "Solène")
    enter(nadege, "Nadège")
    for page in (solene, nadege):
        page.goto("/annuaire/services/3/corriger/")

    solene.get_by_label("Conditions").fill("Apportez une facture récente.")
    solene.get_by_role("button", name="Enregistrer").click()
    solene.wait_for_url(re.compile(r"/services/3/$"))
    nadege.get_by_label("Conditions").fill("Sans condition.")
    nadege.get_by_role("button", name="Enregistrer").click()

    text = nadege.locator("main").inner_text()
    assert "Quelqu'un a modifié cette fiche pendant que vous écriviez" in text
    assert "Apportez une facture récente." in text and "Sans condition." in text
    nadege.get_by_role("button", name="Enregistrer").click()
    nadege.wait_for_url(re.compile(r"/services/3/$"))
    assert "Sans condition." in nadege.locator("main").inner_text()


def test_the_editors_door_leads_nowhere_for_the_public(visit):
    page = visit("/")
    for address in ("/annuaire/services/1/corriger/", "/annuaire/fiches/", "/annuaire/imports/"):
        assert page.goto(address).status == 404
