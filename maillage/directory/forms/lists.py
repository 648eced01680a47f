"""What comes with a list to take away: the services ticked, in their order, and the one address to send it to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.signing import BadSignature, TimestampSigner
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maillage.core.concurrency import new_key
from maillage.directory.choices import Advice
from maillage.directory.forms.searching import SearchForm

MOST = 12
"""One sheet of large type, both sides; beyond, a list is a directory again."""
OPEN_FOR = 12 * 3600  # Seconds that a page may stay open before it is sent.
LONGEST_VALUE, MOST_VALUES = 300, 60


@dataclass(frozen=True)
class Hand:
    """The list in hand, as the page holds it: numbers of services in order, and the advice ticked for each."""

    keys: tuple[int, ...] = ()
    advice: dict[int, tuple[str, ...]] = field(default_factory=dict)
    left_out: int = 0

    @property
    def order(self) -> str:
        return ".".join(map(str, self.keys))


def read_hand(data: QueryDict) -> Hand:
    """The list a page sends: boxes ticked come in the page's order, `order` says the one they had, `act` moves one."""
    ticked = list(dict.fromkeys(_numbers(data.getlist("chosen"))))
    former = [key for key in dict.fromkeys(_numbers(data.get("order", "").split("."))) if key in ticked]
    keys = _moved([*former, *(key for key in ticked if key not in former)], data.get("act", ""))
    kept = tuple(keys[:MOST])
    return Hand(kept, _advice(data.getlist("advice"), kept), len(keys) - len(kept))


def _numbers(texts: Iterable[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 10]


def _moved(keys: list[int], act: str) -> list[int]:
    """The list once one line went up, down or away: « up-12 »."""
    move, _dash, number = act.partition("-")
    found = _numbers([number])
    if not found or found[0] not in keys:
        return keys
    at = keys.index(found[0])
    rest = [key for key in keys if key != found[0]]
    if move == "remove":
        return rest
    to = {"up": max(0, at - 1), "down": at + 1}.get(move, at)
    return [*rest[:to], found[0], *rest[to:]]


def _advice(written: Iterable[str], keys: tuple[int, ...]) -> dict[int, tuple[str, ...]]:
    """Each « 12:call_first » of a service of the list, in the order the house says advice."""
    said: set[tuple[int, str]] = set()
    for text in written:
        number, _colon, word = text.partition(":")
        said |= {(key, word) for key in _numbers([number])}
    return {key: words for key in keys if (words := tuple(word for word in Advice.values if (key, word) in said))}


def search_in_hand(data: QueryDict) -> list[tuple[str, str]]:
    """The search this list was made from, to come back to it: its own fields, by name."""
    names = [name for name in SearchForm.base_fields if name != "cursor"]
    found = [(name, value) for name in names for value in data.getlist(name) if value]
    return [(name, value) for name, value in found if len(value) <= LONGEST_VALUE][:MOST_VALUES]


class SendForm(forms.Form):
    """One address, used at once and forgotten. Nothing else can be written: nobody sends their own words from here."""

    email = forms.EmailField(
        label=_("Adresse électronique"),
        max_length=254,
        help_text=_(
            "Elle sert à cet envoi, puis elle est oubliée. Quelqu'un d'autre lit peut-être cette boîte : le courriel "
            "dira quelles adresses vous cherchez."
        ),
        error_messages={
            "required": _("Il nous faut une adresse pour envoyer la liste."),
            "invalid": _("Cette adresse n'est pas complète. Par exemple : prenom@exemple.fr"),
        },
    )
    intention = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """The key a page of ours gave not long ago: a form written elsewhere has none."""
        facts = super().clean() or {}
        try:
            facts["intention"] = _signer().unsign(facts.get("intention", ""), max_age=OPEN_FOR)
        except BadSignature:
            raise forms.ValidationError(
                gettext("Cette page est restée ouverte trop longtemps. Relisez la liste, puis envoyez de nouveau.")
            ) from None
        return facts


def signed_key() -> str:
    """A one-use key for a page about to be shown, dated and signed."""
    return _signer().sign(new_key())


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="maillage.directory.list")
