"""Whatever is asked, the engine gives the list that a slow, obvious reading of the records gives, page after page."""

import csv
import datetime as dt
import random
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.core import clock
from maillage.core.text import STOP_WORDS, words
from maillage.directory.actions.imports import import_records
from maillage.directory.actions.indexing import index_services
from maillage.directory.choices import AUDIENCES, COSTS, THEMES, AccessNeed, DayPart
from maillage.directory.models import Service, Structure
from maillage.directory.search import Answer, SearchQuery, Section, search
from maillage.directory.search.origins import origin_of
from maillage.directory.tests import reference_search
from maillage.directory.tests.conftest import MONDAY, a_commune
from maillage.directory.tests.factories import Record, a_service, a_source, a_structure
from maillage.directory.tests.reference_search import Expected, Known
from maillage.directory.when import When
from maillage.territories.actions import chosen_place, save_communes
from maillage.territories.choices import TravelMode
from maillage.territories.models import Commune, Departement

pytestmark = pytest.mark.django_db
EDITH = AnonymousUser()
TOWNS = {  # Three towns of three densities in line, a village, another Département, and one that nobody can place.
    "00001": ("Melune", 48.0, 2.0, 60_000),
    "00002": ("Castelorme", 48.09, 2.02, 9_000),
    "00003": ("Nulleporte", None, None, 400),
    "00004": ("Vaubrune", 48.16, 1.95, 300),
    "77001": ("Achères-la-Forêt", 48.05, 2.3, 1_200),
}
NAMES = (
    "Épicerie solidaire", "Atelier numérique", "Permanence logement", "Aide aux impayés de loyer", "Groupe de parole",
    "Domiciliation", "Bus santé", "Trombone et sérigraphie", "Accueil des Saules", "Loyer et papiers", "Frigo partagé",
)  # fmt: skip
PHRASES = (
    "Des courses à petit prix, choisies librement.", "Une aide pour le loyer et les factures.", "Un prêt de vélo.",
    "Apprendre à se servir d'un ordinateur.", "Sérigraphie pour débutants.", "Garde d'enfants.", "Sans papiers.",
    "Un avocat vous reçoit.", "Les aidants soufflent.", "On répare, on cause, on mange.", "Un colis chaque semaine.",
)  # fmt: skip
HOURS = (
    "", "24/7", "Mo-Fr 09:00-12:00,14:00-17:00; PH off", "We 14:00-18:00", "Sa 09:30-12:30", "Mo[1] 09:00-12:00",
    '"sur rendez-vous"', "le lundi matin", "Mo-Su 18:00-24:00",
)  # fmt: skip
ZONES = (
    None, None, ["00"], ["00001"], ["00002", "77"], ["200000001"], ["france"], ["99100"], ["00004", "france"], ["2A"],
)  # fmt: skip
PUBLICS = (None, ["tous-publics"], ["femmes"], ["jeunes", "familles"], ["seniors"], ["femmes", "familles"])
MODES = (None, ["en-presentiel"], ["en-presentiel"], ["a-distance"], ["en-presentiel", "a-distance"])
THEMES_DRAWN = (
    "equipement-et-alimentation--alimentation", "logement-hebergement--reduire-les-impayes-de-loyer",
    "numerique--acquerir-un-equipement", "famille--garde-denfants",
    "difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives", "sante--sante-mentale",
    "famille--surmonter-conflits-separation-violence", "mobilite--acceder-a-un-vehicule",
)  # fmt: skip


@dataclass(frozen=True)
class House:
    """A directory that is filled, read by the reference; where people start from, and words it holds."""

    directory: list[Known]
    communes: list[str]
    vocabulary: list[str]


def house_of(vocabulary: list[str]) -> House:
    communes = Commune.objects.placed().order_by("code").values_list("code", flat=True)
    return House(reference_search.read_directory(), list(communes), vocabulary)


# -- Records drawn so that every rule has something to say ------------------------------------------------------------


def drawn_structures(dice: random.Random, count: int) -> list[Record]:
    return [a_structure(f"test--lieu-{number}", **drawn_place(dice), nom=f"Maison {dice.choice(NAMES)}",
                        description=dice.choice((None, *PHRASES)), horaires_accueil=dice.choice(HOURS) or None)
            for number in range(count)]  # fmt: skip


def drawn_place(dice: random.Random) -> Record:
    """A town and, most of the time, a point there; few different points, so that many are as far."""
    code = dice.choice(list(TOWNS))
    name, latitude, longitude, _ = TOWNS[code]
    point = {"latitude": None, "longitude": None}
    if latitude is not None and dice.random() < 0.7:
        point = {"latitude": latitude + dice.choice((0, 0.02)), "longitude": longitude + dice.choice((0, 0.03))}
    return {"code_insee": code, "commune": name, "code_postal": None} | point


def drawn_services(dice: random.Random, count: int, structures: list[Record]) -> list[Record]:
    nowhere = {"latitude": None, "longitude": None, "code_insee": None, "commune": None}
    return [
        a_service(
            f"test--{number}", structure=dice.choice(structures)["id"],
            **(drawn_place(dice) if dice.random() < 0.5 else nowhere),
            nom=dice.choice(NAMES), description=" ".join(dice.sample(PHRASES, 2)),
            date_maj=(dt.date(2026, 3, 1) - dt.timedelta(days=dice.choice((0, 0, 175, 200, 360, 370)))).isoformat(),
            thematiques=dice.sample(THEMES_DRAWN, dice.randrange(4)) or None, publics=dice.choice(PUBLICS),
            publics_precisions=dice.choice((None, "Aux aidants.")), frais=dice.choice((None, "gratuit", "payant")),
            modes_accueil=dice.choice(MODES), zone_eligibilite=dice.choice(ZONES),
            horaires_accueil=dice.choice(HOURS) or None,
        )
        for number in range(count)
    ]  # fmt: skip


def fill_with_drawn_records() -> list[str]:
    """Three hundred services, some withdrawn, some of a refuge; the words they hold."""
    dice = random.Random(7)
    for departement, is_home in (("00", True), ("77", False)):
        save_communes(
            Departement.objects.create(code=departement, name=departement, is_home=is_home),
            [
                a_commune(code, name, latitude=latitude, longitude=longitude, population=people)
                for code, (name, latitude, longitude, people) in TOWNS.items()
                if code.startswith(departement)
            ],
        )
    structures = drawn_structures(dice, 60)
    report = import_records(structures, drawn_services(dice, 300, structures), source=a_source())
    assert not report.rejected, [str(rejected) for rejected in report.rejected[:3]]
    Structure.objects.filter(uid__in=("test--lieu-1", "test--lieu-2")).update(is_address_confidential=True)
    Structure.objects.filter(uid="test--lieu-3").update(withdrawn_at=clock.now())
    Service.objects.filter(uid__in=("test--10", "test--20")).update(withdrawn_at=clock.now())
    Structure.objects.filter(uid__endswith="4").update(languages=["ara"], accessibility=["ramp"])
    Service.objects.filter(uid__endswith="3").update(languages=["eng"], is_women_only=True)
    Structure.objects.filter(uid__endswith="5").update(accessibility=["lift", "sign-interpreter"])
    index_services(Service.objects.all())
    return sorted({word for text in (*NAMES, *PHRASES) for word in words(text)})


@pytest.fixture(scope="module", params=["drawn", "aubrelle"])
def house(request, django_db_setup, django_db_blocker):
    """A directory drawn to be awkward, then L'Aubrelle. In this order: the model flat stays until the module ends."""
    if request.param == "aubrelle":
        aubrelle = request.getfixturevalue("aubrelle")
        request.getfixturevalue("model_flat")
        with django_db_blocker.unblock():
            yield house_of(sorted({word for one in aubrelle.services for word in words(one["nom"])}))
        return
    with django_db_blocker.unblock(), transaction.atomic(), clock.travel(MONDAY):
        yield house_of(fill_with_drawn_records())
        transaction.set_rollback(True)


# -- Questions --------------------------------------------------------------------------------------------------------

with (Path(__file__).parent / "everyday_queries.csv").open(encoding="utf-8", newline="") as lines:
    EVERYDAY = [line["query"] for line in csv.DictReader(lines)]
UNKNOWN = ("trombone", "sérigraphie", "saules", "xyzzy", "melune", "castelorme", "maison")
INSTANTS = [MONDAY + dt.timedelta(days=day, hours=hour) for day in range(14) for hour in (-2, 0, 4, 9)]


def some_words(house: House) -> st.SearchStrategy[str]:
    """Nothing, a sentence of every day, words of the directory, words it does not know, and all that together."""
    own = st.lists(st.sampled_from([*house.vocabulary, *UNKNOWN]), max_size=3).map(" ".join)
    everyday = st.sampled_from(EVERYDAY)
    several = st.lists(st.sampled_from([*EVERYDAY, "logement", "papiers", "manger"]), min_size=2, max_size=3)
    mixed = st.tuples(everyday, own).map(" ".join)
    return st.one_of(st.just(""), everyday, own, mixed, several.map(" et ".join))


def some_questions(house: House) -> st.SearchStrategy[SearchQuery]:
    borne = sorted({theme for one in house.directory for theme in one.themes})
    return st.builds(
        SearchQuery,
        origin=st.sampled_from(house.communes).map(lambda code: origin_of(chosen_place(f"commune:{code}"))),
        words=some_words(house),
        themes=st.lists(st.sampled_from(borne) | st.sampled_from(list(THEMES)), max_size=2, unique=True).map(tuple),
        minutes=st.integers(1, 120),
        mode=st.sampled_from(TravelMode),
        audiences=st.lists(st.sampled_from(list(AUDIENCES)), max_size=2, unique=True).map(tuple),
        cost=st.sampled_from(["", "", *COSTS]),
        reception=st.sampled_from(["", "", "en-presentiel", "a-distance"]),
        is_open_now=st.sampled_from([False, False, True]),
        when=st.none()
        | st.builds(When, weekday=st.none() | st.integers(0, 6), part=st.none() | st.sampled_from(DayPart)),
        languages=st.sampled_from([(), (), ("ara",), ("eng", "fsl")]),
        accessibility=st.sampled_from([(), (), (AccessNeed.WHEELCHAIR,), tuple(AccessNeed)[:2]]),
        is_women_only=st.sampled_from([False, False, False, True]),
    )


def all_pages(query: SearchQuery, *, size: int) -> list[Answer]:
    pages = [search(query, reader=EDITH, size=size, with_ways_out=False)]
    while pages[-1].next_cursor:
        following = replace(query, cursor=pages[-1].next_cursor)
        pages.append(search(following, reader=EDITH, size=size, with_ways_out=False))
        assert len(pages) < 500
    return pages


def agree(query: SearchQuery, house: House, *, size: int) -> int:
    """Both say the same, to the last page; how many answers there were."""
    expected = reference_search.answer(query, house.directory, day=clock.today())
    pages = all_pages(query, size=size)
    shown = [result for page in pages for result in page.results]
    assert [Expected(r.service.uid, r.section, r.minutes) for r in shown] == expected
    assert [result.rank for result in shown] == list(range(1, len(expected) + 1))
    remote = sum(one.minutes is None for one in expected)
    assert {(page.total_on_site, page.total_remote) for page in pages} == {(len(expected) - remote, remote)}
    assert all(len(page.results) == size for page in pages[:-1])
    return len(expected)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_engine_answers_as_the_records_read_one_by_one(house, data):
    query = data.draw(some_questions(house), label="question")
    size = data.draw(st.sampled_from([20, 100]), label="answers a page")
    with clock.travel(data.draw(st.sampled_from(INSTANTS), label="when")):
        agree(query, house, size=size)


def test_one_need_at_a_time_then_everything_is_answered_the_same(house, monday_morning):
    origin = origin_of(chosen_place(f"commune:{house.communes[0]}"))
    found = [agree(SearchQuery(origin, themes=(theme,), minutes=60), house, size=50) for theme in THEMES]
    assert sum(found) > 100
    assert agree(SearchQuery(origin, minutes=120), house, size=50) > 200


@pytest.mark.parametrize("minutes", [10, 40])
def test_sentences_of_every_day_are_answered_the_same(house, monday_morning, minutes):
    origin = origin_of(chosen_place(f"commune:{house.communes[0]}"))
    asked = [*EVERYDAY[::4], *(f"{one} {word}" for one, word in zip(EVERYDAY[1::12], house.vocabulary, strict=False))]
    assert sum(agree(SearchQuery(origin, words=text, minutes=minutes), house, size=50) for text in asked) > 100


def test_two_needs_put_first_the_places_that_answer_both(house, monday_morning):
    both = 0
    for code in house.communes[::4]:
        query = SearchQuery(origin_of(chosen_place(f"commune:{code}")), words="manger et papiers", minutes=60)
        assert len(query.needs()) == 2
        agree(query, house, size=50)
        answer = search(query, reader=EDITH, size=50, with_ways_out=False)
        both += sum(result.section == Section.EVERY_NEED for result in answer.results)
    assert both > 0


def test_any_one_of_the_words_is_enough_only_when_no_service_has_them_all(house, monday_morning):
    origin = origin_of(chosen_place(f"commune:{house.communes[0]}"))
    rare = [word for word in house.vocabulary if word not in STOP_WORDS][::4][:20]
    for one, other in zip(rare, reversed(rare), strict=True):
        agree(SearchQuery(origin, words=f"{one} {other}", minutes=60), house, size=50)
        agree(SearchQuery(origin, words=f"{one} xyzzy", minutes=60), house, size=50)
