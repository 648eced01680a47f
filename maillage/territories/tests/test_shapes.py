"""Where communes are: outlines, areas, density, and the commune of a point."""

import gzip
import json
import os

import numpy as np
import pytest
import shapely
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from maillage.core.refusals import Refused
from maillage.territories.actions import commune_at, load_departement, load_shapes, save_communes
from maillage.territories.choices import Density
from maillage.territories.models import Commune
from maillage.territories.shapes import density_of, measure, shapes_path
from maillage.territories.tests.conftest import a_commune, outlines

pytestmark = pytest.mark.django_db


def a_square(code: str, *, west: float, south: float, side: float = 0.1) -> dict:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Feature", "properties": {"code": code}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def a_map(*features: dict) -> dict:
    return {"type": "FeatureCollection", "features": list(features)}


@pytest.fixture
def drawn(departement):
    """Melune to the west of Castelorme; Ruel has no outline."""
    report = load_shapes(
        departement, a_map(a_square("00001", west=-7, south=46), a_square("00002", west=-6.9, south=46))
    )
    assert report.without_outline == ("00003",)
    return departement


@pytest.mark.parametrize("code", ["17", "31", "33", "56", "77", "86", "971"])
def test_simplified_outlines_of_seven_real_departements_stay_sound(settings, code):
    departement = load_departement(code)
    load_shapes(departement, outlines(f"communes-{code}-cog2026"))

    kept = json.loads(shapes_path(code).read_bytes())["features"]
    shapes = [shape(feature["geometry"]) for feature in kept]
    assert all(shapely.is_valid(shapes))
    assert len(kept) == departement.communes.current().count()
    assert sum(measure(s).area_km2 for s in shapes) == pytest.approx(
        sum(c.area_km2 for c in departement.communes.all()), rel=0.002
    )


def test_someone_on_the_border_gets_one_commune_always_the_same(drawn):
    assert {commune_at(46.05, -6.9).code for _ in range(3)} == {"00001"}
    assert commune_at(46.05, -6.95).code == "00001"
    assert commune_at(46.05, -6.85).code == "00002"


def test_someone_in_a_seam_between_two_outlines_is_not_nowhere(drawn):
    assert commune_at(46.05, -7.001).code == "00001"
    assert commune_at(46.05, -7.01) is None


def test_without_outlines_the_nearest_centre_answers_up_to_fifteen_kilometres(departement):
    save_communes(
        departement, [a_commune("00001", "Melune", latitude=46.8, longitude=-7.0), a_commune("00002", "Ruel")]
    )

    assert commune_at(46.9, -7.0).code == "00001"
    assert commune_at(46.95, -7.0) is None
    assert commune_at(float("nan"), -7.0) is None


def test_a_house_with_nothing_loaded_knows_no_commune(db):
    assert commune_at(48.5, 2.6) is None


def test_a_new_map_replaces_the_old_one_at_once(drawn):
    assert commune_at(46.05, -6.95).code == "00001"
    load_shapes(drawn, a_map(a_square("00003", west=-7, south=46)))

    assert commune_at(46.05, -6.95).code == "00003"
    assert len(list(shapes_path("00").parent.iterdir())) == 1, "no draft is left behind"


def test_a_damaged_file_counts_as_absent(drawn):
    save_communes(drawn, [a_commune("00001", "Melune", latitude=46.05, longitude=-6.95)])
    shapes_path("00").write_text("{")

    assert commune_at(46.05, -6.95).code == "00001"


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "{}", '{"features": []}', '{"features": [{}]}', '{"features": [{"properties": {"code": "00001"}}]}',
        '{"features": [{"properties": {"code": "00001"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}',
        json.dumps(a_map(a_square("00001", west=652_000, south=6_860_000, side=500))),
        json.dumps(a_map(a_square("77288", west=2, south=48))),
    ],
)  # fmt: skip
def test_what_is_not_a_map_of_the_departement_is_refused_and_nothing_changes(drawn, tmp_path, content):
    before = shapes_path("00").read_bytes()
    path = tmp_path / "map.geojson"
    path.write_text(content)

    with pytest.raises(Refused):
        load_shapes(drawn, path)
    assert shapes_path("00").read_bytes() == before


def test_a_file_cut_short_or_missing_is_refused(drawn, tmp_path):
    path = tmp_path / "map.geojson.gz"
    with pytest.raises(Refused, match="ne s'ouvre pas"):
        load_shapes(drawn, path)
    path.write_bytes(gzip.compress(b'{"features": []}')[:-9])
    with pytest.raises(Refused):
        load_shapes(drawn, path)


def test_two_features_of_one_commune_are_one_commune(departement):
    load_shapes(departement, a_map(a_square("00001", west=-7, south=46), a_square("00001", west=-6, south=46)))

    assert commune_at(46.05, -6.95) == commune_at(46.05, -5.95) == Commune.objects.get(code="00001")


@given(st.floats(-60, 60), st.floats(0.01, 1))
def test_areas_are_those_of_the_ground_at_any_latitude(south, side):
    square = shape(a_square("x", west=0, south=south, side=side)["geometry"])
    middle = np.radians(south + side / 2)
    sphere = (side * 111.2) ** 2 * np.cos(middle)

    assert measure(square).area_km2 == pytest.approx(sphere, rel=0.012, abs=0.02)


def test_how_dense_a_commune_is():
    assert density_of(45_000, 8.0) == Density.DENSE
    assert density_of(15_000, 172.0) == Density.INTERMEDIATE
    assert density_of(3_000, 9.0) == Density.INTERMEDIATE
    assert density_of(800, 20.0) == Density.SPARSE
    assert density_of(60_000, None) == Density.DENSE
    assert density_of(0, 0.0) == Density.SPARSE


# -- The page that gives them ---------------------------------------------------------------------------------------


def test_a_map_asks_for_outlines_and_asks_again_for_free(client, drawn):
    url = reverse("territories:shapes", args=["00"])
    first = client.get(url)
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    later = client.get(url, headers={"If-Modified-Since": first["Last-Modified"]})

    assert first["Content-Type"] == "application/geo+json"
    assert {f["properties"]["nom"] for f in first.json()["features"]} == {"Melune", "Castelorme"}
    assert set(first["Cache-Control"].split(", ")) == {"public", "max-age=86400"}
    assert (again.status_code, later.status_code) == (304, 304)


def test_new_outlines_have_a_new_etag(client, drawn):
    url = reverse("territories:shapes", args=["00"])
    first = client.get(url)
    load_shapes(drawn, a_map(a_square("00003", west=-7, south=46)))
    path = shapes_path("00")
    os.utime(path, (1, 1))

    assert client.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("code", ["00", "999", "x", "..", "secret-key"])
def test_outlines_that_are_not_loaded_are_said_missing(client, db, code):
    response = client.get(f"/territoires/contours/{code}.geojson")

    assert response.status_code == 404
    assert "n'existe pas" in response.content.decode().replace("&#x27;", "'")


def test_outlines_are_only_read(client, drawn):
    assert client.post(reverse("territories:shapes", args=["00"])).status_code == 405
