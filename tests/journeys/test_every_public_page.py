"""Every public page: axe-core finds nothing, in light and dark; it is light to download."""

import json

import pytest

from tests.journeys.conftest import AXE

PAGES = (
    "/", "/annuaire/", "/annuaire/?commune=00001", "/annuaire/services/1/", "/annuaire/structures/1/",
    "/annuaire/territoire/", "/annuaire/territoire/00001/", "/accessibilite/", "/mentions-legales/",
    "/donnees-personnelles/", "/connexion/", "/demonstration/", "/design/", "/introuvable/",
    "/annuaire/liste/",
)  # fmt: skip
HEAVIEST = 150_000


def violations(page):
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [(v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(visit, address, scheme):
    page = visit(address, color_scheme=scheme)
    assert violations(page) == [], json.dumps(address)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("words", ["loyer", "xyzzy", "mon mari me frappe", "manger et papiers, mercredi à pied"])
def test_axe_finds_nothing_in_answers(visit, ask, words, scheme):
    page = visit("/", color_scheme=scheme)
    ask(page, words, "Melune")
    assert violations(page) == []


@pytest.mark.parametrize("address", [page for page in PAGES if page != "/design/"])
def test_a_page_weighs_less_than_150_kilobytes(visit, address):
    page = visit("about:blank")
    assert weight(page, lambda: page.goto(address, wait_until="networkidle")) < HEAVIEST


def test_a_page_of_answers_weighs_less_than_150_kilobytes(visit, ask):
    page = visit("/")
    page.get_by_label("besoin").first.fill("loyer")
    page.get_by_label("Où êtes-vous").fill("Melune")

    def send():
        page.get_by_role("button", name="Voir qui peut m'aider").click()
        page.wait_for_load_state("networkidle")

    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    assert weight(page, send) < HEAVIEST


def weight(page, act):
    """Bytes that crossed the network while the page came, headers included."""
    session, total = page.context.new_cdp_session(page), []
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.on("Network.loadingFinished", lambda event: total.append(event["encodedDataLength"]))
    act()
    assert total
    return sum(total)
