"""What a professional does with the searches they keep: save, rename, follow, look, remove."""

from typing import Any

from django.utils.translation import gettext

from maillage.actors.models import User
from maillage.core import clock, journal
from maillage.core.concurrency import once
from maillage.core.refusals import Refused
from maillage.directory.actions.watching import start_watching
from maillage.directory.models import SavedSearch
from maillage.directory.search.codes import Codes

MOST_SAVED = 30


def save_search(name: str, codes: Codes, *, is_watched: bool, is_mailed: bool, key: str, by: Any) -> SavedSearch:
    """Keep a question under a name; what answers it now is known, and will not be told. Once for this key."""
    saved = SavedSearch(owner=by, name=name, codes=codes, is_watched=is_watched, is_mailed=is_watched and is_mailed)
    if is_watched:
        start_watching(saved)
    with journal.act():
        once(key)
        if SavedSearch.objects.filter(owner=by).count() >= MOST_SAVED:
            raise Refused(
                gettext("Vous gardez déjà %(n)s recherches.") % {"n": MOST_SAVED},
                instead=gettext("Retirez-en une qui ne sert plus, puis enregistrez celle-ci."),
            )
        saved.save()
        journal.record(by, "directory.search_saved", saved)
    return saved


def rename(saved: SavedSearch, name: str) -> None:
    saved.name = name
    saved.save(update_fields=["name"])


def follow(saved: SavedSearch, *, is_watched: bool, is_mailed: bool) -> None:
    """Turn the alert on or off. Turned on, it starts from what answers now; already on, it goes on."""
    if is_watched and not saved.is_watched:
        start_watching(saved)
    elif not is_watched:
        saved.known, saved.fresh, saved.gone, saved.pause = [], [], [], ""
    saved.is_watched, saved.is_mailed = is_watched, is_watched and is_mailed
    saved.used_at = clock.now()
    saved.save(update_fields=["is_watched", "is_mailed", "known", "fresh", "gone", "pause", "checked_at", "used_at"])


def look(saved: SavedSearch) -> None:
    """Its owner saw what changed: it no longer waits."""
    saved.fresh, saved.gone, saved.used_at = [], [], clock.now()
    saved.save(update_fields=["fresh", "gone", "used_at"])


def remove(saved: SavedSearch, *, by: Any) -> None:
    with journal.act():
        journal.record(by, "directory.search_removed", saved)
        saved.delete()


def remove_all(user: User, *, by: User | None) -> int:
    """When someone leaves: nobody takes over what another was looking for. Inside the caller's act."""
    count = int(SavedSearch.objects.filter(owner=user).delete()[0])
    journal.record(by, "directory.searches_removed", user, count=count)
    return count
