"""The lexicon: everyday French towards the thématiques of data·inclusion, in files a social worker can edit."""

from maillage.directory.lexicon.checks import check_lexicon
from maillage.directory.lexicon.house import read_here
from maillage.directory.lexicon.neighbours import neighbours
from maillage.directory.lexicon.reading import Match, Reading, read_need
from maillage.directory.lexicon.rows import count_expressions
from maillage.directory.lexicon.urgent import UrgentNumber, urgent_numbers

__all__ = [
    "Match",
    "Reading",
    "UrgentNumber",
    "check_lexicon",
    "count_expressions",
    "neighbours",
    "read_here",
    "read_need",
    "urgent_numbers",
]
