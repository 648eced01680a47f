"""A file is scanned by a server that speaks clamd's protocol; when it does not answer, nothing is accepted."""

import io
import socket
import struct
import threading
from contextlib import contextmanager, suppress

import pytest
from django.core.files import File
from django.core.management import CommandError, call_command

from maillage.core import antivirus
from maillage.core.antivirus import NoScanner, scan
from maillage.core.refusals import Refused
from maillage.core.uploads import Kind, receive

# The test file every antivirus knows, written in two parts so that none finds it here.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def exactly(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data


def read_stream(connection):
    """What clamd reads of an INSTREAM: the command, then parts, until an empty one."""
    assert exactly(connection, 10) == b"zINSTREAM\0"
    content = b""
    while size := struct.unpack("!L", exactly(connection, 4))[0]:
        content += exactly(connection, size)
    return content


def honest(connection):
    found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in read_stream(connection) else b"stream: OK\0"
    for letter in found:  # One byte at a time: an answer may come in pieces.
        connection.sendall(bytes([letter]))


def closes_early(connection):
    exactly(connection, 10)


def says_nothing(connection):
    read_stream(connection)


def says_something_else(connection):
    read_stream(connection)
    connection.sendall(b"stream: OK or maybe not\0")


def has_a_limit(connection):
    exactly(connection, 10)
    connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")


def never_ends(connection):
    read_stream(connection)
    with pytest.raises(OSError):
        while True:
            connection.sendall(b"x" * 1000)


@contextmanager
def clamd(settings, behaviour, *, path=None):
    """A scanner on this machine, over TCP or a Unix socket."""
    server = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    server.bind(str(path) if path else ("127.0.0.1", 0))
    server.listen()
    settings.CLAMAV = str(path) if path else server.getsockname()

    def serve():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection, suppress(ConnectionError):
                behaviour(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(timeout=5)


def csv(content=b"nom;commune\n"):
    return File(io.BytesIO(content), name="x.csv")


def received(settings, content=b"nom;commune\n"):
    return receive(csv(content), kinds=[Kind.CSV], most_bytes=10_000_000)


def nothing_kept(settings):
    return not [path for path in (settings.VAR_DIR / "uploads").rglob("*") if path.is_file()]


@pytest.mark.parametrize("over", ["tcp", "unix"])
def test_a_clean_file_is_kept_and_an_infected_one_is_not(settings, tmp_path, over):
    with clamd(settings, honest, path=tmp_path / "clamd.ctl" if over == "unix" else None):
        with pytest.raises(Refused, match="malveillant"):
            received(settings, b"a;b\n" + EICAR)
        assert nothing_kept(settings)
        assert received(settings).path.read_bytes() == b"nom;commune\n"


def test_a_big_file_passes_in_parts(settings):
    with clamd(settings, honest):
        assert scan([b"x" * 3_000_000, b"", b"y"]) == ""
        assert scan([b"x" * 3_000_000 + EICAR[:30], EICAR[30:]]) == "Eicar-Test-Signature"
        assert scan([]) == ""


@pytest.mark.parametrize("behaviour", [closes_early, says_nothing, says_something_else, has_a_limit, never_ends])
def test_a_scanner_that_says_nothing_sure_is_a_refusal(settings, behaviour):
    with clamd(settings, behaviour):
        with pytest.raises(Refused, match="ne peuvent pas être vérifiés") as refused:
            received(settings, b"a;b\n" * 500_000)
        assert "Réessayez" in refused.value.instead
    assert nothing_kept(settings)


def test_a_scanner_that_is_down_is_a_refusal(settings, tmp_path):
    for where in (("127.0.0.1", 9), str(tmp_path / "absent.ctl")):
        settings.CLAMAV = where
        with pytest.raises(Refused, match="ne peuvent pas être vérifiés"):
            received(settings)
    assert nothing_kept(settings)


def test_a_scanner_too_slow_is_not_waited_for_for_ever(settings, monkeypatch):
    monkeypatch.setattr(antivirus, "WHOLE_SECONDS", 0.3)
    released = threading.Event()

    def sleeps(connection):
        read_stream(connection)
        released.wait(10)

    with clamd(settings, sleeps):
        with pytest.raises(NoScanner):
            scan([b"x"])
        released.set()


def test_a_house_that_chose_nothing_refuses_files_except_in_a_demonstration(settings):
    settings.CLAMAV, settings.DEMO, settings.DEBUG = None, False, False
    with pytest.raises(Refused, match="ne peuvent pas être vérifiés"):
        received(settings)
    assert nothing_kept(settings)
    settings.DEMO = True
    assert received(settings).size == 12


def test_a_house_that_says_none_accepts_files_nobody_looked_at(settings):
    settings.CLAMAV = "none"
    assert received(settings).size == 12


def test_what_is_logged_of_a_threat_is_its_name_not_the_file_s(settings, caplog):
    with clamd(settings, honest), pytest.raises(Refused):
        receive(File(io.BytesIO(EICAR), name="edith-exemple.csv"), kinds=[Kind.CSV], most_bytes=1000)
    assert "Eicar-Test-Signature" in caplog.text
    assert "edith" not in caplog.text


def test_a_file_can_be_looked_at_from_the_command_line(settings, tmp_path, capsys):
    (tmp_path / "liste.pdf").write_bytes(b"nom;commune\n")
    (tmp_path / "mal.csv").write_bytes(EICAR)
    with clamd(settings, honest):
        call_command("scan_file", str(tmp_path / "liste.pdf"))
        assert "texte ou CSV" in capsys.readouterr().out
        with pytest.raises(CommandError, match="malveillant"):
            call_command("scan_file", str(tmp_path / "mal.csv"))
        with pytest.raises(CommandError, match="ne peut pas être lu"):
            call_command("scan_file", str(tmp_path / "absent"))
