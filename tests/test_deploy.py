"""Before opening to the public, one command says what was forgotten; when nothing was, it says nothing."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings as house
from django.core.exceptions import ImproperlyConfigured

from config.env import Environment, mail, scanner
from config.settings import env
from maillage.core.checks import ready_for_people
from maillage.core.installation import Installation

PRODUCTION = {
    "DATABASE_URL": "postgresql://maillage@127.0.0.1/maillage",
    "MAILLAGE_HOSTS": "aide.exemple.fr,127.0.0.1",
    "MAILLAGE_ORIGINS": "https://aide.exemple.fr",
    "MAILLAGE_HTTPS": "1",
    "MAILLAGE_TRUSTED_PROXIES": "1",
    "MAILLAGE_LOG_FORMAT": "json",
    "MAILLAGE_MAIL_URL": "smtp+tls://maillage%40exemple.fr:mot-de-passe@smtp.exemple.fr:587",
    "MAILLAGE_MAIL_FROM": "Maillage <ne-pas-repondre@exemple.fr>",
    "MAILLAGE_ERROR_MAILS": "exploitation@exemple.fr",
    "MAILLAGE_CLAMAV": "unix:///run/clamav/clamd.ctl",
    "MAILLAGE_METRICS_TOKEN": "un-jeton-de-plus-de-vingt-quatre-signes",
}


def checked(var, **values):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAILLAGE_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        cwd=house.BASE_DIR, env=kept | {"MAILLAGE_VAR": str(var)} | values, text=True, capture_output=True,
        check=False,
    )  # fmt: skip


def test_a_house_ready_for_people_has_nothing_to_be_told(tmp_path):
    done = checked(tmp_path, **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_a_house_left_as_it_came_is_told_what_was_forgotten(tmp_path):
    done = checked(tmp_path, MAILLAGE_DEMO="1", MAILLAGE_METRICS_TOKEN="court")
    assert done.returncode != 0
    for told in ("maillage.E001", "maillage.W001", "maillage.W002", "maillage.W003", "maillage.W004", "security.W012"):
        assert told in done.stderr, told


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("DEMO", True, "maillage.E001"),
        ("EMAIL_FILE_PATH", "/var/lib/maillage/mail", "maillage.W001"),
        ("METRICS_TOKEN", "x" * 23, "maillage.W002"),
        ("CLAMAV", None, "maillage.W003"),
        ("SQLITE_IN_PRODUCTION", False, "maillage.W004"),
        ("CACHES", {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}, "maillage.W005"),
    ],
)
def test_each_forgetting_is_told_alone(settings, monkeypatch, setting, value, told):
    settings.DEMO, settings.EMAIL_FILE_PATH, settings.METRICS_TOKEN = False, "", ""
    settings.CLAMAV, settings.SQLITE_IN_PRODUCTION = "none", True
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache"}}
    assert [message.id for message in ready_for_people()] == []
    setattr(settings, setting, value)
    if told == "maillage.W004":
        monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    assert [message.id for message in ready_for_people()] == [told]


def test_the_guide_explains_every_variable_and_no_other():
    guide = (house.BASE_DIR / "docs/exploitation.md").read_text(encoding="utf-8")
    told = set(re.findall(r"(?:MAILLAGE|DATABASE)_[A-Z_]+", guide))
    assert told == {name for name in env.asked if name.startswith(("MAILLAGE_", "DATABASE_"))}


def test_an_environment_written_for_the_operator_is_understood_as_it_is(tmp_path):
    text = Installation(host="aide.exemple.fr", var=str(tmp_path)).texts()["maillage.env.example"]
    values = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
    done = checked(tmp_path, **values)
    assert done.returncode == 0, done.stderr


# -- What an operator writes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp+tls://a%40b.fr:p%3Aw@smtp.exemple.fr:2525", 2525, True, False),
        ("smtp+tls://smtp.exemple.fr", 587, True, False),
        ("smtps://smtp.exemple.fr", 465, False, True),
        ("smtp://127.0.0.1", 25, False, False),
    ],
)
def test_a_mail_server_is_read_from_its_address(tmp_path, url, port, tls, ssl):
    told = mail(url, kept_in=tmp_path)
    assert (told["EMAIL_PORT"], told["EMAIL_USE_TLS"], told["EMAIL_USE_SSL"]) == (port, tls, ssl)
    if "%40" in url:
        assert (told["EMAIL_HOST_USER"], told["EMAIL_HOST_PASSWORD"]) == ("a@b.fr", "p:w")


def test_without_a_mail_server_messages_are_kept_as_files(tmp_path):
    assert mail("", kept_in=tmp_path)["EMAIL_FILE_PATH"] == str(tmp_path)
    assert mail("file:///srv/mails", kept_in=tmp_path)["EMAIL_FILE_PATH"] == "/srv/mails"


@pytest.mark.parametrize(
    "url",
    ["smtp", "smtp://", "http://x.fr", "smtp://u:motdepasse@h:port", "smtp://u:motdepasse@h/x", "file:x", "x@y.fr"],
)
def test_a_mail_server_badly_written_is_refused_without_its_password(tmp_path, url):
    with pytest.raises(ImproperlyConfigured, match=r"^MAILLAGE_MAIL_URL") as refused:
        mail(url, kept_in=tmp_path)
    assert "motdepasse" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("", None),
        ("none", "none"),
        ("tcp://127.0.0.1:3310", ("127.0.0.1", 3310)),
        ("tcp://clamav.exemple.fr", ("clamav.exemple.fr", 3310)),
        ("unix:///run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
    ],
)
def test_a_scanner_is_read_from_its_address(url, where):
    assert scanner(url) == where


@pytest.mark.parametrize(
    "url", ["None", "127.0.0.1:3310", "tcp://", "tcp://h:port", "unix://run/x", "http://h", "tcp://h/x"]
)
def test_a_scanner_badly_written_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match=r"^MAILLAGE_CLAMAV"):
        scanner(url)


@pytest.mark.parametrize("written", ["", "exploitation", "@exemple.fr", "a b@exemple.fr", "a@"])
def test_an_address_badly_written_is_refused(written):
    with pytest.raises(ImproperlyConfigured, match=r"^X"):
        Environment({"X": written}).address("X", "a@b.fr")


def test_addresses_are_separated_by_commas():
    assert Environment({"X": "a@b.fr, Camille <c@d.fr>"}).addresses("X") == ["a@b.fr", "Camille <c@d.fr>"]
    assert Environment({}).addresses("X") == []
