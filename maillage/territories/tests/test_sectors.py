"""Social sectors: drawn, drawn again, checked at any date."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.core.models import JournalLine
from maillage.core.refusals import Refused
from maillage.territories.actions import SectorRow, save_communes, sectors_problems, set_sectors
from maillage.territories.choices import SectorLevel
from maillage.territories.models import Commune, Departement, Sector, SectorCommune
from maillage.territories.tests.conftest import a_commune

pytestmark = pytest.mark.django_db

CODES = ("00001", "00002", "00003")
FOUNDED, REDRAWN = dt.date(2018, 1, 1), dt.date(2024, 1, 1)


def rows(*tis: str, tas: str = "A", names: str = "") -> list[SectorRow]:
    """One TIS per commune, in order."""
    return [
        SectorRow(tas, f"Tas {tas}", code, f"Tis {code}{names}", commune)
        for commune, code in zip(CODES, tis, strict=True)
    ]


def sector_codes(day: dt.date) -> list[str]:
    return [sector.code if (sector := commune.sector_on(day)) else "" for commune in Commune.objects.order_by("code")]


def untouched() -> list[dict]:
    return [*Sector.objects.order_by("pk").values(), *SectorCommune.objects.order_by("pk").values()]


def test_the_first_map_gives_each_commune_its_sector(departement):
    report = set_sectors(departement, rows("A1", "A1", "A2"), from_day=FOUNDED)

    assert sector_codes(FOUNDED) == ["A1", "A1", "A2"]
    assert sector_codes(FOUNDED - dt.timedelta(days=1)) == ["", "", ""]
    assert Commune.objects.get(code="00001").sector_on(FOUNDED).parent.name == "Tas A"
    assert str(report).startswith("Au 01/01/2018 : 1 TAS et 2 TIS. Secteurs ouverts : 3, fermés : 0.")
    assert sectors_problems(departement) == []


def test_a_commune_changes_sector_and_its_history_stays(departement):
    set_sectors(departement, rows("A1", "A1", "A2"), from_day=FOUNDED)
    before = {row["id"]: row for row in SectorCommune.objects.exclude(commune="00002").values()}
    report = set_sectors(departement, rows("A1", "A2", "A2"), from_day=REDRAWN)

    assert sector_codes(REDRAWN - dt.timedelta(days=1)) == ["A1", "A1", "A2"]
    assert sector_codes(REDRAWN) == ["A1", "A2", "A2"]
    assert (report.opened, report.closed, report.moved, report.unchanged) == (0, 0, 1, 2)
    assert {row["id"]: row for row in SectorCommune.objects.exclude(commune="00002").values()} == before
    assert sectors_problems(departement) == []


def test_two_sectors_become_one_under_another_tas(departement):
    set_sectors(departement, rows("A1", "A1", "A2"), from_day=FOUNDED)
    set_sectors(departement, rows("B1", "B1", "B1", tas="B"), from_day=REDRAWN)

    assert sector_codes(REDRAWN) == ["B1", "B1", "B1"]
    assert list(Sector.objects.on(REDRAWN).values_list("code", flat=True)) == ["B", "B1"]
    assert set(Sector.objects.filter(code__startswith="A").values_list("valid_until", flat=True)) == {REDRAWN}
    assert sectors_problems(departement) == []


def test_a_sector_that_changes_its_name_keeps_its_code_and_its_past(departement):
    set_sectors(departement, rows("A1", "A1", "A2"), from_day=FOUNDED)
    old = Sector.objects.get(code="A1")
    set_sectors(departement, rows("A1", "A1", "A2", names=" (nouveau)"), from_day=REDRAWN)

    assert Sector.objects.versions_of(old).on(REDRAWN).get().name == "Tis A1 (nouveau)"
    assert Sector.objects.versions_of(old).on(FOUNDED).get() == old
    assert sectors_problems(departement) == []


def test_playing_the_same_map_again_touches_nothing_and_writes_no_line(departement):
    set_sectors(departement, rows("A1", "A1", "A2"), from_day=FOUNDED)
    before, lines = untouched(), JournalLine.objects.count()
    set_sectors(departement, rows("A1", "A1", "A2"), from_day=FOUNDED)
    set_sectors(departement, rows("A1", "A1", "A2"), from_day=REDRAWN)

    assert untouched() == before
    assert JournalLine.objects.count() == lines == 1


def test_a_map_is_corrected_on_the_day_it_takes_effect(departement):
    set_sectors(departement, rows("A1", "A1", "A2"), from_day=FOUNDED)
    set_sectors(departement, rows("B1", "B1", "B2", tas="B"), from_day=REDRAWN)
    set_sectors(departement, rows("B1", "A2", "A2", tas="A"), from_day=REDRAWN)

    assert sector_codes(REDRAWN) == ["B1", "A2", "A2"]
    assert sector_codes(FOUNDED) == ["A1", "A1", "A2"]
    assert not Sector.objects.filter(code="B").exists()
    assert sectors_problems(departement) == []


def test_a_tis_and_a_tas_may_exchange_their_codes(departement):
    set_sectors(departement, rows("A1", "A1", "A2"), from_day=FOUNDED)
    swapped = [SectorRow("A1", "Tas", "A", "Tis", code) for code in CODES]
    set_sectors(departement, swapped, from_day=REDRAWN)

    assert Sector.objects.on(REDRAWN).get(code="A").level == SectorLevel.TIS
    assert sectors_problems(departement) == []


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ([], "vide"),
        (rows("A1", "A1", "A2")[:2], r"Il manque Ruel \(00003\)"),
        (
            [*rows("A1", "A1", "A2"), SectorRow("A", "Tas A", "A1", "Tis A1", "00001")],
            "Lignes 1, 4 : la commune 00001",
        ),
        (
            [*rows("A1", "A1", "A2"), SectorRow("A", "Tas A", "A1", "Tis A1", "77288")],
            "Ligne 4 : « 77288 » n'est le code",
        ),
        ([*rows("A1", "A1", "A2"), SectorRow("A", "Tas A", "A1", "Tis A1", "Melun")], r"Serait-ce Melune \(00001\)"),
        ([*rows("A1", "A1", "A2")[:2], SectorRow("A", "Tas A", "A2", "", "00003")], "Ligne 3 : tis_name manque"),
        (
            [*rows("A1", "A1", "A2")[:2], SectorRow("A", "Autre", "A2", "Tis", "00003")],
            "Ligne 3 : A n'a pas le même nom",
        ),
        ([*rows("A1", "A1", "A2")[:2], SectorRow("A", "Tas A", "A", "Tas A", "00003")], "Ligne 3 : A n'a pas"),
    ],
)
def test_a_table_that_is_no_map_is_refused_by_its_lines_and_nothing_changes(departement, table, sentence):
    set_sectors(departement, rows("A1", "A1", "A2"), from_day=FOUNDED)
    before = untouched()

    with pytest.raises(Refused, match=sentence):
        set_sectors(departement, table, from_day=REDRAWN)
    assert untouched() == before


def test_a_commune_of_the_neighbour_is_refused(departement):
    neighbour = Departement.objects.create(code="01", name="Voisin")
    save_communes(neighbour, [a_commune("01001", "Loin")])

    with pytest.raises(Refused, match=r"Ligne 4 : Loin \(01001\) est du département Voisin"):
        set_sectors(
            departement, [*rows("A1", "A1", "A2"), SectorRow("A", "Tas A", "A1", "Tis A1", "01001")], from_day=FOUNDED
        )


def test_the_past_is_not_drawn_again(departement):
    set_sectors(departement, rows("A1", "A1", "A2"), from_day=REDRAWN)

    with pytest.raises(Refused, match="a déjà changé le 01/01/2024"):
        set_sectors(departement, rows("A1", "A2", "A2"), from_day=FOUNDED)


def test_a_merged_commune_may_be_absent_of_the_next_map(departement):
    set_sectors(departement, rows("A1", "A1", "A2"), from_day=FOUNDED)
    save_communes(departement, [a_commune("00001", "Melune"), a_commune("00002", "Castelorme")])
    set_sectors(departement, rows("A1", "A1", "A2")[:2], from_day=REDRAWN)

    assert sector_codes(REDRAWN) == ["A1", "A1", ""]
    assert sectors_problems(departement) == []


def test_a_commune_without_sector_or_in_two_is_found_out(departement):
    set_sectors(departement, rows("A1", "A1", "A2"), from_day=FOUNDED)
    SectorCommune.objects.filter(commune="00001").delete()
    SectorCommune.objects.filter(commune="00002").update(valid_until=REDRAWN)
    SectorCommune.objects.create(
        commune_id="00003", sector=Sector.objects.get(code="A1"), valid_from=FOUNDED + dt.timedelta(days=9),
        valid_until=REDRAWN,
    )  # fmt: skip

    assert sectors_problems(departement) == [
        "Castelorme n'a pas de secteur depuis le 01/01/2024.",
        "Melune n'a pas de secteur depuis le 01/01/2018.",
        "Ruel est dans deux secteurs au 10/01/2018.",
    ]


maps = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.lists(st.sampled_from(["1", "2", "3"]), min_size=3, max_size=3),
        st.fixed_dictionaries({tis: st.sampled_from(["A", "B"]) for tis in "123"}),
        st.sampled_from(["", " bis"]),
    ),
    min_size=1,
    max_size=6,
)


@given(maps)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_the_map_is_redrawn_each_commune_has_one_sector_at_any_date(departement, changes):
    SectorCommune.objects.all().delete()
    Sector.objects.filter(level=SectorLevel.TIS).delete()
    Sector.objects.all().delete()
    day, expected = FOUNDED, {}
    for wait, tis, parents, name in changes:
        day += dt.timedelta(days=wait)
        table = [SectorRow(parents[t], f"Tas{name}", t, f"Tis {t}", c) for c, t in zip(CODES, tis, strict=True)]
        set_sectors(departement, table, from_day=day)
        expected[day] = [(row.tis_code, row.tas_code, row.tas_name) for row in table]

    assert sectors_problems(departement) == []
    for offset in range((day - FOUNDED).days + 2):
        on = FOUNDED + dt.timedelta(days=offset)
        last = max((d for d in expected if d <= on), default=None)
        found = [commune.sector_on(on) for commune in Commune.objects.order_by("code")]
        if last is not None:
            assert [(s.code, s.parent.code, s.parent.name) for s in found] == expected[last]


# -- The command -----------------------------------------------------------------------------------------------------

HEADER = "tas_code;tas_name;tis_code;tis_name;commune_code;commune_name\n"
LINES = "A;Tas A;A1;Tis à l'est;00001;Melune\nA;Tas A;A1;Tis à l'est;00002;\nA;Tas A;A2;Tis;00003;\n"


def import_sectors(path, **options) -> None:
    call_command("import_sectors", path, **({"departement": "00", "from_day": FOUNDED} | options))


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "secteurs.csv"
    path.write_text("\ufeff" + HEADER + LINES, encoding="utf-8")
    return path


def test_an_administrator_imports_a_spreadsheet_of_sectors(departement, table, capsys):
    import_sectors(table)

    assert "1 TAS et 2 TIS" in capsys.readouterr().out
    assert sector_codes(FOUNDED) == ["A1", "A1", "A2"]


def test_a_dry_run_says_everything_and_keeps_nothing(departement, table, capsys):
    import_sectors(table, dry_run=True)

    assert "rien n’a été enregistré" in capsys.readouterr().out
    assert not Sector.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ((HEADER + LINES).encode("cp1252"), "pas en UTF-8"),
        (b"", "est vide"),
        (b"tas_code,commune_code\nA,00001\n", "Il manque : « tas_name ».*« tis_code ».*« tis_name »"),
        ((HEADER + LINES.replace("00001", "99999")).encode(), r"Ligne 2 : « 99999 ».*Serait-ce Melune \(00001\)"),
        ((HEADER + 'A;"Tas').encode(), "tronqué"),
        (HEADER.encode(), "vide"),
    ],
)
def test_a_bad_file_is_explained_in_french(departement, table, content, sentence):
    table.write_bytes(content)

    with pytest.raises(CommandError, match=sentence):
        import_sectors(table)
    assert not Sector.objects.exists()


@pytest.mark.parametrize("day", ["2026-13-01", "hier"])
def test_a_day_that_does_not_exist_is_explained(departement, table, day):
    with pytest.raises(CommandError, match=f"« {day} » n'est pas un jour du calendrier"):
        import_sectors(table, from_day=day)


def test_a_missing_file_and_an_unknown_departement_are_explained(departement, table, tmp_path):
    with pytest.raises(CommandError, match="n'existe pas"):
        import_sectors(tmp_path / "absent.csv")
    with pytest.raises(CommandError, match="n'est pas chargé"):
        import_sectors(table, departement="77")
