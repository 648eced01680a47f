"""Read the whole journal again and name the first broken link."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from maillage.core import journal
from maillage.core.models import JournalLine, JournalSegment


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        if broken := journal.verify():
            raise CommandError(f"Chaîne rompue à la ligne {broken.seq}. {broken.sentence}")
        lines, months = JournalLine.objects.count(), JournalSegment.objects.count()
        told = f"{lines} ligne{_s(lines)}, {months} mois scellé{_s(months)}"
        self.stdout.write(f"Le journal est entier : {told}.")


def _s(number: int) -> str:
    return "" if number == 1 else "s"
