"""The words for what people do in the house."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What someone may do here; each says it in one sentence."""

    DIRECTORY_EDITOR = "directory_editor", _("Tient l'annuaire à jour : corrige les fiches, voit les imports.")
    ADMINISTRATOR = "administrator", _("Suit les imports et l'exploitation de la maison, sans lire les dossiers.")
