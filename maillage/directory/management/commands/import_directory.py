"""Bring the directory in line with a source's file, and say what was taken and what was refused."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from maillage.core.refusals import Refused
from maillage.directory.actions.imports import import_file
from maillage.directory.choices import SourceFormat
from maillage.directory.models import Source


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="Identifiant de la source, par exemple france-services.")
        parser.add_argument("--format", required=True, choices=SourceFormat.values)
        parser.add_argument("--dry-run", action="store_true", help="Tout lire et tout dire, ne rien garder.")
        parser.add_argument("--accept-losses", action="store_true", help="Retirer même plus de la moitié des fiches.")
        parser.add_argument("--nightly", action="store_true", help="Reprendre ce fichier chaque nuit.")

    def handle(self, *, file: Path, source: str, dry_run: bool, accept_losses: bool, **options: Any) -> None:
        origin = Source.objects.filter(pk=source).first() or Source(
            slug=source, name=source.replace("-", " ").capitalize()
        )
        try:
            origin.clean_fields()
        except ValidationError:
            raise CommandError("--source : 60 lettres sans accent, chiffres ou tirets au plus, sans espace.") from None
        origin.format = options["format"]
        if options["nightly"]:
            origin.is_nightly, origin.location = True, str(file.resolve())
        try:
            report = import_file(file, source=origin, dry_run=dry_run, accept_losses=accept_losses)
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        self.stdout.write(f"Source « {origin.name} »" + (" (essai à blanc : rien n'est gardé)" if dry_run else ""))
        for line in report.lines():
            self.stdout.write(line)
