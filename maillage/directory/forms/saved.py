"""What a professional types to keep a search: a name that tells of nobody, whether to follow it."""

import re
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maillage.core.concurrency import new_key
from maillage.core.logs import scrub
from maillage.directory.choices import FREE, THEMES
from maillage.directory.search import SearchQuery
from maillage.directory.search.codes import COMMUNE, Codes, codes_of

SALT = "maillage.directory.saved-search"
OPEN_FOR = 12 * 3600
LONGEST_NAME = 80
CIVIL = re.compile(r"(?i)\b(?:M\.|Mr|Mme|Mlle|Monsieur|Madame|Mademoiselle)\s+[^\W\d_]")
FORM_NAMES = {
    "is_open_now": "open_now", "cost": "free", "is_women_only": "women_only", "weekday": "day",
    "languages": "language", "accessibility": "access",
}  # fmt: skip
"""The fields of a question that its form calls otherwise."""


def tells_of_someone(text: str) -> bool:
    """Whether it holds what can only be someone's: a number, an address, a civility and a name."""
    return scrub(text) != text or bool(CIVIL.search(text))


class NameForm(forms.Form):
    """The name of a search. It says a need and a place, never a person: lists of people are not kept here."""

    name = forms.CharField(
        label=_("Nom de la recherche"),
        max_length=LONGEST_NAME,
        help_text=_("Pas de nom de personne : un besoin et un lieu suffisent."),
        error_messages={"required": _("Donnez-lui un nom, pour la retrouver.")},
    )

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if tells_of_someone(name):
            raise forms.ValidationError(
                gettext("Ce nom désigne une personne : gardez seulement le besoin et le lieu.")
            )
        return name


class FollowForm(forms.Form):
    """Whether the house says what changes, and writes it too."""

    is_watched = forms.BooleanField(
        label=_("Me dire ce qui change"),
        required=False,
        help_text=_("Chaque nuit, les réponses sont comparées ; ce qui change attend dans votre journée."),
    )
    is_mailed = forms.BooleanField(
        label=_("M'écrire aussi"),
        required=False,
        help_text=_("Un courriel au plus par jour, pour toutes vos recherches."),
    )


class SaveForm(NameForm, FollowForm):
    """The question comes back as it was understood, signed: nothing of it can be changed on the way."""

    keep_words = forms.BooleanField(label=_("Garder aussi les mots écrits"), required=False)
    question = forms.CharField(max_length=8_000, widget=forms.HiddenInput)
    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)

    field_order = ("name", "keep_words", "is_watched", "is_mailed")

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.asked = _unsealed(self.data.get("question", "") if self.is_bound else self.initial.get("question", ""))
        words = self.asked.get("words", "")
        if words:
            shown = gettext("« %(words)s ». Sans eux, restent les besoins que nous y avons compris.") % {
                "words": words
            }
            self.fields["keep_words"].help_text = shown
        else:
            del self.fields["keep_words"]

    @classmethod
    def about(cls, query: SearchQuery, *, place: str) -> "SaveForm":
        """The form for this question, under the name of its need and its place."""
        sealed = signing.dumps(_both(query), salt=SALT, compress=True)
        name = default_name(query, place)
        return cls(initial={"question": sealed, "intention": new_key(), "name": name, "is_watched": True})

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if not self.asked:
            raise forms.ValidationError(
                gettext("Cette page est restée ouverte trop longtemps : relancez la recherche, puis enregistrez-la.")
            )
        if words := self.asked.get("words"):
            self._check_words(words, is_kept=facts.get("keep_words", False))
        return facts

    def _check_words(self, words: str, *, is_kept: bool) -> None:
        if is_kept and tells_of_someone(words):
            self.add_error("keep_words", gettext("Ces mots désignent une personne : ils ne se gardent pas."))
        elif not is_kept and not self.asked["bare"].get("themes"):
            no_need = gettext(
                "Nous n'avons reconnu aucun besoin dans ces mots : sans eux, il ne resterait que le lieu."
            )
            self.add_error("keep_words", no_need)

    def codes(self) -> Codes:
        """What is kept, once the form is valid."""
        codes: Codes = self.asked["whole" if self.cleaned_data.get("keep_words") else "bare"]
        return codes


def _both(query: SearchQuery) -> dict[str, Any]:
    words = query.words.strip()
    return {"words": words, "bare": codes_of(query), "whole": codes_of(query, with_words=True)}


def _unsealed(sealed: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = signing.loads(sealed, salt=SALT, max_age=OPEN_FOR)
    except signing.BadSignature:
        return {}
    return found


def default_name(query: SearchQuery, place: str) -> str:
    """« Alimentation · Melune »: what was understood, never what was written."""
    needs = [THEMES[theme] for theme in query.wanted_themes() if theme in THEMES][:2]
    said = ", ".join(needs) if needs else gettext("Tous les besoins")
    room = LONGEST_NAME - len(place) - 3
    said = said if len(said) <= room else f"{said[: room - 1].rstrip()}…"
    return f"{said} · {place}"[:LONGEST_NAME]


def as_fields(codes: Codes, *, place: str) -> list[tuple[str, str]]:
    """The same question as the form of the search sends it, for a page to ask it again."""
    fields = [("choice", f"commune:{codes.get(COMMUNE, '')}"), ("choice_for", place), ("place", place)]
    for name, value in codes.items():
        if name != COMMUNE:
            fields += _as_field(FORM_NAMES.get(name, name), value)
    return fields


def _as_field(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, list):
        return [(name, str(one)) for one in value]
    if isinstance(value, dict):
        return [
            pair for inner, one in value.items() for pair in _as_field(FORM_NAMES.get(str(inner), str(inner)), one)
        ]
    if isinstance(value, bool) or (name, value) == ("free", FREE):
        return [(name, "on")] if value else []
    return [(name, str(value))]
