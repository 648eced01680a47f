"""What a cell of a spreadsheet says, however it is written: lists, numbers, nothing."""

from hypothesis import given
from hypothesis import strategies as st

from maillage.directory.data_inclusion import clean, split_list

CODES = st.lists(st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True), min_size=1, max_size=5)


@given(CODES)
def test_a_list_is_the_same_however_it_is_written(codes):
    quoted = ", ".join(f'"{code}"' for code in codes)
    for text in (f"[{quoted}]", f"{{{','.join(codes)}}}", ",".join(codes), "; ".join(codes), f"{{{quoted}}}"):
        assert split_list(text) == codes


@given(st.text(max_size=40))
def test_no_text_of_a_cell_breaks_the_reading_of_a_list(text):
    assert all(isinstance(part, str) for part in split_list(text))


def test_numbers_with_a_comma_are_numbers_and_words_stay_words():
    assert clean({"latitude": "48,5", "nombre_semaines": "3", "nom": "  Épicerie ", "adresse": "NULL"}) == {
        "latitude": 48.5,
        "nombre_semaines": 3,
        "nom": "Épicerie",
        "adresse": None,
    }
    assert clean({"latitude": "au nord"}) == {"latitude": "au nord"}
