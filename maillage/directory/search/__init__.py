"""Search: a need and a place in, the real answers nearby out. Everything it returns went through the reading rules."""

from maillage.directory.search.answer import Answer, Result, WaysOut, search
from maillage.directory.search.order import Section
from maillage.directory.search.query import BadCursor, Origin, SearchQuery

__all__ = ["Answer", "BadCursor", "Origin", "Result", "SearchQuery", "Section", "WaysOut", "search"]
