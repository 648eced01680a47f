"""Write the directory, or one source of it, as one data·inclusion v1 document: nothing received is lost."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maillage.directory.data_inclusion import export
from maillage.directory.models import Service, Structure


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", default="", help="Une seule source.")

    def handle(self, *, file: Path, source: str, **options: Any) -> None:
        wanted = {"source": source} if source else {}
        structures = Structure.objects.published().filter(**wanted).order_by("uid")
        services = Service.objects.published().filter(**wanted).select_related("structure").order_by("uid")
        document = export(structures.iterator(), services.iterator())
        file.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
        told = f"{len(document['structures'])} structures, {len(document['services'])} services"
        self.stdout.write(f"{file} : {told}.")
