"""Claire follows the checklist of a breach to its end: the risk she chooses says what is left to do."""

import re

import pytest
from django.urls import reverse

from maillage.core import breaches
from maillage.core.concurrency import new_key
from maillage.core.models import BreachState, BreachStep, JournalLine
from maillage.home.tests.conftest import text_of


class Following:
    """Someone at the page of a breach, in a browser."""

    def __init__(self, breach, browser):
        self.breach, self.browser = breach, browser

    def page(self):
        return text_of(self.browser.get(reverse("home:breach", args=[self.breach.pk])))

    def line(self, code):
        """What the page says of one step."""
        return re.search(rf'<li id="etape-{code}".*?</li>', self.page(), re.DOTALL)[0]

    def tick(self, code, **facts):
        sent = {f"{code}-{name}": value for name, value in facts.items()}
        return self.browser.post(reverse("home:breach_check", args=[self.breach.pk, code]), sent, follow=True)

    def move(self, name, **facts):
        sent = {"intention": new_key()} | facts
        return self.browser.post(reverse("home:breach_move", args=[self.breach.pk, name]), sent, follow=True)


@pytest.fixture
def following(claire, breach, entering):
    return Following(breach, entering(claire))


def test_from_opening_to_closing_with_each_refusal_on_the_way(following, breach):
    assert "Dites d'abord quel est le risque" in following.page()
    assert following.move("do_without", sentence="Rien de grave.").status_code == 409
    following.tick("assess", risk="risk", risk_read="")
    assert "doit être notifiée à la CNIL" in following.page()
    assert "Écrivez le numéro" in text_of(following.move("notify", notified_at="2026-03-09T09:00"))
    following.move("notify", sentence="CNIL-1", notified_at="2026-03-09T09:00")
    assert "Il reste 3 étapes" in following.page()
    for code in ("contain", "register", "lessons"):
        following.tick(code, note="Fait avec le prestataire.")
    closed = text_of(following.move("close"))

    breach.refresh_from_db()
    assert breach.state == BreachState.CLOSED and "Close" in closed and "Fait avec le prestataire." in closed
    assert reverse("home:breach_complete", args=[breach.pk]) not in closed and "C'est fait" not in closed


def test_the_risk_is_chosen_at_its_own_step(following, breach):
    before = following.line("assess")
    assert "À faire" in before and "Un risque élevé" in before and "C'est fait" not in before

    without = following.tick("assess", note="Nous y réfléchissons.")
    assert without.status_code == 422 and "Choisissez le risque" in text_of(without)
    assert "Nous y réfléchissons." in text_of(without) and not BreachStep.objects.exists()

    following.tick("assess", risk="high", risk_read="", note="Des mots de passe.")
    after = following.line("assess")
    assert "Fait" in after and "<strong>Un risque élevé</strong>" in after and "Des mots de passe." in after
    assert "Changer cette évaluation" in after
    assert JournalLine.objects.filter(verb="core.breach_risk_assessed").count() == 1


def test_informing_people_is_asked_at_high_risk_only(following, breach):
    assert "Selon le risque" in following.line("inform")
    following.tick("assess", risk="risk", risk_read="")
    assert "Pas demandé" in following.line("inform") and "À faire" not in following.line("inform")
    following.tick("assess", risk="high", risk_read="risk")
    assert "À faire" in following.line("inform")


def test_without_a_risk_nothing_asks_for_a_notice_any_more(following, breach):
    following.tick("assess", risk="unlikely", risk_read="")
    assert "À faire" in following.line("notify")
    following.move("do_without", sentence="Le disque est chiffré.")
    assert "Pas demandé" in following.line("notify") and "vous avez écrit pourquoi" in following.line("notify")
    for code in ("contain", "register", "lessons"):
        following.tick(code)
    following.move("close")
    breach.refresh_from_db()
    assert breach.state == BreachState.CLOSED


def test_a_choice_made_on_an_old_page_is_told_what_was_chosen_since(following, breach, claire):
    breaches.assess_risk(breach, "high", by=claire, read="")
    answer = following.tick("assess", risk="unlikely", risk_read="")
    assert answer.status_code == 409 and "« Un risque élevé »" in text_of(answer)


def test_the_notice_is_not_ticked_without_its_number(following):
    assert following.tick("notify").status_code == 404


def test_a_note_too_long_is_given_back(following):
    answer = following.tick("contain", note="x" * 1_001)
    assert answer.status_code == 422 and "x" * 1_001 in text_of(answer) and not BreachStep.objects.exists()
