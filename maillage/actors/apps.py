from django.apps import AppConfig


class ActorsConfig(AppConfig):
    name = "maillage.actors"
    verbose_name = "Acteurs"
