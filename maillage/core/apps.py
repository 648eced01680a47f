from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "maillage.core"
    verbose_name = "Socle"

    def ready(self) -> None:
        import_module("maillage.core.housekeeping")
        import_module("maillage.core.checks")
        import_module("maillage.core.breaches")
        autodiscover_modules("permissions", "workflows", "deadlines")  # Each room's rules, states and delays.
