from importlib import import_module

from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "maillage.territories"
    verbose_name = "Territoires"

    def ready(self) -> None:
        import_module("maillage.territories.retention").register()
