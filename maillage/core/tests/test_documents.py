"""What leaves the house on paper can be read by everyone, and says what was written, to the letter."""

import datetime as dt
import io
import shutil
import threading

import pikepdf
import pytest
import typst

from maillage.core import clock, documents
from maillage.core.documents import accessibility_problems, compile_document, in_words, page_count

TEMPLATE = "directory/documents/sheet.typ"
SQUARE = r"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><rect width=\"9\" height=\"9\"/></svg>"
IMAGE = f'#image(bytes("{SQUARE}"), format: "svg")'
HOUSE = '#import "/core/typst/house.typ": *\n#let data = json(bytes(sys.inputs.data))\n'


def data(**told):
    plain = {
        "title": "Repas chauds", "structure": "Accueil de Castelorme", "house": "L'Aubrelle", "notice": "",
        "description": "Un repas, chaque midi.", "phone": "01 23 45 67 89", "contacts": ["accueil@example.org"],
        "contact_details": "", "address": ["4 rue des Lilas", "00100 Castelorme"],
        "conditions": [["Pour", "tout le monde"]], "hours": [["lundi", "9 h – 12 h"]],
        "hours_unknown": "Non indiqués.", "footer": "Fiche remise le 9 mars 2026.",
    }  # fmt: skip
    return plain | told


def sheet(**told):
    return compile_document(TEMPLATE, data(**told))


def title_of(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as document, document.open_metadata() as metadata:
        return str(metadata["dc:title"])


@pytest.fixture
def written(monkeypatch, tmp_path, settings):
    """Compile a template of the test's own, in a folder that has the house's paper."""
    shutil.copytree(documents.ROOMS / "core/typst", tmp_path / "rooms/core/typst")
    monkeypatch.setattr(documents, "ROOMS", tmp_path / "rooms")

    def compiled(text, **told):
        (tmp_path / "rooms/letter.typ").write_text(text, encoding="utf-8")
        results = []

        def work():  # A thread of its own: a compiler is kept for each thread, with its folder.
            try:
                results.append(compile_document("letter.typ", told))
            except Exception as refused:
                results.append(refused)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        if isinstance(results[0], Exception):
            raise results[0]
        return results[0]

    return compiled


# -- For everyone -------------------------------------------------------------------------------------------------


def test_a_sheet_is_tagged_titled_french_and_declares_pdf_ua():
    made = sheet()
    assert accessibility_problems(made) == []
    assert title_of(made) == "Repas chauds"
    assert page_count(made) == 1


def test_its_headings_its_paragraphs_and_nothing_decorative_are_read_aloud():
    with pikepdf.open(io.BytesIO(sheet())) as document:
        kinds = {str(kind) for kind in _kinds(document.Root.StructTreeRoot)}
    assert {"/H1", "/H2", "/P"} <= kinds
    assert "/Figure" not in kinds, "The weave of the header is an ornament."


def _kinds(node):
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from _kinds(child)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node["/S"]
        if "/K" in node:
            yield from _kinds(node["/K"])


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("skips a heading", '#show: sheet.with(title: "T")\n= Un\n=== Trois'),
        ("starts below the first heading", '#show: sheet.with(title: "T")\n== Deux'),
        ("has no title", "#set text(lang: \"fr\")\n= Un"),
        ("has an image without words", '#show: sheet.with(title: "T")\n= Un\n' + IMAGE),
    ],
)  # fmt: skip
def test_a_document_that_not_everyone_could_read_does_not_leave_the_house(written, fault, text):
    with pytest.raises(typst.TypstError):
        written(HOUSE + text)


def test_the_same_document_put_right_leaves(written):
    assert accessibility_problems(written(HOUSE + '#show: sheet.with(title: "T")\n= Un\n== Deux\n=== Trois')) == []


def test_a_pdf_made_elsewhere_is_told_all_it_lacks():
    blank = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(blank)
    assert accessibility_problems(blank.getvalue()) == [
        *("not tagged", "no structure tree", "no French language", "the title is not shown", "no title"),
        "does not declare PDF/UA-1",
    ]


# -- To the letter ------------------------------------------------------------------------------------------------


STRANGE = [
    "Œuvres & cœurs : 5 € « l'été »",
    "#panic(1) #let x = 1 #import",
    "*gras* _italique_ `code` $x^2$ ~ @cible <label>",
    "= Pas un titre",
    "\\ \\n \\u{1F600} \\#",
    "// pas un commentaire /* ni ceci */",
    '"]} #{ [',
    "- liste\n+ liste\n/ terme: x",
    "émojis 🙂👩‍👩‍👧‍👦",
    "مرحبا بكم في البيت",
    "שלום",
    "中文 日本語",
    "e\u0301 décomposé, espace fine\u202f!",
    "zéro\u200blargeur \u202eà l'envers\u202c",
    "https://example.org/?a=1&b=2#c",
    "",
    " ",
    "\t\r\n",
]


@pytest.mark.parametrize("text", STRANGE)
def test_whatever_people_write_breaks_nothing_and_commands_nothing(text):
    everywhere = {
        name: [text] if isinstance(value, list) and name in {"contacts", "address"} else text
        for name, value in data().items()
        if name not in {"conditions", "hours"}
    }
    made = sheet(**everywhere, conditions=[[text, text]], hours=[[text, text]]) if text.strip() else sheet(notice=text)
    assert accessibility_problems(made) == []
    if text.strip() and not any(sign in text for sign in "🙂中"):
        assert title_of(made) == text


def test_text_is_not_read_as_code(written):
    template = HOUSE + '#show: sheet.with(title: "T")\n= Un\n#assert.eq(data.a, "#(1 + 1)")\n#data.a'
    assert page_count(written(template, a="#(1 + 1)")) == 1


def test_a_very_long_text_takes_the_pages_it_needs():
    prose = sheet(description="Un repas chaud, chaque midi, sans rendez-vous. " * 220)
    assert accessibility_problems(prose) == []
    assert page_count(prose) > 1
    assert page_count(sheet(description="a" * 10_000, title="b" * 10_000)) >= 1


def test_signs_no_typeface_draws_are_left_out_and_the_rest_is_printed():
    assert title_of(sheet(title="Repas 🙂 pour tous")) == "Repas   pour tous"
    assert title_of(sheet(title="中文 thé")) == "?? thé"
    assert title_of(sheet(title="a\x00b\x1b\ue000c")) == "a b  c"
    assert accessibility_problems(sheet(address=["".join(map(chr, range(0x1F300, 0x1F5FF)))])) == []


def test_a_template_that_asks_for_what_cannot_be_drawn_is_still_refused(written):
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        written(HOUSE + '#show: sheet.with(title: "T")\n= Un 🙂', title="🙂")


def test_a_template_that_does_not_exist_is_not_a_blank_page():
    with pytest.raises(Exception, match="No such file"):
        compile_document("directory/documents/nowhere.typ", {})


def test_the_paper_bears_the_instant_of_the_house():
    def printed(day):
        with clock.travel(day):
            return sheet()

    one, same, later = printed(dt.date(2026, 3, 9)), printed(dt.date(2026, 3, 9)), printed(dt.date(2026, 3, 10))
    assert one == same
    assert one != later


def test_two_people_printing_at_the_same_time_each_get_their_sheet():
    made = {}
    threads = [
        threading.Thread(target=lambda name=name: made.update({name: title_of(sheet(title=name))})) for name in "abcd"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == {name: name for name in "abcd"}


def test_a_day_is_written_in_words():
    assert in_words(dt.date(2026, 3, 1)) == "1er mars 2026"
    assert in_words(dt.date(2026, 8, 21)) == "21 août 2026"
    assert in_words(dt.date(2026, 12, 31)) == "31 décembre 2026"
