"""Write the files this machine needs: systemd units, a site for nginx, an environment file to fill in."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from maillage.core.installation import Installation, write_units
from maillage.core.refusals import Refused

OPTIONS = {
    "user": "Le compte Unix qui fait tourner Maillage.",
    "root": "Le dossier du code.",
    "var": "Le dossier de l'installation (MAILLAGE_VAR).",
    "backups": "Le dossier des sauvegardes.",
    "env_file": "Le fichier des variables.",
    "certificate": "Le certificat HTTPS. Par défaut, celui de Let's Encrypt.",
    "certificate_key": "Sa clé.",
}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, required=True, metavar="DOSSIER")
        parser.add_argument("--host", required=True, help="Le nom du site, par exemple aide.exemple.fr.")
        parser.add_argument("--port", type=int, default=Installation.port)
        for name, told in OPTIONS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", default=getattr(Installation, name), help=told)

    def handle(self, *, to: Path, host: str, port: int, **options: Any) -> None:
        try:
            installation = Installation(host=host, port=port, **{name: options[name] for name in OPTIONS})
            for path in write_units(installation, to):
                self.stdout.write(f"{path} : écrit.")
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        except OSError as error:
            raise CommandError(f"{to} ne peut pas être écrit : {error.strerror}.") from error
        self.stdout.write("Où les mettre : docs/exploitation.md, « Installer ».")
