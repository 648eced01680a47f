from importlib import import_module

from django.apps import AppConfig


class ActorsConfig(AppConfig):
    name = "maillage.actors"
    verbose_name = "Acteurs"

    def ready(self) -> None:
        import_module("maillage.actors.second_factors")
        import_module("maillage.actors.retention")
        import_module("maillage.actors.jobs")
        import_module("maillage.actors.gathered").register()
