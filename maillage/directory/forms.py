"""What people type: a search, a correction."""

from typing import Any, cast

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from maillage.core.concurrency import new_key
from maillage.directory import hours
from maillage.directory.choices import AUDIENCES, EVERYONE, FREE, ON_SITE, REMOTE, THEMES
from maillage.directory.data_inclusion import faults_of
from maillage.directory.models import Service, Structure
from maillage.directory.search import Origin, SearchQuery
from maillage.directory.search.origins import origin_of
from maillage.directory.search.query import DEFAULT_MINUTES
from maillage.territories.actions import Place, chosen_place, find_places, place_at
from maillage.territories.choices import SectorLevel, TravelMode
from maillage.territories.models import Commune, Sector

MINUTES = (10, 15, 30, 45, 60, 90)
IN_ADDRESS = ("commune", "theme", "cursor")


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
    cursor = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    origin: Origin | None = None

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
        return facts

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
            cursor=facts["cursor"],
        )

    def again(self) -> "SearchForm":
        """The same question, ready to be asked again or narrowed: the place by its full name, no cursor."""
        facts = self.cleaned_data
        kept = {
            name: facts[name] for name in ("words", "minutes", "mode", "audiences", "reception", "free", "open_now")
        }
        themes = [] if facts["words"].strip() else facts["themes"]
        kept["minutes"] = kept["minutes"] or DEFAULT_MINUTES
        return SearchForm(initial=kept | {"themes": themes, "place": self.found.label if self.found else ""})

    def filters_in_words(self) -> str:
        """How many filters are set, for the folded panel."""
        facts = getattr(self, "cleaned_data", {})
        count = len(facts.get("audiences") or []) + sum(bool(facts.get(n)) for n in ("reception", "free", "open_now"))
        return ngettext("%(n)s filtre", "%(n)s filtres", count) % {"n": count} if count else ""


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


class EditForm(forms.ModelForm):
    """A correction: the record's own fields, the version it was read at, a key that is spent once."""

    version_read = forms.IntegerField(widget=forms.HiddenInput)
    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self._meta.fields or ():
            field = self.fields[name]
            field.show_hidden_initial = (
                True  # What was read travels with the form: a change is told from a stale value.
            )
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 6 if name == "description" else 2
        self.fields["opening_hours"].label = _("Horaires d'accueil")
        self.fields["opening_hours"].help_text = _("Par exemple : lun-ven 9h-12h, 14h-17h ; sam 9h30-12h")

    def clean_opening_hours(self) -> str:
        text = str(self.cleaned_data["opening_hours"]).strip()
        if "opening_hours" not in self.changed_data or not text:
            return text
        if understood := hours.understood(text):
            return understood
        raise forms.ValidationError(
            gettext(
                "Nous ne comprenons pas ces horaires. Écrivez par exemple : lun-ven 9h-12h, 14h-17h ; sam 9h30-12h"
            )
        )

    def clean_commune_code(self) -> str:
        code = str(self.cleaned_data["commune_code"])
        if "commune_code" in self.changed_data and code and not Commune.objects.filter(pk=code).exists():
            raise forms.ValidationError(gettext("Nous ne connaissons aucune commune de ce code Insee."))
        return code

    def clean_phone(self) -> str:
        text = str(self.cleaned_data["phone"]).strip()
        if "phone" in self.changed_data and text and not 3 <= sum(map(str.isdigit, text)) <= 15:
            raise forms.ValidationError(gettext("Écrivez un seul numéro, par exemple 01 23 45 67 89."))
        return text

    def _post_clean(self) -> None:
        """Once the record bears what was typed: it must stay one that data·inclusion's models accept."""
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            for name, right in faults_of(self.instance):
                if name in self.changed_data:
                    self.add_error(name, gettext("Il faut %(right)s.") % {"right": right})

    def changed_fields(self) -> list[str]:
        """The record's fields that the person changed, compared with what they read."""
        return [name for name in self.changed_data if name in (self._meta.fields or ())]

    def hidden_initials(self) -> list[str]:
        """The fields as they were read, to be sent back beside what the person writes."""
        return [bound.as_hidden(only_initial=True) for bound in self if bound.field.show_hidden_initial]

    def rebased(self, current: Structure | Service) -> "EditForm":
        """The same corrections, on the record as someone else left it meanwhile."""
        data = cast(QueryDict, self.data).copy()
        for bound in type(self)(instance=current):
            if bound.name in (self._meta.fields or ()):
                _put(data, f"initial-{bound.name}", bound.value())
                if bound.name not in self.changed_data:
                    _put(data, bound.name, bound.value())
        data["version_read"], data["intention"] = str(current.version), new_key()
        return type(self)(data, instance=current)

    def conflicts(self, current: Structure | Service) -> list[tuple[str, str, str]]:
        """Each field both people changed: its label, what stands now, what this person wrote."""
        read = {name: self.fields[name].to_python(_initial(self, name)) for name in self.changed_fields()}
        return [
            (str(self.fields[name].label), _said(getattr(current, name)), _said(self.cleaned_data[name]))
            for name, value in read.items()
            if (getattr(current, name) or "") != (value or "")
        ]

    def merged(self, current: Structure | Service) -> Structure | Service:
        """The record as someone else left it, with this person's corrections."""
        for name in self.changed_fields():
            setattr(current, name, self.cleaned_data[name])
        return current


def _initial(form: EditForm, name: str) -> Any:
    """What the person read, as it came back with the form."""
    return form.fields[name].hidden_widget().value_from_datadict(form.data, form.files, f"initial-{name}")


def _put(data: QueryDict, name: str, value: Any) -> None:
    if isinstance(value, bool):
        value = ["on"] if value else []
    data.setlist(name, list(value) if isinstance(value, list | tuple) else [] if value is None else [str(value)])


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("oui") if value else gettext("non")
    return ", ".join(value) if isinstance(value, list) else str(value or gettext("(vide)"))


class StructureForm(EditForm):
    """A structure's own facts. Making a hidden address public is asked twice."""

    reveal = forms.BooleanField(label=_("Oui, cette adresse peut être rendue publique"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.is_address_confidential:
            del self.fields["reveal"]
        mine = Q(pk=self.instance.serves_sector_id) if self.instance.serves_sector_id else Q(pk__in=())
        today = Q(pk__in=Sector.objects.now().filter(level=SectorLevel.TIS).values("pk"))
        self.fields["serves_sector"].queryset = Sector.objects.filter(today | mine)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if "reveal" in self.fields and not facts.get("is_address_confidential") and not facts.get("reveal"):
            sentence = gettext("Cette adresse protège des personnes. Pour la rendre publique, cochez la confirmation.")
            self.add_error("reveal", sentence)
        return facts

    class Meta:
        model = Structure
        fields = [
            "name", "description", "address", "address_extra", "postal_code", "commune_name", "commune_code", "phone",
            "email", "website", "opening_hours", "is_address_confidential", "serves_sector",
        ]  # fmt: skip


class ServiceForm(EditForm):
    themes = forms.MultipleChoiceField(
        label=_("Thématiques"), required=False, choices=list(THEMES.items()), widget=forms.CheckboxSelectMultiple
    )
    audiences = forms.MultipleChoiceField(
        label=_("Publics"), required=False, choices=list(AUDIENCES.items()), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Service
        fields = [
            "name", "description", "themes", "audiences", "audience_details", "conditions", "cost", "cost_details",
            "address", "address_extra", "postal_code", "commune_name", "commune_code", "phone", "email",
            "contact_details", "opening_hours",
        ]  # fmt: skip

    def clean_audiences(self) -> list[str] | None:
        codes = self.cleaned_data["audiences"]
        if "audiences" in self.changed_data and EVERYONE in codes and len(codes) > 1:
            raise forms.ValidationError(
                gettext("« Tous publics » se choisit seul : décochez-le, ou décochez les autres.")
            )
        return sorted(codes) or None

    def clean_themes(self) -> list[str] | None:
        return sorted(self.cleaned_data["themes"]) or None
