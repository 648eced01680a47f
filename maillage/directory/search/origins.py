"""From a place someone named to the point and the areas a search starts from."""

from maillage.directory.choices import EVERYWHERE
from maillage.directory.models import departement_of
from maillage.directory.search.query import Origin
from maillage.territories.actions import Place, Point
from maillage.territories.choices import Density
from maillage.territories.models import Commune


def origin_of(place: Place) -> Origin | None:
    """Where to start from, or None when nobody knows where that commune lies."""
    if place.latitude is None or place.longitude is None:
        return None
    code = place.commune_code or ""
    commune = Commune.objects.filter(pk=code).first() if code else None
    density = Density(commune.density) if commune else Density.SPARSE
    return Origin(place.label, Point(place.latitude, place.longitude, density), code, areas_of(code, commune))


def areas_of(code: str, commune: Commune | None) -> tuple[str, ...]:
    """The codes an eligibility zone may name to include this commune: itself, its EPCI, its Département, France."""
    if not code:
        return EVERYWHERE
    own = (code, commune.departement_id, commune.epci_id) if commune else (code, departement_of(code))
    return (*(area for area in own if area), *EVERYWHERE)
