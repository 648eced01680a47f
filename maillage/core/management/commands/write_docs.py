"""Write the pages of docs/ that the code itself knows: who may read what."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from maillage.core.doors import access_page


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--into", type=Path, default=settings.BASE_DIR / "docs")

    def handle(self, *, into: Path, **options: Any) -> None:
        page = into / "access.md"
        page.write_text(access_page(), encoding="utf-8")
        self.stdout.write(f"{page} : écrit.")
