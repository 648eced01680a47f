"""What the directory holds: sources, structures, services, what members propose, words, fast tables."""

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
from maillage.directory.models.saved import SavedSearch
from maillage.directory.models.words import LexiconStamp, OwnExpression, UnknownWord, WordAsker, WordCount

__all__ = [
    "ImportRun",
    "LexiconStamp",
    "OwnExpression",
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
    "UnknownWord",
    "WordAsker",
    "WordCount",
    "access_needs_of",
    "accessibility_of",
    "departement_of",
    "freshness_of",
    "languages_of",
]
