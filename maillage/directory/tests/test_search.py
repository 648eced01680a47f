"""Search by need and place: what answers, why, in what order, page after page; no dead end, no hidden address."""

import base64
import datetime as dt
import json
import math
from collections import Counter
from dataclasses import replace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.core import clock
from maillage.directory.actions.indexing import index_services
from maillage.directory.models import Service, Structure
from maillage.directory.permissions import can_read_service, can_read_structure
from maillage.directory.search import BadCursor, Origin, search
from maillage.directory.search.origins import areas_of, origin_of
from maillage.directory.tests.factories import (
    CITIZEN,
    EQUIPMENT,
    FOOD,
    HEALTH,
    KM_NORTH,
    a_service,
    a_structure,
    ask,
    fill,
)
from maillage.territories.actions import Point, SectorRow, chosen_place, set_sectors
from maillage.territories.choices import TravelMode
from maillage.territories.models import Sector

pytestmark = pytest.mark.django_db
EDITH = AnonymousUser()


@pytest.fixture(autouse=True)
def _one_monday_in_melune(melune, monday_morning):
    """Every test of this page stands in Melune on Monday 9 March 2026, at ten."""


def at(km, **facts):
    """A service so many kilometres north of the middle of Melune."""
    return a_service(latitude=48.0 + km * KM_NORTH, **facts)


def found(query, reader=EDITH, **options):
    return [result.service.uid for result in search(query, reader=reader, **options).results]


def pages(query, *, size, between=lambda number: None):
    """Every page of an answer, something happening between two of them."""
    said, number = [], 0
    while True:
        answer = search(query, reader=EDITH, size=size)
        said += [result.service.uid for result in answer.results]
        if not answer.next_cursor:
            return said
        number += 1
        assert number < 100
        between(number)
        query = replace(query, cursor=answer.next_cursor)


# -- By need ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "theme"),
    [
        ("j'ai faim", FOOD),
        ("je n'ai plus rien à manger", FOOD),
        ("aide alimantaire", FOOD),
        ("COLIS ALIMENTAIRE", FOOD),
        ("remplir des papiers", CITIZEN),
        ("ordinateur", EQUIPMENT),
        ("je n'ai pas de médecin", HEALTH),
    ],
)
def test_everyday_words_find_what_answers_them(words, theme):
    fill(
        a_service("test--oui", nom="Permanence", description="Venez nous voir.", thematiques=[theme]),
        a_service(
            "test--non",
            nom="Permanence",
            description="Venez nous voir.",
            thematiques=["mobilite--acceder-a-un-vehicule"],
        ),
    )
    assert found(ask(words)) == ["test--oui"]


def test_a_thematique_finds_its_services_and_no_other():
    fill(a_service("test--a", thematiques=[FOOD]), a_service("test--b", thematiques=[HEALTH]))
    assert found(ask(themes=(HEALTH,))) == ["test--b"]
    assert set(found(ask(themes=(HEALTH, FOOD)))) == {"test--a", "test--b"}


def test_words_of_a_description_are_found_whatever_their_accents_and_number():
    fill(a_service("test--1", description="Réparation de vélos et de trottinettes électriques"), a_service("test--2"))
    for words in ("trottinette", "TROTTINETTES", "électrique trottinette", "reparations trottinettes"):
        assert "test--1" in found(ask(words))
        assert found(ask(words))[0] == "test--1"


def test_every_word_first_then_any_one_of_them():
    fill(
        a_service("test--1", nom="Trombone", description="Souffler ensemble", thematiques=None),
        a_service("test--2", nom="Origami", description="Plier ensemble", thematiques=None),
    )
    assert found(ask("plier ensemble")) == ["test--2"]
    assert set(found(ask("trombone sérigraphie"))) == {"test--1"}


def test_no_words_and_no_theme_show_all_that_is_near():
    fill(a_service("test--1"), a_service("test--2"))
    assert set(found(ask(""))) == {"test--1", "test--2"}


def test_a_name_asked_for_comes_first_even_when_farther():
    fill(at(1, uid="test--near"), at(15, uid="test--named", nom="Le Panier d'Ernestine"))
    assert found(ask("ernestine"))[0] == "test--named"
    assert found(ask("nourriture ernestine")) == ["test--named", "test--near"]


def test_the_name_of_a_structure_finds_its_services():
    fill(
        at(1),
        at(2, structure="test--tilleul", uid="test--1"),
        structures=(a_structure("test--tilleul", nom="Le Tilleul"),),
    )
    assert found(ask("tilleul")) == ["test--1"]


# -- By limits -------------------------------------------------------------------------------------------------------


def test_nothing_farther_than_the_limit_is_shown():
    fill(at(1, uid="test--1"), at(8, uid="test--8"), at(30, uid="test--30"))
    for minutes in (5, 10, 20, 30, 60, 120):
        for result in search(ask(minutes=minutes), reader=EDITH).results:
            assert result.minutes <= minutes
    assert found(ask(minutes=5)) == ["test--1"]
    assert found(ask(minutes=60)) == ["test--1", "test--8", "test--30"]


def test_on_foot_one_goes_less_far():
    fill(at(1, uid="test--1"), at(8, uid="test--8"))
    assert found(ask(mode=TravelMode.FOOT)) == ["test--1"]
    assert found(ask(mode=TravelMode.CAR)) == ["test--1", "test--8"]


def test_the_box_of_the_index_loses_nobody_the_limit_keeps():
    """Whatever the direction: the rectangle the index reads holds all that the travel time lets in."""
    fill(
        *(
            a_service(f"test--{n}", latitude=48.0 + 0.22 * math.sin(n), longitude=2.0 + 0.33 * math.cos(n))
            for n in range(40)
        )
    )
    wide = {r.service.uid: r.minutes for r in search(ask(minutes=120), reader=EDITH, size=100).results}
    for minutes in (15, 25, 30, 31, 32, 33, 35):
        assert set(found(ask(minutes=minutes), size=100)) == {uid for uid, m in wide.items() if m <= minutes}


@pytest.mark.parametrize(
    ("publics", "is_found"),
    [(["femmes"], True), (["femmes", "jeunes"], True), (["tous-publics"], True), (None, True), (["seniors"], False)],
)
def test_a_public_finds_what_welcomes_it_and_what_welcomes_everyone(publics, is_found):
    fill(a_service("test--1", publics=publics))
    assert (found(ask(audiences=("femmes",))) == ["test--1"]) is is_found


def test_free_means_said_to_be_free():
    fill(a_service("test--g", frais="gratuit"), a_service("test--p", frais="payant"), a_service("test--?"))
    assert found(ask(cost="gratuit")) == ["test--g"]
    assert len(found(ask())) == 3


def test_reception_on_site_or_at_a_distance():
    fill(
        at(2, uid="test--s"),
        at(2, uid="test--d", modes_accueil=["a-distance"]),
        at(2, uid="test--2", modes_accueil=["a-distance", "en-presentiel"]),
    )
    assert set(found(ask(reception="en-presentiel"))) == {"test--s", "test--2"}
    assert set(found(ask(reception="a-distance"))) == {"test--d", "test--2"}


@pytest.mark.parametrize(
    ("when", "uids"),
    [
        (dt.datetime(2026, 3, 9, 10), {"test--matin", "test--toujours"}),
        (dt.datetime(2026, 3, 9, 20), {"test--soir", "test--toujours"}),
        (dt.datetime(2026, 4, 6, 10), {"test--toujours"}),  # Easter Monday.
        (dt.datetime(2026, 8, 3, 9, 30), {"test--matin", "test--toujours"}),  # Summer time.
    ],
)
def test_open_now_is_by_the_clock_of_the_house(when, uids):
    fill(
        a_service("test--matin", horaires_accueil="Mo-Fr 09:00-12:00; PH off"),
        a_service("test--soir", horaires_accueil="Mo 19:00-22:00; PH off"),
        a_service("test--toujours", horaires_accueil="24/7"),
        a_service("test--?"),
        a_service("test--illisible", horaires_accueil="le lundi matin"),
    )
    with clock.travel(when):
        answer = search(ask(is_open_now=True), reader=EDITH)
        assert {result.service.uid for result in answer.results} == uids
        assert all(result.is_open and result.open_now.startswith("Ouvert") for result in answer.results)


def test_limits_add_up():
    fill(
        a_service("test--1", frais="gratuit", publics=["femmes"], horaires_accueil="24/7"),
        a_service("test--2", frais="payant", publics=["femmes"], horaires_accueil="24/7"),
        a_service("test--3", frais="gratuit", publics=["seniors"], horaires_accueil="24/7"),
        a_service("test--4", frais="gratuit", publics=["femmes"]),
        a_service("test--5", frais="gratuit", publics=["femmes"], horaires_accueil="24/7", thematiques=[HEALTH]),
    )
    query = ask(themes=(FOOD,), cost="gratuit", audiences=("femmes",), is_open_now=True)
    assert found(query) == ["test--1"]


# -- At a distance ---------------------------------------------------------------------------------------------------

REMOTE = {"modes_accueil": ["a-distance"], "latitude": None, "longitude": None}


@pytest.mark.parametrize(
    ("zone", "is_found"),
    [
        (None, True),
        (["france"], True),
        (["99100"], True),
        (["00"], True),
        (["00001"], True),
        (["200000001"], True),
        (["77"], False),
        (["00002"], False),
        (["200000002"], False),
        (["77", "00001"], True),
        (["77", "france"], True),
    ],
)
def test_a_service_at_a_distance_is_for_those_its_zone_holds(zone, is_found):
    fill(a_service("test--1", zone_eligibilite=zone, **REMOTE))
    origin = origin_of(chosen_place("commune:00001"))
    answer = search(ask(origin=origin), reader=EDITH)
    assert [(r.service.uid, r.minutes) for r in answer.results] == ([("test--1", None)] if is_found else [])


def test_who_gives_a_point_without_a_commune_is_offered_what_is_for_everyone():
    fill(
        a_service("test--fr", zone_eligibilite=["france"], **REMOTE),
        a_service("test--00", zone_eligibilite=["00"], **REMOTE),
    )
    nowhere = Origin("Point sur la carte", Point(48.0, 2.0), "", areas_of("", None))
    assert found(ask(origin=nowhere)) == ["test--fr"]


@pytest.mark.parametrize(
    ("code", "departement"), [("77288", "77"), ("2A004", "2A"), ("97411", "974"), ("98818", "988")]
)
def test_a_commune_the_house_does_not_hold_still_has_its_departement(code, departement):
    assert areas_of(code, None) == (code, departement, "france", "99100")


def test_on_site_out_of_ones_zone_comes_after_and_says_so():
    fill(at(1, uid="test--others", zone_eligibilite=["77"]), at(9, uid="test--us", zone_eligibilite=["00001"]))
    answer = search(ask(), reader=EDITH)
    assert [(r.service.uid, r.is_reserved) for r in answer.results] == [("test--us", False), ("test--others", True)]


def test_three_answers_at_a_distance_are_shown_beside_the_first_page():
    fill(*(at(n + 1) for n in range(6)), *(a_service(f"test--d{n}", **REMOTE) for n in range(5)))
    answer = search(ask(), reader=EDITH, size=4)
    assert (answer.total_on_site, answer.total_remote, len(answer.results), len(answer.remote)) == (6, 5, 4, 3)
    assert all(result.minutes is None for result in answer.remote)


# -- Why, and in what order ------------------------------------------------------------------------------------------


def test_each_result_says_why_it_is_here():
    fill(
        a_service("test--1", nom="Colis", publics=["femmes"]),
        a_service("test--2", nom="Chorale", description="Chanter", thematiques=None),
    )
    [first] = search(ask("colis alimentaire", audiences=("femmes",)), reader=EDITH).results
    assert first.reasons[0].startswith("Répond à : ")
    assert any("colis" in reason for reason in first.reasons)
    assert "Pour : femmes" in first.reasons
    [other] = search(ask("chanter"), reader=EDITH).results
    assert other.reasons == ("Sa description contient « chanter »",)


def test_the_nearest_comes_first_then_the_freshest():
    fill(
        at(12, uid="test--loin", date_maj="2026-03-08"),
        at(3, uid="test--vieux", date_maj="2024-01-01"),
        at(3, uid="test--moyen", date_maj="2025-06-01"),
        at(3, uid="test--frais", date_maj="2026-03-01"),
    )
    answer = search(ask(), reader=EDITH)
    assert [r.service.uid for r in answer.results] == ["test--frais", "test--moyen", "test--vieux", "test--loin"]
    assert [r.rank for r in answer.results] == [1, 2, 3, 4]
    assert answer.travel_label == "estimé"


def test_among_equals_the_order_is_the_same_all_day_for_everyone_and_another_the_next_day(alice):
    fill(*(at(3, uid=f"test--{n}") for n in range(12)))
    with clock.travel(dt.datetime(2026, 3, 9, 0, 5)):
        early = found(ask())
    with clock.travel(dt.datetime(2026, 3, 9, 23, 50)):
        late = found(ask(), reader=alice)
    with clock.travel(dt.datetime(2026, 3, 10, 0, 5)):
        next_day = found(ask())
    assert early == late
    assert sorted(early) == sorted(next_day)
    assert early != next_day


def test_over_many_days_each_of_the_equals_comes_first_about_as_often():
    fill(*(at(3, uid=f"test--{n}") for n in range(5)))
    firsts = Counter()
    for day in range(100):
        with clock.travel(dt.date(2026, 3, 9) + dt.timedelta(days=day)):
            firsts[found(ask())[0]] += 1
    assert len(firsts) == 5
    assert min(firsts.values()) >= 8


# -- Page after page -------------------------------------------------------------------------------------------------


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(size=st.integers(1, 13))
def test_pages_put_end_to_end_are_the_whole_answer(size):
    if not Service.objects.exists():
        fill(
            *(at(n % 4 + 1, date_maj=f"202{n % 7}-01-01") for n in range(30)), *(a_service(**REMOTE) for _ in range(5))
        )
    assert pages(ask(), size=size) == found(ask(), size=100)


def test_pages_never_repeat_nor_miss_a_record_while_others_come_and_go(corrected):
    fill(*(at(n % 4 + 1, uid=f"test--{n:02}", date_maj=f"202{n % 6}-01-01") for n in range(40)))
    before = found(ask(), size=100)
    withdrawn = set()

    def things_happen(number):
        fill(*(at(n, uid=f"test--new-{number}-{n}") for n in (0.5, 1, 2, 3, 4, 5)))
        gone = Service.objects.filter(uid=before[(number * 9) % 40]).exclude(uid__in=withdrawn).first()
        if gone is not None:
            withdrawn.add(gone.uid)
            Service.objects.filter(pk=gone.pk).update(withdrawn_at=timezone.now())
        for service in Service.objects.filter(uid=before[(number * 7 + 3) % 40], withdrawn_at=None):
            fill(service.received | {"description": f"Texte nouveau {number}"})

    seen = pages(ask(), size=5, between=things_happen)

    assert len(seen) == len(set(seen))
    assert [uid for uid in seen if uid in before] == [uid for uid in before if uid in seen]
    assert set(before) - set(seen) <= withdrawn


def test_a_correction_between_two_pages_moves_no_other_record(corrected):
    fill(*(at(3, uid=f"test--{n:02}", date_maj="2024-01-01") for n in range(20)))
    before = found(ask(), size=100)
    edited = before[12]
    seen = pages(
        ask(), size=5, between=lambda n: n == 1 and corrected(Service.objects.get(uid=edited), phone="0199001122")
    )
    assert len(seen) == len(set(seen))
    assert [uid for uid in seen if uid != edited] == [uid for uid in before if uid != edited]


def test_past_midnight_the_pages_go_on_in_the_order_they_began():
    fill(*(at(3, uid=f"test--{n:02}", date_maj="2025-09-08") for n in range(20)))
    with clock.travel(dt.datetime(2026, 3, 9, 23, 59)):
        first = search(ask(), reader=EDITH, size=7)
        expected = found(ask(), size=100)
    with clock.travel(dt.datetime(2026, 3, 11, 9, 0)):
        rest = pages(ask(cursor=first.next_cursor), size=7)
    assert [r.service.uid for r in first.results] + rest == expected


def test_a_record_that_has_every_word_and_comes_late_hides_none_of_those_that_have_one():
    fill(*(at(3, uid=f"test--{n}", nom="Trombone", thematiques=None, description="Souffler") for n in range(6)))
    before = found(ask("trombone sérigraphie"), size=100)
    assert len(before) == 6

    def a_printer_arrives(number):
        fill(at(1, uid="test--atelier", nom="Trombone et sérigraphie", thematiques=None, description="Souffler"))

    seen = pages(ask("trombone sérigraphie"), size=2, between=a_printer_arrives)
    assert [uid for uid in seen if uid != "test--atelier"] == before


def test_ranks_go_on_from_page_to_page():
    fill(*(at(n + 1) for n in range(7)))
    first = search(ask(), reader=EDITH, size=3)
    second = search(ask(cursor=first.next_cursor), reader=EDITH, size=3)
    assert [r.rank for r in (*first.results, *second.results)] == [1, 2, 3, 4, 5, 6]


def a_cursor():
    fill(*(at(n + 1) for n in range(5)))
    return search(ask("nourriture"), reader=EDITH, size=2).next_cursor


def test_a_cursor_cut_or_forged_is_refused_with_a_sentence():
    cursor = a_cursor()
    forged = base64.urlsafe_b64encode(json.dumps(["2026-03-09", 0, 0, 0, 0, 0, 0, 0]).encode()).decode().rstrip("=")
    wrong = [cursor[:length] for length in range(1, len(cursor), 5)]
    wrong += [forged, f"{forged}:{cursor.partition(':')[2]}", cursor[::-1], cursor + "A", "é", "[]", " ", "0" * 200]
    for text in wrong:
        with pytest.raises(BadCursor) as refused:
            search(ask("nourriture", cursor=text), reader=EDITH)
        assert "Relancez la recherche" in refused.value.sentence


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(min_size=1, max_size=200))
def test_no_text_passes_for_a_cursor(text):
    with pytest.raises(BadCursor):
        search(ask(cursor=text), reader=EDITH)


def test_a_cursor_carries_neither_words_nor_position():
    cursor = a_cursor()
    written, _, _ = cursor.partition(":")
    inside = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode()
    assert all(isinstance(part, int) for part in json.loads(inside)[1:])
    for secret in ("nourriture", "melune", "48", "00001"):
        assert secret not in inside.lower().replace("2026-03-09", "") or secret.isdigit()
    assert 48.0 not in json.loads(inside)
    assert len(cursor) <= 200


# -- Who reads what --------------------------------------------------------------------------------------------------


def test_what_is_withdrawn_never_appears_and_the_rules_say_the_same(nobody, dora, alice):
    services = fill(a_service("test--1"), a_service("test--2"), a_service("test--3", structure="test--fermee"))
    Service.objects.filter(uid="test--2").update(withdrawn_at=timezone.now())  # The index does not know yet.
    Structure.objects.filter(uid="test--fermee").update(withdrawn_at=timezone.now())
    for reader in (nobody, dora):
        assert found(ask(), reader=reader) == ["test--1"]
        assert [can_read_service(reader, service) for service in services] == [True, False, False]
        assert {s.uid for s in can_read_service.among(Service.objects.all(), reader)} == {"test--1"}
        assert {s.uid for s in can_read_structure.among(Structure.objects.all(), reader)} == {"test--maison"}
    assert all(can_read_service(alice, service) for service in services)


def test_totals_and_ways_out_count_only_what_the_reader_may_read(nobody):
    services = fill(a_service("test--1"), a_service("test--2"), at(80, uid="test--3"))
    Service.objects.exclude(uid="test--1").update(withdrawn_at=timezone.now())
    index_services(Service._base_manager.filter(pk__in=[service.pk for service in services]))
    assert search(ask(), reader=nobody).total == 1
    assert search(ask(minutes=1), reader=nobody).ways_out.farther[0].service.uid == "test--1"


@pytest.fixture
def refuge(corrected):
    home = a_structure(
        "test--refuge",
        nom="Le Refuge",
        commune="Castelorme",
        code_insee="00002",
        latitude=48.01,
        adresse="7 rue Cachée",
        site_web="https://refuge.example",
    )
    fill(
        a_service(
            "test--abri",
            structure="test--refuge",
            nom="Hébergement",
            latitude=48.01,
            commune="Castelorme",
            code_insee="00002",
            adresse="7 rue Cachée",
            description="Un toit, cette nuit.",
        ),
        structures=(home,),
    )
    corrected(Structure.objects.get(), is_address_confidential=True)
    return Structure.objects.get()


def test_a_confidential_address_is_found_by_its_need_without_minutes_for_anyone(refuge, nobody, alice):
    for reader in (nobody, alice):
        for mode in TravelMode:
            [result] = search(ask("hébergement", mode=mode), reader=reader).results
            assert result.minutes is None
        assert search(ask("hébergement", reception="en-presentiel"), reader=reader).results == ()


def test_a_confidential_address_is_found_as_well_from_afar_as_from_next_door(refuge):
    """Were it not so, asking from everywhere would tell where it is."""
    far = Origin("Loin", Point(43.0, 5.0), "13055", areas_of("13055", None))
    here, there = search(ask("hébergement"), reader=EDITH), search(ask("hébergement", origin=far), reader=EDITH)
    assert [(r.service.uid, r.minutes, r.reasons) for r in here.results] == [
        (r.service.uid, r.minutes, r.reasons) for r in there.results
    ]


@pytest.mark.parametrize("words", ["castelorme", "hébergement castelorme", "cachée", "rue cachée"])
def test_a_confidential_address_is_never_found_by_its_place(refuge, words):
    said = search(ask(words), reader=EDITH)
    for result in said.results:
        assert not any("castelorme" in reason.lower() or "cachée" in reason.lower() for reason in result.reasons)
    if "hébergement" not in words:
        assert said.results == ()


# -- Never a dead end ------------------------------------------------------------------------------------------------


@pytest.fixture
def mds(melune):
    """The Maison des solidarités of Melune's sector is farther than another's."""
    set_sectors(
        melune,
        [SectorRow("TAS-1", "Nord", f"TIS-{n}", f"Secteur {n}", f"0000{n}") for n in (1, 2, 3)],
        from_day=dt.date(2020, 1, 1),
    )
    fill(
        at(3000),
        structures=(
            a_structure(),
            a_structure("test--mds1", nom="MDS de Melune", latitude=48.3),
            a_structure("test--mds2", nom="MDS de Castelorme", latitude=48.18),
        ),
    )
    for n in (1, 2):
        sector = Sector.objects.get(code=f"TIS-{n}", level="tis")
        Structure.objects.filter(uid=f"test--mds{n}").update(serves_sector=sector)


def test_nothing_near_gives_what_is_farther_what_is_close_in_need_and_the_mds(mds):
    fill(
        at(60, uid="test--loin", thematiques=[HEALTH]), at(2, uid="test--voisin", thematiques=["sante--sante-mentale"])
    )
    answer = search(ask(themes=(HEALTH,)), reader=EDITH)
    assert answer.results == ()
    assert [result.service.uid for result in answer.ways_out.farther] == ["test--loin"]
    assert ("sante--sante-mentale", 1) in [(code, count) for code, _, count in answer.ways_out.neighbours]
    assert answer.ways_out.nearest_mds.uid == "test--mds1"


def test_the_mds_is_that_of_ones_sector_else_the_nearest(mds):
    assert search(ask("zzz"), reader=EDITH).ways_out.nearest_mds.uid == "test--mds1"
    elsewhere = Origin("Point sur la carte", Point(48.17, 2.0), "", areas_of("", None))
    assert search(ask("zzz", origin=elsewhere), reader=EDITH).ways_out.nearest_mds.uid == "test--mds2"


def test_a_withdrawn_mds_is_not_offered(mds):
    Structure.objects.filter(uid="test--mds1").update(withdrawn_at=timezone.now())
    assert search(ask("zzz"), reader=EDITH).ways_out.nearest_mds.uid == "test--mds2"


def test_an_empty_directory_breaks_nothing():
    Structure.objects.all().delete()
    answer = search(ask("j'ai faim"), reader=EDITH)
    assert (answer.results, answer.total, answer.next_cursor) == ((), 0, "")
    assert answer.ways_out.nearest_mds is None


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(words=st.text(max_size=120), minutes=st.integers(1, 120))
def test_whatever_is_typed_the_answer_is_an_answer(words, minutes):
    if not Service.objects.exists():
        fill(at(2))
    answer = search(ask(words, minutes=minutes), reader=EDITH)
    assert answer.total >= len(answer.results)


def test_fifty_needs_in_a_breath_are_answered_without_a_stumble(nobody):
    fill(a_service("test--1"))
    needs = "faim, logement, papiers, permis, vélo, ordinateur, vêtements, meubles, avocat, dettes, budget, mutuelle, "
    query = ask((needs * 4)[:300])
    assert len(query.reading().needs) > len(query.needs()) == 8
    assert search(query, reader=nobody).total == 1
