"""What people type."""

from maillage.directory.forms.deciding import ClosingForm, DecisionForm, OnceForm
from maillage.directory.forms.editing import (
    EditForm,
    ProposedServiceForm,
    ProposedStructureForm,
    ServiceForm,
    StructureForm,
)
from maillage.directory.forms.searching import PlaceAsked, SearchForm, TerritoryForm, durations

__all__ = [
    "ClosingForm", "DecisionForm", "EditForm", "OnceForm", "PlaceAsked", "ProposedServiceForm",
    "ProposedStructureForm", "SearchForm", "ServiceForm", "StructureForm", "TerritoryForm", "durations",
]  # fmt: skip
