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
    access_needs_of,
    accessibility_of,
    departement_of,
    freshness_of,
    languages_of,
)

__all__ = [
    "ImportRun",
    "Record",
    "RecordChange",
    "RecordQuerySet",
    "SearchEntry",
    "SearchState",
    "Service",
    "Source",
    "Structure",
    "Submission",
    "access_needs_of",
    "accessibility_of",
    "departement_of",
    "freshness_of",
    "languages_of",
]
