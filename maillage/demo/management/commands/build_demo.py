"""Build L'Aubrelle, the fictional Département of the demonstration."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from maillage.core.refusals import Refused
from maillage.demo.actions import build_demo


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        try:
            for sentence in build_demo():
                self.stdout.write(sentence)
        except Refused as refused:
            raise CommandError(refused.sentence) from None
