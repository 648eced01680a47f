"""Judith keeps personal data safe: who reads what, the journal, a breach from its discovery to its closing."""

import datetime as dt
import re

import pytest

from tests.journeys.test_a_morning import PHONE, enter
from tests.journeys.test_every_public_page import violations

PAGES = (
    "/ma-journee/", "/donnees/", "/donnees/qui-lit-quoi/", "/donnees/qui-lit-quoi/?role=dpo", "/donnees/registre/",
    "/donnees/journal/", "/donnees/conservation/", "/donnees/conservations-exceptionnelles/", "/donnees/violations/",
    "/donnees/violations/ouvrir/",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [PHONE, {}], ids=["phone", "desk"])
def test_axe_finds_nothing_in_the_pages_of_personal_data(visit, device, scheme):
    page = visit("/", color_scheme=scheme, **device)
    enter(page, "judith.lanvaux")
    for address in PAGES:
        assert page.goto(address).status == 200, address
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], address


def test_judith_learns_who_opened_a_record_and_her_question_is_kept(visit):
    editor, judith = visit("/"), visit("/")
    enter(editor, "malik.ferrandou")
    editor.goto("/annuaire/fiches/")
    correct = editor.locator("main table a, main .data-table a").first
    correct.click()
    editor.wait_for_load_state()
    address = editor.url
    if "/corriger/" not in address:
        editor.get_by_role("link", name="Corriger").first.click()
        editor.wait_for_url("**/corriger/")
    enter(judith, "judith.lanvaux")
    judith.goto("/donnees/journal/")

    judith.get_by_label("De qui, ou de quoi").fill(address)
    judith.get_by_role("button", name="Consulter le journal").click()
    assert "Choisissez pourquoi" in judith.locator("main").inner_text()
    judith.get_by_label("Pourquoi").select_option("access_request")
    judith.get_by_label("Référence").fill("2026-014")
    judith.get_by_role("button", name="Consulter le journal").click()
    judith.wait_for_load_state()

    text = judith.locator("main").inner_text()
    assert "Malik Ferrandou" in text and "a ouvert une fiche pour la corriger" in text
    assert violations(judith) == []
    assert "2026-014" not in judith.url
    judith.get_by_role("button", name="Consulter le journal").click()
    judith.wait_for_load_state()
    assert "a consulté le journal" in judith.locator("main").inner_text()
    with judith.expect_download() as extract:
        judith.get_by_role("button", name="Extraire en CSV").click()
    assert "2026-014" in extract.value.path().read_text(encoding="utf-8-sig")


def test_the_journal_has_no_page_for_others(visit):
    page = visit("/")
    enter(page, "come.vasselin")
    assert page.goto("/donnees/journal/").status == 404
    assert page.goto("/donnees/violations/").status == 404
    assert page.goto("/donnees/qui-lit-quoi/").status == 200


@pytest.mark.parametrize("device", [PHONE, {}], ids=["phone", "desk"])
def test_a_breach_is_opened_followed_and_closed(visit, device):
    page = visit("/", **device)
    enter(page, "judith.lanvaux")
    page.goto("/donnees/violations/")
    page.get_by_role("link", name="Signaler une violation").click()
    page.get_by_label("Que s'est-il passé").fill("Un courriel est parti au mauvais groupe.")
    yesterday = dt.datetime.now() - dt.timedelta(hours=20)
    page.get_by_label("Quand l'avez-vous découvert").fill(f"{yesterday:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_url(re.compile(r"/violations/\d+/$"))
    assert "heures" in page.locator("main").inner_text()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]

    page.get_by_role("link", name="Choisir le risque").first.click()
    page.get_by_label("Aucun risque probable").check()
    page.get_by_role("button", name="Enregistrer le risque").click()
    page.wait_for_load_state()
    assert "la loi ne le demande pas" in page.locator("main").inner_text()
    assert violations(page) == []
    page.get_by_label("Pourquoi aucun risque").fill("Les messages ont été effacés sans être ouverts.")
    page.get_by_role("button", name="Ne pas notifier").click()
    page.wait_for_load_state()
    for step in ("Arrêter la fuite", "Compléter le registre", "Tirer les leçons"):
        page.get_by_role("button", name=step).click()
        page.wait_for_load_state()
    page.get_by_role("button", name="Clore").click()
    page.wait_for_load_state()

    assert "Close" in page.locator("main").inner_text()
    assert violations(page) == []
