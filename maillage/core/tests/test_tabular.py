"""Cells and lines: numbers of lines, lists and numbers in cells, whatever a spreadsheet does to them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.core.tabular import UnreadableFile, read_csv, read_text


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\x00"), max_size=8),
            min_size=3,
            max_size=3,
        ),
        max_size=8,
    )
)
def test_each_row_knows_the_line_where_it_begins(table):
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["a", "b", "c"])
    expected = []
    for cells in table:
        line = page.getvalue().count("\n") + 1
        writer.writerow(cells)
        if any(cell.strip() for cell in cells):
            expected.append((line, dict(zip("abc", cells, strict=True))))
    rows = read_csv(page.getvalue(), "essai.csv", required=("a",))
    assert [(row.line, row.values) for row in rows] == expected


def test_a_line_too_short_in_the_middle_is_a_fault_and_at_the_end_a_cut():
    rows = read_csv("a,b\n1\n1,2\n", "essai.csv", required=("a",))
    assert [None in row.values for row in rows] == [True, False]
    with pytest.raises(UnreadableFile, match=r"dernière ligne \(3\)"):
        read_csv("a,b\n1,2\n1\n", "essai.csv", required=("a",))


def test_many_missing_columns_are_summed_up():
    with pytest.raises(UnreadableFile, match="et 3 autres"):
        read_csv("x,y\n1,2\n", "essai.csv", required=tuple("abcdefgh"))


def test_a_quote_out_of_place_is_said_with_its_line():
    with pytest.raises(UnreadableFile, match="guillemet mal placé ligne 3"):
        read_csv('a,b\n1,2\n"x"y,2\n1,2\n', "essai.csv", required=("a",))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "n'est pas un fichier texte"),
        (b"%PDF-1.7\n", "n'est pas un fichier texte"),
        (b"a\x00\xfe\x81", "n'est pas un fichier texte"),
        ("nom;prix\n".encode("utf-16"), "vient sans doute d'un tableur"),
    ],
    ids=["picture", "paper", "program", "spreadsheet"],
)
def test_a_picture_is_not_said_to_come_from_a_spreadsheet(tmp_path, content, said):
    path = tmp_path / "essai.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=said):
        read_text(path)


def test_an_encoding_fault_is_said_with_its_line(tmp_path):
    path = tmp_path / "essai.csv"
    path.write_bytes(b"a,b\n1,2\n3,caf\xe9\n")
    with pytest.raises(UnreadableFile, match="ligne 3"):
        read_text(path)
