"""The design system, as tags. One tag, one file in templates/components, one section of components.css."""

import re
from collections.abc import Collection, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import (
    BaseForm,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    PasswordInput,
    RadioSelect,
    Select,
    Textarea,
)
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maillage.core.components import Crumb, Fresh, Legend, MapPoint, Result, Step, Table

register = template.Library()

TONES = {
    "neutral": "circle-small",
    "action": "info",
    "attention": "triangle-alert",
    "success": "check",
    "accent": "circle-alert",
    "confidential": "lock",
}
NOTICES = {"info": "info", "attention": "triangle-alert", "success": "circle-check", "urgent": "siren"}
CONTACTS = {"phone": "phone", "site": "globe", "email": "mail", "route": "navigation", "form": "square-pen"}
CONTACT_WORDS = {
    "site": _("Voir le site"),
    "email": _("Écrire un courriel"),
    "route": _("Itinéraire"),
    "form": _("Prendre contact en ligne"),
}
FRESHNESS = {"recent": "circle-check", "ageing": "clock-alert", "old": "triangle-alert"}
EMPTIED = (PasswordInput, FileInput)  # A page sent back never holds them.
SAVED = {"saved": "check", "saving": "loader", "failed": "triangle-alert"}
VARIANTS = ("primary", "quiet", "danger")
STATES = {"done": _("Fait"), "now": _("En cours"), "next": _("À venir")}
CATEGORY_ICONS = {
    "choisir-un-metier": "compass",
    "creer-une-entreprise": "store",
    "difficultes-administratives-ou-juridiques": "scale",
    "difficultes-financieres": "wallet",
    "equipement-et-alimentation": "shopping-basket",
    "famille": "baby",
    "lecture-ecriture-calcul": "book-open",
    "logement-hebergement": "house",
    "mobilite": "bus",
    "numerique": "smartphone",
    "preparer-sa-candidature": "file-pen-line",
    "remobilisation": "sprout",
    "sante": "heart-pulse",
    "se-former": "graduation-cap",
    "souvrir-a-linternational": "globe",
    "trouver-un-emploi": "briefcase-business",
}


def known(value: str, words: Collection[str], what: str) -> str:
    """The value itself, if it is one of the words of the house."""
    if value not in words:
        raise ValueError(f"{what}: {value!r} is not one of {', '.join(words)}.")
    return value


# -- Small things ---------------------------------------------------------------------------------------------------
@cache
def drawing(name: str) -> str:
    """The inside of an icon of the set. An unknown name is a mistake of ours, said at once."""
    path = Path(settings.ICONS_DIR) / f"{name}.svg"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        raise ValueError(f"No icon is called {name!r}.")
    body = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(encoding="utf-8"), re.DOTALL)
    return re.sub(r"\s*\n\s*", "", body[1]) if body else ""


@register.simple_tag
def icon(name: str, size: str = "m") -> SafeString:
    """An outline icon, silent for screen readers: a word always stands beside it. Sizes s, m, l."""
    return format_html(
        '<svg class="icon icon-{}" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor"'
        ' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
        "{}</svg>",
        known(size, ("s", "m", "l"), "icon size"),
        mark_safe(drawing(name)),
    )


@register.filter
def french(text: str) -> str:
    """Holds « », : ; ? ! and units to their word, as French typography does, so that none starts a line."""
    return re.sub(r" (?=[:;?!»])|(?<=«) |(?<=\d) (?=(?:h|min|km|€|%)(?!\w))", "\u00a0", str(text))


@register.filter
def category_icon(slug: str) -> str:
    """The icon's name for one of the sixteen categories of needs."""
    return CATEGORY_ICONS.get(slug, "circle-small")


@register.inclusion_tag("components/tag.html")
def tag(text: str, tone: str = "neutral", icon: str = "") -> dict[str, object]:
    """A word of status, with the shape that says the same as its colour."""
    return {"text": text, "tone": known(tone, TONES, "tone"), "icon_name": icon or TONES[tone]}


@register.inclusion_tag("components/key.html")
def key(keys: str, label: str) -> dict[str, object]:
    """A keyboard shortcut and what it does; several keys are separated by spaces."""
    return {"keys": keys.split(), "label": label}


@register.inclusion_tag("components/person.html")
def person(name: str, role: str = "", note: str = "") -> dict[str, object]:
    """Someone, by name and role: no picture, no initials in a disc."""
    return {"name": name, "role": role, "note": note}


@register.inclusion_tag("components/saved.html")
def saved(text: str, state: str = "saved") -> dict[str, object]:
    """« Enregistré à 14 h 02 »: announced politely, always with its sign. States saved, saving, failed."""
    return {"text": text, "state": known(state, SAVED, "state"), "icon_name": SAVED[state]}


@register.inclusion_tag("components/progress.html")
def progress(step: int, total: int, label: str) -> dict[str, object]:
    """Where one is in a long form: « Étape 2 sur 4 : Votre logement »."""
    return {"step": step, "total": total, "label": label}


@register.inclusion_tag("components/loading.html")
def loading(text: str = "") -> dict[str, object]:
    """What stands in place of an answer that is coming."""
    return {"text": text or gettext("Recherche en cours…")}


@register.inclusion_tag("components/freshness.html")
def freshness(word: str, date: str, level: str = "recent") -> dict[str, object]:
    """How recently a record was checked: word, date in words, level recent, ageing or old."""
    return {"fresh": Fresh(word, date, known(level, FRESHNESS, "level")), "icon_name": FRESHNESS[level]}


@register.filter
def dial(number: str) -> str:
    """The number a telephone dials: digits and a leading + only, the first number when several are written."""
    first = re.split(r"[/;,]| ou ", number)[0]
    return re.sub(r"(?!^\+)[^\d]", "", first.replace("(0)", "").strip())


@register.filter
def spoken(number: str) -> str:
    """A French number two digits at a time, held together; anything else as it was written."""
    digits = re.sub(r"[\s.\-]", "", number)
    return "\u00a0".join(re.findall("..", digits)) if re.fullmatch(r"0\d{9}", digits) else number


@register.inclusion_tag("components/phone.html")
def phone(number: str, label: str = "", variant: str = "") -> dict[str, object]:
    """A number one touches to call, and can copy. With a variant, it is a button: « Appeler 01 23 45 67 89 »."""
    return {"number": number, "label": label, "variant": known(variant, ("", *VARIANTS), "variant")}


def is_safe_address(address: str) -> bool:
    """Whether a link may lead there: an imported record could hold a script instead of an address."""
    return urlsplit(address.strip()).scheme.lower() in ("", "http", "https", "mailto", "tel", "sms", "geo")


# -- To act ---------------------------------------------------------------------------------------------------------
@register.inclusion_tag("components/button.html")
def button(label: str, variant: str = "primary", icon: str = "", **attributes: str | bool) -> dict[str, object]:
    """A button of a form. Other HTML attributes go by name: `type`, `name`, `value`, `disabled`, `data_copy`."""
    return pressed(label, variant, icon, {"type": "submit", **attributes})


@register.inclusion_tag("components/link_button.html")
def link_button(
    label: str, url: str, variant: str = "primary", icon: str = "", **attributes: str | bool
) -> dict[str, object]:
    """A link that looks like what one does next."""
    return pressed(label, variant, icon, {"href": url, **attributes})


def pressed(label: str, variant: str, icon: str, attributes: dict[str, str | bool]) -> dict[str, object]:
    """What a button and a link that looks like one are told."""
    written = {name.replace("_", "-"): value for name, value in attributes.items()}
    known(variant, VARIANTS, "variant")
    return {"label": label, "variant": variant, "icon_name": icon, "attributes": flatatt(written)}


# -- To say ---------------------------------------------------------------------------------------------------------
@register.simple_block_tag
def card(content: str, title: str = "", tone: str = "plain", level: int = 2, icon: str = "") -> SafeString:
    """One idea in one block. Tones: plain, or one of the tones of `tag` as a thread along the edge."""
    known(tone, ("plain", *TONES), "tone")
    told = {"content": content, "title": title, "tone": tone, "level": level, "icon_name": icon}
    return render_to_string("components/card.html", told)


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: str = "", live: str = "") -> SafeString:
    """Something to know: info, attention, success, urgent. `live="status"` when it appears after the page."""
    told = {"content": content, "tone": known(tone, NOTICES, "tone"), "title": title, "live": live}
    return render_to_string("components/notice.html", told | {"icon_name": NOTICES[tone]})


@register.simple_block_tag
def empty(content: str, title: str, level: int = 2) -> SafeString:
    """Nothing here: the sentence that says so, then what remains possible. Never the words « aucun résultat »."""
    return render_to_string("components/empty.html", {"content": content, "title": title, "level": level})


@register.simple_block_tag
def disclosure(content: str, title: str, open: bool = False) -> SafeString:
    """What some will want to know and others not."""
    return render_to_string("components/disclosure.html", {"content": content, "title": title, "open": open})


@register.simple_block_tag
def filters(content: str, title: str = "", summary: str = "") -> SafeString:
    """Filters of a list: folded on a phone, beside the list on a desk. `summary` says what is set (« 2 filtres »)."""
    told = {"content": content, "title": title or gettext("Affiner"), "summary": summary}
    return render_to_string("components/filters.html", told)


@register.inclusion_tag("components/steps.html")
def steps(steps: Sequence[Step], label: str = "") -> dict[str, object]:
    """A procedure as a thread: done, now, next, each with its date and, folded, its article."""
    worded = [(step, STATES[known(step.state, STATES, "state")]) for step in steps]
    return {"steps": worded, "label": label or gettext("Étapes")}


@register.inclusion_tag("components/facts.html")
def facts(rows: Sequence[tuple[str, object]]) -> dict[str, object]:
    """What is known of something: pairs of a term and a value; a value of None or "" is left out."""
    return {"rows": [(term, value) for term, value in rows if value not in (None, "")]}


@register.inclusion_tag("components/hours.html")
def hours(rows: Sequence[tuple[str, str, bool]], caption: str = "", note: str = "") -> dict[str, object]:
    """The week: (day, hours in words, whether it is today)."""
    return {"rows": rows, "caption": caption or gettext("Horaires"), "note": note}


@register.inclusion_tag("components/breadcrumb.html")
def breadcrumb(crumbs: Sequence[Crumb], label: str = "") -> dict[str, object]:
    """The way here."""
    return {"crumbs": crumbs, "label": label or gettext("Vous êtes ici")}


@register.inclusion_tag("components/print_header.html")
def print_header(title: str, line: str = "") -> dict[str, object]:
    """What a printed sheet says at its top; hidden on a screen."""
    return {"title": title, "line": line}


@register.inclusion_tag("components/urgent_numbers.html")
def urgent_numbers() -> dict[str, object]:
    """The numbers one calls when in danger, free, day and night."""
    return {}


# -- To fill in -----------------------------------------------------------------------------------------------------
@register.inclusion_tag("components/field.html")
def field(bound: BoundField, icon: str = "", autocomplete: str = "", **attributes: str | bool) -> dict[str, object]:
    """A field of a form: label above, help under, error in words, all three linked for a screen reader."""
    told = [f"{bound.id_for_label or bound.auto_id}-{part}" for part in ("help", "error")]
    described = [ident for ident, text in zip(told, (bound.help_text, bound.errors), strict=True) if text]
    extra: dict[str, str | bool] = {name.replace("_", "-"): value for name, value in attributes.items()}
    if described:
        extra["aria-describedby"] = " ".join(described)
    if bound.errors:
        extra["aria-invalid"] = "true"
    if autocomplete:
        extra["autocomplete"] = autocomplete
    kind = kind_of(bound)
    is_group = kind in ("radios", "chips")
    return {
        "bound": bound,
        "kind": kind,
        "control": bound.as_widget(attrs={"class": "input", **extra}) if not is_group else "",
        "options": bound.subwidgets if is_group else (),
        "described": " ".join(described),
        "help_id": told[0],
        "error_id": told[1],
        "icon_name": icon,
        "is_optional": not bound.field.required and not bound.field.disabled and kind != "checkbox",
    }


def kind_of(bound: BoundField) -> str:
    """Which shape a form field takes on the page."""
    widget = bound.field.widget
    if isinstance(widget, CheckboxSelectMultiple):
        return "chips"
    if isinstance(widget, RadioSelect):
        return "radios"
    if isinstance(widget, CheckboxInput):
        return "checkbox"
    if isinstance(widget, Textarea):
        return "textarea"
    return "select" if isinstance(widget, Select) else "text"


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, object]:
    """What is missing, at the top of the form, each line leading to its field. Nothing when nothing is missing."""
    wrong = [(bound.id_for_label or bound.auto_id, bound.errors[0]) for bound in form if bound.errors]
    emptied = any(isinstance(bound.field.widget, EMPTIED) for bound in form)
    return {"errors": wrong, "general": form.non_field_errors(), "is_all_kept": not emptied}


# -- To find --------------------------------------------------------------------------------------------------------
@register.inclusion_tag("components/result.html")
def result(result: Result, level: int = 3, ticked_in: str = "", ticked: Collection[str] = ()) -> dict[str, object]:
    """One answer of a search, inside `<ol class="results"><li>`: what, where, how far, when, for whom, how fresh.

    With `ticked_in`, the identifier of a form, a box lets one put it on a list; `ticked` holds the keys already there.
    """
    ways = [
        (way, CONTACTS[way.kind], way.label or str(CONTACT_WORDS.get(way.kind, "")))
        for way in result.contacts
        if way.kind == "phone" or is_safe_address(way.value)
    ]
    fresh = result.freshness
    return {
        "result": result,
        "level": level,
        "ticked_in": ticked_in if result.key else "",
        "is_ticked": result.key in ticked,
        "contacts": ways,
        "fresh_icon": FRESHNESS[known(fresh.level, FRESHNESS, "level")] if fresh else "",
    }


@register.inclusion_tag("components/data_table.html")
def data_table(table: Table) -> dict[str, object]:
    """Rows under headers, which become cards on a phone. Zero rows say so; too many say how to find the right one."""
    return {"table": table}


@register.inclusion_tag("components/pagination.html")
def pagination(page: Page, query: str = "", form: str = "", label: str = "") -> dict[str, object]:
    """Previous and next. `query` is the rest of the address (« etat=late& »); `form`, the form buttons send."""
    return {"page": page, "query": query, "form": form, "label": label or gettext("Pages")}


@register.inclusion_tag("components/map_frame.html")
def map_frame(
    points: Sequence[MapPoint],
    shapes_url: str = "",
    title: str = "",
    legend: Sequence[Legend] = (),
    source: str = "",
    ident: str = "map",
) -> dict[str, object]:
    """A map that opens when asked, and never before: the list beside it says the same."""
    told = {"points": [asdict(point) for point in points], "points_id": f"{ident}-points"}
    title = title or gettext("Carte")
    return told | {"shapes_url": shapes_url, "title": title, "legend": legend, "source": source}


@register.inclusion_tag("components/legend.html")
def legend(lines: Sequence[Legend]) -> dict[str, object]:
    """What the colours and hatchings of a map mean, « secret statistique » and « pas de donnée » among them."""
    return {"legend": lines}


@register.simple_block_tag
def chart(content: str, title: str, source: str, table: Table | None = None, unit: str = "") -> SafeString:
    """A drawing whose title is the sentence to remember; its source and date under it; its figures beside it."""
    told = {"content": content, "title": title, "source": source, "table": table, "unit": unit}
    return render_to_string("components/chart.html", told)


# -- The weave ------------------------------------------------------------------------------------------------------
@register.inclusion_tag("components/weave_band.html")
def weave_band(ident: str) -> dict[str, object]:
    """The three threads as a selvedge along an edge; `ident` is unique on the page."""
    return {"id": ident}
