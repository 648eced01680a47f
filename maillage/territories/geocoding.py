"""Asks the State's address service (Base Adresse Nationale, through the Géoplateforme of IGN) where an address is.

What someone types is a position, so it goes to that service and nowhere else: no log, no cache, no database. The
service only takes GET, so the text stands in the address of our request to it; the loggers of the HTTP library, which
would print that address, are kept silent below warnings.
"""

import json
import logging
import re
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import httpx
from django.conf import settings

logger = logging.getLogger(__name__)
for talkative in ("httpx", "httpcore"):
    logging.getLogger(talkative).setLevel(logging.WARNING)

FAILURES_BEFORE_PAUSE = 3
PAUSE_S = 60.0
LONGEST_PAUSE_S = 600.0
ATTEMPTS = 2  # A lost connection or an error of the service is tried once more; slowness never is.
LARGEST_ANSWER = 1_000_000  # Bytes: five addresses weigh some 3,000.
SHORTEST_TEXT, LONGEST_TEXT = 3, 200  # The service answers 400 outside these bounds.
NOTHING = b'{"features": []}'
COMMUNE_CODE = re.compile(r"\d[\dAB]\d{3}")


class GeocoderAway(Exception):
    """The address service did not answer, or not usefully. Its message never holds what was asked."""


@dataclass(frozen=True)
class Address:
    """A place the service knows. Degrees (WGS 84); `score` from 0 to 1; `kind` housenumber, street, locality…

    `commune_code` is Insee's, of an arrondissement in Paris, Lyon and Marseille.
    """

    label: str
    score: float
    kind: str
    commune_code: str
    latitude: float
    longitude: float


@dataclass
class Breaker:
    """After three failures in a row, nobody waits any more: questions are refused at once during a pause."""

    clock: Callable[[], float] = time.monotonic
    failures: int = 0
    closed_until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def refuses(self) -> bool:
        return self.clock() < self.closed_until

    def succeeded(self) -> None:
        with self.lock:
            self.failures = 0

    def failed(self, *, pause: float = 0.0) -> None:
        """Count a failure; `pause` in seconds when the service itself asked for one."""
        with self.lock:
            self.failures += 1
            if pause or self.failures >= FAILURES_BEFORE_PAUSE:
                self.failures = 0
                self.closed_until = self.clock() + (pause or PAUSE_S)


@dataclass
class Geocoder:
    """The client of one service. Thread-safe; one connection per question."""

    url: str
    timeout_ms: int
    breaker: Breaker = field(default_factory=Breaker)

    def find(self, text: str, *, limit: int = 5, near: tuple[float, float] | None = None) -> list[Address]:
        """Addresses for what someone typed, best first; near a point (latitude, longitude) first at equal quality.

        Waits `timeout_ms` at most. Raises GeocoderAway.
        """
        if len(text) < SHORTEST_TEXT:
            return []
        if self.breaker.refuses():
            raise GeocoderAway("paused")
        params: dict[str, str | int | float] = {"q": text[:LONGEST_TEXT], "limit": limit, "index": "address"}
        if near is not None:
            params |= {"lat": round(near[0], 2), "lon": round(near[1], 2)}
        try:
            found = _addresses(self._ask(params))
        except _Pause as pause:
            raise self._away("429", pause=pause.seconds) from None
        except GeocoderAway as away:
            raise self._away(str(away)) from None
        self.breaker.succeeded()
        return found

    def _away(self, why: str, *, pause: float = 0.0) -> GeocoderAway:
        self.breaker.failed(pause=pause)
        logger.warning("Address service away: %s", why)
        return GeocoderAway(why)

    def _ask(self, params: dict[str, Any]) -> bytes:
        deadline, why = time.monotonic() + self.timeout_ms / 1000, ""
        for _ in range(ATTEMPTS):
            try:
                return self._read(params, deadline)
            except _Lost as lost:
                why = str(lost)
        raise GeocoderAway(why)

    def _read(self, params: dict[str, Any], deadline: float) -> bytes:
        """The body of the answer. No exception leaves with the address asked for: `from None` forgets the request."""
        left = max(deadline - time.monotonic(), 0.001)
        client = httpx.Client(timeout=left, verify=_certificates(), headers={"User-Agent": "maillage"})
        try:
            with client, client.stream("GET", self.url, params=params) as response:
                return _body(response, deadline) if _is_useful(response) else NOTHING
        except httpx.TimeoutException:
            raise GeocoderAway("timeout") from None
        except (httpx.HTTPError, httpx.InvalidURL) as lost:
            raise _Lost(type(lost).__name__) from None


class _Lost(Exception):
    """The connection failed, or the service answered with an error of its own."""


class _Pause(Exception):
    """The service asked us to slow down."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


def _is_useful(response: httpx.Response) -> bool:
    """Whether the body holds addresses; not when the service understood nothing of the text (400)."""
    if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
        asked = response.headers.get("Retry-After", "")
        raise _Pause(min(float(asked), LONGEST_PAUSE_S) if asked.isdecimal() and int(asked) else PAUSE_S)
    if response.is_server_error:
        raise _Lost(f"status {response.status_code}")
    if response.status_code not in {httpx.codes.OK, httpx.codes.BAD_REQUEST}:
        raise GeocoderAway(f"status {response.status_code}")
    return response.status_code == httpx.codes.OK


def _body(response: httpx.Response, deadline: float) -> bytes:
    """The whole body, if it comes in time and is of a reasonable size: a service can be slow drop by drop."""
    body = b""
    for piece in response.iter_bytes():
        body += piece
        if time.monotonic() > deadline:
            raise GeocoderAway("timeout")
        if len(body) > LARGEST_ANSWER:
            raise GeocoderAway("too large")
    return body


def _addresses(body: bytes) -> list[Address]:
    try:
        features = json.loads(body)["features"]
        return [_address(feature) for feature in features]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise GeocoderAway("not the expected answer") from None


def _address(feature: dict[str, Any]) -> Address:
    facts = feature["properties"]
    longitude, latitude = (float(degrees) for degrees in feature["geometry"]["coordinates"][:2])
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError
    code = str(facts.get("citycode") or "")
    return Address(
        label=str(facts["label"]),
        score=float(facts.get("score") or 0),
        kind=str(facts.get("type") or ""),
        commune_code=code if COMMUNE_CODE.fullmatch(code) else "",
        latitude=latitude,
        longitude=longitude,
    )


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


@lru_cache(maxsize=8)
def _geocoder(url: str, timeout_ms: int) -> Geocoder:
    return Geocoder(url, timeout_ms)


def geocoder() -> Geocoder:
    """The address service of the settings; its circuit breaker is shared by the whole process."""
    return _geocoder(settings.GEOCODER_URL, settings.GEOCODER_TIMEOUT_MS)
