"""The State's address service: asked politely, never waited for, never quoted."""

import json
import logging
import socket
import time

import pytest

from maillage.territories.geocoding import PAUSE_S, Breaker, Geocoder, GeocoderAway, geocoder
from maillage.territories.tests.conftest import NOWHERE, saying

TYPED = "12 rue des Lilas Melun"
LILAS = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [2.6604, 48.5391]},
    "properties": {
        "label": "12 Rue des Lilas 77000 Melun", "score": 0.97, "type": "housenumber", "citycode": "77288",
        "city": "Melun", "postcode": "77000", "context": "77, Seine-et-Marne, Île-de-France",
    },
}  # fmt: skip
ANSWER = json.dumps({"type": "FeatureCollection", "features": [LILAS]}).encode()


class Hands:
    """A clock whose hands a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def ask(server, *, timeout_ms: int = 2000, hands: Hands | None = None) -> Geocoder:
    return Geocoder(server.url, timeout_ms, Breaker(clock=hands or Hands()))


def test_an_address_is_found_with_its_commune_and_its_point(listen):
    server = listen(saying(ANSWER))
    (found,) = ask(server).find(TYPED, near=(48.612, 2.951))

    assert (found.label, found.commune_code, found.kind) == ("12 Rue des Lilas 77000 Melun", "77288", "housenumber")
    assert (found.latitude, found.longitude, found.score) == (48.5391, 2.6604, 0.97)
    assert server.asked == ["/search?q=12+rue+des+Lilas+Melun&limit=5&index=address&lat=48.61&lon=2.95"]


def test_two_letters_are_not_worth_a_question(listen):
    server = listen(saying(ANSWER))

    assert ask(server).find("ru") == []
    assert server.asked == []


def test_what_the_service_does_not_understand_is_no_address(listen):
    server = listen(saying(b'{"code": 400}', status=400))

    assert ask(server).find("???") == []


def test_a_slow_service_is_not_waited_for_nor_asked_twice(listen):
    server = listen(saying(ANSWER, after=1))
    start = time.monotonic()

    with pytest.raises(GeocoderAway, match="timeout"):
        ask(server, timeout_ms=200).find(TYPED)
    assert time.monotonic() - start < 0.6
    assert len(server.asked) == 1


def test_a_service_slow_drop_by_drop_is_not_waited_for(listen):
    def drip(request) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(100):
            request.wfile.write(b" ")
            time.sleep(0.05)

    start = time.monotonic()
    with pytest.raises(GeocoderAway, match="timeout"):
        ask(listen(drip), timeout_ms=300).find(TYPED)
    assert time.monotonic() - start < 1


def test_a_failing_service_is_tried_twice_and_no_more(listen):
    server = listen(saying(b"oops", status=500))

    with pytest.raises(GeocoderAway, match="status 500"):
        ask(server).find(TYPED)
    assert len(server.asked) == 2


def test_a_connection_cut_once_is_tried_again(listen):
    def cut_once(request) -> None:
        if len(server.asked) == 1:
            request.connection.shutdown(socket.SHUT_RDWR)
            request.close_connection = True
        else:
            saying(ANSWER)(request)

    server = listen(cut_once)
    assert len(ask(server).find(TYPED)) == 1


def test_nobody_at_the_address_is_said_at_once():
    with pytest.raises(GeocoderAway, match="ConnectError"):
        Geocoder(NOWHERE, 500).find(TYPED)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"[]", b"{}", b'{"features": 3}', b'{"features": [{}]}', b"\xff\xfe", b"[" * 100_000,
        json.dumps({"features": [LILAS | {"geometry": None}]}).encode(),
        json.dumps({"features": [LILAS | {"geometry": {"coordinates": [2, 480]}}]}).encode(),
        json.dumps({"features": [LILAS | {"geometry": {"coordinates": ["x", 48]}}]}).encode(),
        b" " * 2_000_000,
    ],
)  # fmt: skip
def test_an_answer_that_is_no_answer_counts_as_none(listen, body):
    with pytest.raises(GeocoderAway):
        ask(listen(saying(body))).find(TYPED)


@pytest.mark.parametrize("status", [204, 301, 403, 404])
def test_any_other_status_counts_as_none(listen, status):
    with pytest.raises(GeocoderAway, match=f"status {status}"):
        ask(listen(saying(b"", status=status, Location="http://127.0.0.1:9/"))).find(TYPED)


def test_after_three_failures_nobody_waits_for_a_minute(listen):
    server, hands = listen(saying(b"", status=404)), Hands()
    service = ask(server, hands=hands)
    for _ in range(5):
        with pytest.raises(GeocoderAway):
            service.find(TYPED)
    assert len(server.asked) == 3

    hands.seconds = PAUSE_S - 1
    with pytest.raises(GeocoderAway, match="paused"):
        service.find(TYPED)
    hands.seconds = PAUSE_S
    with pytest.raises(GeocoderAway, match="status 404"):
        service.find(TYPED)


def test_a_success_between_failures_forgives_them(listen):
    def every_third(request) -> None:
        good = len(server.asked) % 3 == 0
        saying(ANSWER if good else b"", status=200 if good else 404)(request)

    server = listen(every_third)
    service = ask(server)
    for turn in range(1, 10):
        if turn % 3:
            with pytest.raises(GeocoderAway, match="status 404"):
                service.find(TYPED)
        else:
            assert service.find(TYPED)


@pytest.mark.parametrize(("said", "seconds"), [("7", 7), ("999999", 600), ("soon", 60), ("0", 60), ("", 60)])
def test_a_service_that_asks_for_a_pause_gets_it(listen, said, seconds):
    server, hands = listen(saying(b"", status=429, Retry_After=said)), Hands()
    service = ask(server, hands=hands)
    with pytest.raises(GeocoderAway, match="429"):
        service.find(TYPED)

    hands.seconds = seconds - 0.1
    with pytest.raises(GeocoderAway, match="paused"):
        service.find(TYPED)
    assert len(server.asked) == 1
    hands.seconds = seconds
    with pytest.raises(GeocoderAway, match="429"):
        service.find(TYPED)


def test_what_someone_typed_never_reaches_a_log_nor_an_error(listen, caplog):
    caplog.set_level(logging.DEBUG)
    for answer in (saying(ANSWER), saying(b"", status=500), saying(b"<html>"), saying(b"", status=429)):
        try:
            ask(listen(answer)).find(TYPED)
        except GeocoderAway as away:
            assert away.__cause__ is None
            assert away.__suppress_context__
            assert "Lilas" not in repr(away)

    said = caplog.text
    assert "Address service away" in said
    assert "ilas" not in said
    assert "search?" not in said


def test_the_house_has_one_breaker_for_all(settings):
    assert geocoder() is geocoder()
    assert geocoder().url == NOWHERE
