"""The official list of France services: the real file, whole, and what each line becomes."""

import csv
import datetime as dt
import gzip
import io

import pytest
from data_inclusion.schema import v1
from opening_hours import OpeningHours

from maillage.core.tabular import read_text
from maillage.directory import france_services
from maillage.directory.choices import SourceFormat
from maillage.directory.data_inclusion import check, clean, service_record
from maillage.directory.models import Service, Structure
from maillage.directory.tests.factories import a_source, snapshot, take

pytestmark = pytest.mark.django_db
LINE = {
    "id_fs": "12",
    "insee_dep": "00",
    "lib_fs": "France services de Melune",
    "adresse": "1 place du Marché",
    "complement_adresse": "",
    "insee_com": "00001",
    "code_postal": "00100",
    "lib_com": "Melune",
    "latitude": "48.0",
    "longitude": "2.0",
    "mail": "melune@france-services.gouv.fr",
    "telephone": "01 99 00 11 22",
    "h_lundi": "13:30 - 17:00",
    "h_mardi": "9:00 - 12:00 / 13:30 - 17:00",
    "h_mercredi": "09:00 - 12:00 / 13:30 - 17:00",
    "h_jeudi": "09:00 - 12:00 / 13:30 - 17:00",
    "h_vendredi": "",
    "h_samedi": "09:00 - 12:00",
    "prise_rdv": "Non",
    "commentaire": "",
    "type_fs": "Principal",
    "format_fs": "Fixe",
    "groupe_fs": "",
    "labellisation_fs": "Espace labellisé 01/01/2020",
}


def a_list(folder, *lines, name="liste-fs-20260301.csv"):
    page = io.StringIO()
    writer = csv.DictWriter(page, list(LINE))
    writer.writeheader()
    writer.writerows(LINE | line for line in lines)
    path = folder / name
    path.write_text(page.getvalue(), encoding="utf-8")
    return path


@pytest.fixture
def source(db):
    return a_source("france-services", format=SourceFormat.FRANCE_SERVICES)


def test_a_line_gives_a_structure_and_the_two_services_it_must_offer(tmp_path, source):
    take(a_list(tmp_path, {}), source="france-services")
    structure = Structure.objects.get()
    assert (structure.uid, structure.commune_code, structure.updated_on) == (
        "france-services--12",
        "00001",
        dt.date(2026, 3, 1),
    )
    assert structure.networks == ["france-service"]
    assert structure.opening_hours == "Mo 13:30-17:00; Tu-Th 09:00-12:00,13:30-17:00; Sa 09:00-12:00; PH off"
    assert sorted(Service.objects.values_list("uid", flat=True)) == [
        "france-services--12-demarches",
        "france-services--12-numerique",
    ]
    for service in Service.objects.all():
        assert (service.cost, service.audiences, service.reception_modes) == (
            "gratuit",
            ["tous-publics"],
            ["en-presentiel"],
        )
        v1.Service.model_validate(service_record(service))


def test_several_e_mails_keep_the_first_and_tell_the_others(tmp_path, source):
    take(a_list(tmp_path, {"mail": "a@exemple.fr / b@exemple.fr"}), source="france-services")
    service = Service.objects.first()
    assert (service.email, "b@exemple.fr" in service.contact_details) == ("a@exemple.fr", True)


def test_a_house_on_the_move_says_so_and_says_no_invented_hours(tmp_path, source):
    nothing = dict.fromkeys([key for key in LINE if key.startswith("h_")], "")
    take(a_list(tmp_path, nothing | {"format_fs": "Itinérante"}), source="france-services")
    service = Service.objects.first()
    assert "se déplace" in service.description
    assert service.opening_hours == ""


def test_a_line_without_number_or_with_a_bad_cell_is_refused_and_the_rest_taken(tmp_path, source):
    path = a_list(tmp_path, {"id_fs": ""}, {"id_fs": "13", "code_postal": "7700"}, {"id_fs": "14"})
    report = take(path, source="france-services")
    assert {(r.line, r.field) for r in report.rejected} >= {(2, "id"), (3, "code_postal")}
    assert [s.uid for s in Structure.objects.all()] == ["france-services--14"]
    assert Service.objects.count() == 2


def test_the_date_of_the_list_is_in_its_name():
    assert france_services.list_date("liste-fs-20240801.csv.gz") == dt.date(2024, 8, 1)
    assert france_services.list_date("liste-fs-2024-08-01.csv") == dt.date(2024, 8, 1)
    assert france_services.list_date("liste.csv") is None
    assert france_services.list_date("liste-20249999.csv") is None


def test_no_line_of_the_real_list_is_refused_and_its_hours_are_openstreetmap_s(shared):
    """What the import then does with it is in test_open_departement."""
    path = next((shared / "data/france-services").glob("*.csv.gz"))
    structures, services = france_services.read(read_text(path), path.name, as_of=dt.date(2024, 8, 1))
    assert (len(structures), len(services)) == (2845, 5690)
    written = set()
    for rows, schema in ((structures, v1.Structure), (services, v1.Service)):
        for row in rows:
            record = clean(row.values)
            assert check(row, record, schema) == []
            written.add(record["horaires_accueil"])
    assert all(OpeningHours(text, country="FR") for text in written - {None})
    assert len(written) > 1_000


def test_the_real_list_cut_in_the_middle_is_refused(shared, source, tmp_path):
    whole = gzip.decompress(next((shared / "data/france-services").glob("*.csv.gz")).read_bytes())
    path = tmp_path / "liste-fs-20240801.csv"
    for length in (len(whole) // 2, len(whole) // 3, len(whole) - 40):
        path.write_bytes(whole[:length])
        before = snapshot()
        with pytest.raises(Exception, match=r"tronqué|n'est pas en UTF-8"):
            take(path, source="france-services", dry_run=True)
        assert snapshot() == before
