"""The files an operator copies to the machine are accepted by the very tools that will read them."""

import datetime as dt
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings as house
from django.core.management import CommandError, call_command

from maillage.core import clock
from maillage.core.installation import FILES, Installation
from maillage.core.refusals import Refused

HOST = "aide.exemple.fr"


def tool(name):
    """The program, or a skip said aloud: it belongs to the machine, not to the house."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    return found or pytest.skip(f"{name} is not installed.")


@pytest.fixture
def written(tmp_path):
    into = tmp_path / "units"
    call_command("write_units", to=into, host=HOST, root=str(house.BASE_DIR), verbosity=0)
    return into


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate signed by itself, for this test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(clock.now()).not_valid_after(clock.now() + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


def test_every_file_is_written_and_nothing_is_left_to_fill_in_but_what_is_said(written):
    assert {path.name for path in written.iterdir()} == set(FILES)
    for path in written.iterdir():
        text = path.read_text()
        assert "{{" not in text
        assert "INVALID" not in text
        assert "{%" not in text


def test_systemd_accepts_the_units(written):
    verify = tool("systemd-analyze")
    units = [str(path) for path in written.glob("maillage*") if path.suffix in {".service", ".timer"}]
    assert len(units) == 5
    done = subprocess.run([verify, "verify", *units], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "maillage" in line]
    assert not ours, ours
    assert done.returncode == 0, done.stderr


def test_systemd_finds_the_units_well_closed(written):
    analyze = tool("systemd-analyze")
    for unit in ("maillage.service", "maillage-tick.service", "maillage-backup.service"):
        done = subprocess.run(
            [analyze, "security", "--offline=true", "--threshold=50", str(written / unit)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_a_unit_may_write_in_its_own_folders_only(written):
    told = {name: (written / name).read_text() for name in FILES}
    assert "ReadWritePaths=/var/lib/maillage\n" in told["maillage.service"]
    assert "ReadWritePaths=/var/lib/maillage /var/backups/maillage\n" in told["maillage-backup.service"]
    for name in ("maillage.service", "maillage-tick.service", "maillage-backup.service"):
        for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "User=maillage"):
            assert line in told[name].splitlines(), (name, line)


def test_nginx_accepts_the_site(tmp_path):
    nginx = tool("nginx")
    cert, key = certificate(tmp_path)
    site = Installation(host=HOST, certificate=str(cert), certificate_key=str(key)).texts()["maillage.nginx.conf"]
    # An ordinary account can open neither the ports below 1024, nor the logs of the machine, nor IPv6 everywhere.
    site = re.sub(r"listen (\[::\]:)?(80|443)", lambda found: f"listen 127.0.0.1:{18000 + int(found[2])}", site)
    site = once_each(site).replace("/var/log/nginx/", f"{tmp_path}/")
    (tmp_path / "site.conf").write_text(site)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/nginx.pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\n"
        f"http {{ client_body_temp_path {tmp_path}/b; proxy_temp_path {tmp_path}/p; fastcgi_temp_path {tmp_path}/f;\n"
        f"uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s; include {tmp_path}/site.conf; }}\n"
    )
    command = [nginx, "-t", "-q", "-e", f"{tmp_path}/start.log", "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr, done.stderr


def once_each(site: str) -> str:
    """Each `listen` once: those of IPv6 have become the same as those of IPv4."""
    lines: list[str] = []
    for line in site.splitlines():
        if not (line.strip().startswith("listen") and line in lines):
            lines.append(line)
    return "\n".join(lines) + "\n"


def test_the_site_lets_a_file_of_the_greatest_size_through_and_doubles_no_header(settings):
    settings.UPLOAD_MOST_BYTES = 25 * 1024 * 1024
    site = Installation(host=HOST).texts()["maillage.nginx.conf"]
    assert "client_max_body_size 26m;" in site
    assert "add_header" not in site
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in site
    assert "$proxy_add_x_forwarded_for" not in site
    assert site.count("access_log off;") == 2


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("host", "aide"),
        ("host", "https://aide.exemple.fr"),
        ("host", "aide.exemple.fr; return 200"),
        ("host", "aide.exemple.fr\n"),
        ("host", "-aide.exemple.fr"),
        ("user", "Root User"),
        ("user", "maillage\nExecStart=/bin/sh"),
        ("root", "srv/maillage"),
        ("var", "/var/lib/mail lage"),
        ("var", "/var/lib/../../etc"),
        ("env_file", "/etc/maillage.env\nUser=root"),
        ("certificate", "/etc/x;y"),
        ("port", 80),
        ("port", 70_000),
    ],
)
def test_a_value_that_would_say_something_else_in_a_unit_is_refused(tmp_path, option, value):
    with pytest.raises(Refused) as refused:
        Installation(**({"host": HOST} | {option: value}))
    assert option.replace("_", "-") in refused.value.sentence
    with pytest.raises(CommandError):
        call_command("write_units", **({"to": tmp_path / "x", "host": HOST} | {option: value}))
    assert not (tmp_path / "x").exists()
