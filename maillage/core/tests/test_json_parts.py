"""A JSON text that comes in parts is read, or refused, as its whole would be."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maillage.core.json_parts import JsonParts
from maillage.core.rows import Row, Rows
from maillage.core.tabular import UnreadableFile

leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


def in_parts(text: str, cuts: list[int]) -> JsonParts:
    """A file that gives its text by these lengths, in turn, whatever is asked."""
    parts, start, turn = [], 0, 0
    while start < len(text):
        size = cuts[turn % len(cuts)]
        parts.append(text[start : start + size])
        start, turn = start + size, turn + 1
    left = iter(parts)
    return JsonParts(lambda size: next(left, ""), "essai.json")


def read_whole(page: JsonParts) -> object:
    if page.next_sign() == "[":
        found: object = list(page.items())
    elif page.next_sign() == "{":
        found = {name: page.value() for name in page.members()}
    else:
        found = page.value()
    page.end()
    return found


lengths = st.lists(st.integers(1, 40), min_size=1, max_size=4)


@given(value=values, cuts=lengths, indent=st.sampled_from([None, 1]), is_ascii=st.booleans())
@example(value=[12345], cuts=[3], indent=None, is_ascii=True)
@example(value={"n": 1.5e-7, "t": 'a"b\\'}, cuts=[1], indent=None, is_ascii=True)
def test_wherever_it_is_cut_the_text_says_the_same(value, cuts, indent, is_ascii):
    text = f" {json.dumps(value, indent=indent, ensure_ascii=is_ascii)}\n "
    assert read_whole(in_parts(text, cuts)) == value


def sentence_for(text: str) -> str:
    """What is wrong with the text, read at once."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg:
            return f"essai.json est tronqué : il s'arrête ligne {error.lineno}, avant sa fin."
        return f"essai.json n'est pas un JSON valide (ligne {error.lineno}, colonne {error.colno})."
    return ""


@given(
    value=st.lists(values, min_size=1) | st.dictionaries(st.text(), values, min_size=1), cuts=lengths,
    where=st.integers(0, 10_000), put=st.sampled_from(["", ",", "}", "]", '"', "x", "0", "\\"]),
    is_cut=st.booleans(),
)  # fmt: skip
def test_a_spoilt_text_is_refused_at_the_same_line_and_column(value, cuts, where, put, is_cut):
    text = json.dumps(value, indent=1)
    place = where % len(text)
    spoilt = text[:place] + put + ("" if is_cut else text[place + 1 :])
    if not spoilt.strip() or spoilt.lstrip()[0] not in "[{":
        return
    expected = sentence_for(spoilt)
    try:
        read_whole(in_parts(spoilt, cuts))
    except UnreadableFile as refused:
        assert refused.sentence == expected
    else:
        assert expected == ""


@pytest.mark.parametrize("text", ["[" * 200_000, "[" + "9" * 5_000 + "]"])
def test_what_no_reader_can_hold_is_refused_in_one_sentence(text):
    with pytest.raises(UnreadableFile):
        read_whole(in_parts(text, [1_000]))


def test_a_long_text_inside_is_read_in_a_few_goes():
    reads = []
    text = json.dumps(["a" * 3_000_000, 1])

    def read(size):
        start = sum(reads)
        reads.append(min(size, len(text) - start))
        return text[start : start + size]

    assert list(JsonParts(read, "essai.json").items()) == ["a" * 3_000_000, 1]
    assert len(reads) < 6


@given(
    records=st.lists(st.dictionaries(st.text() | st.none(), values, max_size=4), max_size=30),
    copies=st.integers(1, 30),
)
def test_rows_put_aside_come_back_as_they_were_as_often_as_wanted(records, copies):
    rows, expected = Rows(), [Row(n, record) for n, record in enumerate(records * copies, 1)]
    for row in expected:
        rows.add(row)
    assert list(rows) == expected
    assert list(rows) == expected


def test_many_rows_do_not_stay_in_memory():
    rows = Rows()
    for n in range(20_000):
        rows.add(Row(n, {"nom": f"Maison {n}", "texte": f"{n} " * 100}))
    assert rows._kept._rolled
    assert [row.line for row in rows] == list(range(20_000))
