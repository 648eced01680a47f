"""What an installation asks of its machine: systemd units, a site for nginx, an environment file to fill in."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.template import Context, Engine
from django.utils.translation import gettext

from maillage.core.refusals import Refused

TEMPLATES = Path(__file__).parent
FILES = (
    "maillage.service",
    "maillage-tick.service",
    "maillage-tick.timer",
    "maillage-backup.service",
    "maillage-backup.timer",
    "maillage.nginx.conf",
    "maillage.env.example",
)
HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
PATH = re.compile(r"/[\w./@+-]*")


@dataclass(frozen=True)
class Installation:
    """Where the house lives on its machine. Raises Refused when a value could not be written in these files."""

    host: str
    user: str = "maillage"
    root: str = "/srv/maillage"
    var: str = "/var/lib/maillage"
    backups: str = "/var/backups/maillage"
    env_file: str = "/etc/maillage.env"
    certificate: str = ""
    certificate_key: str = ""
    port: int = 8000

    def __post_init__(self) -> None:
        if not HOST.fullmatch(self.host):
            raise Refused(gettext("--host : écrivez un nom comme aide.exemple.fr, sans https ni port."))
        if not USER.fullmatch(self.user):
            raise Refused(gettext("--user : écrivez un nom de compte Unix, comme maillage."))
        for name in ("root", "var", "backups", "env_file", "certificate", "certificate_key"):
            value = getattr(self, name)
            if value and (not PATH.fullmatch(value) or ".." in PurePosixPath(value).parts):
                option = name.replace("_", "-")
                raise Refused(gettext("--%(option)s : écrivez un chemin absolu, sans espace.") % {"option": option})
        if not 1024 <= self.port <= 65535:
            raise Refused(gettext("--port : écrivez un nombre de 1024 à 65535."))

    def texts(self) -> dict[str, str]:
        """The files, by name."""
        told = asdict(self) | {
            "certificate": self.certificate or f"/etc/letsencrypt/live/{self.host}/fullchain.pem",
            "certificate_key": self.certificate_key or f"/etc/letsencrypt/live/{self.host}/privkey.pem",
            "most_megabytes": settings.UPLOAD_MOST_BYTES // (1024 * 1024),
            # A form of a page, or a file with its fields around it.
            "most_body_megabytes": settings.UPLOAD_MOST_BYTES // (1024 * 1024) + 1,
        }
        engine = Engine(autoescape=False, string_if_invalid="INVALID")
        context = Context(told, autoescape=False, use_l10n=False)  # A port is 8000, not « 8 000 ».
        return {
            name: engine.from_string((TEMPLATES / name).read_text(encoding="utf-8")).render(context) for name in FILES
        }


def write_units(installation: Installation, into: Path) -> list[Path]:
    """Write every file in this folder; what is there under the same names is replaced."""
    into.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in installation.texts().items():
        path = into / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
