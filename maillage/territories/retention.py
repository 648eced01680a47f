"""How long territories keep what tells of people: nothing here does."""

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from maillage.core.retention import holds_no_personal_data


def register() -> None:
    """Say so of every model of the room; called once, by `apps.py`."""
    for model in apps.get_app_config("territories").get_models():
        holds_no_personal_data(model, _("Des lieux et des codes publics, de personne."))
