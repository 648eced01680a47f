"""What someone who answers a proposal types: which fields they publish, and a sentence for the rest."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class DecisionForm(forms.Form):
    """Publish the ticked fields, or return it all. `record_version` is the record's as this person read it."""

    kept = forms.MultipleChoiceField(
        label=_("Champs à publier"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Décochez ce que vous ne publiez pas : cela repart à son auteur, avec votre mot."),
    )  # fmt: skip
    sentence = forms.CharField(
        label=_("Votre mot"),
        help_text=_("Nécessaire pour renvoyer tout ou partie : ce qu'il faut changer, ou pourquoi."),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    record_version = forms.IntegerField(widget=forms.HiddenInput)
    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if choices:
            self.fields["kept"].choices = list(choices)  # type: ignore[attr-defined]
        else:
            del self.fields["kept"]

    def kept_fields(self) -> list[str]:
        return list(self.cleaned_data.get("kept", ()))


class ClosingForm(forms.Form):
    """A service that no longer exists."""

    note = forms.CharField(
        label=_("Un mot pour la Maison des solidarités"),
        help_text=_("Par exemple : depuis quand, et vers qui adresser les personnes."),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)


class ConfirmForm(forms.Form):
    """« Everything is exact »: the version of the record that was read, the key of the page it was said from."""

    record_version = forms.IntegerField(min_value=1)
    intention = forms.CharField(max_length=40)


class RestoreForm(forms.Form):
    """Yes, give this field its former value back, on the record as it was read."""

    version_read = forms.IntegerField(widget=forms.HiddenInput)
    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)


class OnceForm(forms.Form):
    """A button that is pressed once."""

    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)
