"""A real house for real browsers: L'Aubrelle built and served as `make demo` does, on its own database."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

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


QUAY = ("3 quai des Tanneurs 00130 Villeneuve-d'Aubrelle", -7.07242, 46.75215)
"""An address across the river from the housing office, seven hundred metres from it: label, longitude, latitude."""


class _Addresses(BaseHTTPRequestHandler):
    """The State's address service, as far as one quay goes."""

    def do_GET(self):
        label, longitude, latitude = QUAY
        facts = {"label": label, "score": 0.97, "type": "housenumber", "citycode": "00060", "city": "", "postcode": ""}
        point = {"type": "Point", "coordinates": [longitude, latitude]}
        known = "quai des tanneurs" in parse_qs(urlsplit(self.path).query)["q"][0].casefold()
        found = [{"type": "Feature", "geometry": point, "properties": facts}] if known else []
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({"type": "FeatureCollection", "features": found}).encode())

    def log_message(self, *_):
        """What people look for is written nowhere."""


@pytest.fixture(scope="session")
def address_service():
    """The address of a service that speaks the protocol of the State's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Addresses)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/search"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def environment(var, address_service):
    """What the processes of the demonstration are told, and nothing of the machine's own settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("MAILLAGE_") and name != "DATABASE_URL"
    }
    return kept | {
        "MAILLAGE_VAR": str(var), "MAILLAGE_DEMO": "1", "MAILLAGE_GEOCODER_URL": address_service,
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
