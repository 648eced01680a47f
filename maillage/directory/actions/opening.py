"""Open a real Département from a folder of open data: communes, shapes, France services."""

from collections.abc import Iterator
from pathlib import Path

from django.db.models import Q, QuerySet

from maillage.core import journal
from maillage.core.refusals import Refused
from maillage.directory.actions.imports import import_file
from maillage.directory.actions.indexing import index_services
from maillage.directory.choices import SourceFormat
from maillage.directory.models import Service, Source
from maillage.territories.actions import load_departement, load_shapes
from maillage.territories.models import Departement


def open_departement(code: str, *, data: Path) -> Iterator[str]:
    """Load the Département, saying each step in a sentence. Run again, it changes nothing.

    `data` holds `contours/communes-<code>*.geojson.gz` and `france-services/*.csv.gz`; without shapes its communes
    have no centre, and without the list its directory stays empty: both are said. Raises Refused when the code is
    unknown or the folder absent.
    """
    if not data.is_dir():
        raise Refused(f"Le dossier {data} n'existe pas. Indiquez celui des données ouvertes avec --data.")
    departement = load_departement(code, is_home=True)
    yield f"{departement.name} : {departement.communes.count()} communes."
    outlines = sorted((data / "contours").glob(f"communes-{code}-*.geojson.gz"))
    if outlines:
        yield str(load_shapes(departement, outlines[-1]))
    else:
        yield "Aucun contour trouvé : ses communes n'ont pas de centre, on ne peut pas chercher autour d'elles."
    lists = sorted((data / "france-services").glob("*.csv.gz"))
    if lists:
        yield from _import_france_services(lists[-1])
    else:
        yield "Aucune liste de France services trouvée : l'annuaire reste vide."
    index_services(_services_of(departement))  # Their communes may have a centre since they were last indexed.
    journal.record(None, "directory.departement_opened", departement)


def _services_of(departement: Departement) -> QuerySet[Service]:
    codes = departement.communes.values("pk")
    return Service.objects.filter(Q(commune_code__in=codes) | Q(structure__commune_code__in=codes))


def _import_france_services(path: Path) -> Iterator[str]:
    source, _ = Source.objects.get_or_create(
        slug="france-services",
        defaults={"name": "France services", "licence": "Licence Ouverte 2.0", "format": SourceFormat.FRANCE_SERVICES},
    )
    yield "France services :"
    yield from import_file(path, source=source).lines()
