from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TerritoriesConfig(AppConfig):
    name = "maillage.territories"
    verbose_name = "Territoires"

    def ready(self) -> None:
        from maillage.core.retention import holds_no_personal_data

        for model in self.get_models():
            holds_no_personal_data(model, _("Des lieux et des codes publics, de personne."))
