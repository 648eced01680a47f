"""Proof-read the lexicon: `manage.py check_lexicon` says each fault with its place, or that all is well."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from maillage.directory.lexicon import check_lexicon, count_expressions


class Command(BaseCommand):
    help = "Relit le lexique et dit chaque faute avec son fichier et sa ligne."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = check_lexicon()
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} à corriger dans le lexique.")
        counts = count_expressions()
        self.stdout.write(f"Tout est en ordre : {sum(counts.values())} expressions.")
        for name, count in counts.items():
            self.stdout.write(f"  {name} : {count}")
