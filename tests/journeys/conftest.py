"""A real house for real browsers: L'Aubrelle built and served as `make demo` does, on its own database."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

# What the house answers on purpose, and a browser's console repeats.
EXPECTED = ("status of 404", "status of 409", "status of 410", "status of 422")
AXE = Path(settings.BASE_DIR) / "node_modules/axe-core/axe.min.js"


def pytest_collection_modifyitems(items):
    for item in items:
        if "journeys" in str(item.path):
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def var(tmp_path_factory):
    """The folder of the demonstration: its database, its mails."""
    return tmp_path_factory.mktemp("house")


@pytest.fixture(scope="session")
def environment(var):
    """What the processes of the demonstration are told, and nothing of the machine's own settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("MAILLAGE_") and name != "DATABASE_URL"
    }
    return kept | {
        "MAILLAGE_VAR": str(var), "MAILLAGE_DEMO": "1", "MAILLAGE_GEOCODER_URL": "http://127.0.0.1:9/search",
    }  # fmt: skip


@pytest.fixture(scope="session")
def house(environment):
    """The address of the demonstration, served by its own processes."""
    env = environment
    for command in (["collectstatic", "--noinput", "-v0"], ["migrate", "-v0"], ["build_demo"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            env=env,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bind = ["--bind", f"127.0.0.1:{port}", "--workers", "1"]
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", "config.wsgi", *bind], cwd=settings.BASE_DIR, env=env)
    address = f"http://localhost:{port}"
    _wait_for(address, server)
    yield address
    server.terminate()
    server.wait(20)


def _wait_for(address, server):
    for _ in range(150):
        if server.poll() is not None:
            raise RuntimeError("The server stopped before it answered.")
        try:
            urllib.request.urlopen(f"{address}/mentions-legales/", timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("The server did not answer in 30 seconds.")


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=settings.TEST_BROWSER,
            args=["--no-sandbox", "--disable-quic"],
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, house):
    """Open a page of the house as someone with this device; no console error goes unseen."""
    contexts, errors = [], []

    def open_page(address="/", **device):
        context = chromium.new_context(
            base_url=house, locale="fr-FR", **({"viewport": {"width": 1280, "height": 900}} | device)
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        return page

    open_page.errors = errors
    yield open_page
    for context in contexts:
        context.close()
    assert [error for error in errors if not any(said in error for said in EXPECTED)] == []


@pytest.fixture
def ask():
    """Ask for help: what someone types, where they are; the page then shows the answers."""

    def ask_on(page, words, place):
        page.get_by_label("besoin").first.fill(words)
        page.get_by_label("Où êtes-vous").fill(place)
        page.get_by_role("button", name="Voir qui peut m'aider").click()
        page.wait_for_load_state()

    return ask_on
