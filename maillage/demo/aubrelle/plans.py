"""Chooses which structure of L'Aubrelle offers what, and where: exactly four hundred plans of services."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from maillage.demo.aubrelle.french import slug
from maillage.demo.aubrelle.model import Commune
from maillage.demo.aubrelle.structures import House, read_toml
from maillage.demo.aubrelle.territories import DATA

Offer = dict[str, Any]
"""A table of `data/offers/`: what is offered, by which kinds of structure, in which words."""

COUNT = 400
MOST_PER_HOUSE = 11


@dataclass(frozen=True)
class Plan:
    """An offer, the structure that makes it, and the commune where it does when that is not at home."""

    offer: Offer
    house: House
    elsewhere: Commune | None

    @property
    def slug(self) -> str:
        tail = f"--{slug(self.elsewhere.name)}" if self.elsewhere else ""
        return f"{self.house.slug}--{self.offer['slug']}{tail}"

    @property
    def commune(self) -> Commune | None:
        return self.elsewhere or self.house.commune

    @property
    def is_remote(self) -> bool:
        return bool(self.offer.get("reach") == "remote")


def read_offers() -> list[Offer]:
    files = sorted(path.name for path in (DATA / "offers").glob("*.toml"))
    return [offer for name in files for offer in read_toml(f"offers/{name}")["offer"]]


def choose_plans(houses: list[House], communes: dict[str, Commune]) -> list[Plan]:
    """One plan for each structure first, then each offer in turn; `communes` by name."""
    kinds = read_toml("kinds.toml")
    room = {house.slug: kinds[house.kind].get("room", 3) for house in houses}
    stops = {house.slug: _stops(house, kinds[house.kind], communes) for house in houses}
    waiting = [_candidates(offer, houses, stops) for offer in read_offers()]
    chosen: dict[str, Plan] = {}
    load: Counter[str] = Counter()
    for plan in _turns(waiting, houses, chosen, load, room):
        chosen[plan.slug] = plan
        load[plan.house.slug] += 1
        if len(chosen) == COUNT:
            break
    return sorted(chosen.values(), key=lambda plan: plan.slug)


def _turns(
    waiting: list[list[Plan]],
    houses: list[House],
    chosen: dict[str, Plan],
    load: Counter[str],
    room: dict[str, int],
) -> Iterator[Plan]:
    """Next plans, fairly: among those who may make the offer, the structure least busy for the room it has."""
    for house in houses:
        yield next(plan for plans in waiting for plan in plans if plan.house is house and plan.slug not in chosen)
    while True:
        for plans in waiting:
            free = [p for p in plans if p.slug not in chosen and load[p.house.slug] < MOST_PER_HOUSE]
            yield from sorted(free, key=lambda p: (load[p.house.slug] + 1) / room[p.house.slug])[:1]


def _stops(house: House, kind: dict[str, Any], communes: dict[str, Commune]) -> list[Commune]:
    """Where a structure holds drop-ins, besides its own address."""
    home = house.commune.name if house.commune else None
    return [communes[name] for name in kind.get("outreach", []) if home and name != home]


def _candidates(offer: Offer, houses: list[House], stops: dict[str, list[Commune]]) -> list[Plan]:
    """Who may make an offer: at home first, in a drawn order, then away. The bus is always away, and comes early."""
    dice = Random(f"aubrelle:offer:{offer['slug']}")
    named = offer.get("only")
    able = [house for house in houses if house.kind in offer["kinds"] and (not named or house.slug in named)]
    dice.shuffle(able)
    at_home = [Plan(offer, house, None) for house in able if house.kind != "bus"]
    away = [Plan(offer, house, commune) for house in able if _travels(offer, house) for commune in stops[house.slug]]
    dice.shuffle(away)
    early = [plan for plan in away if plan.house.kind == "bus"][:2]
    return [*early, *at_home, *(plan for plan in away if plan not in early)]


def _travels(offer: Offer, house: House) -> bool:
    if house.kind == "bus":
        return True
    return offer["hours"] in {"slots", "monthly"} and offer.get("reach") != "remote"
