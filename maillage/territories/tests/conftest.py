"""Seine-et-Marne as the official list has it, real outlines, an address service that listens on this machine."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings as house
from django.db import transaction

from maillage.territories.actions import CommuneFacts, load_departement, save_communes
from maillage.territories.models import Departement

NOWHERE = "http://127.0.0.1:9/"  # The discard port: nobody answers there.


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path):
    """No test reads this machine's outlines, nor its collected files, nor calls the real address service."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = house.STORAGES | {"staticfiles": plain}
    settings.SHAPES_DIR = tmp_path / "shapes"
    settings.GEOCODER_URL = NOWHERE


@pytest.fixture(scope="module")
def seine_et_marne(django_db_setup, django_db_blocker) -> Iterator[Departement]:
    """The real Département, loaded once for a module, gone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_departement("77", is_home=True)
        transaction.set_rollback(True)


@pytest.fixture
def departement(db) -> Departement:
    """A Département of three communes."""
    departement = Departement.objects.create(code="00", name="L'Aubrelle", is_home=True, is_fictional=True)
    save_communes(
        departement, [a_commune("00001", "Melune"), a_commune("00002", "Castelorme"), a_commune("00003", "Ruel")]
    )
    return departement


def a_commune(code: str, name: str, **facts: object) -> CommuneFacts:
    defaults: dict[str, object] = {
        "epci_siren": "", "epci_name": "", "postal_codes": ("00100",), "population": 1000, "other_names": (),
    }  # fmt: skip
    return CommuneFacts(code=code, name=name, **(defaults | facts))


def outlines(name: str) -> Path:
    """A real file of outlines; the test is skipped where the folder is absent, except where everything must run."""
    path = house.SHARED_DIR / "data" / "contours" / f"{name}.geojson.gz"
    if not path.exists():
        message = f"No real outlines here ({path}): this test needs the shared data folder."
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return path


class Listening(ThreadingHTTPServer):
    """A real HTTP server on this machine that answers what the test wrote."""

    daemon_threads = True

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.asked: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                answer(self)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/search"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that left before the end is what some tests want."""


@pytest.fixture
def listen() -> Iterator[Callable[[Callable[[BaseHTTPRequestHandler], None]], Listening]]:
    """Start a server with one way of answering; stopped after the test."""
    servers: list[Listening] = []

    def start(answer: Callable[[BaseHTTPRequestHandler], None]) -> Listening:
        servers.append(server := Listening(answer))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def saying(body: bytes, *, status: int = 200, after: float = 0, **headers: str) -> Callable[..., None]:
    """An answer: after so many seconds, this status, these headers, this body."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        time.sleep(after)
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer
