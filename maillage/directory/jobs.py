"""What the directory does by itself: imports, the columns of search, alerts, forgetting who asked what."""

from pathlib import Path

from django.conf import settings
from django_tasks import task

from maillage.core.jobs import daily, every
from maillage.core.refusals import Refused
from maillage.directory.actions.imports import import_file
from maillage.directory.actions.indexing import rebuild_if_asked, write_columns
from maillage.directory.actions.unknown_words import forget_understood_words, forget_who_asked
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
    """So that what was corrected during the day no longer stands apart; what a migration left to redo is redone."""
    rebuild_if_asked()
    write_columns()


@every(minutes=10)
@task()
def forget_askers() -> int:
    """Forget, as soon as a day is over, that a word was counted from a connection: deleting is what protects."""
    return forget_who_asked()


@daily(hour=3)
@task()
def tidy_unknown_words() -> int:
    """Forget the unknown words that have become known meanwhile."""
    return forget_understood_words()


@daily(hour=(settings.SCHEDULED_IMPORT_HOUR + 2) % 24)
@task()
def watch_saved_searches() -> int:
    """Once the night's imports are over: what is new or gone in the searches people follow."""
    return watch_all()
