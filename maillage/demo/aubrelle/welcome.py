"""Draws in which languages people are received, what places have for disabled people, what is among women only."""

from functools import cache
from random import Random
from typing import Any

from maillage.demo.aubrelle.structures import House, read_toml

SAID = 0.7
"""How many structures say anything of it: fewer would show nothing, more would look like no directory."""
OWN_LANGUAGES = 0.06
"""How many services have languages of their own."""


@cache
def _table() -> dict[str, Any]:
    return read_toml("welcome.toml")


def with_welcome(house: House) -> dict[str, Any]:
    """The record of a structure, with what the standard has no word for."""
    table, dice = _table(), Random(f"aubrelle:welcome:{house.slug}")
    languages = _drawn(table["languages"], house.kind, dice, most=4)
    facilities = set(_drawn(table["access"], house.kind, dice, most=5))
    if told := table["told"].get(house.access):
        facilities.add(told)
    is_nowhere = house.commune is None
    return house.record | {
        "langues": languages or None,
        "accessibilite_details": None if is_nowhere else sorted(facilities) or None,
    }


def _drawn(pools: dict[str, list[str]], kind: str, dice: Random, *, most: int) -> list[str]:
    if dice.random() > SAID and kind not in {"shelter", "exile"}:
        return []
    pool = pools.get(kind, pools["any"])
    return sorted(dice.sample(pool, min(len(pool), dice.randint(1, most))))


def welcome_of(offer: str, house: House) -> dict[str, Any]:
    """The same for a service, by its offer: mostly its structure's languages, sometimes its own."""
    table, dice = _table(), Random(f"aubrelle:welcome:{house.slug}:{offer}")
    own = _drawn(table["languages"], house.kind, dice, most=2) if dice.random() < OWN_LANGUAGES else []
    among_women = house.kind in table["women_only"].get(offer, ())
    return {"langues": own or None, "reserve_aux_femmes": True if among_women else None}
