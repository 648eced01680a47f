"""Build the house again from a backup, in an empty database. Everything is checked before anything is touched."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from maillage.core.backup import Archive, examine, read_keys, restore
from maillage.core.refusals import Refused


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("archive", type=Path, metavar="SAUVEGARDE")
        parser.add_argument("--keys", type=Path, metavar="FICHIER", help="Le fichier de clés gardé à part.")
        parser.add_argument("--check", action="store_true", help="Lire et vérifier la sauvegarde, ne rien restaurer.")

    def handle(self, *, archive: Path, keys: Path | None, check: bool, **options: Any) -> None:
        try:
            known_keys = read_keys(keys) if keys else None
            whole = examine(archive)
            self._describe(whole)
            if check:
                return
            done = restore(whole, keys=known_keys)
        except Refused as refusal:
            raise CommandError(f"{refusal.sentence} {refusal.instead}".strip()) from refusal
        self.stdout.write(f"Restauré : {done.rows} lignes, comptées table par table. {done.journal}")
        if done.set_aside:
            self.stdout.write(f"Les fichiers qui étaient là sont mis de côté : {done.set_aside}")
        if done.missing_keys:
            self.stderr.write(
                f"Clés de chiffrement manquantes : {', '.join(done.missing_keys)}. Ce qu'elles ont écrit"
            )
            self.stderr.write("ne se relira pas : restaurez aussi les clés (--keys).")
        if not done.is_journal_whole:
            raise CommandError("Les données sont restaurées, mais le journal ne se vérifie pas : voyez ci-dessus.")

    def _describe(self, whole: Archive) -> None:
        told = whole.manifest
        self.stdout.write(
            f"Sauvegarde entière : version {told['product']}, {told['engine']}, faite le {told['created_at'][:16]}, "
            f"{whole.rows} lignes, journal à la ligne {told['journal']['seq']}."
        )
