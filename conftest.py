"""What every test of the house relies on: a throwaway `var`, plain static files, a silent geocoder, a fixed cast."""

import datetime as dt
import os
from pathlib import Path

import pytest
from django.conf import settings as house_settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache

from maillage.core import clock


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture(autouse=True)
def _private_var(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    settings.SHAPES_DIR = settings.VAR_DIR / "shapes"
    settings.SEARCH_DIR = settings.VAR_DIR / "search"
    settings.ROADS_DIR = settings.VAR_DIR / "roads"
    settings.POPULATION_DIR = settings.VAR_DIR / "population"
    settings.STATIC_ROOT = settings.VAR_DIR / "static"
    settings.STATIC_ROOT.mkdir(parents=True)  # WhiteNoise warns of a folder that is not there.
    settings.GEOCODER_URL = "http://127.0.0.1:9/search"  # Nobody listens there: no test leaves the machine.


@pytest.fixture(autouse=True)
def _nobody_asked_before(request, settings):
    """Counters of the throttle start at zero; they live in memory unless a test of the throttle says otherwise."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture
def nobody():
    """A reader who has not signed in."""
    return AnonymousUser()


@pytest.fixture
def monday_morning():
    """Monday 9 March 2026, 10 o'clock in Paris."""
    with clock.travel(dt.datetime(2026, 3, 9, 10, 0)) as instant:
        yield instant


@pytest.fixture
def stopped_clock():
    """The present instant, and it stays: what is counted by the minute is counted in one minute."""
    with clock.travel(clock.now()) as instant:
        yield instant


@pytest.fixture
def shared():
    """The folder of real open data. Absent, the test is skipped and says so; in CI its absence is a failure."""
    folder = Path(house_settings.SHARED_DIR)
    if not folder.is_dir():
        said = f"{folder} is absent: set MAILLAGE_SHARED"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    return folder


@pytest.fixture
def alice(db):
    """Alice keeps the directory true."""
    from maillage.actors.tests.factories import someone

    return someone("alice", "mds_editor")


@pytest.fixture
def bob(db):
    """Bob does the same work, at the same time."""
    from maillage.actors.tests.factories import someone

    return someone("bob", "mds_editor")


@pytest.fixture
def dora(db):
    """Dora has signed in and has no role here; she is even a superuser, which opens nothing."""
    from maillage.actors.models import User

    return User.objects.create_user(
        "dora", email="dora@exemple.fr", first_name="Dora", is_superuser=True, is_staff=True
    )
