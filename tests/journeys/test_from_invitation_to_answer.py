"""Samia is invited, opens her account with a passkey, proposes a correction; the MDS sends it back with a word."""

import email
import email.policy
import re
import subprocess
import sys

from django.conf import settings

from tests.journeys.test_first_passkey import accept, with_authenticator
from tests.journeys.test_proposing_and_moderating import enter

ADDRESS = "samia@exemple.fr"
WORD = "Appelons-nous jeudi : le numéro est celui du voisin."


def letters_to(address, *, var, environment):
    """What the house has written to this address, once its minute has passed."""
    subprocess.run(
        [sys.executable, "manage.py", "tick"], cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True
    )
    read = [
        email.message_from_bytes(one, policy=email.policy.default)
        for path in sorted((var / "mail").iterdir(), key=lambda path: path.stat().st_mtime)
        for one in path.read_bytes().split(b"-" * 79 + b"\n")
        if one.strip()
    ]
    return [letter.get_body(("plain",)).get_content() for letter in read if letter["To"] == address]


def invite(page, address):
    """Ibrahim gives a role of his association to a colleague who has no account yet."""
    page.goto("/roles/donner/")
    page.get_by_label("Adresse électronique").fill(address)
    page.get_by_label("Rôle", exact=True).select_option("partner_editor")
    page.get_by_label("Organisation", exact=True).select_option(index=1)
    page.locator("main form").get_by_role("button").last.click()
    page.wait_for_url("**/roles/")


def propose(page):
    page.goto("/annuaire/mes-fiches/")
    page.locator("a[href*='/structures/'][href$='/proposer/']").last.click()
    page.wait_for_load_state()
    page.get_by_label("Téléphone").fill("01 99 00 11 22")
    page.get_by_role("button", name="Envoyer", exact=True).click()
    page.wait_for_url(re.compile(r"/propositions/\d+/$"))


def already_used(page, link):
    """Whether the link of an invitation, opened a second time, says that it has served, and whom not."""
    page.goto(link)
    text = page.locator("main").inner_text()
    return "déjà" in text and "Samia" not in text


def test_from_an_invitation_to_a_first_passkey_a_proposal_and_its_refusal(visit, var, environment):
    ibrahim, samia, nadege = visit("/"), visit("/"), visit("/")
    enter(ibrahim, "Ibrahim")
    invite(ibrahim, ADDRESS)
    (letter,) = letters_to(ADDRESS, var=var, environment=environment)
    link = re.search(r"https?://\S+/invitation/\S+", letter)[0]

    with_authenticator(samia)
    accept(samia, link, first_name="Samia", way="Avec une clé d'accès")
    samia.get_by_role("button", name="Ouvrir mon compte").click()
    samia.wait_for_url("**/cles/ajouter/")
    samia.get_by_role("button", name="Créer la clé d'accès").click()
    samia.wait_for_url("**/compte/securite/codes/")
    propose(samia)
    proposal = samia.url

    enter(nadege, "Nadège")
    assert "Ma journée" in nadege.title()
    assert re.search(r"avant|au plus tard|d'ici", nadege.locator("main").inner_text())
    nadege.goto(proposal)
    nadege.get_by_label("Votre mot").fill(WORD)
    nadege.get_by_role("button", name="Renvoyer").click()
    nadege.wait_for_url(re.compile(r"/propositions/$"))

    samia.goto("/ma-journee/")
    assert "renvoyée" in samia.locator("main").inner_text().lower()
    samia.goto(proposal)
    assert WORD in samia.locator("main").inner_text()
    assert already_used(visit("/"), link)
    assert any("renvoy" in letter.lower() for letter in letters_to(ADDRESS, var=var, environment=environment)[1:])
