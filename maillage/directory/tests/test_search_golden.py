"""The same questions give the same list in the same order on every database, and it is the list one finds by hand."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from maillage.directory.choices import THEMES
from maillage.directory.models import freshness_of
from maillage.directory.search import SearchQuery, search
from maillage.directory.search.draw import draw
from maillage.directory.search.origins import origin_of
from maillage.territories.actions import DENSITIES, chosen_place, travel_times
from maillage.territories.choices import TravelMode
from maillage.territories.models import Commune

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden_searches.json"
TODAY = date(2026, 3, 9)
FRESHNESS = {"recent": 0, "ageing": 1, "old": 2}


def questions():
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


def asked(question):
    facts = {key: tuple(value) if isinstance(value, list) else value for key, value in question.items()}
    origin = origin_of(chosen_place(f"commune:{facts.pop('commune')}"))
    del facts["uids"]
    return SearchQuery(origin=origin, **facts | ({"mode": TravelMode(facts["mode"])} if "mode" in facts else {}))


@pytest.mark.parametrize("rank", range(12))
def test_the_answer_is_the_one_written_down(model_flat, monday_morning, nobody, rank):
    question = questions()[rank]
    answer = search(asked(question), reader=nobody)
    assert [result.service.uid for result in answer.results] == question["uids"]


def test_the_questions_written_down_are_of_every_sort():
    assert len(questions()) == 12
    assert {key for question in questions() for key in question} == {
        "commune",
        "words",
        "themes",
        "minutes",
        "mode",
        "audiences",
        "cost",
        "reception",
        "is_open_now",
        "uids",
    }
    assert sum(bool(question["uids"]) for question in questions()) >= 11


@pytest.fixture(scope="module")
def places(model_flat):
    return {commune.code: commune for commune in Commune.objects.all()}


def by_hand(aubrelle, places, *, theme, origin, minutes):
    """Which services on site bear the thématique within the limit, in order: no database, no index."""
    homes = {record["id"]: record for record in aubrelle.structures}
    rows = []
    for record in aubrelle.services:
        home = homes[record["structure_id"]]
        modes = record.get("modes_accueil") or ["en-presentiel"]
        zone = set(record.get("zone_eligibilite") or ["france"])
        if theme not in (record.get("thematiques") or []) or "en-presentiel" not in modes:
            continue
        if home["id"] in aubrelle.confidential or not zone & set(origin.area_codes):
            continue
        where = record if record.get("latitude") is not None else home
        density = DENSITIES.index(places[record.get("code_insee") or home["code_insee"]].density)
        point, ranks = np.array([[where["latitude"], where["longitude"]]]), np.array([density])
        taken = travel_times().minutes(origin.point, point, mode=TravelMode.CAR, limit=minutes, densities=ranks)[0]
        if np.isfinite(taken):
            fresh = FRESHNESS[freshness_of(date.fromisoformat(record["date_maj"]), TODAY).value]
            rows.append((int(taken), fresh, draw(record["id"], TODAY), record["id"]))
    return [(row[3], row[0]) for row in sorted(rows)]


@pytest.mark.parametrize("code", ["00026", "00001"])
def test_for_every_thematique_the_list_is_the_one_found_by_hand(
    model_flat, aubrelle, places, monday_morning, nobody, code
):
    origin = origin_of(chosen_place(f"commune:{code}"))
    for theme in THEMES:
        query = SearchQuery(origin=origin, themes=(theme,), minutes=40)
        results = search(query, reader=nobody, size=500, with_ways_out=False).results
        found = [(r.service.uid, r.minutes) for r in results if r.minutes is not None and not r.is_reserved]
        assert found == by_hand(aubrelle, places, theme=theme, origin=origin, minutes=40), theme
