"""The sheet handed over: one accessible page, whatever the record holds, and never a hidden address."""

import pytest
from django.utils import translation

from maillage.core.documents import accessibility_problems, page_count
from maillage.directory.choices import AUDIENCES, EVERYONE
from maillage.directory.documents import service_sheet, sheet_data, shortened
from maillage.directory.models import Structure
from maillage.directory.tests.factories import a_service, a_structure, fill

pytestmark = pytest.mark.django_db
HOUSE = "L'Aubrelle"
SENTENCE = "Nous vous accueillons sans condition et nous cherchons avec vous ce qui peut aider. "


@pytest.fixture(autouse=True)
def _one_monday_in_melune(melune, monday_morning):
    """Every test of this page stands in Melune on Monday 9 March 2026, at ten."""


def sheet_of(structure=None, **facts):
    [service] = fill(a_service("test--1", **facts), structures=(structure or a_structure(),))
    return service


def test_it_says_what_where_when_how_and_how_fresh():
    service = sheet_of(
        telephone="+33199001122",
        courriel="accueil@maison.example",
        adresse="5 rue Neuve",
        commune="Melune",
        code_postal="00100",
        horaires_accueil="Mo-Fr 09:00-12:00",
        publics=["femmes"],
        frais="payant",
        frais_precisions="2 euros",
        conditions_acces="Sur inscription",
        contact_nom_prenom="Zénobie Particulière",
    )
    data = sheet_data(service, HOUSE, 1_600)
    assert data["phone"] == "01 99 00 11 22"
    assert data["contacts"] == ["accueil@maison.example"]
    assert data["address"] == ["5 rue Neuve", "00100 Melune"]
    assert data["hours"][0] == ["lundi", "9 h – 12 h"]
    assert data["hours"][6] == ["dimanche", "fermé"]
    assert ["Conditions", "Sur inscription"] in data["conditions"]
    assert "1er mars 2026" in data["footer"]
    assert "9 mars 2026" in data["footer"]
    assert "Zénobie" not in str(data)


def test_an_old_record_warns_before_one_travels():
    assert "appelez avant de vous déplacer" in sheet_data(sheet_of(date_maj="2024-01-01"), HOUSE, 900)["notice"]
    assert sheet_data(sheet_of(date_maj="2026-03-01"), HOUSE, 900)["notice"] == ""


LONG = {
    "nom": "Permanence d'accès aux droits et d'accompagnement " * 2
    + "aux démarches de toutes les familles et personnes",
    "description": SENTENCE * 115,
    "conditions_acces": SENTENCE * 30,
    "publics_precisions": SENTENCE * 30,
    "frais": "payant",
    "frais_precisions": SENTENCE * 30,
    "mobilisation_precisions": SENTENCE * 60,
    "publics": sorted(set(AUDIENCES) - {EVERYONE}),
    "telephone": "0199001122 poste 12, demander l'accueil du service social",
    "courriel": f"{'accueil' * 8}@{'maison-des-solidarites.' * 5}example",
    "adresse": "1234 avenue du Général-de-Gaulle prolongée",
    "complement_adresse": "Bâtiment C, escalier 4, troisième étage, au fond du couloir à gauche après l'ascenseur",
    "horaires_accueil": "Mo-Fr 08:30-09:30,10:15-12:15,13:30-15:45,16:10-18:50; Sa 08:30-12:15,13:30-17:45; PH off",
    "lien_mobilisation": "https://rendez-vous.maison-des-solidarites.example/" + "accueil/" * 30,
}
UNBROKEN = LONG | {
    "nom": "N" * 150,
    "description": "d" * 10_000,
    "conditions_acces": "c" * 3_000,
    "publics_precisions": "p" * 3_000,
    "frais_precisions": "f" * 3_000,
    "mobilisation_precisions": "m" * 3_000,
    "adresse": "a" * 2_000,
    "telephone": "t" * 200,
    "complement_adresse": "b" * 2_000,
    "lien_mobilisation": "https://exemple.fr/" + "x" * 1_500,
    "commune": "M" * 150,
}
LINES = LONG | {"description": "Une ligne.\n\n" * 800, "conditions_acces": "- un papier\n" * 200}
MARKUP = LONG | {
    "nom": '= Titre #panic("non") $x^2$ *gras* <etiquette> @ref',
    "description": '#read("/etc/passwd") ' * 20 + "\\ \\n ` ``` [ ] { }",
    "conditions_acces": "= Un titre\n== Un autre\n/ terme: mot\n+ liste",
    "adresse": "#sys.inputs",
}
FOREIGN = LONG | {
    "nom": "Accueil العربية 中文 українська 🏠",
    "description": "مرحبا بكم. 欢迎。Ласкаво просимо! 👋 " * 50,
}


@pytest.mark.parametrize(
    "facts",
    [LONG, UNBROKEN, LINES, MARKUP, FOREIGN, {}],
    ids=["long", "unbroken", "lines", "markup", "foreign", "short"],
)
def test_whatever_the_record_holds_it_is_one_accessible_page(facts):
    service = sheet_of(a_structure(nom="Maison départementale des solidarités et de l'insertion " * 2), **facts)
    paper = service_sheet(service, house=HOUSE)
    assert page_count(paper) == 1
    assert accessibility_problems(paper) == []


def test_a_bare_record_has_its_page_too():
    bare = dict.fromkeys(
        ("telephone", "adresse", "commune", "code_postal", "code_insee", "latitude", "longitude", "complement_adresse")
    )
    service = sheet_of(a_structure(**bare), **bare)
    assert sheet_data(service, HOUSE, 900)["address"] == ["Adresse non indiquée : appelez avant de vous déplacer."]
    paper = service_sheet(service, house=HOUSE)
    assert (page_count(paper), accessibility_problems(paper)) == (1, [])


def test_only_what_answers_at_a_distance_says_not_to_travel():
    bare = dict.fromkeys(("adresse", "commune", "code_postal", "code_insee"))
    service = sheet_of(a_structure(**bare), modes_accueil=["a-distance"], **bare)
    assert sheet_data(service, HOUSE, 900)["address"] == ["À distance : il n'y a pas à se déplacer."]


def test_the_paper_is_in_french_whatever_the_language_of_who_prints_it():
    service = sheet_of(horaires_accueil="Mo-Fr 09:00-12:00")
    in_french = sheet_data(service, HOUSE, 900)
    with translation.override("en"):
        assert sheet_data(service, HOUSE, 900) == in_french


def test_a_confidential_address_is_not_on_the_sheet(corrected):
    home = a_structure(
        adresse="7 rue Cachée", commune="Castelorme", site_web="https://refuge-cache.example", code_postal="00299"
    )
    service = sheet_of(home, adresse="7 rue Cachée", commune="Castelorme", code_postal="00299", telephone="0199001122")
    corrected(Structure.objects.get(), is_address_confidential=True)
    service.refresh_from_db()
    told = str(sheet_data(service, HOUSE, 1_600))
    for secret in ("Cachée", "Castelorme", "refuge-cache", "00299"):
        assert secret not in told
    assert "01 99 00 11 22" in told
    assert "Adresse confidentielle" in told


def test_a_text_is_cut_at_a_sentence_or_a_word():
    assert shortened("Une phrase. Une autre phrase.", 18) == "Une phrase."
    assert shortened("Une seule phrase longue", 12) == "Une seule…"
    assert shortened("Court.", 20) == "Court."
    assert len(shortened("a" * 500, 100)) <= 101
