from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.apps import apps as django_apps
from django.db.models.signals import post_migrate


class DirectoryConfig(AppConfig):
    name = "maillage.directory"
    verbose_name = "Annuaire"

    def ready(self) -> None:
        import_module("maillage.directory.jobs")
        import_module("maillage.directory.retention").register()
        import_module("maillage.directory.gatherings").register()
        post_migrate.connect(_index_again, sender=self)


def _index_again(*, apps: Any = django_apps, **_: Any) -> None:
    """A migration that changes what search compares says so; the entries are written once all have run.

    Stopped on the way, or going back, the tables are not those that this code knows: it leaves them alone.
    """
    known = django_apps.get_app_config("directory").get_models()
    try:
        is_ours = all(_columns(apps.get_model("directory", one.__name__)) == _columns(one) for one in known)
    except LookupError:
        is_ours = False
    if is_ours:
        import_module("maillage.directory.actions.indexing").rebuild_if_asked()


def _columns(model: Any) -> set[str]:
    return {field.column for field in model._meta.concrete_fields}
