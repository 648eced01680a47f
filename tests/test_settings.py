"""What an operator writes is understood or refused with a sentence; it is never guessed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as house
from django.core.exceptions import ImproperlyConfigured

from config.env import Environment, database


def reading(**values):
    return Environment(values)


# -- Readers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "understood"), [
    ("1", True), ("true", True), ("Yes", True), ("ON", True),
    ("0", False), ("false", False), ("No", False), ("off", False), ("", False),
])  # fmt: skip
def test_a_flag_is_on_or_off(written, understood):
    assert reading(X=written).flag("X") is understood


@pytest.mark.parametrize("written", ["2", "oui", "vrai", "tru", "-1", " 1", "1 ", "None", "é"])
def test_a_flag_that_is_neither_is_refused_by_name(written):
    with pytest.raises(ImproperlyConfigured, match=r"^X="):
        reading(X=written).flag("X")


def test_a_flag_nobody_set_keeps_its_default():
    assert reading().flag("X", default=True) is True
    assert reading().flag("X") is False


@pytest.mark.parametrize(("written", "understood"), [("0", 0), ("7", 7), ("007", 7), ("12345678", 12_345_678)])
def test_a_number_is_whole(written, understood):
    assert reading(X=written).number("X", 3) == understood


@pytest.mark.parametrize("written", ["", " ", "-1", "+1", "1.5", "1e3", "1_000", "0x10", "²", "dix", "1 000", "inf"])
def test_a_number_that_is_not_one_is_refused_by_name(written):
    with pytest.raises(ImproperlyConfigured, match=r"^X="):
        reading(X=written).number("X", 3)


def test_a_number_below_the_least_is_refused():
    assert reading(X="1").number("X", 3, least=1) == 1
    with pytest.raises(ImproperlyConfigured, match="1 or more"):
        reading(X="0").number("X", 3, least=1)
    assert reading().number("X", 3, least=5) == 3


def test_one_of_a_few_words():
    few = ("DEBUG", "INFO")
    assert reading(X="INFO").one_of("X", few, "DEBUG") == "INFO"
    assert reading().one_of("X", few, "DEBUG") == "DEBUG"
    for written in ("info", "", "INFO ", "TRACE"):
        with pytest.raises(ImproperlyConfigured, match="write one of DEBUG, INFO"):
            reading(X=written).one_of("X", few, "DEBUG")


def test_a_list_is_cut_at_commas_and_forgets_empty_parts():
    assert reading(X=" a, b ,,c,").many("X") == ["a", "b", "c"]
    assert reading(X="").many("X", ("d",)) == []
    assert reading().many("X", ("d",)) == ["d"]


def test_a_folder_is_absolute_and_knows_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert reading(X="~/var").folder("X", Path("/d")) == tmp_path.resolve() / "var"
    assert reading(X="var").folder("X", Path("/d")).is_absolute()
    assert reading(X="").folder("X", Path("/d")) == reading().folder("X", Path("/d")) == Path("/d")


# -- Unknown options ----------------------------------------------------------------------------------------------


def test_a_misspelt_option_is_named_with_those_that_exist():
    env = reading(MAILLAGE_DEMOO="1", MAILLAGE_ZZZ="", MAILLAGE_DEMO="1", PATH="/bin", DJANGO_X="1")
    env.flag("MAILLAGE_DEMO")
    env.text("MAILLAGE_HOSTS")
    env.text("DATABASE_URL")
    with pytest.raises(
        ImproperlyConfigured, match=r"^Unknown: MAILLAGE_DEMOO, MAILLAGE_ZZZ\. Known: MAILLAGE_DEMO, MAILLAGE_HOSTS\.$"
    ):
        env.refuse_unknown()


def test_options_all_known_pass_and_other_programs_are_left_alone():
    env = reading(MAILLAGE_DEMO="1", PATH="/bin", XMAILLAGE_="1")
    env.flag("MAILLAGE_DEMO")
    env.refuse_unknown()


def started(**values):
    """Read the real settings file in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAILLAGE_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=house.BASE_DIR, env=kept | values, text=True, capture_output=True, check=False,
    )  # fmt: skip


def test_the_house_does_not_start_with_an_option_it_does_not_know(tmp_path):
    refused = started(MAILLAGE_VAR=str(tmp_path), MAILLAGE_TRUSTED_PROXY="1")
    assert refused.returncode != 0
    assert "Unknown: MAILLAGE_TRUSTED_PROXY. Known: " in refused.stderr
    assert "MAILLAGE_TRUSTED_PROXIES" in refused.stderr


@pytest.mark.parametrize(
    ("option", "written"),
    [
        ("MAILLAGE_DEBUG", "peut-être"),
        ("MAILLAGE_LOG", "verbose"),
        ("MAILLAGE_GEOCODER_TIMEOUT_MS", "0"),
        ("MAILLAGE_TRUSTED_PROXIES", "-1"),
        ("MAILLAGE_IMPORT_HOUR", "25"),
        ("MAILLAGE_DEMO_TODAY", "14 juillet"),
        ("MAILLAGE_TIME_ZONE", "Europe/Castelorme"),
        ("DATABASE_URL", "mysql://127.0.0.1/maillage"),
    ],
)
def test_the_house_does_not_start_with_an_option_it_does_not_understand(tmp_path, option, written):
    refused = started(MAILLAGE_VAR=str(tmp_path), **{option: written})
    assert refused.returncode != 0, f"{option}={written} was accepted."
    assert option in refused.stderr.splitlines()[-1]


def test_the_browser_journeys_start_with_the_browser_their_runner_names(tmp_path):
    assert started(MAILLAGE_VAR=str(tmp_path), MAILLAGE_BROWSER="/usr/bin/chromium").returncode == 0


def test_the_signing_key_is_drawn_once_kept_and_readable_by_its_owner_alone(tmp_path):
    for _ in range(2):
        assert started(MAILLAGE_VAR=str(tmp_path)).returncode == 0
        kept = tmp_path / "secret-key"
        first = kept.read_text()
        assert len(first) >= 64
        assert kept.stat().st_mode & 0o077 == 0
    assert kept.read_text() == first


# -- Databases ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("url", "name"), [
    ("sqlite:///var/house.sqlite3", "var/house.sqlite3"),
    ("sqlite:////srv/maillage/house.sqlite3", "/srv/maillage/house.sqlite3"),
    ("sqlite:////srv/l'%C3%A9t%C3%A9%20ici.sqlite3", "/srv/l'été ici.sqlite3"),
    ("sqlite:///:memory:", ":memory:"),
    ("sqlite://", ":memory:"),
])  # fmt: skip
def test_an_sqlite_file_is_named_by_its_path(url, name):
    told = database(url)
    assert (told["ENGINE"], told["NAME"]) == ("django.db.backends.sqlite3", name)
    assert told["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in told["OPTIONS"]["init_command"]


def test_a_postgresql_address_is_read_whole():
    told = database(
        "postgresql://al%40ice:p%3Ass%2Fword@db.example.org:6432/l%27aubrelle?sslmode=require&application_name=m"
    )
    assert told["ENGINE"] == "django.db.backends.postgresql"
    assert (told["USER"], told["PASSWORD"]) == ("al@ice", "p:ss/word")
    assert (told["HOST"], told["PORT"], told["NAME"]) == ("db.example.org", "6432", "l'aubrelle")
    assert told["OPTIONS"] == {"sslmode": "require", "application_name": "m"}


@pytest.mark.parametrize(("url", "host", "port"), [
    ("postgres://127.0.0.1/maillage", "127.0.0.1", ""),
    ("postgresql://[::1]:5433/maillage", "::1", "5433"),
    ("postgresql:///maillage", "", ""),
])  # fmt: skip
def test_a_postgresql_address_may_be_short(url, host, port):
    told = database(url)
    assert (told["HOST"], told["PORT"], told["NAME"]) == (host, port, "maillage")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "maillage.sqlite3",
        "/srv/maillage.sqlite3",
        "mysql://127.0.0.1/maillage",
        "sqlite3:///maillage.sqlite3",
        "sqlite://maillage.sqlite3",
        "sqlite://srv/maillage.sqlite3",
        "sqlite:///maillage.sqlite3?mode=ro",
        "postgresql://127.0.0.1:beaucoup/maillage",
        "postgresql://127.0.0.1:99999/maillage",
        "postgresql://127.0.0.1",
        "postgresql://127.0.0.1/",
    ],
)
def test_a_database_address_that_is_not_one_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        database(url)


def test_a_refused_database_address_does_not_tell_its_password():
    with pytest.raises(ImproperlyConfigured) as refused:
        database("mysql://alice:tr0mpette@127.0.0.1/maillage")
    assert "tr0mpette" not in str(refused.value)
