"""A file as a whole: read the same way whatever its shape, or refused in one sentence that changes nothing."""

import gzip
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command

from maillage.core.tabular import UnreadableFile
from maillage.directory.models import ImportRun, Service, Structure
from maillage.directory.tests.factories import (
    FOOD,
    a_service,
    a_structure,
    as_csv,
    as_json,
    comparable,
    fill,
    snapshot,
    take,
)

pytestmark = pytest.mark.django_db
PAIR = [a_structure(telephone="+33199001122"), a_service("test--1", publics=["femmes", "jeunes"])]


def sentence_of(path, **options):
    with pytest.raises(UnreadableFile) as refused:
        take(path, **options)
    return refused.value.sentence


# -- The same records, whatever they are written on ------------------------------------------------------------------


def held():
    structures, services = Structure.objects.order_by("uid"), Service.objects.order_by("uid")
    return [(thing.uid, comparable(thing.received)["nom"]) for thing in (*structures, *services)]


def test_a_list_an_object_and_two_csv_give_the_same_directory(tmp_path):
    take(as_json(tmp_path, PAIR))
    expected, fields = held(), Service.objects.values().get()
    for path in (
        [as_json(tmp_path, {"structures": PAIR[:1], "services": PAIR[1:]}, "objet.json")],
        [as_csv(tmp_path, PAIR[:1], name="structures.csv"), as_csv(tmp_path, PAIR[1:], name="services.csv")],
        [as_csv(tmp_path, PAIR[1:], delimiter=";"), as_csv(tmp_path, PAIR[1:], delimiter="\t", name="tab.csv")],
    ):
        for one in path:
            assert take(one).rejected == []
        assert held() == expected
        again = Service.objects.values().get()
        assert {k: again[k] for k in again if k not in {"received", "fingerprint", "imported_at", "version"}} == {
            k: fields[k] for k in fields if k not in {"received", "fingerprint", "imported_at", "version"}
        }


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "written",
    [
        '["femmes", "jeunes"]',
        "{femmes,jeunes}",
        "femmes,jeunes",
        "femmes, jeunes",
        "['femmes', 'jeunes']",
        "femmes;jeunes",
    ],
)
def test_a_list_in_a_cell_is_read_however_it_is_written(tmp_path, delimiter, written):
    fill(a_service("test--autre"))
    take(as_csv(tmp_path, [a_service("test--1", publics=written, thematiques=FOOD)], delimiter=delimiter))
    service = Service.objects.get(uid="test--1")
    assert service.audiences == ["femmes", "jeunes"]
    assert service.themes == [FOOD]


def test_a_csv_from_a_french_spreadsheet_is_read(tmp_path):
    """A byte order mark, semicolons, decimal commas, Windows line ends."""
    fill(a_service("test--autre"))
    path = as_csv(tmp_path, [a_service("test--1", latitude="48,5", longitude="2,25")], delimiter=";")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert take(path).rejected == []
    service = Service.objects.get(uid="test--1")
    assert (service.latitude, service.longitude) == (48.5, 2.25)


def test_blank_lines_are_no_records(tmp_path):
    path = as_csv(tmp_path, [a_structure()])
    path.write_text(path.read_text() + "\n\n , \n\n")
    report = take(path)
    assert (report.structures.read, report.rejected) == (1, [])


ORDERS = ("\\N vu", "C:\\dossier\\.\\", "ligne\tune\nligne\r\ndeux", "« l'été » \"40 %s\" 👩 ''", "\x07 {a,b}")


@pytest.mark.parametrize("text", ORDERS)
def test_what_a_database_could_take_for_an_order_is_kept_as_text(tmp_path, text):
    take(as_json(tmp_path, [a_structure(), a_service("test--1", description=f"Dit : {text}.", publics=["femmes"])]))
    service = Service.objects.get()
    assert (service.description, service.received["description"]) == (f"Dit : {text}.", f"Dit : {text}.")
    assert (service.audiences, service.latitude, service.zone) == (["femmes"], a_service()["latitude"], None)


def test_a_gzipped_file_is_read(tmp_path):
    path = tmp_path / "fiches.json.gz"
    path.write_bytes(gzip.compress(json.dumps(PAIR).encode()))
    assert take(path).services.created == 1


# -- One clear sentence ----------------------------------------------------------------------------------------------


def broken_files(folder):
    """Each way a file arrives broken, and what the sentence must say."""
    csv_path = as_csv(folder, [a_service(f"test--{n}") for n in range(30)], name="entier.csv")
    whole_csv, whole_json = csv_path.read_bytes(), json.dumps(PAIR, indent=1).encode()
    zipped = folder / "archive.csv"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(csv_path, "entier.csv")
    structures = as_csv(folder, [a_structure()], name="s.csv").read_bytes()
    return {
        "latin-1": (whole_csv.decode().encode("latin-1"), "n'est pas en UTF-8 (ligne 2)"),
        "utf-16": (whole_csv.decode().encode("utf-16"), "n'est pas en UTF-8"),
        "a zip named csv": (zipped.read_bytes(), "est une archive ou un classeur"),
        "an old Excel sheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "est un classeur Excel"),
        "nothing": (b"", "est vide"),
        "blank lines": (b"\n \n\n", "est vide"),
        "a gzip cut": (gzip.compress(whole_csv)[:-40], "est tronqué"),
        "a gzip of nothing": (gzip.compress(b""), "est vide"),
        "a gzip cut in its head": (gzip.compress(whole_csv)[:7], "est tronqué"),
        "a JSON cut": (whole_json[:-30], "est tronqué"),
        "a JSON cut in its last brace": (whole_json[:-2], "est tronqué"),
        "a JSON without its colons": (whole_json.replace(b":", b" ", 1), "n'est pas un JSON valide (ligne 3"),
        "a CSV cut in its last line": (whole_csv[:-60], "est tronqué"),
        "a CSV cut in a quoted cell": (whole_csv.rstrip()[:-4] + b',"sans fin', "n'est jamais fermé"),
        "other columns": (b"identifiant,name,producteur\n1,a,b\n", "n'a pas les colonnes attendues"),
        "a misspelt column": (structures.replace(b"date_maj", b"date_mja"), "serait-ce « date_mja »"),
        "a misspelt structure": (whole_csv.replace(b"structure_id", b"structures_id"), "serait-ce « structures_id »"),
        "an object of something else": (
            b'{"communes": [], "epci": []}',
            "ne contient ni « structures » ni « services »",
        ),
        "an object of objects": (b'{"structures": {"a": 1}}', "ne contient ni"),
        "a number for a list": (b'{"services": 12}', "ne contient ni"),
        "brackets without end": (b"[" * 200_000, "."),
        "a number without end": (b"[" + b"9" * 5_000 + b"]", "."),
        "a page of the web": (b"<!doctype html><html><body>404</body></html>", "n'a pas les colonnes attendues"),
        "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "n'est pas un fichier texte"),
    }


KINDS = [
    "latin-1",
    "utf-16",
    "a zip named csv",
    "an old Excel sheet",
    "nothing",
    "blank lines",
    "a gzip cut",
    "a gzip of nothing",
    "a gzip cut in its head",
    "a JSON cut",
    "a JSON cut in its last brace",
    "a JSON without its colons",
    "a CSV cut in its last line",
    "a CSV cut in a quoted cell",
    "other columns",
    "a misspelt column",
    "a misspelt structure",
    "an object of something else",
    "an object of objects",
    "a number for a list",
    "brackets without end",
    "a number without end",
    "a page of the web",
    "a picture",
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence_and_changes_nothing(tmp_path, kind):
    content, said = broken_files(tmp_path)[kind]
    path = tmp_path / "recu.csv"
    path.write_bytes(content)
    fill(a_service("test--deja-la"))
    before = snapshot(but=(ImportRun,))

    sentence = sentence_of(path)

    assert said in sentence
    assert "recu.csv" in sentence
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    assert snapshot(but=(ImportRun,)) == before


def test_every_broken_kind_is_tried(tmp_path):
    assert list(broken_files(tmp_path)) == KINDS


def test_a_json_cut_anywhere_is_refused(tmp_path):
    whole = json.dumps(PAIR, ensure_ascii=False).encode()
    path = tmp_path / "coupe.json"
    for length in range(1, len(whole), 7):
        path.write_bytes(whole[:length])
        assert sentence_of(path)
    assert Structure.objects.count() == 0


def test_a_file_that_does_not_exist_is_said(tmp_path):
    assert "n'existe pas" in sentence_of(tmp_path / "absent.csv")


def test_a_folder_is_no_file(tmp_path):
    assert "n'est pas un fichier" in sentence_of(tmp_path)


# -- From the command line -------------------------------------------------------------------------------------------


def command(path, *options, source="test", format="data-inclusion"):
    call_command("import_directory", str(path), "--source", source, "--format", format, *options)


@pytest.mark.parametrize("kind", ["latin-1", "a zip named csv", "a JSON cut", "other columns", "nothing"])
def test_the_command_fails_with_the_sentence_alone(tmp_path, kind):
    content, said = broken_files(tmp_path)[kind]
    (tmp_path / "recu.csv").write_bytes(content)
    before = snapshot()

    with pytest.raises(CommandError) as refused:
        command(tmp_path / "recu.csv", source="inconnue")

    assert said in str(refused.value)
    assert refused.value.returncode == 1
    assert snapshot() == before


def test_the_command_refuses_a_missing_file(tmp_path):
    with pytest.raises(CommandError, match="n'existe pas"):
        command(tmp_path / "absent.json")


def test_a_france_services_list_is_no_data_inclusion_file_and_the_other_way_round(tmp_path):
    with pytest.raises(CommandError, match="n'a pas les colonnes attendues"):
        command(as_csv(tmp_path, [a_structure()]), format="france-services")
    (tmp_path / "fs.csv").write_text('"id_fs","lib_fs"\n"1","France services"\n')
    with pytest.raises(CommandError, match="n'a pas les colonnes attendues"):
        command(tmp_path / "fs.csv")


@pytest.mark.parametrize("slug", ["ma source", "été", "../../etc", "a" * 61, "a/b", ""])
def test_a_source_has_a_plain_identifier(tmp_path, slug):
    before = snapshot()
    with pytest.raises(CommandError, match="--source"):
        command(as_json(tmp_path, PAIR), source=slug)
    assert snapshot() == before


def test_the_command_prints_its_report(tmp_path, capsys):
    command(as_json(tmp_path, [*PAIR, a_service("test--2", courriel="non")]))
    said = capsys.readouterr().out
    assert "structures : 1 lues, 1 ajoutées, 0 mises à jour" in said
    assert "services : 2 lus, 1 ajoutés, 0 mis à jour" in said
    assert "ligne 3, courriel « non » : il faut une seule adresse" in said


def test_a_known_source_keeps_the_trace_of_a_refused_file(tmp_path):
    """Who keeps the directory sees on the page of imports that last night's file was refused, and why."""
    take(as_json(tmp_path, PAIR))
    (tmp_path / "vide.json").write_text("")
    sentence_of(tmp_path / "vide.json")
    run = ImportRun.objects.first()
    assert (run.state, run.sentence) == ("refused", "vide.json est vide.")
    assert run.finished_at is not None
