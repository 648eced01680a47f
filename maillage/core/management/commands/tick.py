"""Start what is due, then carry it out. Run it each minute; running it more often changes nothing."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from maillage.core.jobs import start_due


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only-enqueue", action="store_true", help="Laisser le travail à un ouvrier (db_worker).")

    def handle(self, *, only_enqueue: bool, **options: Any) -> None:
        started = start_due()
        for name in started:
            self.stdout.write(f"Lancé : {name}")
        if not only_enqueue:
            call_command("db_worker", "--batch", "--no-startup-delay", verbosity=0)
