"""What the pages of the Département's words are told: words to understand, our own, how a sentence is read."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from maillage.core import components
from maillage.core.text import fold, stem
from maillage.core.text import words as words_of
from maillage.directory.actions.own_words import Pasted, own_words_table
from maillage.directory.choices import AUDIENCES, THEMES, Urgency
from maillage.directory.forms.words import CountAgainForm, OwnWordsAsked, TryForm
from maillage.directory.lexicon import Reading, read_here, urgent_numbers
from maillage.directory.lexicon.wishes import read_wishes
from maillage.directory.models import OwnExpression, UnknownWord
from maillage.directory.models.words import UnknownWordQuerySet

PER_PAGE = 50
LATER = "plus-tard"
EXAMPLE = OwnExpression(
    expression="bus des droits",
    thematiques=["difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives"],
)


def chapters(here: str) -> list[tuple[str, str, bool]]:
    """The parts of this corner, with what each holds: label, address, whether one is there."""
    unknown, door = UnknownWord.objects, reverse("directory:words")
    parts = (
        ("now", gettext("À comprendre"), unknown.now().count(), door),
        ("later", gettext("Remis à plus tard"), unknown.put_off().count(), f"{door}?etat={LATER}"),
        ("ours", gettext("Nos mots"), OwnExpression.objects.in_use().count(), reverse("directory:own_words")),
    )
    return [(f"{label} ({number_format(count)})", url, name == here) for name, label, count, url in parts]


# -- Words that nobody understood ------------------------------------------------------------------------------------


def unknown_words(words: UnknownWordQuerySet, *, chosen: str, number: str) -> dict[str, object]:
    """The words to settle, the most asked first, fifty at a time."""
    is_later = chosen == LATER
    shown = words.put_off() if is_later else words.now()
    page = Paginator(shown.order_by("-times", "word"), PER_PAGE).get_page(number)
    headers = (gettext("Mot"), gettext("Demandeurs"), gettext("Depuis"), gettext("À faire"))
    rows = [
        (one.word, number_format(one.times), date_format(one.first_month, "F Y"), _settling(one, is_later=is_later))
        for one in page
    ]
    caption = gettext("Mots que personne n'a compris, les plus demandés d'abord")
    table = components.Table(caption, headers, rows, numeric=(1,), empty=_nothing_unknown(is_later=is_later))
    return {
        "page": page, "table": table, "query": f"etat={LATER}&" if is_later else "", "is_later": is_later,
        "chapters": chapters("later" if is_later else "now"), "try_form": TryForm(), "again_form": CountAgainForm(),
    }  # fmt: skip


def _nothing_unknown(*, is_later: bool) -> str:
    if is_later:
        return gettext("Aucun mot n'est remis à plus tard.")
    return gettext(
        "Rien à comprendre pour le moment. Un mot paraît ici quand cinq demandeurs au moins l'ont écrit dans le mois."
    )


def _settling(one: UnknownWord, *, is_later: bool) -> SafeString:
    """What may be done with a word: the page holds one form, of which each row has buttons."""
    add = reverse("directory:add_unknown_word", args=[one.pk])
    back, later = ("take_back", gettext("Le reprendre")), ("put_off", gettext("Plus tard"))
    moves = [("ignore", gettext("Pas un besoin")), back if is_later else later]
    return format_html(
        '<span class="cluster"><a href="{}">{}<span class="visually-hidden"> : {}</span></a>{}</span>',
        add,
        gettext("L'ajouter à nos mots"),
        one.word,
        format_html_join("", "{}", ((_move_button(f"{move}_word", label, one),) for move, label in moves)),
    )


def _move_button(name: str, label: str, thing: UnknownWord | OwnExpression) -> SafeString:
    return format_html(
        '<button class="button button-quiet" form="gestures" formaction="{}"><span>{}'
        '<span class="visually-hidden"> : {}</span></span></button>',
        reverse(f"directory:{name}", args=[thing.pk]), label.replace(" ", "\u00a0"), thing,
    )  # fmt: skip


# -- Our words -------------------------------------------------------------------------------------------------------


def own_words(words: QuerySet[OwnExpression], form: OwnWordsAsked) -> dict[str, object]:
    """Our expressions, in use or withdrawn, those that bear what was typed."""
    asked = form.cleaned_data if form.is_valid() else {}
    is_withdrawn = bool(asked.get("withdrawn"))
    shown = words.filter(withdrawn_at__isnull=not is_withdrawn)
    if sought := fold(asked.get("words") or "").split():
        shown = shown.filter(pk__in=[pk for pk, text in _texts(shown) if all(part in text for part in sought)])
    page = Paginator(shown.select_related("changed_by"), PER_PAGE).get_page(asked.get("page") or 1)
    headers = (gettext("Expression"), gettext("Veut dire"), gettext("Changée"), gettext("À faire"))
    rows = [_own_row(one) for one in page]
    caption = gettext("Mots retirés") if is_withdrawn else gettext("Nos mots, dans l'ordre alphabétique")
    empty = _nothing_ours(is_sought=bool(sought), is_withdrawn=is_withdrawn)
    table = components.Table(caption, headers, rows, empty=empty)
    return {"page": page, "table": table, "form": form, "chapters": chapters("ours"), "sought": _sought(asked)}


def _texts(words: QuerySet[OwnExpression]) -> list[tuple[int, str]]:
    """What each expression may be found by: its words, the names of its needs."""
    rows = words.order_by().values_list("pk", "expression", "thematiques")
    return [(pk, fold(" ".join([expression, *_names(codes, THEMES)]))) for pk, expression, codes in rows]


def _sought(asked: dict[str, Any]) -> str:
    """What is set, for the folded panel."""
    count = sum(bool(asked.get(name)) for name in ("words", "withdrawn"))
    return ngettext("%(n)s filtre", "%(n)s filtres", count) % {"n": count} if count else ""


def _nothing_ours(*, is_sought: bool, is_withdrawn: bool) -> str:
    if is_sought:
        return gettext("Aucun de vos mots ne correspond. Essayez un seul mot, ou le nom d'un besoin.")
    if is_withdrawn:
        return gettext("Aucun mot n'a été retiré.")
    return gettext(
        "Le Département n'a pas encore de mots à lui : la recherche comprend ceux du produit. "
        "Ajoutez ceux que l'on n'emploie qu'ici."
    )


def _own_row(one: OwnExpression) -> tuple[object, ...]:
    when = date_format(localtime(one.changed_at), "j F Y")
    correct = format_html(
        '<a href="{}">{}<span class="visually-hidden"> : {}</span></a>',
        one.get_absolute_url(), gettext("Corriger"), one,
    )  # fmt: skip
    move = (
        _move_button("withdraw_word", gettext("Retirer"), one)
        if one.withdrawn_at is None
        else _move_button("restore_word", gettext("Rétablir"), one)
    )
    return (
        str(one),
        _meaning(one),
        f"{when}, {one.changed_by}" if one.changed_by else when,
        format_html('<span class="cluster">{}{}</span>', correct if one.withdrawn_at is None else "", move),
    )


def _meaning(one: OwnExpression) -> str:
    """« Alimentation · Familles · urgence : À la rue ce soir »."""
    needs, whom = ", ".join(_names(one.thematiques, THEMES)), ", ".join(_names(one.publics, AUDIENCES))
    alarm = gettext("urgence : %(urgency)s") % {"urgency": urgency_in_words(one.urgency)} if one.urgency else ""
    return " · ".join(filter(None, (needs, whom, alarm)))


def urgency_in_words(urgency: str) -> str:
    return str(Urgency(urgency).label) if urgency in Urgency.values else urgency


def _names(codes: list[str] | tuple[str, ...], vocabulary: dict[str, str]) -> list[str]:
    """A code that the standard no longer has is shown as it is."""
    return [vocabulary.get(code, code) for code in codes]


def meaning_in_words(word: OwnExpression) -> list[tuple[str, str]]:
    """What an expression means, for whoever finds it changed meanwhile."""
    return [
        (gettext("Expression"), str(word)),
        (gettext("Besoins"), ", ".join(_names(word.thematiques, THEMES)) or gettext("aucun")),
        (gettext("Pour qui"), ", ".join(_names(word.publics, AUDIENCES)) or gettext("non dit")),
        (gettext("Urgence"), urgency_in_words(word.urgency) or gettext("aucune")),
    ]


def pasting() -> dict[str, object]:
    """The page that takes a table, with a table to follow."""
    return {"chapters": chapters("ours"), "example": own_words_table([EXAMPLE]).splitlines()}


def pasted(done: Pasted) -> dict[str, object]:
    """What became of the pasted lines, in words, and the refused ones."""
    added = ngettext("%(n)d expression ajoutée.", "%(n)d expressions ajoutées.", done.added) % {"n": done.added}
    known = ngettext(
        "%(n)d expression était déjà lue ainsi.", "%(n)d expressions étaient déjà lues ainsi.", done.known
    ) % {"n": done.known}
    count = len(done.refused)
    refused = ngettext("%(n)d ligne refusée :", "%(n)d lignes refusées :", count) % {"n": count}
    said = {"added": added if done.added else "", "known": known if done.known else "", "refused_title": refused}
    return {"refused": done.refused, **said}


# -- A sentence to try -----------------------------------------------------------------------------------------------


def tried(sentence: str) -> dict[str, object]:
    """How a search would read this sentence: what it asks besides a need is heard first, and left out of it."""
    need = read_wishes(sentence).rest
    reading = read_here(need)
    unknown = dict.fromkeys(word for word in words_of(need) if stem(word) in reading.leftover)
    return {"sentence": sentence, "facts": _reading_in_words(reading, list(unknown)), "leftover": unknown}


def _reading_in_words(reading: Reading, unknown: list[str]) -> list[tuple[str, str]]:
    numbers = [f"{one.number} ({one.sentence})" for one in urgent_numbers(reading.urgencies)]
    needs = [", ".join(_names(group, THEMES)) for group in reading.needs]
    guessed = gettext("Besoins supposés, faute d'expression connue") if reading.is_guess else gettext("Besoins")
    many = [(gettext("Besoin n° %(rank)d") % {"rank": rank}, need) for rank, need in enumerate(needs, 1)]
    told = [
        (gettext("Expressions comprises"), ", ".join(_matched(reading))),
        *(many if len(needs) > 1 else [(guessed, ", ".join(_names(reading.thematiques, THEMES)))]),
        (gettext("Pour qui"), ", ".join(_names(reading.publics, AUDIENCES))),
        (gettext("Numéros affichés d'abord"), " · ".join(numbers)),
        (gettext("Mots non compris"), ", ".join(unknown)),
    ]
    return [(label, said) for label, said in told if said] or [(gettext("Besoins"), gettext("Rien n'est compris."))]


def _matched(reading: Reading) -> list[str]:
    """The expressions met, ours said to be."""
    met = [match.expression for match in reading.matched]
    ours = set(OwnExpression.objects.in_use().filter(expression__in=met).values_list("expression", flat=True))
    mine = gettext("« %(expression)s » (de nos mots)")
    return [mine % {"expression": one} if one in ours else f"« {one} »" for one in met]
