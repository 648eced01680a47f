"""Whoever holds the token sees how the house runs: counts by door, never an address, never anyone."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings as house
from prometheus_client.parser import text_string_to_metric_families

from maillage.core import clock, journal

TOKEN = "a-token-long-enough-for-a-test-000"


@pytest.fixture
def ask(client, settings, db):
    settings.METRICS_TOKEN = TOKEN

    def read():
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        assert not answer.cookies
        families = text_string_to_metric_families(answer.content.decode())
        return {
            (sample.name, *sorted(sample.labels.items())): sample.value for one in families for sample in one.samples
        }

    return read


@pytest.mark.parametrize(
    "header", ["", "Bearer ", "Bearer x", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer é"]
)
def test_without_the_token_the_address_does_not_exist(client, settings, db, header):
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers={"Authorization": header}).status_code == 404


@pytest.mark.parametrize("header", ["", "Bearer "])
def test_a_house_without_a_token_has_no_such_address(client, settings, db, header):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": header}).status_code == 404


def test_requests_are_counted_by_door_whatever_is_asked_behind_it(client, ask):
    def asked(status):
        labels = (("door", "directory:service"), ("method", "GET"), ("status", status))
        return ask().get(("maillage_requests_total", *labels), 0)

    before = asked("4xx")
    for number in (901_001, 901_002):
        client.get(f"/annuaire/services/{number}/")
    assert asked("4xx") == before + 2
    assert not any("901001" in str(key) for key in ask())


def test_an_address_nobody_knows_and_a_method_nobody_uses_make_no_new_series(client, ask):
    before = {key[1:] for key in ask() if key[0] == "maillage_requests_total"}
    for word in ("edith", "exemple"):
        client.generic("CHERCHE" + word.upper(), f"/{word}/")
    after = {key[1:] for key in ask() if key[0] == "maillage_requests_total"}
    new = {dict(key)["door"] for key in after - before}
    assert new <= {"none", "metrics"}
    assert "edith" not in str(after).lower()


def test_the_journal_the_tasks_and_the_last_backup_are_told(ask, settings):
    journal.record(None, "told", "a")
    told = ask()
    assert told[("maillage_journal_lines",)] == 1
    assert told[("maillage_tasks", ("state", "failed"))] == 0
    assert ("maillage_backup_age_seconds",) not in told
    (settings.VAR_DIR / "last-backup.json").write_text(json.dumps({"at": clock.now().timestamp() - 60}))
    assert 60 <= ask()[("maillage_backup_age_seconds",)] < 120
    (settings.VAR_DIR / "last-backup.json").write_text("{")
    assert ("maillage_backup_age_seconds",) not in ask()


def test_two_processes_are_added_up(tmp_path):
    """As under gunicorn: each process writes its own file, and whoever is asked adds them."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")}
    environment |= {
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "MAILLAGE_VAR": str(tmp_path / "var"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    count = "import django; django.setup(); from maillage.core import metrics as m"
    count += "; m.REQUESTS.labels('d', 'GET', '2xx').inc()"
    read = "from prometheus_client import generate_latest as g; print(g(m._all_processes()).decode())"
    for _ in range(2):
        said = subprocess.run(
            [sys.executable, "-c", f"{count}; {read}"],
            env=environment, cwd=house.BASE_DIR, text=True, capture_output=True, check=True,
        ).stdout  # fmt: skip
    assert 'maillage_requests_total{door="d",method="GET",status="2xx"} 2.0' in said
