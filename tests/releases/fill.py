"""What a small house of 0.1.0 holds when it is upgraded. Run by that release's own code: see README.md beside this.

Fictional people, places and services only.
"""

import datetime as dt

from maillage.actors.models import User
from maillage.core import clock, journal
from maillage.directory.actions.editing import confirm, correct
from maillage.directory.actions.imports import import_records
from maillage.directory.choices import SourceFormat
from maillage.directory.models import Service, Source, Structure
from maillage.territories.actions import CommuneFacts, SectorRow, save_communes, set_sectors
from maillage.territories.models import Departement, Sector

EPCI = {"epci_siren": "200000001", "epci_name": "Pays de Melune"}
COMMUNES = [
    CommuneFacts(code="00001", name="Melune", postal_codes=["00100"], population=12_000, other_names=[], **EPCI),
    CommuneFacts(code="00002", name="Sarvière", postal_codes=["00110"], population=900, other_names=["Bourg"], **EPCI),
    CommuneFacts(code="00003", name="Oncelle", postal_codes=["00110"], population=300, other_names=[], **EPCI),
]  # fmt: skip
SECTORS = [
    SectorRow("T1", "Nord", "T1-1", "Melune", "00001"),
    SectorRow("T1", "Nord", "T1-2", "Campagne", "00002"),
    SectorRow("T1", "Nord", "T1-2", "Campagne", "00003"),
]


def structure(uid, name, **facts):
    return {
        "source": "essai", "id": uid, "nom": name, "date_maj": "2026-01-05", "commune": "Melune",
        "code_postal": "00100", "code_insee": "00001", "adresse": "3 Grande Rue", "latitude": 48.0, "longitude": 2.0,
        "telephone": "+33199001122",
    } | facts  # fmt: skip


def service(uid, home, name, **facts):
    return {
        "source": "essai", "structure_id": home, "id": uid, "nom": name, "date_maj": "2026-01-05",
        "description": "Des courses à petit prix, choisies librement.",
        "thematiques": ["equipement-et-alimentation--alimentation"], "modes_accueil": ["en-presentiel"],
        "commune": "Melune", "code_postal": "00100", "code_insee": "00001", "latitude": 48.0, "longitude": 2.0,
    } | facts  # fmt: skip


def people():
    made = User.objects.create_user
    camille = made("camille", "camille@exemple.fr", first_name="Camille", role="directory_editor")
    return camille, made("basile", "basile@exemple.fr", first_name="Basile", role="administrator")


def fill():
    departement = Departement.objects.create(code="00", name="L'Aubrelle", is_home=True, is_fictional=True)
    save_communes(departement, COMMUNES)
    set_sectors(departement, SECTORS, from_day=dt.date(2025, 1, 1))
    source = Source.objects.create(slug="essai", name="Essai", format=SourceFormat.DATA_INCLUSION)
    structures = [structure("essai--mds", "MDS de Melune"), structure("essai--epicerie", "L'Épicerie")]
    services = [
        service("essai--accueil", "essai--mds", "Accueil social"),
        service("essai--courses", "essai--epicerie", "Épicerie solidaire"),
        service("essai--colis", "essai--epicerie", "Colis d'urgence"),
    ]
    import_records(structures, services, source=source)
    Structure.objects.filter(uid="essai--mds").update(serves_sector=Sector.objects.get(code="T1-1"))


def work(camille, basile):
    courses = Service.objects.get(uid="essai--courses")
    courses.name = "Épicerie sociale et solidaire"
    correct(courses, fields=["name"], expected=courses.version, key="first", by=camille)
    home = Structure.objects.get(uid="essai--epicerie")
    home.phone = "+33199003344"
    correct(home, fields=["phone"], expected=home.version, key="second", by=camille)
    journal.record(basile, "directory.imports_read", "directory.source:essai")


with clock.travel(dt.datetime(2026, 2, 10, 9, 0)):
    camille, basile = people()
    fill()
    work(camille, basile)
with clock.travel(dt.datetime(2026, 3, 9, 9, 0)):
    journal.seal_past_months()
    colis = Service.objects.get(uid="essai--colis")
    confirm(colis, expected=colis.version, key="third", by=camille)
