from importlib import import_module

from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "maillage.home"
    verbose_name = "Accueil"

    def ready(self) -> None:
        import_module("maillage.home.jobs")
        import_module("maillage.home.tools").register()
