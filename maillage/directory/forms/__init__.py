"""What people type."""

from maillage.directory.forms.deciding import ClosingForm, ConfirmForm, DecisionForm, OnceForm, RestoreForm
from maillage.directory.forms.editing import (
    FOLDED,
    EditForm,
    ProposedServiceForm,
    ProposedStructureForm,
    ServiceForm,
    StructureForm,
)
from maillage.directory.forms.lists import Hand, SendForm, read_hand, search_in_hand, signed_key
from maillage.directory.forms.saved import FollowForm, NameForm, SaveForm, as_fields
from maillage.directory.forms.searching import PlaceAsked, SearchForm, TerritoryForm, durations
from maillage.directory.forms.tying import TieForm

__all__ = [
    "FOLDED",
    "ClosingForm", "ConfirmForm", "DecisionForm", "EditForm", "FollowForm", "Hand", "NameForm", "OnceForm",
    "PlaceAsked", "ProposedServiceForm", "ProposedStructureForm", "RestoreForm", "SaveForm", "SearchForm",
    "SendForm", "ServiceForm", "StructureForm", "TerritoryForm", "TieForm", "as_fields", "durations",
    "read_hand", "search_in_hand", "signed_key",
]  # fmt: skip
