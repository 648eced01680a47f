"""Open a real Département from open data: its communes, their shapes, its France services."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from maillage.core.refusals import Refused
from maillage.directory.actions.opening import open_departement


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="Code du Département, par exemple 77.")
        parser.add_argument(
            "--data",
            type=Path,
            default=settings.SHARED_DIR / "data",
            help="Dossier des données ouvertes ; sans lui, data/ dans MAILLAGE_SHARED (%(default)s).",
        )

    def handle(self, *, code: str, data: Path, **options: Any) -> None:
        try:
            for sentence in open_departement(code.upper(), data=data):
                self.stdout.write(sentence)
        except Refused as refused:
            raise CommandError(refused.sentence) from None
