"""A list made for someone: ticked, ordered, printed, sent once; nobody's name on it, nobody's address kept."""

import io
import logging

import pikepdf
import pytest
from django.apps import apps
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import Client, override_settings
from hypothesis import given
from hypothesis import strategies as st

from maillage.core.documents import accessibility_problems, page_count
from maillage.core.logs import TextLines
from maillage.directory.choices import Advice
from maillage.directory.documents import Line, list_data, list_paper
from maillage.directory.forms.lists import MOST, read_hand
from maillage.directory.models import Service, Structure
from maillage.directory.pages import lists
from maillage.directory.tests.factories import a_service, a_structure, fill, inputs_of, text_of
from maillage.directory.tests.test_sheet import LONG, UNBROKEN

LIST, PAPER, SEND = "/annuaire/liste/", "/annuaire/liste/imprimer/", "/annuaire/liste/envoyer/"
EDITH = "edith.particuliere@courrier.example"
HOUSE = "L'Aubrelle"
NO_SERVER = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_PORT": 9}


@pytest.fixture
def three(melune, monday_morning):
    """A food shop, a legal desk, a place to sleep, in Melune on Monday 9 March 2026."""
    return fill(
        a_service("test--1", nom="Épicerie solidaire", telephone="0199001122", horaires_accueil="Mo-Fr 09:00-12:00"),
        a_service("test--2", nom="Permanence juridique"),
        a_service("test--3", nom="Halte de nuit"),
    )


@pytest.fixture
def refuge(melune, monday_morning):
    """A shelter whose address protects people."""
    [service] = fill(
        a_service(
            "test--refuge", nom="Écoute", structure="test--abri", adresse="9 rue Cachée", commune="Nulleporte",
            code_postal="00300", telephone="0199009988",
        ),
        structures=(a_structure("test--abri", nom="L'Abri", adresse="9 rue Cachée", site_web="https://abri.example"),),
    )  # fmt: skip
    Structure.objects.filter(uid="test--abri").update(is_address_confidential=True)
    return service


def keys(services):
    return [service.pk for service in services]


def show(client, services, **more):
    return client.post(LIST, {"chosen": keys(services)} | more)


def send(client, page, to=EDITH, **more):
    """Press « Envoyer » on that page."""
    return client.post(SEND, inputs_of(page) | {"email": to, "send": "1"} | more)


def names(page):
    return [line.name for line in page.context["lines"]]


def paper_text(pdf):
    """The words of a PDF, as its structure holds them: enough to say that one is not there."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return document.open_metadata().get("dc:title"), len(document.pages)


# -- The list in the page --------------------------------------------------------------------------------------------


def test_edith_ticks_three_services_and_finds_them_in_order_without_account_nor_cookie(client, three):
    page = show(client, three)
    assert names(page) == ["Épicerie solidaire", "Permanence juridique", "Halte de nuit"]
    assert not page.cookies
    assert "n'est gardée nulle part" in text_of(page)


def test_she_moves_one_up_and_takes_one_away_and_ticks_advice(client, three):
    first, second, third = keys(three)
    page = show(client, three, act=f"up-{third}", advice=[f"{first}:call_first", f"{first}:nonsense"])
    assert names(page) == ["Épicerie solidaire", "Halte de nuit", "Permanence juridique"]
    page = client.post(LIST, inputs_of(page) | {"act": f"remove-{second}"})
    assert names(page) == ["Épicerie solidaire", "Halte de nuit"]
    assert inputs_of(page)["advice"] == [f"{first}:call_first"]


def test_a_service_of_a_large_directory_stays_on_the_list(client, three):
    """Its number has seven figures, which French would write with blanks."""
    [large] = three[:1]
    large.pk, large.uid = 1_234_567, "test--large"
    large.save(force_insert=True)
    page = show(client, [large])
    again = client.post(LIST, inputs_of(page))
    assert names(page) == names(again) == [large.name]
    assert 'value="1234567"' in client.get(large.get_absolute_url()).content.decode()


def test_a_list_has_twelve_services_and_says_what_it_leaves_out(client, melune, monday_morning):
    page = show(client, fill(*(a_service() for _ in range(MOST + 2))))
    assert len(page.context["lines"]) == MOST
    assert "les 2 dernières cochées n'y sont pas" in text_of(page)


def test_an_empty_list_says_how_to_make_one(client, melune):
    for page in (client.get(LIST), client.post(LIST), client.post(LIST, {"chosen": "x"})):
        assert page.status_code == 200
        assert "Votre liste est vide" in text_of(page)


def test_what_left_the_directory_leaves_the_list(client, three):
    Service.objects.filter(pk=three[0].pk).update(withdrawn_at="2026-03-01T00:00Z")
    page = show(client, three)
    assert names(page) == ["Permanence juridique", "Halte de nuit"]
    assert "1 adresse n'est plus dans l'annuaire" in text_of(page)


def test_the_search_it_came_from_is_kept_in_the_page_and_in_no_address(client, three):
    page = show(client, three, words="je dors dehors", place="Melune", minutes="45", cursor="x", unknown="y")
    sent = inputs_of(page)
    assert sent["words"] == ["je dors dehors"]
    assert sent["minutes"] == ["45"]
    assert not {"cursor", "unknown"} & set(sent)
    assert "dehors" not in "".join(part for part in page.content.decode().split('"') if part.startswith("/"))


def test_the_results_carry_the_list_in_hand(client, three):
    """What a box of the page shows is not sent twice; the order made on the list is kept."""
    first, second, third = keys(three)
    data = show(client, three, act=f"up-{third}", advice=f"{second}:letter").wsgi_request.POST
    told = lists.in_hand(data, shown={first})
    assert told["ticked"] == [str(first), str(third), str(second)]
    assert told["carried_keys"] == [str(third), str(second)]
    bar = render_to_string("directory/parts/list_bar.html", told)
    assert "3 adresses sur votre liste" in bar
    back = {"chosen": [str(third), str(second), str(first)], "order": told["carried_order"]}
    assert names(client.post(LIST, back)) == ["Épicerie solidaire", "Halte de nuit", "Permanence juridique"]


def test_a_list_begun_on_a_page_follows_to_the_search_and_its_results(client, three):
    """Without a need nor a place yet, it is a question that is asked, not a mistake that is shown."""
    first, _second, third = keys(three)
    begun = show(client, three[2:])
    asked = client.post("/annuaire/", {"chosen": inputs_of(begun)["chosen"]})
    assert "1 adresse sur votre liste" in text_of(asked)
    assert "Il nous faut une commune" not in text_of(asked)
    found = client.post("/annuaire/", inputs_of(asked) | {"words": "j'ai faim", "place": "Melune"})
    sent = inputs_of(found)
    assert set(sent["chosen"]) == {str(third)}
    page = client.post(LIST, sent | {"chosen": [str(first), *sent["chosen"]]})
    assert names(page) == ["Halte de nuit", "Épicerie solidaire"]
    nothing = client.post("/annuaire/", sent | {"words": "j'ai faim", "free": "on"})
    assert nothing.content.decode().count(f'name="chosen" value="{third}"') > 1


@given(st.lists(st.text(max_size=12)), st.text(max_size=30), st.lists(st.text(max_size=30)), st.text(max_size=20))
def test_whatever_is_sent_a_hand_holds_twelve_different_numbers(chosen, order, advice, act):
    data = QueryDict(mutable=True)
    data.setlist("chosen", chosen)
    data.setlist("advice", advice)
    data["order"], data["act"] = order, act
    hand = read_hand(data)
    assert len(set(hand.keys)) == len(hand.keys) <= MOST
    assert set(hand.advice) <= set(hand.keys)
    assert {str(key) for key in hand.keys} <= {text.lstrip("0") or "0" for text in chosen}


def test_the_page_of_a_service_begins_a_list(client, three):
    page = client.get(three[0].get_absolute_url())
    assert inputs_of(page)["chosen"] == [str(three[0].pk)]


# -- The paper -------------------------------------------------------------------------------------------------------


def test_the_paper_is_accessible_and_names_nobody(client, three):
    response = client.post(PAPER, {"chosen": keys(three), "advice": f"{three[0].pk}:identity"})
    assert response["Content-Type"] == "application/pdf"
    assert "liste.pdf" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    assert accessibility_problems(response.content) == []
    assert paper_text(response.content) == ("Votre liste d'adresses", 1)


def test_it_says_for_each_what_one_needs_to_go_there(three):
    told = list_data([Line(three[0], ("call_first", "identity"))], HOUSE)
    assert "9 mars 2026" in told["lead"]
    assert "Vérifiez par téléphone" in told["lead"]
    [item] = told["items"]
    assert item["phone"] == "01 99 00 11 22"
    assert item["hours"] == "du lundi au vendredi : 9 h – 12 h"
    assert item["address"] == ["3 Grande Rue", "00100 Melune"]
    assert item["advice"] == ["Appeler d'abord", "Apporter une pièce d'identité"]
    assert "petit prix" in item["description"]


@pytest.mark.parametrize("facts", [LONG, UNBROKEN], ids=["long", "unbroken"])
def test_twelve_services_that_say_too_much_stay_readable(melune, monday_morning, facts):
    services = fill(*(a_service(**facts) for _ in range(MOST)))
    paper = list_paper([Line(service, tuple(Advice.values)) for service in services], house=HOUSE)
    assert accessibility_problems(paper) == []
    assert page_count(paper) <= MOST + 1


def test_a_paper_opened_again_from_the_history_leads_to_the_list(client, melune):
    assert client.get(PAPER)["Location"] == LIST
    assert client.get(SEND)["Location"] == LIST


# -- The letter ------------------------------------------------------------------------------------------------------


def test_edith_receives_the_list_and_its_paper_and_the_envelope_says_nothing(client, three):
    page = send(client, show(client, three))
    assert page.status_code == 200
    assert "La liste est partie" in text_of(page)
    [letter] = mail.outbox
    assert letter.to == [EDITH]
    assert letter.subject == "Votre liste d'adresses"
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert "Épicerie solidaire" in letter.body
    assert "01 99 00 11 22" in letter.body
    assert "L'Aubrelle" in letter.body
    assert "personne ne l'a gardée" in letter.body
    assert "Épicerie" not in letter.body[:200]
    [(name, content, kind)] = letter.attachments
    assert (name, kind) == ("liste.pdf", "application/pdf")
    assert accessibility_problems(content) == []


def test_pressing_twice_or_loading_again_sends_once(client, three):
    page = show(client, three)
    for _ in range(3):
        answer = send(client, page)
        assert "La liste est partie" in text_of(answer)
    assert len(mail.outbox) == 1
    send(client, answer)
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("to", ["", "edith", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example", "é@"])
def test_one_whole_address_is_asked_for(client, three, to):
    page = send(client, show(client, three), to=to)
    assert page.status_code == 422
    assert names(page) == [service.name for service in three]
    assert mail.outbox == []


def test_the_key_enter_without_an_address_only_shows_the_list_again(client, three):
    page = client.post(SEND, inputs_of(show(client, three)))
    assert page.status_code == 200
    assert mail.outbox == []


@pytest.mark.parametrize("key", ["", "inventee", "inventee:1:signature"])
def test_a_form_written_elsewhere_sends_nothing(client, three, key):
    assert send(client, show(client, three), intention=key).status_code == 422
    assert mail.outbox == []


def test_another_site_cannot_make_a_visitor_send(client, three):
    page = show(client, three)
    answer = client.post(
        SEND, inputs_of(page) | {"email": EDITH, "send": "1"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 409
    assert mail.outbox == []


def test_nobody_fills_a_mailbox_from_here(client, three, stopped_clock):
    for number in range(4):
        page = send(
            Client(REMOTE_ADDR=f"192.0.2.{number}"), show(client, three), to=EDITH.upper() if number else EDITH
        )
    assert page.status_code == 429
    assert names(page) == [service.name for service in three]
    assert "imprimez celle-ci" in text_of(page)
    assert len(mail.outbox) == 3
    assert EDITH in inputs_of(page)["email"][0].lower()


def test_a_connection_sends_ten_an_hour(client, three, stopped_clock):
    answers = [send(client, show(client, three), to=f"a{n}@courrier.example").status_code for n in range(11)]
    assert answers == [200] * 10 + [429]


def test_a_mail_server_that_refuses_is_said_and_the_same_page_tries_again(client, three):
    page = show(client, three)
    with override_settings(**NO_SERVER):
        answer = send(client, page)
    assert answer.status_code == 409
    assert "Le courriel n'est pas parti" in text_of(answer)
    assert send(client, page).status_code == 200
    assert len(mail.outbox) == 1


def test_a_house_that_keeps_its_letters_in_files_sends_no_list(client, three, settings):
    page = show(client, three)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    answer = send(client, page)
    assert answer.status_code == 409
    assert "Aucun courriel ne part encore d'ici" in text_of(answer)
    assert "email" not in inputs_of(answer)
    assert not list(settings.VAR_DIR.glob("mail/*"))


def _everything_stored():
    """Every value of every table, the throttle's and the queue's included, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            yield from (str(value) for row in cursor.fetchall() for value in row)


@pytest.mark.parametrize("signed_in", [False, True], ids=["public", "agent"])
def test_the_address_is_written_nowhere(client, three, settings, caplog, alice, enter, signed_in):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_throttle"}
    }
    if signed_in:
        enter(alice)
    with caplog.at_level(logging.DEBUG):
        assert send(client, show(client, three)).status_code == 200
        with override_settings(**NO_SERVER):
            assert send(client, show(client, three)).status_code == 409
    assert len(mail.outbox) == 1
    assert list(apps.get_models())
    stored = " ".join(_everything_stored()).lower()
    assert "core_throttle" in connection.introspection.table_names()
    logged = " ".join([caplog.text, *(TextLines().format(record) for record in caplog.records)]).lower()
    for said in (EDITH, "edith", "particuliere", "courrier.example"):
        assert said not in stored
        assert said not in logged
    cache.clear()


# -- A refuge --------------------------------------------------------------------------------------------------------


def test_a_confidential_address_is_on_no_list_paper_nor_letter(client, refuge):
    page = show(client, [refuge])
    told = str(list_data([Line(refuge)], HOUSE))
    send(client, page)
    letter = mail.outbox[0]
    for said in (page.content.decode(), told, letter.body, letter.message().as_string()):
        assert "Cachée" not in said
        assert "00300" not in said
        assert "abri.example" not in said
        assert "openstreetmap" not in said
    assert "Adresse confidentielle" in text_of(page)
    assert "elle vous sera donnée par téléphone" in letter.body
    assert "01 99 00 99 88" in letter.body
