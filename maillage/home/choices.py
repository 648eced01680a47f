"""The words of the porch: why and from which end the journal is read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

PERSONAL_DATA = "personal_data"  # The menu of whoever keeps personal data safe.


class Reason(TextChoices):
    """Why the journal is read: each purpose, and no other."""

    ACCESS = "access_request", _("Une personne demande qui a lu ce qui la concerne (RGPD, art. 15)")
    COMPLAINT = "complaint", _("Une réclamation")
    CHECK = "check", _("Un contrôle des habilitations")
    BREACH = "breach", _("Une violation de données")
    AUTHORITY = "authority", _("La demande d'une autorité")


class Side(TextChoices):
    """From which end the journal is read."""

    ABOUT = "about", _("Qui a lu ou changé ce qui la concerne")
    BY = "by", _("Ce qu'elle a lu ou changé")
