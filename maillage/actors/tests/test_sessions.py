"""Sessions are seen, closed from afar, and close by themselves when nobody is there."""

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maillage.actors.choices import Role
from maillage.actors.sessions import device_in_words
from maillage.actors.tests.factories import someone
from maillage.actors.tests.post import PASSWORD
from maillage.core import clock
from maillage.core.models import JournalLine

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1"


@pytest.fixture
def nour(house):
    person = someone("nour", Role.MDS_EDITOR)
    person.set_password(PASSWORD)
    person.save()
    return person


def browser(person, agent=FIREFOX, address="192.0.2.77"):
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    assert client.post("/connexion/", {"login": person.email, "password": PASSWORD}).status_code == 302
    client.get("/mentions-legales/")
    return client


def is_in(client):
    return client.get("/compte/").status_code == 200


def said(response):
    return response.content.decode().replace("&#x27;", "'").replace("\xa0", " ")


def test_nour_sees_her_sessions_in_words_without_a_whole_address(nour):
    desk, phone = browser(nour), browser(nour, IPHONE, "2001:db8:1:2:3::4")
    page = said(phone.get("/compte/sessions/"))
    assert "Firefox sur Windows" in page and "Safari sur iPhone" in page
    assert "192.0.2.…" in page and "192.0.2.77" not in page and "2001:db8:1:…" in page
    assert page.index("Safari sur iPhone") < page.index("celle-ci") < page.index("Firefox sur Windows")
    assert "192.0.2.77" not in str(list(UserSession.objects.values_list("ip", flat=True)))
    assert is_in(desk)


def test_a_stolen_session_is_closed_from_another_device_for_good(nour):
    mine, stolen = browser(nour), browser(nour, IPHONE)
    theirs = UserSession.objects.get(session_key=stolen.session.session_key)
    mine.post(f"/compte/sessions/{theirs.pk}/fermer/")
    assert not is_in(stolen) and is_in(mine)
    assert JournalLine.objects.filter(verb="actors.session_closed", who=nour).exists()


def test_closing_all_the_others_keeps_this_one(nour):
    mine, others = browser(nour), [browser(nour, IPHONE), browser(nour)]
    assert "2 autres sessions sont fermées" in said(mine.post("/compte/sessions/fermer-les-autres/", follow=True))
    assert is_in(mine) and not any(is_in(one) for one in others)


def test_nobody_closes_nor_sees_the_session_of_someone_else(nour, house):
    dora = someone("dora", Role.MDS_EDITOR)
    dora.set_password(PASSWORD)
    dora.save()
    hers, mine = browser(nour), browser(dora, IPHONE)
    target = UserSession.objects.get(session_key=hers.session.session_key)
    assert mine.post(f"/compte/sessions/{target.pk}/fermer/").status_code == 404
    assert "Firefox sur Windows" not in said(mine.get("/compte/sessions/"))
    assert is_in(hers)


def test_a_link_closes_nothing(nour):
    mine = browser(nour)
    other = UserSession.objects.get(session_key=browser(nour, IPHONE).session.session_key)
    assert mine.get(f"/compte/sessions/{other.pk}/fermer/").status_code == 405
    assert mine.get("/compte/sessions/fermer-les-autres/").status_code == 405
    assert UserSession.objects.count() == 2


def test_being_seen_costs_one_write_a_minute(nour):
    client, start = browser(nour), clock.now()

    def writes(seconds):
        with clock.travel(start + dt.timedelta(seconds=seconds)), CaptureQueriesContext(connection) as queries:
            client.get("/mentions-legales/")
        return sum("usersessions" in q["sql"] and not q["sql"].startswith("SELECT") for q in queries)

    assert writes(20) == 0 and writes(90) == 1 and writes(100) == 0
    assert UserSession.objects.get().last_seen_at == start + dt.timedelta(seconds=90)


def test_a_session_that_opens_sensitive_things_closes_when_left_alone(house, client, signed_in):
    client = signed_in(someone("maud", Role.MDS_MANAGER))
    start = clock.now()
    client.get("/compte/")
    for minutes, expected in ((25, 200), (50, 200), (81, 302)):
        with clock.travel(start + dt.timedelta(minutes=minutes)):
            assert client.get("/compte/").status_code == expected, minutes
    assert "trente minutes" not in said(client.get("/")) and "_auth_user_id" not in client.session


def test_the_page_says_why_the_session_closed(client, signed_in, house):
    client = signed_in(someone("maud", Role.MDS_MANAGER))
    client.get("/compte/")
    with clock.travel(clock.now() + dt.timedelta(minutes=31)):
        assert "30 minutes sans activité" in said(client.get("/"))


def test_a_session_that_opens_nothing_sensitive_lasts_the_working_day(nour):
    client = browser(nour)
    with clock.travel(clock.now() + dt.timedelta(hours=3)):
        assert is_in(client)


def visited_each_hour(client, *, hours):
    """What each page answered, from an hour after now."""
    start, answers = clock.now(), []
    for hour in range(1, hours + 1):
        with clock.travel(start + dt.timedelta(hours=hour)):
            answers.append(is_in(client))
    return answers


def test_a_busy_session_ends_ten_hours_after_the_sign_in(nour):
    client = browser(nour)
    assert visited_each_hour(client, hours=12) == [True] * 9 + [True, False, False]
    assert "_auth_user_id" not in client.session
    assert not UserSession.objects.filter(user=nour).exists()


def test_the_page_says_that_ten_hours_are_over(nour):
    client = browser(nour)
    with clock.travel(clock.now() + dt.timedelta(hours=10, minutes=1)):
        assert "10 heures après la connexion" in said(client.get("/"))


def test_signing_in_again_opens_ten_more_hours(nour):
    client, start = browser(nour), clock.now()
    with clock.travel(start + dt.timedelta(hours=9)):
        client.post("/deconnexion/")
        client.post("/connexion/", {"login": nour.email, "password": PASSWORD})
    with clock.travel(start + dt.timedelta(hours=15)):
        assert is_in(client)


def test_every_session_ends_with_the_browser(nour):
    client = browser(nour)
    assert client.cookies["sessionid"]["max-age"] == "" and client.cookies["sessionid"]["httponly"]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/139.0 Safari/537.36", "Chrome sur Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/139.0 Safari/537.36 Edg/139.0", "Edge sur Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605 Version/18.5 Safari/605", "Safari sur Mac"),
        ("", "Un navigateur sur un appareil inconnu"),
        ("<script>alert(1)</script>", "Un navigateur sur un appareil inconnu"),
    ],
)
def test_a_device_is_said_in_words(agent, words):
    assert device_in_words(agent) == words


@pytest.mark.parametrize("address", ["", "pas une adresse", "unix:"])
def test_an_address_that_cannot_be_read_stops_nobody(nour, address):
    assert is_in(browser(nour, address=address))
