"""Read a map of social sectors (TAS, TIS, communes) from a CSV file, and make it the map from a day on."""

import datetime as dt
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from maillage.core.refusals import Refused
from maillage.territories.actions import read_sector_table, set_sectors
from maillage.territories.models import Departement


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("csv_file", type=Path, help="tas_code, tas_name, tis_code, tis_name, commune_code")
        parser.add_argument("--departement", required=True, help="code of the Département")
        parser.add_argument("--from", dest="from_day", required=True, help="YYYY-MM-DD")
        parser.add_argument("--dry-run", action="store_true", help="Check and report, keep nothing.")

    @transaction.atomic
    def handle(self, *, csv_file: Path, departement: str, from_day: str, dry_run: bool, **options: object) -> None:
        served = Departement.objects.filter(code=departement).first()
        if served is None:
            raise CommandError(f"Le département {departement} n'est pas chargé dans cette maison.")
        try:
            report = set_sectors(served, read_sector_table(csv_file), from_day=_day(from_day))
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        transaction.set_rollback(dry_run)
        self.stdout.write(f"{report}{' Essai : rien n’a été enregistré.' if dry_run else ''}")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        raise CommandError(
            f"« {text} » n'est pas un jour du calendrier. Écrivez l'année, le mois et le jour : 2026-03-09."
        ) from None
