"""What must hold in the fictional Département: its counts, its map, its sectors, its directory, its fiction."""

import json
import re
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta

import opening_hours
import pytest
from data_inclusion.schema.v1 import Service, Structure, Thematique
from shapely import unary_union
from shapely.geometry import Point, Polygon, shape
from stdnum.fr import siren as french_siren
from stdnum.fr import siret as french_siret

from maillage.demo.aubrelle import HOUSE, PARTNERS, PEOPLE, Aubrelle, build, shapes_geojson, siren, siret
from maillage.demo.aubrelle.french import at, of
from maillage.directory.choices import ACCESSIBILITY
from maillage.directory.data_inclusion import OWN_SERVICE_FIELDS, OWN_STRUCTURE_FIELDS
from maillage.directory.languages import LANGUAGES

TODAY = date(2025, 3, 14)
FICTIONAL_PHONE = re.compile(r"^\+33(19900|26191|35301|46571|53649|63998)\d{4}$")
EXAMPLE_ADDRESS = re.compile(r"(@|://)([a-z0-9-]+\.)+example(/|$)")


@pytest.fixture(scope="module")
def aubrelle() -> Aubrelle:
    return build(TODAY)


@pytest.fixture(scope="module")
def polygons(aubrelle):
    return {commune.code: Polygon(commune.shape[0], commune.shape[1:]) for commune in aubrelle.communes}


def records(aubrelle):
    return [*aubrelle.structures, *aubrelle.services]


def test_it_has_the_size_of_a_small_departement(aubrelle):
    assert len(aubrelle.communes) == 60
    assert len(aubrelle.epcis) == 5
    assert len(aubrelle.structures) == 120
    assert len(aubrelle.services) == 400
    assert 250_000 < sum(commune.population for commune in aubrelle.communes) < 270_000
    assert [commune.code for commune in aubrelle.communes] == [f"{n:05d}" for n in range(1, 61)]


def test_two_builds_are_equal(aubrelle):
    assert build(TODAY) == aubrelle


def test_another_process_builds_the_same():
    code = (
        "from datetime import date; from hashlib import sha256; from maillage.demo.aubrelle import build;"
        f"print(sha256(repr(build(date({TODAY:%Y, %-m, %-d})).services).encode()).hexdigest())"
    )
    run = [subprocess.check_output([sys.executable, "-c", code], text=True) for _ in range(2)]
    assert run[0] == run[1]


def test_only_dates_of_update_depend_on_the_day(aubrelle):
    later = build(TODAY + timedelta(days=30))
    assert [s | {"date_maj": ""} for s in later.services] == [s | {"date_maj": ""} for s in aubrelle.services]
    assert later.communes == aubrelle.communes


@pytest.mark.parametrize("day", [date(2018, 1, 1), date(2021, 6, 30), date(2023, 12, 31), date(2024, 1, 1), TODAY])
def test_a_commune_is_in_exactly_one_lowest_level_sector(aubrelle, day):
    held = Counter(period.commune for period in aubrelle.memberships if period.holds_on(day))
    assert held == dict.fromkeys((commune.code for commune in aubrelle.communes), 1)


@pytest.mark.parametrize(("day", "count"), [(date(2018, 1, 1), 12), (date(2023, 12, 31), 12), (date(2024, 1, 1), 14)])
def test_the_reorganisation_split_two_sectors(aubrelle, day, count):
    used = {period.sector for period in aubrelle.memberships if period.holds_on(day)}
    lowest = [sector for sector in aubrelle.sectors if sector.level == "tis"]
    in_force = {s.code for s in lowest if s.valid_from <= day <= (s.valid_until or date.max)}
    assert used == in_force
    assert len(used) == count


def test_action_territories_and_epci_have_the_same_communes(aubrelle):
    parents = {sector.code: sector.parent for sector in aubrelle.sectors}
    tas_of_epci = {epci.siren: epci.tas for epci in aubrelle.epcis}
    for commune in aubrelle.communes:
        for period in aubrelle.memberships:
            if period.commune == commune.code:
                assert parents[period.sector] == tas_of_epci[commune.epci]


def test_each_sector_in_force_has_its_maison_des_solidarites_at_its_seat(aubrelle):
    structures = {structure["id"]: structure for structure in aubrelle.structures}
    seats = {sector.code: sector.seat for sector in aubrelle.sectors}
    assert len(set(aubrelle.mds_of_sector.values())) == 14
    for sector, mds in aubrelle.mds_of_sector.items():
        assert structures[mds]["code_insee"] == seats[sector]


def test_communes_cover_the_departement_without_gap_nor_overlap(aubrelle, polygons):
    union = unary_union(list(polygons.values()))
    assert all(polygon.is_valid for polygon in polygons.values())
    assert union.geom_type == "Polygon"
    assert not union.interiors
    assert sum(polygon.area for polygon in polygons.values()) == pytest.approx(union.area, rel=1e-6)
    assert Polygon(aubrelle.departement.outline[0]).equals(union)


def test_shapes_are_light_and_hold_their_centroid(aubrelle, polygons):
    for commune in aubrelle.communes:
        assert len(commune.shape[0]) <= 80
        assert polygons[commune.code].contains(Point(commune.longitude, commune.latitude))


def test_sectors_and_epci_are_in_one_piece(aubrelle, polygons):
    groups: dict[str, list[Polygon]] = {}
    for commune in aubrelle.communes:
        groups.setdefault(commune.epci, []).append(polygons[commune.code])
    for period in aubrelle.memberships:
        groups.setdefault(period.sector, []).append(polygons[period.commune])
    assert {unary_union(group).geom_type for group in groups.values()} == {"Polygon"}


def test_the_river_separates_communes_from_east_to_west(aubrelle, polygons):
    river = aubrelle.departement.river
    assert river[0][0] - river[-1][0] > 0.9
    for point in river:
        assert sum(point in commune.shape[0] for commune in aubrelle.communes) >= 2


def test_the_departement_lies_in_the_ocean(aubrelle):
    assert all(46 < c.latitude < 47.5 and -8 < c.longitude < -6 for c in aubrelle.communes)


def test_geojson_has_a_feature_per_commune(aubrelle):
    collection = json.loads(json.dumps(shapes_geojson(aubrelle)))
    assert {tuple(feature["properties"]) for feature in collection["features"]} == {("code", "nom", "population")}
    assert all(shape(feature["geometry"]).is_valid for feature in collection["features"])


def test_structures_and_services_follow_data_inclusion(aubrelle):
    strict = {"ignore_warnings": False}
    for record in aubrelle.structures:
        assert (
            set(Structure.model_validate(record, context=strict).model_dump())
            == set(record) - OWN_STRUCTURE_FIELDS.keys()
        )
    for record in aubrelle.services:
        known = set(record) - OWN_SERVICE_FIELDS.keys()
        assert set(Service.model_validate(record, context=strict).model_dump()) == known


def test_ids_are_unique_and_services_know_their_structure(aubrelle):
    structures = {record["id"] for record in aubrelle.structures}
    assert len(structures) == 120
    assert len({record["id"] for record in aubrelle.services}) == 400
    assert {record["structure_id"] for record in aubrelle.services} == structures


def test_every_theme_is_found_twice(aubrelle):
    found = Counter(theme for record in aubrelle.services for theme in record["thematiques"] or [])
    assert [theme.value for theme in Thematique if found[theme.value] < 2] == []


def test_no_two_services_say_the_same(aubrelle):
    texts = [record["description"] for record in aubrelle.services]
    assert len(set(texts)) == len(texts)
    assert not [text for text in texts if "{" in text or "  " in text]


def test_french_is_contracted_and_elided(aubrelle):
    fault = re.compile(
        r"\b(à (le|les|Le|Les)|de (Le|Les|le)|du les?|de [AEIOUÉÈ]|d'[^aeiouyhàâéèêîôûœAEIOUÉÈH]\w*)\b",
    )
    allowed = re.compile(r"\b(à|de) les? (gérer|nommer|faire)")
    texts = [record["description"] + " " + record["nom"] for record in records(aubrelle)]
    assert [text for text in texts if fault.search(allowed.sub("", text))] == []


def test_articles_meet_their_prepositions():
    assert (at("Le Bourg-Salin"), of("Le Bourg-Salin")) == ("au Bourg-Salin", "du Bourg-Salin")
    assert (at("Les Essarts-Moreau"), of("Les Essarts-Moreau")) == ("aux Essarts-Moreau", "des Essarts-Moreau")
    assert (at("La Marzelle"), of("La Marzelle")) == ("à La Marzelle", "de La Marzelle")
    assert (at("L'Islette"), of("L'Islette")) == ("à L'Islette", "de L'Islette")
    assert (at("Évrelles"), of("Évrelles")) == ("à Évrelles", "d'Évrelles")
    assert (of("Hautesaigue"), of("le CCAS de Melune")) == ("de Hautesaigue", "du CCAS de Melune")


def test_hours_are_valid_openstreetmap_hours(aubrelle):
    hours = [record["horaires_accueil"] for record in records(aubrelle) if record["horaires_accueil"]]
    assert hours
    assert [text for text in hours if not opening_hours.validate(text)] == []


def test_updates_are_three_weeks_to_two_years_old(aubrelle):
    ages = [(TODAY - date.fromisoformat(record["date_maj"])).days for record in records(aubrelle)]
    assert 21 <= min(ages) < 60
    assert 600 < max(ages) <= 731


def test_no_phone_mail_site_or_siret_can_be_real(aubrelle):
    for record in records(aubrelle):
        assert record["telephone"] is None or FICTIONAL_PHONE.match(record["telephone"])
        for field in ("courriel", "site_web", "lien_source", "lien_mobilisation"):
            assert record.get(field) is None or EXAMPLE_ADDRESS.search(record[field])
        assert record.get("siret") is None or record["siret"].startswith("000")
        assert record.get("contact_nom_prenom") is None


def test_short_numbers_in_texts_are_public_emergency_numbers_only(aubrelle):
    texts = " ".join(record["description"] for record in records(aubrelle))
    assert not re.findall(r"(?<!\d)0\d([ .]?\d\d){4}", texts)


def test_the_shelter_never_tells_where_it_is(aubrelle):
    (shelter,) = aubrelle.confidential
    for record in aubrelle.services:
        if record["structure_id"] == shelter:
            assert not any(record[field] for field in ("commune", "code_postal", "adresse", "latitude", "code_insee"))
            assert "Melune" not in record["description"]


def test_many_places_say_how_they_welcome_and_all_in_words_we_know(aubrelle):
    for record in records(aubrelle):
        assert set(record["langues"] or ()) <= LANGUAGES.keys()
        assert set(record.get("accessibilite_details") or ()) <= ACCESSIBILITY.keys()
    assert sum(bool(record["langues"]) for record in aubrelle.structures) > 50
    assert any("fsl" in (record["langues"] or ()) for record in records(aubrelle))
    shown = {code for record in aubrelle.structures for code in record["accessibilite_details"] or ()}
    assert shown == ACCESSIBILITY.keys()


def test_some_services_are_among_women_beyond_the_shelter(aubrelle):
    (shelter,) = aubrelle.confidential
    homes = {record["structure_id"] for record in aubrelle.services if record["reserve_aux_femmes"]}
    assert shelter in homes
    assert len(homes) > 1


def test_hard_records_exist(aubrelle):
    services = aubrelle.services
    assert sum(s["modes_accueil"] == ["a-distance"] and s["zone_eligibilite"] == ["00"] for s in services) >= 5
    assert sum(s["zone_eligibilite"] == ["france"] and s["commune"] is None for s in services) >= 3
    assert sum(s["modes_accueil"] == ["a-distance", "en-presentiel"] for s in services) >= 10
    assert sum(not s["thematiques"] and not s["publics"] for s in services) >= 5
    assert sum(s["latitude"] is not None and s["code_insee"] is None for s in services) >= 5
    assert sum(s["horaires_accueil"] is None for s in services) >= 20


def test_places_can_be_sought_by_old_names_and_shared_postal_codes(aubrelle):
    assert any(len(commune.old_names) > 1 for commune in aubrelle.communes)
    assert max(len(commune.postal_codes) for commune in aubrelle.communes) == 2
    shared = Counter(code for commune in aubrelle.communes for code in commune.postal_codes)
    assert max(shared.values()) > 1


def test_no_two_people_have_the_same_name():
    assert len({person.username for person in PEOPLE}) == len(PEOPLE)


def test_the_numbers_of_its_organisations_are_valid_and_nobodys():
    for partner in (HOUSE, *PARTNERS):
        assert french_siren.is_valid(siren(partner)) and siren(partner).startswith("000")
        assert french_siret.is_valid(siret(partner, 14)) and siret(partner, 14).startswith(siren(partner))


def test_the_sites_of_its_organisations_are_structures_of_its_directory(aubrelle):
    known = {record["id"] for record in aubrelle.structures}
    assert {f"aubrelle--{slug}" for partner in PARTNERS for slug in partner.structures} <= known
