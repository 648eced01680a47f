"""The directory that is measured could be real: right by the standard, where people live, always the same."""

import datetime as dt
import json
import os
from collections import Counter

import pytest
from data_inclusion.schema import v1
from django.conf import settings

from bench import france, importing, measures
from maillage.directory import hours

DAY = dt.date(2026, 3, 9)


@pytest.fixture
def land(shared):
    return france.france(shared / "data/contours", settings.DECOUPAGE_DIR)


def test_the_directory_of_france_is_right_and_always_the_same(land, tmp_path):
    first, second = tmp_path / "one.json", tmp_path / "two.json"
    for path in (first, second):
        france.write(path, land, structures=400, services=1_000, day=DAY)
    assert first.read_bytes() == second.read_bytes()

    said = json.loads(first.read_text(encoding="utf-8"))
    assert (len(said["structures"]), len(said["services"])) == (400, 1_000)
    for record in said["structures"]:
        v1.Structure.model_validate(record)
    for record in said["services"]:
        v1.Service.model_validate(record)
        assert hours.parse(record["horaires_accueil"] or "24/7") is not None
    modes = Counter("a-distance" in (record["modes_accueil"] or []) for record in said["services"])
    assert 0.1 < modes[True] / 1_000 < 0.2
    words = [len(set(f"{record['nom']} {record['description']}".split())) for record in said["services"]]
    assert 30 < sum(words) / len(words) < 80
    assert len({record["description"] for record in said["services"]}) > 950


def test_towns_are_in_their_departement_and_the_great_ones_bear_the_most(land, tmp_path):
    towns = {town.code: town for town in land.towns}
    paris, gueret = towns["75056"].centre, towns["23096"].centre
    assert abs(paris[0] - 48.86) < 0.05
    assert abs(paris[1] - 2.35) < 0.08
    assert abs(gueret[0] - 46.17) < 0.15
    assert abs(gueret[1] - 1.87) < 0.15
    france.write(tmp_path / "one.json", land, structures=400, services=10, day=DAY)
    said = json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))
    by_town = Counter(record["code_insee"] for record in said["structures"])
    assert by_town.most_common(1)[0][0] in {"75056", "13055", "69123"}


@pytest.mark.django_db
def test_the_file_is_taken_whole(land, tmp_path, capsys):
    france.write(tmp_path / "one.json", land, structures=20, services=50, day=dt.date.today())
    importing.main(str(tmp_path / "one.json"))
    seconds, peak = map(float, capsys.readouterr().out.split())
    assert seconds > 0
    assert peak < 2_000


def test_memory_is_read_as_the_system_tells_it():
    assert 10 < measures.most_memory() < 5_000
    assert measures.memory_of(os.getpid()).endswith("MB its own")
