"""Whoever reads the logs or an error mail learns what broke, and nothing about anyone."""

import json
import logging
import sys

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path
from hypothesis import given
from hypothesis import strategies as st

from maillage.core.access import public
from maillage.core.logs import ErrorMails, FollowRequests, JsonLines, TextLines, scrub, trace_of

EDITH = "edith.exemple@exemple.fr"


@public
def falls(request, word=""):
    name = "Édith Exemple"
    raise ValueError(f"{name!r} <{EDITH}> tel 06 39 98 01 02 cannot be read, field 'birth_date'")


@public
def answers(request, number=0, word=""):
    return HttpResponse("Bonjour")


urlpatterns = [
    path("falls/<str:word>/", falls),
    path("number/<int:number>/", answers, name="number"),
    path("word/<str:word>/", answers, name="word"),
]


def lines(caplog, formatter):
    return [formatter.format(record) for record in caplog.records]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("mail to edith.exemple+x@sous.exemple.fr failed", "mail to (courriel) failed"),
        ("?next=/a&email=edith%40exemple.fr", "edith%40exemple.fr"),
        ("called 06 39 98 01 02 twice", "called (téléphone) twice"),
        ("called 0639980102", "called (téléphone)"),
        ("called +33 6.39.98.01.02", "called (téléphone)"),
        ("called +590 690 12 34 56", "690 12 34 56"),
        ("number 2 85 05 78 006 084 36", "number (numéro)"),
        ("number 285052A00608436", "number (numéro)"),
        ("from 203.0.113.7 and 2001:db8:0:0:1::7", "203.0.113.7"),
        ("from fe80::1ff:fe23:4567:890a", "fe80"),
        ("Cookie: sessionid=abc; csrftoken=def", "abc"),
        ("Authorization: Bearer abc.def", "abc"),
        ("password='motdepasse' token=xyz", "motdepasse"),
        ("postgresql://maillage:motdepasse@127.0.0.1/x", "motdepasse"),
        ("/invitation/1f9d0c3b5a7e4c2d8b6a9f0e1d2c3b4a/", "1f9d0c3b"),
        ("Not Found: /annuaire/?mots=loyer", "loyer"),
        ("DETAIL:  Key (email)=(edith) already exists.", "edith"),
        ("DETAIL:  Failing row contains (7, Édith, Exemple).", "Édith"),
    ],
)
def test_what_tells_of_someone_is_masked(written, kept):
    told = scrub(written)
    assert told == kept or kept not in told, told
    assert scrub(told) == told


@pytest.mark.parametrize(
    "written",
    [
        "Lancé : maillage.core.housekeeping.keep_house",
        "2026-03-09 10:00:00 took 1234 ms, 88 rows, version 0.1.0",
        "directory.structure:1234 by 7",
        "/srv/maillage/.venv/lib/python3.11/site-packages/django/core/handlers/base.py",
        "Why? Because.",
        "SIRET 13002526500013",
        "Listening at: http://127.0.0.1:8000",
    ],
)
def test_what_tells_of_the_house_is_left(written):
    assert scrub(written) == written


@given(st.text(max_size=300))
def test_no_text_however_strange_breaks_the_sieve(text):
    assert EDITH not in scrub(f"{text} {EDITH} {text}")


def test_an_error_is_told_by_where_it_passed_not_by_what_was_in_it():
    try:
        try:
            falls(None)
        except ValueError as error:
            raise RuntimeError("could not greet « Édith »") from error
    except RuntimeError as error:
        told = trace_of(error)
    assert "test_logs.py" in told
    assert told.index("ValueError") < told.index("RuntimeError")
    assert "falls" in told
    assert "'birth_date'" in told
    for secret in ("Édith", "Exemple", EDITH, "39 98"):
        assert secret not in told


def test_errors_that_turn_in_a_circle_are_told_once():
    first, second = ValueError("a_b"), ValueError("c_d")
    first.__cause__, second.__cause__ = second, first
    assert trace_of(first).count("ValueError") == 2


@pytest.mark.urls(__name__)
def test_a_name_that_is_not_ours_is_no_error_and_sends_no_mail(client, caplog, settings):
    settings.ADMINS = [("Maison", "maison@exemple.fr")]
    assert client.get("/number/7/", headers={"host": "evil.example"}).status_code == 400
    told = [record for record in caplog.records if record.name == "django.security.DisallowedHost"]
    assert [(record.levelno, record.exc_info) for record in told] == [(logging.WARNING, None)]
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR] and mail.outbox == []


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("formatter", [JsonLines(), TextLines()])
def test_a_request_is_one_line_with_its_name_path_status_and_time(client, caplog, formatter):
    caplog.set_level(logging.INFO, "maillage.requests")
    answer = client.get("/number/7/?qui=Edith")
    (line,) = lines(caplog, formatter)
    assert len(answer["X-Request-ID"]) == 16
    assert "/number/7/" in line
    assert "Edith" not in line
    if isinstance(formatter, JsonLines):
        told = json.loads(line)
        assert (told["method"], told["path"], told["status"]) == ("GET", "/number/7/", 200)
        assert told["ms"] >= 0
        assert set(told) <= {"time", "level", "logger", "message", "method", "path", "status", "ms", "request_id"}


@pytest.mark.urls(__name__)
def test_words_in_an_address_are_replaced_by_the_door_s_pattern(client, caplog):
    caplog.set_level(logging.INFO)
    client.get("/word/edith/")
    client.get("/nowhere/edith/")
    told = "\n".join(lines(caplog, JsonLines()))
    assert "/word/<str:word>/" in told
    assert all("request_id" in json.loads(line) for line in told.splitlines())
    assert "edith" not in told


def test_the_name_of_a_request_is_believed_from_a_declared_proxy_only(settings):
    follow = FollowRequests(lambda request: HttpResponse())
    asked = RequestFactory().get("/", headers={"X-Request-ID": "0123456789abcdef0123456789abcdef"})
    assert follow(asked)["X-Request-ID"] != "0123456789abcdef0123456789abcdef"
    settings.TRUSTED_PROXIES = 1
    assert follow(asked)["X-Request-ID"] == "0123456789abcdef0123456789abcdef"
    forged = RequestFactory().get("/", headers={"X-Request-ID": "edith@exemple.fr"})
    assert "@" not in follow(forged)["X-Request-ID"]


@pytest.fixture
def mailing(settings):
    settings.ADMINS = [("", "exploitation@exemple.fr")]
    handler = next(one for one in logging.getLogger().handlers if isinstance(one, ErrorMails))
    handler.mailed.clear()
    return handler


@pytest.mark.urls(__name__)
def test_an_error_mail_says_where_and_nothing_that_was_sent(client, db, mailing):
    client.raise_request_exception = False
    client.cookies["sessionid"] = "cookie-of-edith"
    for _ in range(3):
        client.post("/falls/edith/?email=" + EDITH, {"birth_name": "Exemple", "secret": "motdepasse"})

    (message,) = mail.outbox  # The same fault three times: one mail.
    told = message.subject + message.body
    assert message.to == ["exploitation@exemple.fr"]
    assert "ValueError" in told
    assert "POST /falls/<str:word>/" in told
    assert not message.alternatives
    for secret in (EDITH, "Exemple", "edith", "motdepasse", "cookie", "39 98", "SECRET_KEY", "DATABASES"):
        assert secret not in told, secret


def test_another_fault_sends_another_mail(mailing):
    for word in ("one", "two"):
        logging.getLogger("django.request").error("fell: " + word)
    assert [message.subject for message in mail.outbox] == [
        "[Maillage] ERROR: fell: one",
        "[Maillage] ERROR: fell: two",
    ]


def test_a_line_with_an_error_and_a_strange_extra_stays_one_json_object(caplog):
    try:
        falls(None)
    except ValueError:
        logging.getLogger("x").error(
            "fell for %s", EDITH, exc_info=sys.exc_info(), extra={"who": EDITH, "o": object()}
        )
    (line,) = lines(caplog, JsonLines())
    told = json.loads(line)
    assert told["message"] == "fell for (courriel)"
    assert "ValueError" in told["error"]
    assert EDITH not in line
    assert "\n" not in line
