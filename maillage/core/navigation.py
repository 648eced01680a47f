"""Where professionals go: each room says, in its `apps.py`, which of its pages are tools, and for which roles."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from maillage.core.access import Rule, has_role

TOOLS, ACCOUNT = "tools", "account"
Words = str | Promise


@dataclass(frozen=True)
class Entry:
    """A page offered in a menu: its name as its users say it, its URL name, the roles it is for (none: everyone).

    `sentence` says what one does there; `icon` is of the house's set; `weight` orders a menu, heavier first; `also`
    names a second menu that offers the page. With a `rule`, those it would never open anything to are not offered it.
    """

    label: Words
    url_name: str
    roles: tuple[str, ...] = ()
    sentence: Words = ""
    icon: str = "arrow-right"
    weight: int = 0
    menu: str = TOOLS
    also: str = ""
    rule: Rule | None = None

    @property
    def url(self) -> str:
        return reverse(self.url_name)

    def is_for(self, reader: Any) -> bool:
        """A menu is a courtesy: what it hides is closed by the page's own lock."""
        is_theirs = not self.roles or any(has_role(reader, role) for role in self.roles)
        return is_theirs and (self.rule is None or bool(self.rule.question(reader)))


class Navigation:
    """The menus of the house, filled by each room."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        """Offer a page; again, in other words, to other roles. Raises ValueError when two entries share a reader."""
        if any(one.url_name == entry.url_name and _share_a_role(one, entry) for one in self._entries):
            raise ValueError(f"{entry.url_name} is already in a menu.")
        self._entries.append(entry)

    def of(self, reader: Any, menu: str = TOOLS) -> list[Entry]:
        """What this reader is offered in a menu, each page once; nothing to who has not signed in.

        Of two ways to say the same page, someone with both roles reads the one that was offered first.
        """
        if not reader.is_authenticated:
            return []
        offered: dict[str, Entry] = {}
        for entry in self._entries:
            if menu in (entry.menu, entry.also) and entry.is_for(reader):
                offered.setdefault(entry.url_name, entry)
        return ordered(offered.values())


def _share_a_role(one: Entry, other: Entry) -> bool:
    return not one.roles or not other.roles or bool(set(one.roles) & set(other.roles))


def ordered(entries: Iterable[Entry]) -> list[Entry]:
    """Heavier first, then by name."""
    return sorted(entries, key=lambda entry: (-entry.weight, str(entry.label)))


navigation = Navigation()
