"""Who comes through the porch: Claire keeps personal data safe, Gaston keeps the house, Alice its directory."""

import datetime as dt

import pytest
from django.test import Client

from maillage.actors.sessions import VOUCHED
from maillage.actors.tests.factories import someone
from maillage.core import breaches, clock
from maillage.core.gathering import global_search, my_day
from maillage.core.models import DataBreach

LONG_AGO = dt.date(2020, 1, 1)


@pytest.fixture
def claire(db):
    return someone("claire", "dpo", valid_from=LONG_AGO)


@pytest.fixture
def gaston(db):
    return someone("gaston", "administrator", valid_from=LONG_AGO)


@pytest.fixture
def entering():
    """A browser in which someone is signed in, with a second factor unless told otherwise."""

    def enter(user, *, factors=2):
        browser = Client()
        browser.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        if factors == 2:
            session = browser.session
            session[VOUCHED] = "tests"
            session.save()
        return browser

    return enter


@pytest.fixture
def breach(claire, monday_morning):
    """Found out on Sunday 8 March 2026 at 3 in the morning, opened by Claire on Monday at 10."""
    found = clock.now() - dt.timedelta(hours=31)
    return breaches.open_breach(
        DataBreach(what_happened="Un courriel parti au mauvais groupe.", discovered_at=found), by=claire
    )


@pytest.fixture
def waiting(monkeypatch):
    """Nothing waits for anyone but what the test says."""
    said: list = []
    monkeypatch.setattr(my_day, "_sources", [lambda reader: said])
    return said


@pytest.fixture
def searched(monkeypatch):
    """Nothing is found but by the sources the test gives."""
    monkeypatch.setattr(global_search, "_sources", [])
    return global_search


def text_of(answer):
    """What a page says, without its no-break spaces."""
    return answer.content.decode().replace("\u00a0", " ").replace("&#x27;", "'").replace("&nbsp;", " ")
