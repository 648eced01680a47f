"""Build L'Aubrelle, the fictional Département of the demonstration."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from maillage.core.refusals import Refused
from maillage.demo.actions import build_demo


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--without-roads", action="store_true", help="Sans réseau de routes : les temps de trajet sont estimés."
        )

    def handle(self, *, without_roads: bool, **options: Any) -> None:
        try:
            for sentence in build_demo(with_roads=not without_roads):
                self.stdout.write(sentence)
        except Refused as refused:
            raise CommandError(refused.sentence) from None
