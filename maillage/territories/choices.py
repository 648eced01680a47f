"""Words for places and ways of going there."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SectorLevel(TextChoices):
    """The two levels of a Département's own social map."""

    TAS = "tas", _("Territoire d'action sociale")
    TIS = "tis", _("Territoire d'intervention sociale")


class TravelMode(TextChoices):
    CAR = "car", _("en voiture")
    BICYCLE = "bicycle", _("à vélo")
    FOOT = "foot", _("à pied")


class Density(TextChoices):
    """How close together people live: it decides how fast one travels when no road network is loaded."""

    DENSE = "dense", _("Ville dense")
    INTERMEDIATE = "intermediate", _("Petite ville ou périphérie")
    SPARSE = "sparse", _("Campagne")
