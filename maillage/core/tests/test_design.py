"""The forms of the house: all shown, all legible, none breaking when something else does."""

import re
from pathlib import Path

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client

from maillage.core import catalogue
from maillage.core.components import Contact, Result, Table
from maillage.core.contrast import PAIRS, THEMES, contrasts, declarations, ratio, read, tokens
from maillage.core.templatetags import ui

CORE = Path(catalogue.__file__).parent


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def catalogue_page(client: Client, db: None) -> str:
    answer = client.get("/design/")
    assert answer.status_code == 200
    return answer.content.decode()


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


class CallBack(forms.Form):
    phone = forms.CharField(
        label="Un numéro", help_text="Fixe ou portable.", error_messages={"required": "Il nous faut un numéro."}
    )
    way = forms.ChoiceField(label="Comment ?", widget=forms.RadioSelect, choices=[("sms", "SMS")])


def test_every_component_is_shown_in_the_catalogue():
    shown = "".join(page.read_text() for page in CORE.glob("templates/core/**/*.html"))
    missing = [name for name in ui.register.tags if not name.startswith("end") and f"{{% {name}" not in shown]
    assert not missing


def test_the_catalogue_shows_every_section_by_day_and_by_night(catalogue_page):
    for theme in THEMES:
        assert catalogue_page.count(f'data-theme="{theme}"') == len(catalogue.SECTIONS)


def test_no_identifier_is_on_the_catalogue_twice(catalogue_page):
    identifiers = re.findall(r'\sid="([^"]+)"', catalogue_page)
    assert len(identifiers) == len(set(identifiers))


def test_no_page_of_the_house_carries_an_inline_style_or_script(catalogue_page):
    assert " style=" not in catalogue_page
    assert "<style" not in catalogue_page
    assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", catalogue_page)
    assert not re.search(r"\son\w+=\"", catalogue_page)


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_written_can_be_read(theme):
    assert not [pair for pair in contrasts(theme) if not pair.ok]


def test_night_asked_by_the_device_and_night_asked_by_the_page_are_the_same():
    css = re.sub(r"/\*.*?\*/", "", read("core/tokens.css"), flags=re.DOTALL)
    nights = re.findall(r"(?::root:not\(\[data-theme\]\)|\n\[data-theme=\"dark\"\]) \{([^}]+)\}", css)
    assert len(nights) == 2
    assert nights[0].split() == nights[1].split()


def test_every_colour_of_the_table_of_pairs_is_a_token():
    named = {role for role, *_ in PAIRS} | {ground for _, grounds, *_ in PAIRS for ground in grounds}
    assert named <= set(tokens("light"))


@pytest.mark.parametrize(
    "theme_css",
    [
        ":root { --house-action: #F5E663; }",
        ":root { --house-action-dark: #14323A; }",
        ":root { --text: #CCCCCC; }",
        ":root { --house-action: papayawhip; }",
        "@media (prefers-color-scheme: dark) { :root { --page: #E9EEF0; } }",
    ],
)
def test_a_theme_that_cannot_be_read_is_caught(theme_css, tmp_path, settings, monkeypatch):
    hostile = tmp_path / "theme.css"
    hostile.write_text(theme_css)
    genuine = finders.find
    monkeypatch.setattr(finders, "find", lambda name: str(hostile) if name == "hostile.css" else genuine(name))
    settings.THEME_CSS = "hostile.css"
    assert [pair for theme in THEMES for pair in contrasts(theme) if not pair.ok]


def test_a_theme_that_is_not_there_is_said_aloud(settings):
    settings.THEME_CSS = "nowhere.css"
    with pytest.raises(FileNotFoundError, match="MAILLAGE_THEME"):
        contrasts("light")


def test_contrast_is_that_of_wcag():
    assert ratio("#000", "#FFFFFF") == 21
    assert ratio("#777777", "#FFFFFF") == 4.48
    assert ratio("red", "#FFFFFF") == 0


def test_a_print_sheet_does_not_speak_for_the_screen():
    sheet = "@media print { :root { --text: #FFF; } } :root { --page: #000; }"
    assert declarations(sheet, "light") == {"page": "#000"}


def test_every_icon_the_house_uses_exists():
    assert all(ui.drawing(name) for name in catalogue.icons())


@pytest.mark.parametrize("name", ["no-such-icon", "../package", ""])
def test_an_unknown_icon_is_a_mistake_said_at_once(name):
    with pytest.raises(ValueError, match="icon"):
        ui.icon(name)


@pytest.mark.parametrize(
    "source", ['{% tag "x" tone="pink" %}', '{% button "x" variant="loud" %}', '{% saved "x" "perhaps" %}']
)
def test_a_word_the_house_does_not_know_is_refused(source):
    with pytest.raises(ValueError, match="is not one of"):
        render(source)


def test_an_error_is_linked_to_its_field_and_to_the_summary():
    page = render("{% error_summary form %}{% field form.phone %}{% field form.way %}", form=CallBack({}))
    assert 'href="#id_phone"' in page
    assert 'aria-describedby="id_phone-help id_phone-error"' in page
    assert 'aria-invalid="true"' in page
    assert re.search(r'id="id_phone-error".*?Il nous faut un numéro', page, re.DOTALL)
    group = re.search(r'<fieldset[^>]*id="([^"]+)"[^>]*aria-describedby="([^"]+)"', page)
    assert group
    assert f'href="#{group[1]}"' in page
    assert f'id="{group[2]}"' in page


def test_a_form_without_error_has_no_summary():
    assert not render("{% error_summary form %}", form=CallBack({"phone": "01", "way": "sms"})).strip()


@pytest.mark.parametrize(
    ("field", "kept"),
    [(forms.CharField(), True), (forms.CharField(widget=forms.PasswordInput), False), (forms.FileField(), False)],
)
def test_a_page_says_that_what_was_written_is_still_there_only_when_it_is(field, kept):
    form = type("Asking", (forms.Form,), {"name": forms.CharField(), "secret": field})({"secret": "x"})
    page = render("{% error_summary form %}", form=form)
    assert "à voir" in page and ("est toujours là" in page) is kept


def test_what_someone_typed_comes_back_escaped():
    page = render("{% field form.phone %}", form=CallBack({"phone": '"><script>'}))
    assert "<script>" not in page


def test_a_status_is_a_word_with_a_shape():
    for tone in ui.TONES:
        page = render('{% tag "En retard" tone=tone %}', tone=tone)
        assert "<svg" in page
        assert "En retard" in page


def test_an_imported_address_cannot_be_a_script():
    ways = (Contact("site", "javascript:alert(1)"), Contact("phone", "0100000042"))
    result = Result(1, "Accueil", "/", "La Navette", contacts=ways)
    page = render("{% result one %}", one=result)
    assert "javascript" not in page
    assert 'href="tel:0100000042"' in page


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("01 00 00 00 42", "0100000042"),
        ("+33 (0)1 00 00 00 42", "+33100000042"),
        ("3919", "3919"),
        ("01.00.00.00.42 / 06", "0100000042"),
    ],
)
def test_a_number_is_dialled_as_a_telephone_expects(written, dialled):
    assert ui.dial(written) == dialled


def test_a_table_without_rows_says_so():
    table = Table("Demandes", ("Qui", "Quand"), [], empty="Rien en attente.")
    page = render("{% data_table table %}", table=table)
    assert "Rien en attente." in page
    assert "<table" not in page


def test_the_page_for_a_failure_needs_nothing_and_nobody():
    page = render_to_string("layout/500.html")
    assert "Un fil s'est rompu" in page
    assert 'href="tel:115"' in page
    assert "{" not in re.sub(r"\s", "", page)


def test_style_scripts_and_letters_weigh_little():
    names = ["core/tokens.css", "core/base.css", "core/components.css", "core/theme.css", "core/maillage.js"]
    assert sum(len(read(name).encode()) for name in names) < 60_000
