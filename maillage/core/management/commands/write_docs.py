"""Write the pages of docs/ that the code itself knows: who reads what, what may change, by when, for how long."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from maillage.core.doors import access_page, openapi_page
from maillage.core.pages import deadlines_page, processing_page, workflows_page

PAGES = {
    "access.md": access_page,
    "openapi.json": openapi_page,
    "workflows.md": workflows_page,
    "deadlines.md": deadlines_page,
    "processing.md": processing_page,
}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--into", type=Path, default=settings.BASE_DIR / "docs")

    def handle(self, *, into: Path, **options: Any) -> None:
        for name, page in PAGES.items():
            (into / name).write_text(page(), encoding="utf-8")
            self.stdout.write(f"{into / name} : écrit.")
