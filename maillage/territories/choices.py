"""Words for places and ways of going there."""

from django.db.models import TextChoices


class SectorLevel(TextChoices):
    """The two levels of a Département's own social map."""

    TAS = "tas", "Territoire d'action sociale"
    TIS = "tis", "Territoire d'intervention sociale"


class TravelMode(TextChoices):
    CAR = "car", "en voiture"
    BICYCLE = "bicycle", "à vélo"
    FOOT = "foot", "à pied"


class Density(TextChoices):
    """How close together people live: it decides how fast one travels when no road network is loaded."""

    DENSE = "dense", "Ville dense"
    INTERMEDIATE = "intermediate", "Petite ville ou périphérie"
    SPARSE = "sparse", "Campagne"
