"""What the directory holds: sources, structures, services, what members propose, and tables that make search fast."""

from maillage.directory.models.entries import SearchEntry, SearchState
from maillage.directory.models.proposals import RecordChange, Submission
from maillage.directory.models.records import (
    ImportRun,
    Record,
    RecordQuerySet,
    Service,
    Source,
    Structure,
    freshness_of,
)
from maillage.directory.models.saved import SavedSearch

__all__ = [
    "ImportRun",
    "Record",
    "RecordChange",
    "RecordQuerySet",
    "SavedSearch",
    "SearchEntry",
    "SearchState",
    "Service",
    "Source",
    "Structure",
    "Submission",
    "freshness_of",
]
