"""What the directory holds: sources, structures, services, what members propose, words, fast tables."""

from maillage.directory.models.entries import SearchEntry, SearchFacet, SearchTerm
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
from maillage.directory.models.words import LexiconStamp, OwnExpression, UnknownWord, WordAsker, WordCount

__all__ = [
    "ImportRun",
    "LexiconStamp",
    "OwnExpression",
    "Record",
    "RecordChange",
    "RecordQuerySet",
    "SearchEntry",
    "SearchFacet",
    "SearchTerm",
    "Service",
    "Source",
    "Structure",
    "Submission",
    "UnknownWord",
    "WordAsker",
    "WordCount",
    "freshness_of",
]
