"""Asking ClamAV whether a file is clean, over its own protocol. A scanner that does not answer is a refusal."""

import logging
import socket
import struct
import time
from collections.abc import Iterable
from contextlib import closing

from django.conf import settings
from django.utils.translation import gettext

from maillage.core.refusals import Refused

logger = logging.getLogger(__name__)
CONNECT_SECONDS, WHOLE_SECONDS = 5, 60
CHUNK = 64 * 1024
LONGEST_ANSWER = 4096
LENGTH = struct.Struct("!L")


class NoScanner(Exception):
    """The scanner is not there, is too slow, or said nothing that can be understood."""


def refuse_infected(parts: Iterable[bytes]) -> None:
    """Let a clean file pass; raise Refused when it is infected, or when nobody could say."""
    if settings.CLAMAV == "none" or (settings.CLAMAV is None and (settings.DEMO or settings.DEBUG)):
        return
    if settings.CLAMAV is None:
        logger.error("A file was refused: MAILLAGE_CLAMAV is not set.")
        raise Refused(_nobody_looks(), instead=_later())
    try:
        threat = scan(parts)
    except NoScanner as error:
        logger.error("A file was refused: the scanner did not answer (%s).", error)
        raise Refused(_nobody_looks(), instead=_later()) from error
    if threat:
        logger.warning("A file was refused: %s.", threat)
        raise Refused(
            gettext("Ce fichier contient un programme malveillant. Il n'a pas été gardé."),
            instead=gettext("Prévenez la personne qui vous l'a donné, et l'informatique de votre organisme."),
        )


def scan(parts: Iterable[bytes]) -> str:
    """The name of the threat found, or nothing. Raises NoScanner.

    The protocol is clamd's INSTREAM: the size of each part in four bytes, then the part; an empty part ends.
    """
    deadline = time.monotonic() + WHOLE_SECONDS
    try:
        with closing(_connect()) as scanner:
            _send(scanner, b"zINSTREAM\0", deadline)
            for part in _small(parts):
                _send(scanner, LENGTH.pack(len(part)) + part, deadline)
            _send(scanner, LENGTH.pack(0), deadline)
            return _threat_in(_answer(scanner, deadline))
    except OSError as error:
        raise NoScanner(type(error).__name__) from error


def _connect() -> socket.socket:
    where = settings.CLAMAV
    if isinstance(where, tuple):
        return socket.create_connection(where, timeout=CONNECT_SECONDS)
    scanner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        scanner.settimeout(CONNECT_SECONDS)
        scanner.connect(str(where))
    except OSError:
        scanner.close()
        raise
    return scanner


def _small(parts: Iterable[bytes]) -> Iterable[bytes]:
    for part in parts:
        for start in range(0, len(part), CHUNK):
            yield part[start : start + CHUNK]


def _send(scanner: socket.socket, data: bytes, deadline: float) -> None:
    scanner.settimeout(_left(deadline))
    scanner.sendall(data)


def _answer(scanner: socket.socket, deadline: float) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER:
        scanner.settimeout(_left(deadline))
        part = scanner.recv(LONGEST_ANSWER)
        if not part:
            break
        said += part
    return said.rstrip(b"\0\n").decode("utf-8", "replace")


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _threat_in(answer: str) -> str:
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")[:120]
    raise NoScanner("size limit of the scanner" if "size limit" in answer else "unreadable answer")


def _nobody_looks() -> str:
    return gettext("Les fichiers ne peuvent pas être vérifiés en ce moment : aucun n'est accepté.")


def _later() -> str:
    return gettext("Réessayez dans un moment. Si cela dure, prévenez la personne qui tient ce site.")
