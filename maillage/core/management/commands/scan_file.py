"""Say what a file is by its content, and whether the antivirus finds it clean; keep nothing."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser

from maillage.core.refusals import Refused
from maillage.core.uploads import Kind, check


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="FICHIER")

    def handle(self, *, path: Path, **options: Any) -> None:
        try:
            with path.open("rb") as opened:
                kind = check(File(opened), kinds=list(Kind), most_bytes=settings.UPLOAD_MOST_BYTES).kind
        except OSError as error:
            raise CommandError(f"{path} ne peut pas être lu : {error.strerror}.") from error
        except Refused as refusal:
            raise CommandError(f"{refusal.sentence} {refusal.instead}".strip()) from refusal
        looked = (
            "vérifié par l'antivirus" if settings.CLAMAV not in {None, "none"} else "non vérifié : aucun antivirus"
        )
        self.stdout.write(f"{path.name} : {Kind(kind).label}, {looked}.")
