"""Read the roads of a region from an OpenStreetMap file, and make travel times follow them from now on."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from maillage.core.refusals import Refused
from maillage.territories.actions import load_roads


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=".osm.pbf, .osm, .osm.gz")
        parser.add_argument(
            "--anyway", action="store_true", help="Même d'une autre région, ou bien plus petit que le réseau en place."
        )

    def handle(self, *, file: Path, anyway: bool, **options: object) -> None:
        try:
            report = load_roads(file, anyway=anyway)
        except Refused as refused:
            raise CommandError(f"{refused.sentence} {refused.instead}".strip()) from refused
        self.stdout.write(str(report))
