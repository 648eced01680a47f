"""A colleague leaves: one gesture closes their sessions and hands over what they held."""

import re


def enter(page, name):
    page.goto("/demonstration/")
    page.get_by_role("button", name=f"Entrer comme {name}").click()
    page.wait_for_load_state()


def give_role(page, *, email, role, organisation):
    page.goto("/roles/donner/")
    page.get_by_label("Adresse électronique de la personne").fill(email)
    page.get_by_label("Rôle", exact=True).select_option(label=role)
    page.get_by_label("Organisation", exact=True).select_option(label=organisation)
    page.get_by_role("button", name="Donner ce rôle").click()
    page.wait_for_url("**/roles/")


def create_key(page):
    """The key's text, read where it is shown once."""
    page.goto("/organisations/")
    page.get_by_role("link", name="Les Tablées de l'Aubrelle").click()
    page.get_by_role("link", name="Créer une clé").click()
    page.get_by_label("Nom de la clé").fill("Logiciel des antennes")
    page.get_by_text("Lire les fiches de son organisation").click()
    page.get_by_role("button", name="Créer la clé").click()
    return page.locator("samp").first.inner_text()


def test_rosalie_leaves_and_nothing_is_left_to_nobody(visit, house):
    ibrahim, rosalie, come = visit("/"), visit("/"), visit("/")
    enter(ibrahim, "Ibrahim")
    enter(rosalie, "Rosalie")
    enter(come, "Côme")
    give_role(
        come,
        email="rosalie.quintin@aubrelle.example",
        role="Éditeur des fiches de son organisation",
        organisation="Les Tablées de l'Aubrelle",
    )
    key = create_key(rosalie)
    assert re.fullmatch(r"mlg_[0-9a-f]{8}_[\w-]{43}", key)
    me = rosalie.request.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"})
    assert me.json()["organisation"] == "Les Tablées de l'Aubrelle"

    ibrahim.goto("/roles/")
    row = ibrahim.get_by_role("row").filter(has_text="Rosalie Quintin").first
    row.get_by_role("link", name="Préparer son départ").click()
    text = ibrahim.locator("main").inner_text()
    assert "Intervenant d'une organisation partenaire" in text and "Logiciel des antennes" in text

    yesterday = ibrahim.evaluate("new Date(Date.now() - 864e5).toISOString().slice(0, 10)")
    ibrahim.get_by_label("Dernier jour").fill(yesterday)
    ibrahim.get_by_role("button", name="Préparer ce départ").click()
    assert "Dites qui reprend ce que cette personne laisse" in ibrahim.locator("main").inner_text()
    ibrahim.go_back()
    ibrahim.get_by_label("Dernier jour").fill(yesterday)
    ibrahim.get_by_label("Qui reprend").select_option(label="Ibrahim Castaing")
    ibrahim.get_by_role("button", name="Préparer ce départ").click()
    ibrahim.wait_for_url("**/roles/")
    assert "Le départ de Rosalie Quintin est prêt" in ibrahim.locator("main").inner_text()

    rosalie.goto("/ma-journee/")  # Her own browser, still open, is signed out.
    assert "/connexion/" in rosalie.url
    assert "Rosalie" not in ibrahim.locator("main table").inner_text()
    ibrahim.goto("/organisations/")
    ibrahim.get_by_role("link", name="Les Tablées de l'Aubrelle").click()
    assert "Ibrahim Castaing" in ibrahim.locator("section", has_text="Logiciel des antennes").last.inner_text()
    still = ibrahim.request.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"})
    assert still.status == 200
