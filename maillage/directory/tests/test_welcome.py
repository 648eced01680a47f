"""In which languages one is received, what a place has for people with a disability, and what is among women only."""

import json

import pytest
from data_inclusion.schema import v1
from django.core.management import call_command
from django.urls import reverse

from maillage.directory.actions.imports import import_records
from maillage.directory.choices import Access, AccessNeed
from maillage.directory.data_inclusion import faults_of, service_record, structure_record
from maillage.directory.documents import sheet_data
from maillage.directory.models import (
    RecordChange,
    Service,
    Structure,
    Submission,
    access_needs_of,
    accessibility_of,
    languages_of,
)
from maillage.directory.tests.factories import a_service, a_source, a_structure, fill, inputs_of, post, text_of

pytestmark = pytest.mark.django_db
WITH_RAMP = {"langues": ["ara", "tur"], "accessibilite_details": ["ramp", "adapted-toilets"]}


@pytest.fixture
def house(melune, monday_morning):
    """A structure with a ramp, where Arabic and Turkish are spoken, and its services."""
    return fill(
        a_service("test--own", langues=["fsl"], reserve_aux_femmes=True),
        a_service("test--silent"),
        a_service("test--elsewhere", code_insee="00002", commune="Castelorme"),
        a_service("test--town-hall", adresse="Place de la Mairie"),
        structures=(a_structure(**WITH_RAMP),),
    )


def test_a_service_speaks_its_own_languages_else_its_structures(house):
    own, silent, *_away = house
    assert languages_of(own) == ["fsl"]
    assert languages_of(silent) == ["ara", "tur"]
    assert own.is_women_only and not silent.is_women_only


def test_the_ramp_of_a_structure_is_not_that_of_the_town_hall(house):
    _own, silent, elsewhere, town_hall = house
    assert accessibility_of(silent) == ["adapted-toilets", "ramp"]
    assert access_needs_of(silent) == [AccessNeed.WHEELCHAIR]
    assert accessibility_of(elsewhere) == accessibility_of(town_hall) == []
    assert access_needs_of(elsewhere) == []


def test_an_interpreter_in_signs_makes_a_service_answer_in_signs(house):
    Structure.objects.update(accessibility=[Access.SIGN_INTERPRETER])
    silent = Service.objects.get(uid="test--silent")
    assert languages_of(silent) == ["ara", "fsl", "tur"]
    assert access_needs_of(silent) == [AccessNeed.HEARING]


def test_an_import_that_says_nothing_of_them_erases_nothing(house, corrected):
    service, structure = house[1], house[1].structure
    corrected(service, languages=["rus"], is_women_only=True)
    report = import_records(
        [a_structure(nom="Maison renommée")], [a_service("test--silent", nom="Épicerie renommée")], source=a_source()
    )
    assert not report.rejected
    service, structure = Service.objects.get(pk=service.pk), Structure.objects.get(pk=structure.pk)
    assert (service.name, service.languages, service.is_women_only) == ("Épicerie renommée", ["rus"], True)
    assert structure.name == "Maison renommée"
    assert structure.languages == ["ara", "tur"]
    assert structure.accessibility == ["adapted-toilets", "ramp"]


def test_a_source_that_says_them_is_followed_unless_they_were_corrected_here(house, corrected):
    service = house[1]
    corrected(service, languages=["rus"])
    sent = a_service("test--silent", langues=["por"], reserve_aux_femmes="oui")
    import_records([a_structure(langues=["ita"])], [sent], source=a_source())
    service = Service.objects.select_related("structure").get(pk=service.pk)
    assert (service.languages, service.is_women_only) == (["rus"], True)
    assert service.structure.languages == ["ita"]
    changed = set(RecordChange.objects.filter(through="import").values_list("field", flat=True))
    assert {"languages", "is_women_only"} <= changed


@pytest.mark.parametrize("said", ["français", ["fr", "ar"], {"a": 1}, 12, [["ara"]], None, ""])
def test_what_another_source_calls_so_otherwise_loses_no_record(melune, monday_morning, said):
    (service,) = fill(a_service("test--x", langues=said, reserve_aux_femmes=said), structures=(a_structure(),))
    assert (service.languages, service.is_women_only) == (None, False)


def test_a_list_of_languages_in_a_cell_is_read(melune, monday_morning):
    (service,) = fill(a_service("test--x", langues="ara, xyz ;tur"), structures=(a_structure(),))
    assert service.languages == ["ara", "tur"]


def test_records_that_leave_stay_those_of_the_standard(house):
    for service in house:
        v1.Service.model_validate(service_record(service))
        v1.Structure.model_validate(structure_record(service.structure))
        assert set(service_record(service)) == set(v1.Service.model_fields)
        assert set(structure_record(service.structure)) == set(v1.Structure.model_fields)


def test_the_public_reads_them_on_the_pages_and_on_the_sheet(client, house):
    own, silent, *_away = house
    page = text_of(client.get(own.get_absolute_url()))
    assert "Entre femmes seulement" in page
    assert "Langues parlées langue des signes française (LSF)" in page
    assert "rampe d'accès, toilettes adaptées" in page
    assert "arabe, turc" in text_of(client.get(silent.get_absolute_url()))
    assert "arabe, turc" in text_of(client.get(silent.structure.get_absolute_url()))
    said = dict(sheet_data(own, "L'Aubrelle", 1_600)["conditions"])
    assert said["Langues"] == "langue des signes française (LSF)"
    assert said["Accès"] == "rampe d'accès, toilettes adaptées"
    assert "Entre femmes seulement." in said["Pour"]


def test_nothing_is_said_of_what_is_not_known(client, melune, monday_morning):
    (service,) = fill(a_service())
    for page in (client.get(service.get_absolute_url()), client.get(service.structure.get_absolute_url())):
        assert "Langues parlées" not in text_of(page)
        assert "Accès au lieu" not in text_of(page)


def test_programs_read_them_beside_the_standard(client, house):
    items = post(client, mots="épicerie", code_commune="00001").json()["items"]
    found = {item["service"]["id"]: item for item in items}
    own = found["test--own"]
    assert (own["langues"], own["accessibilite"], own["reserve_aux_femmes"]) == (
        ["fsl"],
        ["adapted-toilets", "ramp"],
        True,
    )
    assert "langues" not in own["service"]


def test_alice_corrects_them_in_the_form(house, client, enter, alice):
    structure = house[0].structure
    url = reverse("directory:edit_structure", args=[structure.pk])
    sent = inputs_of(enter(alice).get(url))
    assert sent["languages"] == ["ara", "tur"]
    sent |= {"languages": ["ara", "ukr"], "accessibility": ["lift"]}
    assert client.post(url, sent).status_code == 302
    structure.refresh_from_db()
    assert (structure.languages, structure.accessibility) == (["ara", "ukr"], ["lift"])
    history = text_of(client.get(reverse("directory:structure_history", args=[structure.pk])))
    assert "Langues parlées arabe, turc ukrainien, arabe" in history or "arabe, turc arabe, ukrainien" in history


def test_a_language_of_no_table_is_refused(house, client, enter, alice):
    url = reverse("directory:edit_service", args=[house[0].pk])
    sent = inputs_of(enter(alice).get(url)) | {"languages": ["klingon"]}
    assert client.post(url, sent).status_code == 422
    house[0].languages = ["klingon"]
    assert ("languages", "des valeurs de la liste") in faults_of(house[0])


def test_lea_proposes_them_and_mona_reads_the_words_before_publishing(enter, lea, mona, epicerie):
    url = reverse("directory:propose_service", args=[epicerie.pk])
    client = enter(lea)
    sent = inputs_of(client.get(url)) | {"languages": ["wol"], "is_women_only": ["on"], "send": "1"}
    client.post(url, sent)
    proposal = Submission.objects.get()
    assert proposal.values == {"languages": ["wol"], "is_women_only": True}
    client = enter(mona)
    page = client.get(proposal.get_absolute_url())
    assert "Langues parlées (vide) wolof" in text_of(page)
    assert "Entre femmes seulement non oui" in text_of(page)
    decided = inputs_of(page) | {"publish": "1"}
    client.post(reverse("directory:decide", args=[proposal.pk]), decided)
    epicerie.refresh_from_db()
    assert (epicerie.languages, epicerie.is_women_only) == (["wol"], True)


def test_a_house_that_moves_loses_none_of_it(house, tmp_path):
    call_command("export_directory", str(tmp_path / "all.json"), verbosity=0)
    document = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    (structure,), services = document["structures"], {one["id"]: one for one in document["services"]}
    assert (structure["langues"], structure["accessibilite_details"]) == (["ara", "tur"], ["adapted-toilets", "ramp"])
    assert (services["test--own"]["langues"], services["test--own"]["reserve_aux_femmes"]) == (["fsl"], True)
    assert "langues" not in services["test--silent"]
    v1.Structure.model_validate(structure)
