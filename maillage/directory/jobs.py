"""What the directory does by itself: the nightly imports, the columns of search, the alerts of saved searches."""

from pathlib import Path

from django.conf import settings
from django_tasks import task

from maillage.core.jobs import daily
from maillage.core.refusals import Refused
from maillage.directory.actions.imports import import_file
from maillage.directory.actions.indexing import write_columns
from maillage.directory.actions.watching import watch_all
from maillage.directory.models import Source


@daily(hour=settings.SCHEDULED_IMPORT_HOUR)
@task()
def import_nightly_sources() -> dict[str, str]:
    """Bring the directory in line with each nightly source; one that fails does not stop the others."""
    return {source.pk: _import(source) for source in Source.objects.filter(is_nightly=True).exclude(location="")}


def _import(source: Source) -> str:
    try:
        return " ".join(import_file(Path(source.location), source=source).lines())
    except Refused as refused:
        return refused.sentence


@daily(hour=(settings.SCHEDULED_IMPORT_HOUR + 1) % 24)
@task()
def write_search_columns() -> None:
    """So that what was corrected during the day no longer stands apart."""
    write_columns()


@daily(hour=(settings.SCHEDULED_IMPORT_HOUR + 2) % 24)
@task()
def watch_saved_searches() -> int:
    """Once the night's imports are over: what is new or gone in the searches people follow."""
    return watch_all()
