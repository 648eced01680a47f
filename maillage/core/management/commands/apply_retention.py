"""Apply how long each thing is kept, and say what was removed, held back, or waits for the archivist's visa."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from maillage.core import clock, retention

HEADINGS = ("classe", "objets", "échus", "supprimés", "retenus", "à viser")


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Dire ce qui serait fait, sans rien changer.")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        reports = retention.apply(clock.today(), dry_run=dry_run)
        rows = [HEADINGS, *(_row(report) for report in reports)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
        for row in rows:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if dry_run:
            self.stdout.write("Rien n'a été changé : c'était un essai.")
        if fallen := [report.retention_class for report in reports if report.failed]:
            raise CommandError(
                f"Classes non appliquées, à reprendre : {', '.join(fallen)}. La cause est dans les logs."
            )


def _row(report: retention.Report) -> tuple[str, ...]:
    counts = (report.examined, report.removed, report.held, report.awaiting)
    return (report.retention_class, report.name, *(str(count) for count in counts))
