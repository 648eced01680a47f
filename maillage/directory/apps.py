from importlib import import_module

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "maillage.directory"
    verbose_name = "Annuaire"

    def ready(self) -> None:
        import_module("maillage.directory.jobs")
        import_module("maillage.directory.retention").register()
        import_module("maillage.directory.gatherings").register()
