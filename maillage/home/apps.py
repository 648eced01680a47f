from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "maillage.home"
    verbose_name = "Accueil"
