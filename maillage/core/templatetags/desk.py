"""The tags of professional pages: menus filled by the rooms, and what waits for someone."""

from collections.abc import Sequence
from typing import Any

from django import template

from maillage.core.components import ToDo
from maillage.core.navigation import Entry, navigation
from maillage.core.templatetags.ui import known

register = template.Library()

LEVELS = {"late": "clock-alert", "soon": "calendar-clock", "later": "calendar", "undated": "circle-small"}


@register.simple_tag
def menu_of(reader: Any, menu: str) -> list[Entry]:
    """What this reader is offered in a menu (« tools », « account »)."""
    return navigation.of(reader, menu)


@register.inclusion_tag("components/todo_list.html")
def todo_list(items: Sequence[ToDo], labelled_by: str = "") -> dict[str, object]:
    """What waits for someone: what to do, why, by when. `labelled_by` is the identifier of the heading above."""
    signed = [(item, LEVELS[known(item.level, LEVELS, "level")]) for item in items]
    return {"items": signed, "labelled_by": labelled_by}
