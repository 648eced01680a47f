"""From an invitation to a first passkey, with an authenticator that the browser plays."""

import re
import subprocess
import sys

import pytest
from django.conf import settings

INVITE = """
from maillage.actors.actions.invitations import Offer, invite_with_token, link_of
from maillage.actors.models import Organisation, User
house = Organisation.objects.get(is_house=True)
by = User.objects.filter(memberships__role="administrator").first()
_, token = invite_with_token("{email}", Offer("{role}", house), by=by, base="{base}")
print(link_of(token, base="{base}"))
"""
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def invite(house, environment):
    """The link that an administrator of the house sends to this address, for this role."""

    def link(email, role):
        code = INVITE.format(email=email, role=role, base=house)
        command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip().splitlines()[-1]

    return link


def with_authenticator(page, **facts):
    """A device that recognises its owner."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR | facts})
    return devtools, added["authenticatorId"]


def accept(page, link, *, first_name, way):
    page.goto(link)
    page.get_by_label("Votre prénom").fill(first_name)
    page.get_by_label("Votre nom").fill("Belkacem")
    page.get_by_label(way).check()


def leave(page):
    page.goto("/deconnexion/")
    page.locator("main").get_by_role("button", name="Se déconnecter").click()
    page.wait_for_load_state()


def test_nour_opens_her_account_with_a_passkey_and_comes_back_with_it(visit, invite):
    page = visit("/")
    with_authenticator(page)
    accept(page, invite("nour@exemple.fr", "mds_manager"), first_name="Nour", way="Avec une clé d'accès")
    page.get_by_role("button", name="Ouvrir mon compte").click()
    page.wait_for_url("**/cles/ajouter/")
    assert "derrière un second facteur" in page.locator("body").inner_text()
    page.get_by_role("button", name="Créer la clé d'accès").click()
    page.wait_for_url("**/compte/securite/codes/")
    assert len(re.findall(r"\b\d{8}\b", page.locator("main").inner_text())) == 10
    assert "derrière un second facteur" not in page.locator("body").inner_text()

    leave(page)
    page.goto("/connexion/")
    page.get_by_role("button", name="Se connecter avec une clé d'accès").click()
    page.wait_for_url("**/ma-journee/")
    page.goto("/compte/")
    assert "Responsable de Maison des solidarités" in page.locator("main").inner_text()


def test_a_device_that_does_not_recognise_its_owner_opens_nothing_and_says_so(visit, invite):
    page = visit("/")
    devtools, device = with_authenticator(page)
    accept(page, invite("lise@exemple.fr", "mds_editor"), first_name="Lise", way="Avec une clé d'accès")
    page.get_by_role("button", name="Ouvrir mon compte").click()
    page.wait_for_url("**/cles/ajouter/")
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="Créer la clé d'accès").click()
    page.locator("[data-passkey-status]").wait_for(state="visible")
    assert "recommencer" in page.locator("[data-passkey-status]").inner_text().lower()
    assert page.url.endswith("/cles/ajouter/")


def test_everything_but_passkeys_works_without_javascript(visit, invite):
    page = visit("/connexion/", java_script_enabled=False)
    assert "a besoin de JavaScript" in page.locator("main").inner_text()
    accept(page, invite("omar@exemple.fr", "mds_editor"), first_name="Omar", way="Avec un mot de passe")
    page.locator("#id_password").fill("quatre bateaux lents verts")
    page.get_by_role("button", name="Ouvrir mon compte").click()
    page.wait_for_url("**/ma-journee/")
