"""The words for what people do in the house."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What someone may do here; each says it in one sentence."""

    DIRECTORY_EDITOR = "directory_editor", "Tient l'annuaire à jour : corrige les fiches et lance les imports."
    ADMINISTRATOR = "administrator", "Administre la maison : réglages et imports, sans lire les dossiers."
