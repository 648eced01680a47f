"""Nobody can work out where a confidential address is: whatever one asks, the answer is the same wherever it stands.

Two houses differ in one thing only: where the refuge stands, with its commune, its street and all that would lead
there. Someone without an account asks them the same questions, from anywhere, with any limit, word and filter, page
after page. The answers must be the same, byte for byte.
"""

import re
from dataclasses import dataclass
from io import StringIO
from zlib import crc32

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.core.gathering import global_search
from maillage.directory.choices import AUDIENCES
from maillage.directory.models import Service, Structure
from maillage.directory.search import search
from maillage.directory.tests.factories import (
    FOOD,
    HEALTH,
    KM_NORTH,
    a_service,
    a_structure,
    ask,
    fill,
    post,
)
from maillage.territories.models import Commune

pytestmark = pytest.mark.django_db
SHELTER = "logement-hebergement--rechercher-une-solution-dhebergement-temporaire"
VIOLENCE = "famille--surmonter-conflits-separation-violence"
MOST_PAGES = 12


@dataclass(frozen=True)
class House:
    """Where the refuge stands, and all that would lead there."""

    latitude: float | None
    longitude: float | None
    code: str
    commune: str
    postal_code: str
    street: str

    def facts(self) -> dict[str, object]:
        return {
            "latitude": self.latitude, "longitude": self.longitude, "code_insee": self.code or None,
            "commune": self.commune or None, "code_postal": self.postal_code or None, "adresse": self.street or None,
            "complement_adresse": f"Derrière {self.street}" if self.street else None,
        }  # fmt: skip

    def leads(self) -> dict[str, object]:
        slug = "".join(letter for letter in self.street if letter.isalnum()) or "nulle-part"
        return {
            "siret": f"{crc32(slug.encode()):014d}" if self.street else None,
            "lien_source": f"https://source.example/{slug}",
            "site_web": f"https://refuge.example/{slug}",
            "accessibilite_lieu": f"https://acceslibre.example/{slug}",
        }


HERE = House(48.0, 2.0, "00001", "Melune", "00100", "3 Grande Rue")
COMMUNES = st.sampled_from(
    [("00001", "Melune", "00100"), ("00002", "Castelorme", "00200"), ("00003", "Nulleporte", "")]
)
HOUSES = st.builds(
    lambda commune, point, street: House(*point, *commune, street),
    COMMUNES | st.just(("", "", "")),
    st.tuples(st.floats(47.8, 48.4), st.floats(1.7, 2.3)) | st.just((48.0, 2.0)) | st.just((None, None)),
    st.sampled_from(["3 Grande Rue", "12 rue du Lavoir", "Place de la Mairie", ""]),
)
WORDS = st.sampled_from(
    ["", "refuge", "abri femmes", "violences conjugales", "hébergement ce soir", "épicerie", "Melune", "Castelorme",
     "rue du Lavoir", "Grande Rue", "mon mari me frappe", "médecin", "zzz", "réservé aux femmes", "parle arabe"]
)  # fmt: skip
POINTS = st.tuples(st.floats(47.5, 48.6), st.floats(1.5, 2.5))
QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "mots": WORDS,
        "minutes_max": st.integers(1, 120),
        "mode": st.sampled_from(["voiture", "velo", "pied"]),
        "publics": st.lists(st.sampled_from(["femmes", "familles", "seniors"]), max_size=2),
        "thematiques": st.lists(st.sampled_from([SHELTER, VIOLENCE, FOOD, HEALTH]), max_size=2),
        "gratuit": st.booleans(),
        "ouvert_maintenant": st.booleans(),
        "mode_accueil": st.sampled_from(["en-presentiel", "a-distance"]),
        "taille": st.integers(1, 5),
        "jour": st.sampled_from(["lundi", "mercredi"]),
        "moment": st.sampled_from(["matin", "apres-midi"]),
        "langues": st.sampled_from([[], ["ara"]]),
        "accueil": st.sampled_from([[], ["fauteuil"]]),
        "entre_femmes": st.booleans(),
    },
)
EXAMPLES = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def services_of_refuge(house):
    """On site at its structure's; at its own written place; both on site and at a distance; for its Département."""
    common = {"structure": "test--refuge", "publics": ["femmes"], "thematiques": [SHELTER, VIOLENCE]}
    own = house.facts() | {"lien_source": house.leads()["lien_source"]}
    nowhere = {"latitude": None, "longitude": None}
    return [
        a_service("test--refuge-1", nom="Mise à l'abri", description="Une place ce soir.", **common, **nowhere),
        a_service("test--refuge-2", nom="Refuge de nuit", **(common | own), frais="gratuit"),
        a_service(
            "test--refuge-3", nom="Écoute des violences conjugales", modes_accueil=["en-presentiel", "a-distance"],
            zone_eligibilite=["00"], horaires_accueil="24/7", langues=["ara"], reserve_aux_femmes=True,
            **(common | own),
        ),
    ]  # fmt: skip


def stand_at(house):
    """The same house of the same records, where the refuge stands there."""
    refuge = a_structure(
        "test--refuge", nom="L'Abri des Saules", telephone="0199000001", langues=["ara", "rus"],
        accessibilite_details=["lift"], **(house.facts() | house.leads()),
    )  # fmt: skip
    fill(*services_of_refuge(house), structures=(refuge,))


@pytest.fixture
def town(melune, sectors, monday_morning, settings):
    """Public services at several distances, among which the refuge."""
    fill(
        *(
            a_service(f"test--s{km}", latitude=48.0 + km * KM_NORTH, publics=publics, thematiques=themes)
            for km, publics, themes in (
                (1, ["femmes"], [SHELTER]), (4, None, [FOOD]), (9, ["familles"], [VIOLENCE]), (19, None, [SHELTER]),
                (22, ["femmes"], [HEALTH]), (40, None, [VIOLENCE]),
            )
        ),
        a_service("test--far", modes_accueil=["a-distance"], thematiques=[VIOLENCE], latitude=None, longitude=None),
    )  # fmt: skip
    stand_at(HERE)
    Structure.objects.filter(uid="test--refuge").update(is_address_confidential=True)
    stand_at(House(48.1, 2.0, "00001", "Melune", "00100", "12 rue du Lavoir"))
    return melune


def at_both(one, other, asking):
    """What is answered when the refuge stands at one place, then at the other."""
    answers = []
    for house in (one, other):
        stand_at(house)
        cache.clear()  # Nobody waits for the throttle, which counts questions and not places.
        answers.append(asking())
    return answers


def every_page(client, question):
    """All the pages of an answer, as bytes."""
    pages, cursor = [], ""
    for _page in range(MOST_PAGES):
        response = post(client, **question, curseur=cursor)
        pages.append((response.status_code, response.content))
        cursor = response.json().get("curseur_suivant") if response.status_code == 200 else None
        if not cursor:
            break
    return pages


@EXAMPLES
@given(HOUSES, HOUSES, QUESTIONS, POINTS | st.none(), st.sampled_from(["00001", "00002"]))
def test_programs_learn_nothing_of_where_it_stands(town, client, one, other, question, point, commune):
    place = {"code_commune": commune} if point is None else {"lat": point[0], "lon": point[1]}
    first, second = at_both(one, other, lambda: every_page(client, question | place))
    assert first == second


@EXAMPLES
@given(HOUSES, HOUSES, QUESTIONS)
def test_someone_who_stands_at_its_very_door_learns_nothing(town, client, one, other, question):
    doors = [house for house in (one, other) if house.latitude is not None]
    asked = [question | {"lat": house.latitude, "lon": house.longitude} for house in doors]
    first, second = at_both(one, other, lambda: [every_page(client, each) for each in asked])
    assert first == second


FORMS = st.fixed_dictionaries(
    {"place": st.sampled_from(["Melune", "Castelorme", "00100", "12 rue du Lavoir, Melune"]), "words": WORDS},
    optional={
        "minutes": st.sampled_from(["10", "30", "90"]),
        "mode": st.sampled_from(["car", "foot", "bicycle"]),
        "reception": st.sampled_from(["en-presentiel", "a-distance"]),
        "audiences": st.sampled_from([code for code in AUDIENCES if code in {"femmes", "familles"}]),
        "free": st.just("on"),
        "open_now": st.just("on"),
        "day": st.sampled_from(["0", "2"]),
        "part": st.sampled_from(["morning", "afternoon"]),
        "language": st.sampled_from(["", "ara"]),
        "access": st.just("wheelchair"),
        "women_only": st.just("on"),
    },
)


@EXAMPLES
@given(HOUSES, HOUSES, FORMS)
def test_the_pages_of_answers_tell_nothing(town, client, one, other, typed):
    url = reverse("directory:search")
    first, second = at_both(one, other, lambda: client.post(url, typed).content)
    assert first == second


def public_pages():
    services = Service.objects.order_by("uid").values_list("pk", flat=True)
    structures = Structure.objects.order_by("uid").values_list("pk", flat=True)
    return [
        "/",
        *(reverse("directory:service", args=[pk]) for pk in services),
        *(reverse("directory:sheet", args=[pk]) for pk in services),
        *(reverse("directory:structure", args=[pk]) for pk in structures),
        *(reverse("directory:territory", args=[code]) for code in Commune.objects.values_list("pk", flat=True)),
        *(f"{reverse('directory:search')}?commune={code}&theme={SHELTER}" for code in ("00001", "00002")),
        *(f"/api/v1/search?commune={code}&thematique={VIOLENCE}" for code in ("00001", "00002")),
    ]


@settings(EXAMPLES, max_examples=8)
@given(HOUSES, HOUSES)
def test_a_list_to_take_away_tells_nothing(town, client, one, other):
    refuge = Service.objects.filter(structure__is_address_confidential=True).values_list("pk", flat=True)

    def taken():
        page = client.post(reverse("directory:list"), {"chosen": list(refuge)}).content.decode()
        paper = client.post(reverse("directory:print_list"), {"chosen": list(refuge)}).content
        return re.sub(r'name="intention" value="[^"]*"', "", page), paper

    first, second = at_both(one, other, taken)
    assert first == second


@settings(EXAMPLES, max_examples=5)
@given(HOUSES, HOUSES)
def test_no_page_nor_paper_tells_it(town, client, one, other):
    first, second = at_both(one, other, lambda: [(url, client.get(url).content) for url in public_pages()])
    for before, after in zip(first, second, strict=True):
        assert before == after


@settings(EXAMPLES, max_examples=8)
@given(HOUSES, HOUSES)
def test_an_open_data_export_tells_nothing(town, tmp_path, one, other):
    def exported():
        call_command("export_directory", str(tmp_path / "all.json"), stdout=StringIO())
        return (tmp_path / "all.json").read_bytes()

    first, second = at_both(one, other, exported)
    assert first == second
    assert b"Abri des Saules" in first


@settings(EXAMPLES, max_examples=15)
@given(HOUSES, HOUSES, WORDS, st.integers(1, 30))
def test_the_search_of_the_whole_house_tells_nothing(town, nobody, one, other, words, limit):
    first, second = at_both(one, other, lambda: repr(global_search.ask(nobody, words, limit=limit)))
    assert first == second


def test_a_zone_around_it_does_not_tell_it(town, client):
    """Asked from every commune, a service for those of one commune or one EPCI would say which."""

    def asked_everywhere(zone):
        sent = services_of_refuge(HERE)
        for service in sent:
            service["zone_eligibilite"] = zone
        fill(*sent)
        cache.clear()
        return [every_page(client, {"code_commune": code, "thematiques": [SHELTER]}) for code in ("00001", "00002")]

    assert asked_everywhere(["00001"]) == asked_everywhere(["00002"]) == asked_everywhere(["00"])


def test_the_nearest_house_is_never_one_that_hides(town, sectors, client):
    """Whoever asks from many places for the nearest one would draw circles around one that hides."""
    Commune.objects.filter(pk="00003").update(latitude=48.1, longitude=2.0)  # In no sector.
    fill(
        a_service("test--mds-1", structure="test--mds-1"),
        structures=(a_structure("test--mds-1", nom="MDS de Castelorme", latitude=48.18),),
    )
    Structure.objects.filter(uid="test--mds-1").update(serves_sector=sectors["TIS-2"])
    Structure.objects.filter(uid="test--refuge").update(serves_sector=sectors["TIS-1"])
    near, far = House(48.1, 2.0, "00001", "Melune", "00100", "x"), House(47.8, 2.0, "00001", "Melune", "00100", "x")
    url = reverse("directory:territory", args=["00003"])
    first, second = at_both(near, far, lambda: client.get(url).content)
    assert first == second


def test_the_refuge_is_found_all_the_same(town, nobody):
    found = search(ask("violences conjugales"), reader=nobody)
    assert "test--refuge-3" in {result.service.uid for result in (*found.results, *found.remote)}
    assert all(result.minutes is None for result in found.results if result.service.uid.startswith("test--refuge"))


def test_the_same_question_asked_twice_has_the_same_answer(town, client):
    """Else comparing answers byte for byte would prove nothing."""
    for url in public_pages():
        cache.clear()
        assert client.get(url).content == client.get(url).content, url


def test_moving_what_is_not_confidential_is_seen(town, client):
    """The test would see a leak if there were one."""
    Structure.objects.filter(uid="test--refuge").update(is_address_confidential=False)
    one, other = (
        House(48.01, 2.0, "00001", "Melune", "00100", "x"),
        House(48.2, 2.0, "00002", "Castelorme", "00200", "y"),
    )
    first, second = at_both(one, other, lambda: every_page(client, {"code_commune": "00001", "minutes_max": 10}))
    assert first != second
