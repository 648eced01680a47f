"""Loading where people live: what the house keeps, what it refuses, and what stays when it does."""

import numpy as np
import pytest

from maillage.core.refusals import Refused
from maillage.territories.actions import (
    cells_of,
    kept_population,
    load_population,
    population_cells,
    save_communes,
)
from maillage.territories.models import Departement
from maillage.territories.tests.conftest import a_commune


@pytest.fixture
def valley(db):
    """Two communes of a Département."""
    departement = Departement.objects.create(code="00", name="L'Aubrelle", is_home=True, is_fictional=True)
    communes = [a_commune("00026", "Melune"), a_commune("00008", "Castelorme")]
    save_communes(departement, communes)
    return departement


def squares(people=(120, 3, 40), communes=("00026", "00026", "00008"), latitudes=(46.81, 46.82, 46.76)):
    return cells_of(latitudes, [-7.06, -7.05, -6.67], people, communes)


def test_nobody_is_known_until_squares_are_loaded(valley):
    assert population_cells() is None
    assert kept_population() is None


def test_squares_are_kept_as_they_were_given(valley):
    report = load_population(valley, squares(), source="Insee, Filosofi 2019")
    assert (report.cells, report.people, report.empty) == (3, 163, ())
    assert str(report) == "3 carreaux, 163 habitants."
    cells = population_cells()
    assert cells is not None
    assert cells.people.tolist() == [120, 3, 40]
    assert cells.commune.tolist() == ["00026", "00026", "00008"]
    assert cells.points.tolist() == [[46.81, -7.06], [46.82, -7.05], [46.76, -6.67]]
    kept = kept_population()
    assert kept is not None
    assert (kept.departement, kept.source, kept.version) == ("00", "Insee, Filosofi 2019", report.version)


def test_what_is_mapped_cannot_be_changed_by_mistake(valley):
    load_population(valley, squares(), source="Insee")
    cells = population_cells()
    with pytest.raises(ValueError, match="read-only"):
        cells.people[0] = 0


def test_new_squares_take_the_place_of_the_former_ones_at_once(valley):
    load_population(valley, squares(), source="Insee 2017")
    load_population(valley, squares(people=(100, 0, 50)), source="Insee 2019")
    cells = population_cells()
    assert cells.people.tolist() == [100, 50]  # A square of nobody is left out.
    assert kept_population().source == "Insee 2019"


def test_a_commune_without_a_square_is_named(valley):
    report = load_population(valley, squares(people=(120, 3, 0)), source="Insee")
    assert report.empty == ("Castelorme",)
    assert str(report) == "2 carreaux, 123 habitants. Sans aucun carreau : Castelorme."


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        (
            {"communes": ("00026", "77288", "")},
            "2 carreaux ne sont d'aucune commune de L'Aubrelle (77288",
        ),
        ({"latitudes": (46.8, float("nan"), 460.0)}, "Carreau n° 2 et 1 autres : la position n'est pas en degrés"),
        ({"people": (5, -1, 3)}, "Carreau n° 2 : le nombre d'habitants est négatif."),
        ({"people": (0, 0, 0)}, "Aucun carreau n'a d'habitant."),
    ],
)
def test_what_cannot_be_counted_is_refused_and_the_former_squares_stay(valley, faults, said):
    load_population(valley, squares(), source="Insee")
    with pytest.raises(Refused) as refused:
        load_population(valley, squares(**faults), source="Autre")
    assert refused.value.sentence.startswith(said)
    assert refused.value.sentence.endswith("Les habitants en place n'ont pas changé.")
    assert kept_population().source == "Insee"
    assert len(population_cells()) == 3


def test_columns_of_different_lengths_are_no_squares():
    with pytest.raises(ValueError, match="same length"):
        cells_of([46.8], [-7.0, -7.1], [3], ["00026"])


def test_another_format_is_not_read(valley, settings):
    load_population(valley, squares(), source="Insee")
    from maillage.core import mapped  # noqa: PLC0415

    arrays = {"people": np.array([1])}
    mapped.write(settings.POPULATION_DIR, arrays, {"format": 0})
    assert population_cells() is None
