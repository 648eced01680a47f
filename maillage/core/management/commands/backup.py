"""Keep a copy of the house: database and files, checked as they are written. The keys go elsewhere."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from maillage.core.backup import keep_keys, make_backup, remove_old
from maillage.core.refusals import Refused


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, required=True, metavar="DOSSIER", help="Où écrire la sauvegarde.")
        parser.add_argument(
            "--keys-to", type=Path, metavar="AUTRE_DOSSIER", help="Écrire aussi les clés, ailleurs : un autre support."
        )
        parser.add_argument("--keep", type=int, metavar="N", help="Ne garder que les N dernières sauvegardes.")

    def handle(self, *, to: Path, keys_to: Path | None, keep: int | None, **options: Any) -> None:
        if keep is not None and keep < 1:
            raise CommandError("--keep : gardez au moins une sauvegarde.")
        try:
            kept_keys = keep_keys(keys_to, apart_from=to) if keys_to else None
            archive = make_backup(to)
        except Refused as refusal:
            raise CommandError(f"{refusal.sentence} {refusal.instead}".strip()) from refusal
        self.stdout.write(f"Sauvegarde écrite : {archive}")
        if kept_keys:
            self.stdout.write(f"Clés écrites à part : {kept_keys}")
        for old in remove_old(to, keep=keep) if keep else ():
            self.stdout.write(f"Ancienne sauvegarde retirée : {old.name}")
