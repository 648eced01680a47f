"""The border with data·inclusion: what comes in goes out again, whole, and the official models accept it."""

import datetime as dt
import json

import pytest
from data_inclusion.schema import v1
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.core.models import JournalLine
from maillage.directory.actions.imports import import_records
from maillage.directory.choices import (
    AUDIENCES,
    CONTACT_MODES,
    CONTACTED_BY,
    COSTS,
    EVERYONE,
    NETWORKS,
    RECEPTION_MODES,
    SERVICE_KINDS,
    THEMES,
)
from maillage.directory.data_inclusion import (
    ADDRESS_FIELDS,
    SERVICE_FIELDS,
    STRUCTURE_FIELDS,
    TELLING_FIELDS,
    service_record,
    structure_record,
)
from maillage.directory.models import Service, Structure, Submission
from maillage.directory.tests.factories import a_service, a_source, a_structure, comparable, fill

pytestmark = pytest.mark.django_db

# -- Every field of the standard -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "names", "apart"),
    [(v1.Structure, STRUCTURE_FIELDS, set()), (v1.Service, SERVICE_FIELDS, {"structure_id"})],
)
def test_no_field_of_the_standard_is_left_at_the_border(schema, names, apart):
    assert set(schema.model_fields) == set(names) | apart


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (THEMES, v1.Thematique),
        (AUDIENCES, v1.Public),
        (COSTS, v1.Frais),
        (RECEPTION_MODES, v1.ModeAccueil),
        (CONTACT_MODES, v1.ModeMobilisation),
        (CONTACTED_BY, v1.PersonneMobilisatrice),
        (SERVICE_KINDS, v1.TypeService),
        (NETWORKS, v1.ReseauPorteur),
    ],
)
def test_the_vocabularies_are_the_official_ones(ours, theirs):
    assert list(ours) == [word.value for word in theirs]


def test_each_word_of_each_vocabulary_goes_in_and_out():
    services = [a_service(f"test--t{n}", thematiques=[word]) for n, word in enumerate(THEMES)]
    services += [a_service(f"test--p{n}", publics=[word]) for n, word in enumerate(AUDIENCES)]
    services += [a_service(f"test--f{n}", frais=word) for n, word in enumerate(COSTS)]
    services += [a_service(f"test--k{n}", type=word) for n, word in enumerate(SERVICE_KINDS)]
    services += [
        a_service(
            f"test--m{n}",
            modes_accueil=list(RECEPTION_MODES),
            modes_mobilisation=list(CONTACT_MODES),
            mobilisable_par=list(CONTACTED_BY),
        )
        for n in range(1)
    ]
    structure = a_structure(reseaux_porteurs=list(NETWORKS))
    for service, sent in zip(fill(*services, structures=(structure,)), services, strict=True):
        assert comparable(service_record(service)) == comparable(sent)
    assert comparable(structure_record(Structure.objects.get())) == comparable(structure)


# -- L'Aubrelle goes out as it came ----------------------------------------------------------------------------------


def test_l_aubrelle_comes_out_as_it_went_in(model_flat, aubrelle, tmp_path, db):
    wanted = ["--source", "aubrelle", "--with-hidden-addresses"]
    call_command("export_directory", str(tmp_path / "export.json"), *wanted, verbosity=0)
    document = json.loads((tmp_path / "export.json").read_text(encoding="utf-8"))

    for noun, records, model in (
        ("structures", aubrelle.structures, Structure), ("services", aubrelle.services, Service),
    ):  # fmt: skip
        corrected = set(model.objects.exclude(local_edits={}).values_list("uid", flat=True))  # The demo's own scenes.
        assert len(corrected) < 5
        sent = {record["id"]: comparable(record) for record in records}
        came = {record["id"]: comparable(record) for record in document[noun]}
        assert came.keys() == sent.keys()
        assert [uid for uid in came if came[uid] != sent[uid] and uid not in corrected] == []
    for schema, noun in ((v1.Structure, "structures"), (v1.Service, "services")):
        for record in document[noun]:
            schema.model_validate(record)


def test_an_export_imported_elsewhere_gives_the_same_export(model_flat, tmp_path, db):
    call_command("export_directory", str(tmp_path / "a.json"), verbosity=0)
    document = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    Submission.objects.all().delete()
    Structure.objects.all().delete()
    report = import_records(document["structures"], document["services"], source=a_source("copie"))
    call_command("export_directory", str(tmp_path / "b.json"), verbosity=0)
    assert report.rejected == []
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_confidential_addresses_stay_out_of_an_export_unless_asked_for_and_asking_is_journaled(
    model_flat, tmp_path, db
):
    hidden = Structure.objects.filter(is_address_confidential=True).values_list("uid", flat=True)
    call_command("export_directory", str(tmp_path / "export.json"), verbosity=0)
    document = json.loads((tmp_path / "export.json").read_text(encoding="utf-8"))
    told = [record for record in document["structures"] if record["id"] in hidden]
    told += [record for record in document["services"] if record["structure_id"] in hidden]
    assert len(told) >= 2
    for record in told:
        assert all(record.get(name) is None for name in (*ADDRESS_FIELDS, *TELLING_FIELDS))
    assert not JournalLine.objects.filter(verb="directory.hidden_addresses_exported").exists()

    call_command("export_directory", str(tmp_path / "tout.json"), "--with-hidden-addresses", verbosity=0)
    assert JournalLine.objects.filter(verb="directory.hidden_addresses_exported").count() == 1


def test_what_is_withdrawn_is_not_exported_nor_the_services_of_a_withdrawn_structure(tmp_path):
    fill(a_service("test--1"), a_service("test--2", structure="test--autre"), a_service("test--3"))
    Structure.objects.filter(uid="test--autre").update(withdrawn_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    Service.objects.filter(uid="test--3").update(withdrawn_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    call_command("export_directory", str(tmp_path / "export.json"), "--source", "test", verbosity=0)
    document = json.loads((tmp_path / "export.json").read_text(encoding="utf-8"))
    assert [s["id"] for s in document["services"]] == ["test--1"]
    assert [s["id"] for s in document["structures"]] == ["test--maison"]


def test_an_export_to_nowhere_is_explained_and_nothing_is_journaled(tmp_path, db):
    for place, said in ((tmp_path, "est un dossier"), (tmp_path / "absent" / "export.json", "n'existe pas")):
        with pytest.raises(CommandError, match=said):
            call_command("export_directory", str(place), "--with-hidden-addresses", verbosity=0)
    assert not JournalLine.objects.filter(verb="directory.hidden_addresses_exported").exists()


# -- Any record the standard allows ----------------------------------------------------------------------------------


def plain(least=1, most=60):
    """Text as people write it, without what a database cannot hold nor edges that reading trims."""
    letters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029")
    said = st.text(letters, min_size=least, max_size=most).map(str.strip)
    return said.filter(lambda text: len(text) >= least and text not in {"null", "NULL", "None"})


def some(words, least=1):
    return st.lists(st.sampled_from(sorted(words)), min_size=least, max_size=len(words), unique=True)


def maybe(fields):
    return st.fixed_dictionaries({}, optional=fields)


PLACE = {
    "commune": plain(),
    "code_postal": st.from_regex(r"[0-9]{5}", fullmatch=True),
    "code_insee": st.sampled_from(["77288", "2A004", "97411", "00001"]),
    "adresse": plain(),
    "complement_adresse": plain(),
    "longitude": st.floats(-180, 180),
    "latitude": st.floats(-90, 90),
    "telephone": plain(),
    "courriel": st.sampled_from(["accueil@exemple.fr", "a.b+c@exemple.gouv.fr"]),
    "lien_source": st.sampled_from(["https://exemple.fr", "http://exemple.fr/a?b=c&d=é#f"]),
    "horaires_accueil": plain(),
}
DATES = st.dates(dt.date(2000, 1, 1), dt.date(2026, 1, 1)).map(str)
ZONES = st.sampled_from(["77288", "77", "2A", "971", "200057958", "france", "99100"])
STRUCTURES = st.builds(
    dict.__or__,
    st.fixed_dictionaries({"source": plain(), "nom": plain(3), "date_maj": DATES}),
    maybe(
        PLACE
        | {
            "description": plain(5),
            "siret": st.from_regex(r"[0-9]{14}", fullmatch=True),
            "site_web": PLACE["lien_source"],
            "accessibilite_lieu": PLACE["lien_source"],
            "reseaux_porteurs": some(NETWORKS, 0),
        }
    ),
)
SERVICES = st.builds(
    dict.__or__,
    st.fixed_dictionaries({"source": plain(), "nom": plain(3), "date_maj": DATES, "description": plain(5)}),
    maybe(
        PLACE
        | {
            "type": st.sampled_from(sorted(SERVICE_KINDS)),
            "thematiques": some(THEMES, 0),
            "frais": st.sampled_from(sorted(COSTS)),
            "frais_precisions": plain(),
            "publics_precisions": plain(),
            "publics": some(set(AUDIENCES) - {EVERYONE}) | st.just([EVERYONE]),
            "conditions_acces": plain(),
            "modes_accueil": some(RECEPTION_MODES, 0),
            "zone_eligibilite": st.lists(ZONES, min_size=1, max_size=4),
            "contact_nom_prenom": plain(),
            "lien_mobilisation": PLACE["lien_source"],
            "modes_mobilisation": some(CONTACT_MODES),
            "mobilisable_par": some(CONTACTED_BY),
            "mobilisation_precisions": plain(),
            "volume_horaire_hebdomadaire": st.floats(0, 168),
            "nombre_semaines": st.integers(1, 5_200),
        }
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(structure=STRUCTURES, services=st.lists(SERVICES, max_size=3))
def test_any_record_the_standard_allows_comes_out_as_it_went_in(structure, services):
    structure |= {"id": "test--s"}
    sent = [service | {"id": f"test--{n}", "structure_id": "test--s"} for n, service in enumerate(services)]
    v1.Structure.model_validate(structure)

    report = import_records([structure], sent, source=a_source())

    assert report.rejected == []
    out = structure_record(Structure.objects.get(uid="test--s"))
    assert comparable(out) == comparable(structure)
    v1.Structure.model_validate(out)
    for record in sent:
        out = service_record(Service.objects.get(uid=record["id"]))
        assert comparable(out) == comparable(record)
        v1.Service.model_validate(out)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
BRANCHES = LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(st.text(max_size=5), LEAVES, max_size=3)
ANYTHING = BRANCHES | st.lists(BRANCHES, max_size=2) | st.dictionaries(st.text(max_size=5), BRANCHES, max_size=2)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    record=st.dictionaries(st.sampled_from(sorted({*SERVICE_FIELDS, "structure_id", "autre"})), ANYTHING, max_size=6),
    is_service=st.booleans(),
)
def test_whatever_a_source_sends_is_taken_or_refused_in_words(record, is_service):
    base = a_service("test--1") if is_service else a_structure("test--autre")
    lists = ([a_structure()], [base | record]) if is_service else ([a_structure(), base | record], [])
    report = import_records(*lists, source=a_source())
    assert all(str(rejected).endswith(".") and rejected.right for rejected in report.rejected)


# -- What a reader may not know --------------------------------------------------------------------------------------


def test_without_its_address_a_record_leads_nowhere():
    structure = a_structure(
        siret="00012345600011",
        site_web="https://refuge.example",
        lien_source="https://annuaire.example/refuge",
        accessibilite_lieu="https://acceslibre.beta.gouv.fr/app/00001-melune/",
        complement_adresse="Porte bleue",
    )
    [service] = fill(a_service("test--1", adresse="3 Grande Rue", commune="Melune"), structures=(structure,))
    told = structure_record(service.structure, with_address=False)
    for field in (*ADDRESS_FIELDS, "siret", "site_web", "lien_source", "accessibilite_lieu"):
        assert told[field] is None
    v1.Structure.model_validate(told)
    told = service_record(service, with_address=False)
    assert all(told[field] is None for field in ADDRESS_FIELDS)
    assert "site_web" not in told
    v1.Service.model_validate(told)
