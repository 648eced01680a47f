"""What people type to say where they are."""

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.territories.actions import LONGEST_TEXT, PlaceAnswer, find_places


class PlaceForm(forms.Form):
    place = forms.CharField(label=_("Où êtes-vous ?"), max_length=LONGEST_TEXT)

    def answer(self) -> PlaceAnswer:
        """The places meant; none when nothing, or far too much, was typed."""
        return find_places(self.cleaned_data["place"]) if self.is_valid() else PlaceAnswer()
