"""When the house says no, it says why and what remains possible; a program gets the same in JSON."""

import html
import json

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from maillage.core.refusals import Refused, ShowRefusals, TooMany, broken, not_found, stale_form

SENTENCE = "Écrivez d'abord les objectifs avec la personne."


class Unclear(Refused):
    """What was sent is not understood."""

    status = 422


def ask(path, reader):
    request = RequestFactory().get(path)
    request.user = reader
    return request


def refused(refusal, reader, *, path="/annuaire/"):
    return ShowRefusals(lambda request: HttpResponse()).process_exception(ask(path, reader), refusal)


def seen(response):
    """What a person reads, typographic spaces and apostrophes set aside."""
    text = html.unescape(response.content.decode())
    return text.translate({0x202F: " ", 0xA0: " ", ord("’"): "'"})


# -- Pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "status"), [(Refused, 409), (Unclear, 422)])
def test_a_refusal_is_a_page_with_its_sentence_its_article_and_a_way_on(db, nobody, kind, status):
    no = kind(SENTENCE, article="art. L271-1", instead="Reprendre le contrat", instead_url="/contrats/1/")
    page = refused(no, nobody)
    assert page.status_code == status
    for told in (SENTENCE, "art. L271-1", "Reprendre le contrat", 'href="/contrats/1/"'):
        assert told in seen(page)


def test_a_refusal_without_article_nor_way_on_still_leads_home(db, nobody):
    page = refused(Refused(SENTENCE), nobody)
    assert SENTENCE in seen(page)
    assert f'href="{reverse("home:front")}"' in seen(page)


def test_what_someone_wrote_in_a_sentence_is_not_code(db, nobody):
    page = refused(Refused("« <script>x</script> » n'est pas un lieu.", instead="<em>x"), nobody)
    assert "<script>x" not in page.content.decode()
    assert "<em>x" not in page.content.decode()


def test_another_error_is_not_dressed_as_a_refusal(nobody):
    assert refused(ValueError("x"), nobody) is None


@pytest.mark.parametrize(
    ("wait", "told"),
    [(1, "1 minute :"), (60, "1 minute :"), (61, "2 minutes :"), (90, "2 minutes :"), (300, "5 minutes :")],
)
def test_who_asks_too_often_is_told_how_long_to_wait_and_let_in_then(db, nobody, wait, told):
    page = refused(TooMany(wait=wait), nobody)
    assert (page.status_code, page["Retry-After"]) == (429, str(wait))
    assert told in seen(page)


def test_a_page_that_does_not_exist_says_so_and_leads_on(client, db):
    page = client.get("/rien-ici/")
    assert page.status_code == 404
    assert "Cette page n'existe pas, ou ne vous est pas ouverte" in seen(page)
    assert reverse("directory:search") in seen(page)


def test_a_form_without_its_cookie_is_told_what_to_do(db):
    page = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "alice@exemple.fr"})
    assert page.status_code == 403
    assert "nous avons besoin d'un cookie, et il manque ou il a expiré" in seen(page)
    assert "rechargez la page" in seen(page)
    assert "autorisez les cookies" in seen(page)
    assert "CSRF" not in seen(page)


@pytest.mark.parametrize("limit", ["DATA_UPLOAD_MAX_MEMORY_SIZE", "DATA_UPLOAD_MAX_NUMBER_FIELDS"])
def test_a_form_far_too_long_is_told_so(client, db, settings, limit):
    setattr(settings, limit, 1)
    page = client.post(reverse("directory:search"), {"words": "Manger", "place": "Melune"})
    assert page.status_code == 400
    assert "trop long pour être lu" in seen(page)
    assert f'href="{reverse("home:front")}"' in seen(page)


def test_a_site_asked_under_a_name_that_is_not_its_own_says_so(client, db):
    page = client.get(reverse("home:front"), HTTP_HOST="autre.example")
    assert page.status_code == 400
    assert "ne répond pas à cette adresse" in seen(page)


def test_what_cannot_be_read_is_told_in_plain_words(client, db):
    page = client.post(reverse("directory:search"), b"x", content_type="multipart/form-data; boundary=")
    assert page.status_code == 400
    assert "n'a pas pu être lu" in seen(page)


def test_a_breakdown_is_told_without_asking_the_database():
    page = broken(RequestFactory().get("/annuaire/"))
    assert page.status_code == 500
    assert "Vous n'avez rien fait de travers" in seen(page)
    assert 'lang="fr"' in seen(page)
    assert "{%" not in seen(page)


def test_a_page_that_falls_is_told_as_a_breakdown(client, db, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("maillage.home.views.porch.render", None)
    page = client.get(reverse("home:front"))
    assert page.status_code == 500
    assert "Un fil s'est rompu" in seen(page)
    assert "Traceback" not in seen(page)


# -- Programs -----------------------------------------------------------------------------------------------------


def test_a_program_gets_the_sentence_in_json(nobody):
    for refusal, status in ((Refused(SENTENCE), 409), (Unclear(SENTENCE), 422)):
        said = refused(refusal, nobody, path="/api/v1/search")
        assert (said.status_code, said["Content-Type"]) == (status, "application/json")
        assert json.loads(said.content) == {"detail": SENTENCE}


def test_a_program_that_asks_too_often_gets_the_wait_too(nobody):
    said = refused(TooMany(wait=7), nobody, path="/api/v1/search")
    assert (said.status_code, said["Retry-After"]) == (429, "7")


def test_a_program_that_finds_nothing_gets_json(client, db, nobody):
    for said in (client.get("/api/v1/rien"), not_found(ask("/api/v1/rien", nobody), Exception())):
        assert (said.status_code, said["Content-Type"]) == (404, "application/json")
        assert "n'existe pas" in json.loads(said.content)["detail"]


def test_a_program_that_meets_a_breakdown_gets_json_too():
    said = broken(RequestFactory().get("/api/v1/search"))
    assert (said.status_code, said["Content-Type"]) == (500, "application/json")


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe"])
def test_a_program_that_sends_no_json_is_told_so_in_french(client, db, body):
    said = client.post(reverse("api:search_by_words"), body, content_type="application/json")
    assert said.status_code == 400
    assert said.json()["detail"] == "Le corps de la demande n'est pas un JSON que l'on peut lire."


def test_a_program_that_cannot_be_read_gets_json(client, db, settings):
    other = client.get("/api/v1/search", HTTP_HOST="autre.example")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1
    long = client.post(reverse("api:search_by_words"), b'{"mots": "Manger"}', content_type="application/json")
    for said in (other, long):
        assert (said.status_code, said["Content-Type"]) == (400, "application/json")
    assert other.json()["detail"] == "Ce site ne répond pas à cette adresse."
    assert "trop long" in long.json()["detail"]


def test_a_question_the_api_does_not_understand_gets_a_sentence(client, db):
    said = client.post(reverse("api:search_by_words"), {}, content_type="application/json")
    assert said.status_code == 422
    assert said.json()["detail"] == "Indiquez un lieu connu : code_commune, lat et lon, ou lieu."


def test_the_api_says_how_long_to_wait(client, db, monday_morning):
    for _ in range(120):
        client.post(reverse("api:search_by_words"), {}, content_type="application/json")
    said = client.post(reverse("api:search_by_words"), {}, content_type="application/json")
    assert said.status_code == 429
    assert 0 < int(said["Retry-After"]) <= 60
    assert "Réessayez" in said.json()["detail"]


def test_a_stale_form_sent_by_a_program_gets_json(nobody):
    said = stale_form(ask("/api/v1/search", nobody))
    assert (said.status_code, said["Content-Type"]) == (403, "application/json")
