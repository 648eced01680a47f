"""Write the pages of docs/ that the code itself knows: who may read what, what the API answers."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from maillage.core.doors import access_page, openapi_page


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--into", type=Path, default=settings.BASE_DIR / "docs")

    def handle(self, *, into: Path, **options: Any) -> None:
        for name, text in (("access.md", access_page()), ("openapi.json", openapi_page())):
            (into / name).write_text(text, encoding="utf-8")
            self.stdout.write(f"{into / name} : écrit.")
