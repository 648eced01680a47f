"""Where professionals go: each room says, in its `apps.py`, which of its pages are tools, and for which roles."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from maillage.core.access import has_role

TOOLS, ACCOUNT = "tools", "account"
Words = str | Promise


@dataclass(frozen=True)
class Entry:
    """A page offered in a menu: its name as its users say it, its URL name, the roles it is for (none: everyone).

    `sentence` says what one does there; `icon` is of the house's set; `weight` orders a menu, heavier first.
    """

    label: Words
    url_name: str
    roles: tuple[str, ...] = ()
    sentence: Words = ""
    icon: str = "arrow-right"
    weight: int = 0
    menu: str = TOOLS

    @property
    def url(self) -> str:
        return reverse(self.url_name)

    def is_for(self, reader: Any) -> bool:
        """A menu is a courtesy: what it hides is closed by the page's own lock."""
        return not self.roles or any(has_role(reader, role) for role in self.roles)


class Navigation:
    """The menus of the house, filled by each room."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def add(self, entry: Entry) -> None:
        """Offer a page. Raises ValueError when its address is already in a menu."""
        if entry.url_name in self._entries:
            raise ValueError(f"{entry.url_name} is already in a menu.")
        self._entries[entry.url_name] = entry

    def of(self, reader: Any, menu: str = TOOLS) -> list[Entry]:
        """What this reader is offered in a menu; nothing to who has not signed in."""
        if not reader.is_authenticated:
            return []
        return ordered(entry for entry in self._entries.values() if entry.menu == menu and entry.is_for(reader))


def ordered(entries: Iterable[Entry]) -> list[Entry]:
    """Heavier first, then by name."""
    return sorted(entries, key=lambda entry: (-entry.weight, str(entry.label)))


navigation = Navigation()
