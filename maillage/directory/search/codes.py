"""A question as codes that may be kept, and back: a commune and filters; no point, no date, no word unless asked."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from maillage.directory.search.origins import origin_of
from maillage.directory.search.query import SearchQuery
from maillage.territories.actions import chosen_place

COMMUNE = "commune"
APART = {"origin", "words", "cursor"}
"""The place is reduced to its commune, words are kept only when asked, a cursor belongs to one page."""
Codes = dict[str, Any]


class NotACode(Exception):
    """A value that is not a code: a measure, an instant, something of another time."""


def codes_of(query: SearchQuery, *, with_words: bool = False) -> Codes:
    """What is kept of a question, as JSON. Without its words, the thématiques they were understood as."""
    asked = query if with_words else replace(query, words="", themes=query.wanted_themes())
    kept = _written_fields(asked, but=APART)
    if with_words and query.words.strip():
        kept["words"] = query.words.strip()
    return kept | {COMMUNE: query.origin.commune_code}


def query_of(codes: Mapping[str, Any]) -> SearchQuery | None:
    """The question again, from the middle of its commune; None when nobody knows that commune any more.

    What this version does not know, or no longer reads, is left out; what these codes do not say has its default.
    """
    place = chosen_place(f"commune:{codes.get(COMMUNE, '')}")
    origin = origin_of(place) if place else None
    if origin is None:
        return None
    return SearchQuery(origin=origin, **_read_fields(codes, SearchQuery, but=APART - {"words"}))


def steady(query: SearchQuery) -> SearchQuery:
    """The same question whenever it is asked: an alert does not follow opening hours."""
    return replace(query, is_open_now=False, when=None, cursor="")


# -- Writing ---------------------------------------------------------------------------------------------------------


def _written_fields(thing: Any, *, but: set[str] | None = None) -> Codes:
    """The fields that say something else than their default, as codes; those that are no codes are left out."""
    kept: Codes = {}
    for one in fields(thing):
        value = getattr(thing, one.name)
        if one.name in (but or ()) or value == _default(one):
            continue
        try:
            kept[one.name] = _written(value)
        except NotACode:
            continue
    return kept


def _default(one: Field[Any]) -> Any:
    return one.default_factory() if one.default_factory is not MISSING else one.default


def _written(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, tuple | frozenset):
        return [_written(inner) for inner in value]
    if is_dataclass(value) and (inner := _written_fields(value)):
        return inner
    raise NotACode


# -- Reading ---------------------------------------------------------------------------------------------------------


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read_fields(codes: Mapping[str, Any], kind: type, *, but: set[str] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, hint in _hints(kind).items():
        if name in codes and name not in (but or ()):
            try:
                found[name] = _read(codes[name], hint)
            except (NotACode, ValueError, TypeError):
                continue
    return found


def _read(value: Any, hint: Any) -> Any:
    """The value of that type. Raises NotACode, ValueError or TypeError when it is not one."""
    outer, inner = get_origin(hint), get_args(hint)
    if outer in (Union, UnionType):
        return _read(value, next(one for one in inner if one is not NoneType))
    if outer in (tuple, frozenset) and isinstance(value, list):
        return outer(_read(one, inner[0]) for one in value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if is_dataclass(hint) and isinstance(hint, type) and isinstance(value, dict):
        return hint(**_read_fields(value, hint))
    if hint in (bool, int, str) and type(value) is hint:
        return value
    raise NotACode
