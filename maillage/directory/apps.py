from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DirectoryConfig(AppConfig):
    name = "maillage.directory"
    verbose_name = "Annuaire"

    def ready(self) -> None:
        import_module("maillage.directory.jobs")
        import_module("maillage.directory.retention").register()
        import_module("maillage.directory.gatherings").register()
        post_migrate.connect(_index_again, sender=self)


def _index_again(**_: Any) -> None:
    """A migration that changes what search compares says so; the entries are written once all have run."""
    import_module("maillage.directory.actions.indexing").rebuild_if_asked()
