"""What people type about an organisation, its sites and its keys."""

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maillage.actors import companies
from maillage.actors.choices import ApiScope, OrganisationKind
from maillage.actors.companies import WrongNumber
from maillage.actors.models import ApiKey, Organisation, Site
from maillage.core import clock
from maillage.core.concurrency import new_key
from maillage.core.deadlines import add_months
from maillage.core.models import Versioned
from maillage.core.names import a_name
from maillage.territories.models import Commune


def say_what_is_missing(form: forms.BaseForm) -> None:
    """A field left empty is named, in words."""
    for field in form.fields.values():
        if field.required and not isinstance(field.widget, forms.CheckboxSelectMultiple):
            sentence = gettext("Il nous faut ceci : %(label)s.")
            field.error_messages["required"] = sentence % {"label": str(field.label).lower()}


class VersionedForm(forms.ModelForm):
    """A thing several people may correct: what was read travels with the form, and a key that is spent once."""

    version_read = forms.IntegerField(widget=forms.HiddenInput)
    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version_read"].initial = self.instance.version
        self.fields["intention"].initial = new_key()
        for name in self._meta.fields or ():
            self.fields[name].show_hidden_initial = bool(self.instance.pk)
        self.fields["name"].validators.append(a_name)
        say_what_is_missing(self)

    def changed_fields(self) -> list[str]:
        return [name for name in self.changed_data if name in (self._meta.fields or ())]

    def hidden_initials(self) -> list[str]:
        return [bound.as_hidden(only_initial=True) for bound in self if bound.field.show_hidden_initial]

    def conflicts(self, current: Versioned) -> list[tuple[str, str, str]]:
        """Each field both people changed: its label, what stands now, what this person wrote."""
        return [
            (str(self.fields[name].label), _said(getattr(current, name)), _said(self.cleaned_data[name]))
            for name in self.changed_fields()
            if _said(getattr(current, name)) != _said(self._read(name))
        ]

    def _read(self, name: str) -> Any:
        """What the person read, as it came back with the form."""
        field = self.fields[name]
        return field.to_python(field.hidden_widget().value_from_datadict(self.data, self.files, f"initial-{name}"))

    def merged(self, current: Any) -> Any:
        """The thing as someone else left it, with this person's corrections."""
        for name in self.changed_fields():
            setattr(current, name, self.cleaned_data[name])
        return current

    def rebased(self, current: Any) -> "VersionedForm":
        """The same corrections, on the thing as someone else left it meanwhile."""
        data = cast(QueryDict, self.data).copy()
        for bound in type(self)(instance=current):
            if bound.name in (self._meta.fields or ()):
                value = "" if bound.value() is None else str(bound.value())
                data[f"initial-{bound.name}"] = value
                if bound.name not in self.changed_data:
                    data[bound.name] = value
        data["version_read"], data["intention"] = str(current.version), new_key()
        return type(self)(data, instance=current)


def _said(value: Any) -> str:
    return str(value or gettext("(vide)"))


class OrganisationForm(VersionedForm):
    siren = forms.CharField(
        label=_("SIREN"), max_length=20, required=False, help_text=_("9 chiffres. Celui de l'organisation entière.")
    )
    siret = forms.CharField(
        label=_("SIRET du siège"), max_length=24, required=False, help_text=_("14 chiffres : le SIREN, puis 5 autres.")
    )
    rna = forms.CharField(
        label=_("Numéro RNA"), max_length=20, required=False,
        help_text=_("Pour une association : W et 9 signes. Celles d'Alsace-Moselle n'en ont pas."),
    )  # fmt: skip

    class Meta:
        model = Organisation
        fields = ["name", "kind", "siren", "siret", "rna", "address"]
        widgets = {"address": forms.Textarea(attrs={"rows": 2})}
        labels = {"name": _("Nom"), "kind": _("Type"), "address": _("Adresse du siège")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        blank = [] if self.instance.pk else [("", gettext("(à choisir)"))]
        cast(forms.ChoiceField, self.fields["kind"]).choices = [*blank, *OrganisationKind.choices]

    def clean_siren(self) -> str:
        number = _number(self.cleaned_data["siren"], "siren")
        others = Organisation.objects.filter(siren=number).exclude(pk=self.instance.pk)
        if number and (other := others.first()):
            raise forms.ValidationError(gettext("Ce SIREN est déjà celui de « %(name)s ».") % {"name": other.name})
        return number

    def clean_siret(self) -> str:
        return _number(self.cleaned_data["siret"], "siret")

    def clean_rna(self) -> str:
        number = _number(self.cleaned_data["rna"], "rna")
        others = Organisation.objects.filter(rna=number).exclude(pk=self.instance.pk)
        if number and (other := others.first()):
            raise forms.ValidationError(
                gettext("Ce numéro RNA est déjà celui de « %(name)s ».") % {"name": other.name}
            )
        return number

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        siren, siret = facts.get("siren", ""), facts.get("siret", "")
        if siren and siret and not siret.startswith(siren):
            self.add_error("siret", gettext("Un SIRET commence par le SIREN de l'organisation : relisez les deux."))
        return facts


SENTENCES = {
    "siren": (_("Un SIREN a 9 chiffres."), _("La clé de ce SIREN est fausse : relisez les 9 chiffres.")),
    "siret": (_("Un SIRET a 14 chiffres."), _("La clé de ce SIRET est fausse : relisez les 14 chiffres.")),
    "rna": (_("Un numéro RNA s'écrit W suivi de 9 signes, par exemple W751234567."),) * 2,
}
READERS = {"siren": companies.read_siren, "siret": companies.read_siret, "rna": companies.read_rna}


def _number(text: str, kind: str) -> str:
    """The number without its spaces; the sentence that says what is wrong with it."""
    if not text.strip():
        return ""
    try:
        return READERS[kind](text)
    except WrongNumber as wrong:
        raise forms.ValidationError(str(SENTENCES[kind][wrong.is_key])) from None


class CompanySearchForm(forms.Form):
    """What to look for in the national registry."""

    sought = forms.CharField(
        label=_("Chercher dans le registre national"), max_length=companies.LONGEST_TEXT, required=False,
        help_text=_("Un nom, un SIREN, un SIRET ou un RNA. Rien n'est enregistré tant que vous n'enregistrez pas."),
    )  # fmt: skip


class SiteForm(VersionedForm):
    siret = forms.CharField(
        label=_("SIRET"), max_length=24, required=False, help_text=_("14 chiffres. Il commence par le SIREN.")
    )

    class Meta:
        model = Site
        fields = ["name", "siret", "address", "commune", "is_address_confidential"]
        widgets = {"address": forms.Textarea(attrs={"rows": 2})}
        labels = {
            "name": _("Nom du lieu"), "address": _("Adresse"), "commune": _("Commune"),
            "is_address_confidential": _("Adresse confidentielle"),
        }  # fmt: skip
        help_texts = {
            "is_address_confidential": _(
                "Cochez si la connaître met en danger des personnes. Ni l'adresse, ni la commune, ni le SIRET ne sont "
                "alors montrés à qui ne corrige pas ce lieu."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        communes = cast(forms.ModelChoiceField, self.fields["commune"])
        communes.queryset = Commune.objects.current()
        communes.empty_label = gettext("(aucune)")

    def clean_siret(self) -> str:
        number = _number(self.cleaned_data["siret"], "siret")
        if number and self.instance.organisation.siren and not number.startswith(self.instance.organisation.siren):
            raise forms.ValidationError(
                gettext("Ce SIRET n'est pas de cette organisation : il commencerait par %(siren)s.")
                % {"siren": self.instance.organisation.siren}
            )
        others = Site.objects.filter(siret=number).exclude(pk=self.instance.pk)
        if number and (other := others.select_related("organisation").first()):
            where = {"name": other.name, "organisation": other.organisation.name}
            raise forms.ValidationError(gettext("Ce SIRET est déjà celui de « %(name)s » (%(organisation)s).") % where)
        return number


class OrganisationsAsked(forms.Form):
    """What to keep of the list of organisations."""

    words = forms.CharField(label=_("Nom, SIREN ou RNA"), max_length=100, required=False)
    kind = forms.ChoiceField(
        label=_("Type"), required=False, choices=[("", _("Tous les types")), *OrganisationKind.choices]
    )
    closed = forms.BooleanField(label=_("Aussi celles qui ne participent plus"), required=False)
    page = forms.CharField(required=False, max_length=6, widget=forms.HiddenInput)


class ConfirmForm(forms.Form):
    """A gesture that is confirmed: the version read, a key that is spent once."""

    version_read = forms.IntegerField(widget=forms.HiddenInput, required=False)
    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)

    @classmethod
    def about(cls, thing: Any) -> "ConfirmForm":
        return cls(initial={"version_read": getattr(thing, "version", None), "intention": new_key()})


class ApiKeyForm(forms.ModelForm):
    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)
    scopes = forms.MultipleChoiceField(
        label=_("Ce que la clé permet"), choices=ApiScope.choices, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Une clé permet au moins une chose : dites laquelle.")},
    )  # fmt: skip
    expires_on = forms.DateField(
        label=_("Dernier jour"), help_text=_("Un an au plus. Vous serez prévenu un mois avant."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip

    class Meta:
        model = ApiKey
        fields = ["name", "scopes", "expires_on"]
        labels = {"name": _("Nom de la clé")}
        help_texts = {"name": _("Le logiciel qui s'en servira, pour la reconnaître plus tard.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["intention"].initial = new_key()
        self.initial["expires_on"] = add_months(clock.today(), 12)
        say_what_is_missing(self)

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if not clock.today() <= day <= add_months(clock.today(), 12):
            raise forms.ValidationError(gettext("Une clé dure un an au plus : choisissez une date d'ici là."))
        return day
