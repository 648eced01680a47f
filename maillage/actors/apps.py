from importlib import import_module

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class ActorsConfig(AppConfig):
    name = "maillage.actors"
    verbose_name = "Acteurs"

    def ready(self) -> None:
        user_logged_in.connect(import_module("maillage.actors.sessions").remember_opening, dispatch_uid="opened_at")
        import_module("maillage.actors.second_factors")
        import_module("maillage.actors.retention")
        import_module("maillage.actors.jobs")
        import_module("maillage.actors.gathered").register()
