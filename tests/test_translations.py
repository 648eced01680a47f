"""Whatever a person reads on a page goes through gettext: French is the source, families' languages can follow."""

import ast
import datetime as dt
import inspect
import re
import struct
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import TemplateSyntaxError
from django.template.base import Lexer, Token, TokenType
from django.urls import reverse
from django.utils.text import smart_split
from django.utils.translation import gettext, override
from django.utils.translation.template import templatize

from maillage.core.templatetags import ui
from maillage.directory import cards
from tests import laws

LETTER = re.compile(r"[^\W\d_]")
# The catalogue shows samples to those who build the house; the page of a breakdown depends on nothing.
EXCEPTIONS = ("core/templates/core/design", "core/templates/layout/500.html")
SILENT = re.compile(r"(blocktrans(?:late)?|comment|block \w+_class)\b")
READ_ATTRIBUTES = {"aria-label", "aria-description", "aria-placeholder", "title", "alt", "placeholder", "label"}
READ_PARAMETERS = {
    "caption", "date", "label", "line", "name", "note", "role", "source", "summary", "text", "title", "unit", "word",
}  # fmt: skip
READ_FILTERS = re.compile(r"""\|\s*(?:default|default_if_none|yesno|add|pluralize):("[^"]*"|'[^']*')""")

# How many of its first arguments each function of gettext gives to translators.
SENTENCES = {"_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2, "ngettext_lazy": 2}


def pages() -> Iterator[tuple[str, str]]:
    """The house's templates (path from the house, text), exceptions apart."""
    for path in sorted(laws.HOUSE.rglob("templates/**/*.html")):
        name = path.relative_to(laws.HOUSE).as_posix()
        if not name.startswith(EXCEPTIONS):
            yield name, path.read_text(encoding="utf-8")


def in_french_only(files: Iterable[tuple[str, str]]) -> list[str]:
    """Words of templates that no translation could reach."""
    return [f"{name}: {words}" for name, text in files for words in (*words_in_html(text), *words_in_tags(text))]


def words_in_html(text: str) -> list[str]:
    """Words in the page itself, or in an attribute that is shown or read aloud."""
    reader = Reader()
    reader.feed("".join(without_translations(Lexer(text).tokenize())))
    reader.close()
    return reader.found


def without_translations(tokens: Iterable[Token]) -> Iterator[str]:
    """The HTML alone: no variable, no tag, nothing between a blocktranslate, comment or class block and its end."""
    end = ""
    for token in tokens:
        if token.token_type == TokenType.BLOCK:
            if end:
                end = "" if token.contents.split()[0] == end else end
            elif opening := SILENT.match(token.contents):
                end = f"end{opening[1].split()[0]}"
        elif token.token_type == TokenType.TEXT and not end:
            yield token.contents


class Reader(HTMLParser):
    """Reads a page as a person or a screen reader does, and keeps the words met."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        read = READ_ATTRIBUTES | ({"content"} if tag == "meta" and ("name", "description") in attrs else set())
        self.found += [f'{name}="{value}"' for name, value in attrs if name in read and LETTER.search(value or "")]

    def handle_data(self, data: str) -> None:
        if self.cdata_elem not in ("script", "style") and LETTER.search(data):
            self.found.append(data.strip())


def words_in_tags(text: str) -> Iterator[str]:
    """Words given to a component or to a filter in plain quotes, where `_("…")` was needed."""
    for token in Lexer(text).tokenize():
        if token.token_type == TokenType.BLOCK:
            yield from (value for value in words_given(token.contents) if LETTER.search(value))
        if token.token_type in (TokenType.BLOCK, TokenType.VAR):
            yield from (value for value in READ_FILTERS.findall(token.contents) if LETTER.search(value))


def words_given(contents: str) -> Iterator[str]:
    """The quoted arguments of a tag which its component will show."""
    tag, *bits = smart_split(contents)
    explicit = parameters(tag)
    places = iter(explicit)
    for bit in bits:
        named = re.match(r"(\w+)=(.+)", bit)
        parameter, value = named.groups() if named else (next(places, ""), bit)
        is_read = parameter in READ_PARAMETERS.intersection(explicit) or parameter.replace("_", "-") in READ_ATTRIBUTES
        if is_read and value[0] in "\"'":
            yield value


def parameters(tag: str) -> list[str]:
    """What a tag is told, in order; `include` and `with` are told anything, by name. An icon is silent."""
    if tag in ("include", "with"):
        return ["", *READ_PARAMETERS]
    if tag == "icon" or tag not in ui.register.tags:
        return []
    told = inspect.signature(getattr(ui, tag)).parameters.values()
    return [one.name for one in told if one.name != "content" and one.kind is not one.VAR_KEYWORD]


def put_together_too_early(files: Iterable[tuple[str, str]]) -> list[str]:
    """Sentences given to gettext already filled in: no catalogue will hold them."""
    return [
        f"{name}: {ast.unparse(said)}"
        for name, text in files
        for said in sentences(text)
        if not isinstance(said, ast.Constant)
    ]


def sentences(text: str) -> Iterator[ast.expr]:
    """What a Python file gives to gettext."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from node.args[: SENTENCES.get(node.func.id, 0)]


def bare_labels(files: Iterable[tuple[str, str]]) -> list[str]:
    """Labels, choices and errors of forms, and words of choices, that no translation could reach."""
    return [
        f"{name}: {ast.unparse(said)}"
        for name, text in files
        if Path(name).name in {"forms.py", "choices.py"}
        for node in ast.walk(ast.parse(text))
        for said in shown_by(node)
        if isinstance(said, ast.JoinedStr) or (isinstance(said, ast.Constant) and LETTER.search(str(said.value)))
    ]


def shown_by(node: ast.AST) -> list[ast.expr]:
    """What a person will read of a field's settings, of the members of a vocabulary, of an error."""
    match node:
        case ast.keyword(arg="label" | "help_text" | "empty_label"):
            return [node.value]
        case ast.keyword(arg="choices", value=ast.List(elts=pairs)):
            return [pair.elts[-1] for pair in pairs if isinstance(pair, ast.Tuple)]
        case ast.ClassDef(body=body):
            members = [line.value for line in body if isinstance(line, ast.Assign)]
            return [member.elts[-1] for member in members if isinstance(member, ast.Tuple)]
        case ast.Call(func=ast.Attribute(attr="ValidationError" | "add_error"), args=[*_, said]):
            return [said]
    return []


@pytest.fixture
def speak_arabic(settings, tmp_path: Path) -> Callable[[dict[str, str]], None]:
    """Gives the house a second language, which has these words only."""

    def speak(words: dict[str, str]) -> None:
        folder = tmp_path / "ar" / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "django.mo").write_bytes(catalogue(words))
        settings.LOCALE_PATHS = [tmp_path]
        settings.LANGUAGES = [("fr", "Français"), ("ar", "العربية")]

    return speak


def catalogue(words: dict[str, str]) -> bytes:
    """What msgfmt writes: a header, two tables of lengths and offsets, the texts."""
    pairs = sorted(({"": "Content-Type: text/plain; charset=UTF-8\n"} | words).items())
    texts = [text.encode() for column in zip(*pairs, strict=True) for text in column]
    count, offset, tables = len(pairs), 28 + 8 * len(texts), b""
    for text in texts:
        tables += struct.pack("<II", len(text), offset)
        offset += len(text) + 1
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    return head + tables + b"".join(text + b"\0" for text in texts)


def test_every_text_of_a_template_can_be_translated():
    assert in_french_only(pages()) == []


@pytest.mark.parametrize(
    "fault",
    [
        "<p>Votre besoin</p>",
        "<p>{% if x %}Où ?{% endif %}</p>",
        "<p>{% translate 'Page' %} {{ n }} sur {{ m }}</p>",
        '<nav aria-label="Principale"></nav>',
        '<img alt="Une carte{% if x %} du secteur{% endif %}">',
        '<input placeholder="Une commune">',
        '<meta name="description" content="{% block description %}Qui peut vous aider{% endblock %}">',
        "{% blocktranslate %}Oui{% endblocktranslate %} ou non",
        '{% button "Chercher" icon="search" %}',
        "{% card title='Où' icon='map-pin' %}{% endcard %}",
        '{% link_button _("Chercher") url aria_label="Chercher ici" %}',
        '{% hours rows "Cette semaine" %}',
        '{% include "components/card.html" with title="Quand" %}',
        '{{ label|default:"Appeler" }}',
    ],
)
def test_a_text_in_french_only_is_caught(fault):
    assert len(in_french_only([("home/front.html", fault)])) == 1


@pytest.mark.parametrize(
    "sound",
    [
        '{% extends "layout/base.html" %}{% load i18n ui %}{% block main_class %}page-narrow{% endblock %}',
        '<p>{% translate "D\'où" %}&nbsp;: {{ place }} · 3919</p>{# A note. #}{% comment %}Another.{% endcomment %}',
        "{% blocktranslate count n=found %}Un lieu{% plural %}{{ n }} lieux{% endblocktranslate %}",
        '{% button _("Chercher") icon="search" name="words" value="aide" %}{% icon "user" "s" %}',
        '{% notice "attention" title=_("En danger ?") live="status" %}{% endnotice %}',
        '<script type="module">start()</script><a class="button" href="/a">{{ label|default:_("Appeler") }}</a>',
    ],
)
def test_what_can_be_translated_or_is_not_read_is_let_through(sound):
    assert in_french_only([("home/front.html", sound)]) == []


def test_translators_are_given_every_text():
    for name, text in pages():
        try:
            templatize(text, origin=name)
        except (SyntaxError, TemplateSyntaxError) as unreadable:
            pytest.fail(f"{name}: {unreadable}")


def test_every_label_of_a_form_can_be_translated():
    assert bare_labels(laws.sources()) == []


@pytest.mark.parametrize(
    "fault",
    [
        'place = forms.CharField(label="Où ?")',
        'place = forms.CharField(label=_("Où ?"), help_text="Une commune")',
        'how = forms.ChoiceField(choices=[("", _("Peu importe")), ("remote", "À distance")])',
        'class Role(TextChoices):\n    EDITOR = "editor", "Tient l\'annuaire"',
        'raise forms.ValidationError("Il manque une commune.")',
        'form.add_error("place", f"Nous ne connaissons pas {place}.")',
    ],
)
def test_a_label_in_french_only_is_caught(fault):
    assert len(bare_labels([("directory/forms.py", fault)])) == 1


def test_a_sentence_is_translated_before_it_is_filled_in():
    assert put_together_too_early(laws.sources()) == []
    assert put_together_too_early([("a.py", '_(f"Rien à {place}")'), ("b.py", 'ngettext("un", "des" + x, n)')]) == [
        "a.py: f'Rien à {place}'",
        "b.py: 'des' + x",
    ]


def test_no_word_of_ours_is_taken_for_one_of_the_framework():
    with override("fr"):
        ours = [said.value for _, text in laws.sources() for said in sentences(text)]
        assert [(said, gettext(said)) for said in ours if gettext(said) != said] == []
    assert len(ours) > 100


def test_a_family_reads_forms_and_sentences_in_its_language(client, db, speak_arabic):
    words = {
        "De quoi avez-vous besoin ?": "ماذا تحتاج؟",
        "Nous ne connaissons pas « %(place)s ». Indiquez une commune, un code postal ou une adresse.": "لا نعرفه.",
    }
    weeks = {"il y a %(n)s semaine\0il y a %(n)s semaines": "قبل أسبوع\0قبل %(n)s أسابيع"}
    speak_arabic(words | weeks)

    page = client.post(
        reverse("directory:search"), {"words": "papiers", "place": "zzzz"}, headers={"accept-language": "ar"}
    )
    ago = {}
    for language in ("ar", "fr"):
        with override(language):
            ago[language] = cards.ago(dt.date(2026, 3, 1), dt.date(2026, 3, 22))

    assert all(theirs in page.content.decode() for theirs in words.values())
    assert ago == {"ar": "قبل 3 أسابيع", "fr": "il y a 3 semaines"}


def test_a_family_reads_the_page_in_its_language(client, db, speak_arabic):
    words = {"Votre besoin": "حاجتك", "Se connecter": "تسجيل الدخول", "Voir qui peut m'aider": "من يمكنه مساعدتي"}
    speak_arabic(words)

    page = client.get("/", headers={"accept-language": "ar"}).content.decode()
    french = client.get("/", headers={"accept-language": "fr"}).content.decode()

    assert '<html lang="ar" dir="rtl">' in page
    assert '<html lang="fr">' in french
    for ours, theirs in words.items():
        assert theirs in page
        assert ours in french
        assert ours not in page
    assert "Ou choisissez un sujet" in page  # What nobody has translated yet stays in French.
