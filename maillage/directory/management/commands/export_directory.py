"""Write the directory, or one source of it, as one data·inclusion v1 document: nothing received is lost.

Confidential addresses stay out unless asked for.
"""

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from maillage.core import journal
from maillage.directory.data_inclusion import export
from maillage.directory.models import Service, Structure


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", default="", help="Une seule source.")
        hidden = "Écrire aussi les adresses confidentielles ; c'est journalisé."
        parser.add_argument("--with-hidden-addresses", action="store_true", help=hidden)

    def handle(self, *, file: Path, source: str, with_hidden_addresses: bool, **options: Any) -> None:
        _refuse_nowhere(file)
        if with_hidden_addresses:
            journal.record(None, "directory.hidden_addresses_exported", f"directory.source:{source or 'all'}")
        wanted = {"source": source} if source else {}
        structures = Structure.objects.published().filter(**wanted).order_by("uid")
        services = Service.objects.published().filter(structure__withdrawn_at__isnull=True, **wanted)
        services = services.select_related("structure").order_by("uid")
        document = export(structures.iterator(), services.iterator(), with_hidden_addresses=with_hidden_addresses)
        if with_hidden_addresses:  # For whoever moves the house, and nobody else of the machine.
            file.touch(mode=0o600)
            file.chmod(0o600)
        file.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
        told = [_counted(len(document["structures"]), "structure"), _counted(len(document["services"]), "service")]
        self.stdout.write(f"{file} : {', '.join(told)}.")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"


def _refuse_nowhere(file: Path) -> None:
    """Said before anything is read or journaled."""
    if file.is_dir():
        raise CommandError(
            f"{file} est un dossier. Donnez le nom du fichier à écrire, par exemple {file}/annuaire.json."
        )
    if not file.parent.is_dir():
        raise CommandError(f"Le dossier {file.parent} n'existe pas. Créez-le, ou choisissez-en un autre.")
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise CommandError(f"On ne peut pas écrire dans {file}. Choisissez un autre endroit.")
