"""What someone who keeps the directory types: a correction, a proposal."""

from typing import Any, Self, cast

from django import forms
from django.db.models import Model, Q
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maillage.core.concurrency import new_key
from maillage.core.names import one_line
from maillage.core.text import fold
from maillage.directory import hours
from maillage.directory.choices import ACCESSIBILITY, AUDIENCES, EVERYONE, THEMES
from maillage.directory.data_inclusion import faults_of
from maillage.directory.languages import LANGUAGES
from maillage.directory.models import Service, Structure
from maillage.directory.wording import both_in_words, value_in_words
from maillage.territories.choices import SectorLevel
from maillage.territories.models import Commune, Sector

FOLDED = ("themes", "audiences", "languages", "accessibility")
"""Long lists, closed until someone opens them."""


def by_name(words: dict[str, str]) -> list[tuple[str, str]]:
    """Choices in the order of the alphabet, whatever the accents."""
    return sorted(words.items(), key=lambda pair: fold(pair[1]))


class EditForm(forms.ModelForm):
    """A correction: the record's own fields, the version it was read at, a key that is spent once."""

    languages = forms.MultipleChoiceField(
        label=_("Langues parlées"), required=False, choices=by_name(LANGUAGES), widget=forms.CheckboxSelectMultiple,
        help_text=_("Celles dans lesquelles on peut être reçu sans interprète, en plus du français."),
    )  # fmt: skip
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
        self.fields["opening_hours"].help_text = self._help_with_hours()
        self.fields["commune_code"].help_text = _(
            "Le code à cinq chiffres de l'Insee ; laissez-le tel quel si la commune n'a pas changé."
        )
        self.fields["commune_code"] = self.fields.pop("commune_code")  # Last: what few people know by heart.

    def _help_with_hours(self) -> str:
        example = gettext("Par exemple : lun-ven 9h-12h, 14h-17h ; sam 9h30-12h")
        written = self.instance.opening_hours
        said = value_in_words("opening_hours", written) if written else ""
        return example if said in ("", written) else gettext("Se lit : %(hours)s.") % {"hours": said} + f" {example}"

    def clean_languages(self) -> list[str] | None:
        return sorted(self.cleaned_data["languages"]) or None

    def clean_name(self) -> str:
        text = str(self.cleaned_data["name"])
        if "name" in self.changed_data:
            one_line(text)
        return text

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

    def values_read(self) -> dict[str, Any]:
        """The fields this person changed, as they had read them and as JSON holds them."""
        return {name: self.fields[name].to_python(_initial(self, name)) for name in self.changed_fields()}

    def rebased(self, current: Structure | Service) -> Self:
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
        read = self.values_read()
        return [
            (
                str(self.fields[name].label),
                *both_in_words(name, _bare(getattr(current, name)), _bare(self.cleaned_data[name])),
            )
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


def _bare(value: Any) -> Any:
    """As JSON holds it: the key of what it points to."""
    return value.pk if isinstance(value, Model) else value


class StructureForm(EditForm):
    """A structure's own facts. Making a hidden address public is asked twice."""

    accessibility = forms.MultipleChoiceField(
        label=_("Accès au lieu"), required=False, choices=list(ACCESSIBILITY.items()),
        widget=forms.CheckboxSelectMultiple, help_text=_("Cochez ce qui est vraiment là, chaque jour d'ouverture."),
    )  # fmt: skip
    reveal = forms.BooleanField(label=_("Oui, cette adresse peut être rendue publique"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_address_confidential"].help_text = _(
            "Cochez si connaître l'adresse met en danger les personnes accueillies. Elle n'est alors montrée ni au "
            "public, ni sur une carte : elle se donne par téléphone."
        )
        if not self.instance.is_address_confidential:
            del self.fields["reveal"]
        if "serves_sector" not in self.fields:
            return
        mine = Q(pk=self.instance.serves_sector_id) if self.instance.serves_sector_id else Q(pk__in=())
        today = Q(pk__in=Sector.objects.now().filter(level=SectorLevel.TIS).values("pk"))
        self.fields["serves_sector"].queryset = Sector.objects.filter(today | mine)  # type: ignore[attr-defined]

    def clean_accessibility(self) -> list[str] | None:
        return sorted(self.cleaned_data["accessibility"]) or None

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
            "email", "website", "opening_hours", "languages", "accessibility", "is_address_confidential",
            "serves_sector",
        ]  # fmt: skip


class ServiceForm(EditForm):
    """A service's own facts. What it does not say of languages, its structure says."""

    themes = forms.MultipleChoiceField(
        label=_("Thématiques"), required=False, choices=list(THEMES.items()), widget=forms.CheckboxSelectMultiple
    )
    audiences = forms.MultipleChoiceField(
        label=_("Publics"), required=False, choices=list(AUDIENCES.items()), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Service
        fields = [
            "name", "description", "themes", "audiences", "audience_details", "is_women_only", "conditions", "cost",
            "cost_details", "address", "address_extra", "postal_code", "commune_name", "commune_code", "phone",
            "email", "contact_details", "opening_hours", "languages",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_women_only"].help_text = _(
            "Cochez si le service n'accueille que des femmes, entre elles. Sinon, « Femmes » dans les publics suffit."
        )
        self.fields["languages"].help_text = _("Rien de coché : celles de la structure.")

    def clean_audiences(self) -> list[str] | None:
        codes = self.cleaned_data["audiences"]
        if "audiences" in self.changed_data and EVERYONE in codes and len(codes) > 1:
            raise forms.ValidationError(
                gettext("« Tous publics » se choisit seul : décochez-le, ou décochez les autres.")
            )
        return sorted(codes) or None

    def clean_themes(self) -> list[str] | None:
        return sorted(self.cleaned_data["themes"]) or None


class Proposing:
    """What a proposal's form has more than a correction's: a word for those who answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields: dict[str, forms.Field]
        self.fields["note"] = forms.CharField(
            label=_("Un mot pour la Maison des solidarités"),
            help_text=_("Par exemple, d'où vous tenez ce qui change. Il n'est pas publié."),
            required=False,
            max_length=1_000,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        self.fields["note"].show_hidden_initial = True

    def new_note(self) -> str | None:
        """The word as it was changed; None when it was not, so that a colleague's stays."""
        return self.cleaned_data["note"] if "note" in self.changed_data else None  # type: ignore[attr-defined]


class ProposedStructureForm(Proposing, StructureForm):
    """A structure as its own organisation says it. Which sector an MDS serves is the Département's to say."""

    class Meta(StructureForm.Meta):
        fields = [name for name in StructureForm.Meta.fields if name != "serves_sector"]


class ProposedServiceForm(Proposing, ServiceForm):
    """A service as its own organisation says it."""

    class Meta(ServiceForm.Meta):
        pass
