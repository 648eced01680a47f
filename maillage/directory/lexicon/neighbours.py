"""The thématiques to look at next, when a search finds nothing."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from data_inclusion.schema.v1 import Thematique

from maillage.directory.lexicon.files import FOLDER, NEIGHBOURS, read_cells


def neighbours(thematiques: Iterable[str]) -> tuple[str, ...]:
    """Those of the same category first, then those of the reviewed table; within each, the closest first."""
    asked = tuple(dict.fromkeys(thematiques))
    categories = {slug.partition("--")[0] for slug in asked}
    linked = [near for slug in asked for near in _links().get(slug, ())]
    siblings = [thematique.value for thematique in Thematique if thematique.value.partition("--")[0] in categories]
    same_category = [slug for slug in linked if slug.partition("--")[0] in categories] + siblings
    return tuple(slug for slug in dict.fromkeys(same_category + linked) if slug not in asked)


@cache
def _links(folder: Path = FOLDER) -> dict[str, tuple[str, ...]]:
    """The table read both ways: who has a neighbour is one."""
    links: dict[str, list[str]] = {}
    for _, cells in read_cells(folder / NEIGHBOURS):
        for near in cells["voisines"].split():
            links.setdefault(cells["thematique"], []).append(near)
            links.setdefault(near, []).append(cells["thematique"])
    return {slug: tuple(dict.fromkeys(near)) for slug, near in links.items()}
