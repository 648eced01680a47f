"""What someone who looks for help types: a need, a place."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from maillage.directory.choices import (
    AUDIENCES,
    EVERYONE,
    FREE,
    ON_SITE,
    REMOTE,
    THEMES,
    WEEKDAYS,
    AccessNeed,
    DayPart,
)
from maillage.directory.languages import LANGUAGES
from maillage.directory.lexicon.wishes import Wishes, read_wishes
from maillage.directory.search import Origin, SearchQuery
from maillage.directory.search.origins import origin_of
from maillage.directory.search.query import DEFAULT_MINUTES
from maillage.directory.when import When
from maillage.directory.wording import mid_sentence
from maillage.territories.actions import Place, chosen_place, find_places, place_at
from maillage.territories.choices import TravelMode

MINUTES = (10, 15, 30, 45, 60, 90)
IN_ADDRESS = ("commune", "theme", "cursor")
FILTERS = ("reception", "free", "open_now", "day", "part", "language", "access", "women_only")
"""What narrows an answer besides the need, the place and the way of travelling."""


def durations() -> list[tuple[int, str]]:
    """The limits offered, as choices."""
    return [(n, ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": n}) for n in MINUTES]


class PlaceAsked(forms.Form):
    """Where someone is: typed, chosen among suggestions, or given by their device."""

    place = forms.CharField(label=_("Où êtes-vous ?"), required=False, max_length=200)
    choice = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    choice_for = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    other_place = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    found: Place | None = None
    alternatives: tuple[Place, ...] = ()
    degraded: str = ""

    @property
    def says_no_place(self) -> bool:
        """A need came without a place: not an error, a question."""
        return not any(self.data.get(name) for name in ("place", "choice", "latitude", "other_place"))

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        found = self._places(facts)
        if found:
            self.found, self.alternatives = found[0], found[1:6]
        else:
            self.add_error("place", self._nowhere(facts))
        return facts

    def _places(self, facts: dict[str, Any]) -> tuple[Place, ...]:
        typed = facts.get("place", "")
        if facts.get("other_place") and (place := chosen_place(facts["other_place"])):
            return (place,)
        if facts.get("latitude") is not None and facts.get("longitude") is not None and not typed:
            return (place_at(facts["latitude"], facts["longitude"]),)
        if typed == facts.get("choice_for", "") and (place := chosen_place(facts.get("choice", ""), label=typed)):
            return (place,)
        answer = find_places(typed)
        self.degraded = answer.degraded
        return answer.places

    def _nowhere(self, facts: dict[str, Any]) -> str:
        if self.degraded:
            return self.degraded
        if facts.get("place"):
            unknown = gettext(
                "Nous ne connaissons pas « %(place)s ». Indiquez une commune, un code postal ou une adresse."
            )
            return unknown % {"place": facts["place"]}
        return gettext("Il nous faut une commune, un code postal ou une adresse pour chercher près de vous.")


class SearchForm(PlaceAsked):
    """A need and a place. What is typed comes by POST only; a GET brings codes and a cursor, nothing else."""

    words = forms.CharField(label=_("De quoi avez-vous besoin ?"), required=False, max_length=300)
    themes = forms.MultipleChoiceField(
        label=_("Besoin précis"), required=False, choices=list(THEMES.items()), widget=forms.MultipleHiddenInput
    )
    minutes = forms.TypedChoiceField(
        label=_("Jusqu'à"), choices=durations, coerce=int, required=False, empty_value=None, initial=DEFAULT_MINUTES
    )
    mode = forms.ChoiceField(
        label=_("Je me déplace"), required=False, choices=TravelMode.choices, initial=TravelMode.CAR
    )
    audiences = forms.MultipleChoiceField(
        label=_("Pour qui ?"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(code, label) for code, label in AUDIENCES.items() if code != EVERYONE],
    )  # fmt: skip
    reception = forms.ChoiceField(
        label=_("Comment ?"), required=False, widget=forms.RadioSelect, initial="",
        choices=[("", _("Peu importe")), (ON_SITE, _("Sur place")), (REMOTE, _("À distance"))],
    )  # fmt: skip
    free = forms.BooleanField(label=_("Gratuit"), required=False)
    open_now = forms.BooleanField(label=_("Ouvert maintenant"), required=False)
    day = forms.TypedChoiceField(
        label=_("Ouvert quel jour ?"), required=False, coerce=int, empty_value=None,
        choices=lambda: [("", _("Peu importe")), *((number, label) for number, label in enumerate(WEEKDAYS))],
    )  # fmt: skip
    part = forms.ChoiceField(
        label=_("À quel moment ?"), required=False, choices=[("", _("Peu importe")), *DayPart.choices]
    )
    language = forms.ChoiceField(
        label=_("On y parle"), required=False, choices=lambda: [("", _("français")), *LANGUAGES.items()]
    )
    access = forms.MultipleChoiceField(
        label=_("Accueil adapté"), required=False, widget=forms.CheckboxSelectMultiple, choices=AccessNeed.choices
    )
    women_only = forms.BooleanField(label=_("Entre femmes"), required=False)
    cursor = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    origin: Origin | None = None
    wishes: Wishes = Wishes("")

    @classmethod
    def from_address(cls, codes: QueryDict) -> "SearchForm":
        """The form of a GET: a commune's code, thématiques, a cursor. Anything else in the address is ignored."""
        if not any(code in codes for code in IN_ADDRESS):
            return cls()
        data = QueryDict(mutable=True)
        data.setlist("themes", codes.getlist("theme"))
        data["choice"] = f"commune:{codes['commune']}" if codes.get("commune") else ""
        data["cursor"] = codes.get("cursor", "")
        return cls(data)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        self.origin = origin_of(self.found) if self.found else None
        if self.found and self.origin is None:
            unplaced = gettext("Nous ne savons pas encore où se trouve %(place)s : indiquez une commune voisine.")
            self.add_error("place", unplaced % {"place": self.found.label})
        if self.found and self.found.kind == "point" and not self.found.commune_code:
            self.degraded = gettext("Ce point n'est dans aucune commune connue ici : les trajets y sont mal connus.")
        self.wishes = read_wishes(facts.get("words", ""))
        return facts | self._wished(facts)

    def _wished(self, facts: dict[str, Any]) -> dict[str, Any]:
        """What the words ask besides the need becomes the filters': said last, it is what one wants now."""
        wishes, when = self.wishes, self.wishes.when
        told: dict[str, Any] = {"words": wishes.rest.strip()} if wishes else {}
        if when is not None:
            told |= {"day": when.on.weekday() if when.on else when.weekday, "part": when.part or ""}
        if wishes.mode:
            told["mode"] = wishes.mode
        if wishes.languages:
            told["language"] = wishes.languages[0]
        if wishes.accessibility:
            told["access"] = list(dict.fromkeys([*facts.get("access", []), *wishes.accessibility]))
        told["open_now"] = wishes.is_open_now or facts.get("open_now", False)
        told["women_only"] = wishes.is_women_only or facts.get("women_only", False)
        return told

    def query(self) -> SearchQuery:
        """The question asked, once the form is valid."""
        facts = self.cleaned_data
        assert self.origin is not None
        return SearchQuery(
            origin=self.origin,
            words=facts["words"],
            themes=() if facts["words"].strip() else tuple(facts["themes"]),
            minutes=facts["minutes"] or DEFAULT_MINUTES,
            mode=TravelMode(facts["mode"] or TravelMode.CAR),
            audiences=tuple(facts["audiences"]),
            cost=FREE if facts["free"] else "",
            reception=facts["reception"],
            is_open_now=facts["open_now"],
            when=self.when(),
            languages=(facts["language"],) if facts["language"] else (),
            accessibility=tuple(facts["access"]),
            is_women_only=facts["women_only"],
            cursor=facts["cursor"],
        )

    def when(self) -> When | None:
        """The day and the part of it that are asked for."""
        day, part = self.cleaned_data["day"], self.cleaned_data["part"]
        return When(weekday=day, part=DayPart(part) if part else None) if part or day is not None else None

    def again(self) -> "SearchForm":
        """The same question, ready to be asked again or narrowed: the place by its full name, no cursor."""
        facts = self.cleaned_data
        kept = {name: facts[name] for name in ("words", "minutes", "mode", "audiences", *FILTERS)}
        themes = [] if facts["words"].strip() else facts["themes"]
        kept["minutes"] = kept["minutes"] or DEFAULT_MINUTES
        return SearchForm(initial=kept | {"themes": themes, "place": self.found.label if self.found else ""})

    def filters_in_words(self) -> str:
        """How many filters are set, for the folded panel."""
        facts = getattr(self, "cleaned_data", {})
        many = len(facts.get("audiences") or []) + len(facts.get("access") or [])
        count = many + sum(_is_set(facts.get(name)) for name in FILTERS if name != "access")
        return ngettext("%(n)s filtre", "%(n)s filtres", count) % {"n": count} if count else ""

    def wishes_in_words(self) -> str:
        """What was heard besides the need: « ouvert mercredi après-midi, à pied »; empty when nothing was."""
        wishes = self.wishes
        said = [gettext("ouvert %(when)s") % {"when": wishes.when.in_words()}] if wishes.when else []
        said += [gettext("ouvert maintenant")] if wishes.is_open_now else []
        said += [str(wishes.mode.label)] if wishes.mode else []
        said += [gettext("on y parle %(language)s") % {"language": LANGUAGES[code]} for code in wishes.languages]
        said += [mid_sentence(str(AccessNeed(need).label)) for need in wishes.accessibility]
        said += [gettext("entre femmes")] if wishes.is_women_only else []
        return ", ".join(said)


def _is_set(value: Any) -> bool:
    """Monday is day 0, and a filter."""
    return value is not None and value is not False and value != ""


class TerritoryForm(PlaceAsked):
    """Where someone lives, to find who looks after it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].label = _("Votre commune, votre code postal ou votre adresse")

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if self.found and not self.found.commune_code:
            self.add_error("place", gettext("Nous ne savons pas de quelle commune il s'agit : écrivez son nom."))
        return facts

    def commune_code(self) -> str:
        """The Insee code of the commune found, once the form is valid."""
        return (self.found.commune_code if self.found else None) or ""
