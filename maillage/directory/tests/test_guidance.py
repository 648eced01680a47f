"""Édith is guided: the number to call first, the commune she chose, what was not understood, what filters hide."""

import pytest
from django.urls import reverse

from maillage.core import clock
from maillage.directory.tests.factories import text_of

pytestmark = pytest.mark.django_db
SEARCH = reverse("directory:search")
NIGHT = "2026-03-09T23:30:00"


@pytest.fixture(autouse=True)
def _in_the_model_flat(model_flat, monday_morning):
    """L'Aubrelle on Monday 9 March 2026, at ten."""


@pytest.mark.parametrize(
    ("words", "number"),
    [("mon mari me frappe", "3919"), ("sans abri ce soir", "115"), ("je veux mourir", "3114")],
)
def test_in_danger_the_number_comes_first_and_can_be_touched(client, words, number):
    page = client.post(SEARCH, {"words": words, "place": "Melune"}).content.decode()
    assert f'href="tel:{number}"' in page
    main = page[page.index('id="contenu"') :]
    assert main.index(f'href="tel:{number}"') < main.index("<form")


def test_her_territory_is_the_commune_she_chose_among_those_suggested(client):
    sent = {"place": "saint", "choice": "commune:00029", "choice_for": "saint"}
    response = client.post(reverse("directory:territory"), sent)
    assert response["Location"] == reverse("directory:territory", args=["00029"])


def test_her_territory_is_around_her_when_her_phone_says_where_she_is(client):
    response = client.post(reverse("directory:territory"), {"latitude": "46.8", "longitude": "-7.0", "place": ""})
    assert response.status_code == 302


def test_a_commune_of_elsewhere_has_no_page(client):
    assert client.get(reverse("directory:territory", args=["99999"])).status_code == 404


def test_words_that_mean_nothing_are_said_so(client):
    assert "Nous n'avons pas compris « bonjour »" in text_of(
        client.post(SEARCH, {"words": "bonjour", "place": "Melune"})
    )


def test_filters_that_hide_every_answer_say_how_many_they_hide(client):
    with clock.travel(clock.dt.datetime.fromisoformat(NIGHT)):
        asked = {"words": "mon loyer en retard", "place": "Melune", "open_now": "on"}
        page = text_of(client.post(SEARCH, asked))
    assert "Rien avec ces filtres à moins de 30 minutes" in page
    assert "réponses sans ces filtres" in page


def test_a_need_without_a_place_is_a_question_not_an_error(client):
    page = text_of(client.post(SEARCH, {"words": "permis de conduire"}))
    assert "Votre besoin : permis de conduire" in page
    assert "Il nous faut" not in page


@pytest.mark.parametrize("words", ["expulsion", "mon proprio veut me virer", "coupure electricite", "voir un médecin"])
def test_the_first_answer_is_about_what_was_asked(client, words):
    page = text_of(client.post(SEARCH, {"words": words, "place": "Melune"}))
    first = page[page.index("Réponse 1") :][:400].casefold()
    assert any(word in first for word in ("expulsion", "électricité", "médecin"))


def test_the_public_gets_no_cookie(client):
    for response in (
        client.get("/"),
        client.get(SEARCH),
        client.post(SEARCH, {"words": "loyer", "place": "Melune"}),
        client.get(reverse("directory:territory")),
        client.get(reverse("home:privacy")),
    ):
        assert response.status_code == 200
        assert not response.cookies


def test_acronyms_keep_their_capitals_inside_a_sentence(client):
    page = text_of(client.post(SEARCH, {"words": "dossier mdph", "place": "Melune"}))
    assert "Répond à : constituer un dossier MDPH pour invalidité" in page
