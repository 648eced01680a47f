"""The alerts of saved searches: each night, what came and what went, told once."""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext

from maillage.actors.actions import letters
from maillage.actors.models import User
from maillage.core import clock
from maillage.directory.choices import WatchPause
from maillage.directory.models import SavedSearch, Service
from maillage.directory.search import search
from maillage.directory.search.codes import query_of, steady
from maillage.territories.actions import travel_times

logger = logging.getLogger(__name__)
MOST_WATCHED = 1_000
"""Answers beyond which an alert would say nothing of use; it also bounds what is compared each night."""
NOTICED = ("known", "roads", "fresh", "gone", "pause", "checked_at")
Numbers = frozenset[int]
Face = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """The services that answer now and did not, and the other way round."""

    new: Numbers = frozenset()
    gone: Numbers = frozenset()

    def __bool__(self) -> bool:
        return bool(self.new or self.gone)


def answers_of(saved: SavedSearch) -> Numbers | WatchPause:
    """The services that answer today, at any hour, as its owner may read them; or why they are not followed."""
    query = query_of(saved.codes)
    if query is None:
        return WatchPause.NO_PLACE
    answer = search(steady(query), reader=saved.owner, size=MOST_WATCHED, with_ways_out=False)
    if answer.total > MOST_WATCHED:
        return WatchPause.TOO_MANY
    return frozenset(result.service.pk for result in answer.results)


def start_watching(saved: SavedSearch) -> None:
    """Take what answers now as known: only what changes from here on is told. The caller saves."""
    found = answers_of(saved)
    saved.pause, saved.known = ("", sorted(found)) if isinstance(found, frozenset) else (found, [])
    saved.fresh, saved.gone, saved.checked_at, saved.roads = [], [], clock.now(), travel_times().version


def change_between(before: Numbers, after: Numbers) -> Change:
    """What came and went. A service that only changed its identifier, as sources do, neither came nor went."""
    new, gone = after - before, before - after
    if not new or not gone:
        return Change(new, gone)
    faces = _faces(new | gone)
    stayed = Counter(faces[pk] for pk in new if pk in faces) & Counter(faces[pk] for pk in gone if pk in faces)
    return Change(_less(stayed, new, faces), _less(stayed, gone, faces))


def _faces(numbers: Numbers) -> dict[int, Face]:
    """What people know each service by; one whose record is deleted has none."""
    named = Service._base_manager.filter(pk__in=numbers)
    return {
        pk: tuple(face) for pk, *face in named.values_list("pk", "name", "structure__name", "structure__commune_code")
    }


def _less(stayed: Counter[Face], numbers: Numbers, faces: dict[int, Face]) -> Numbers:
    """These services, less as many of each face as stayed under another identifier."""
    left, kept = Counter(stayed), set()
    for pk in sorted(numbers):
        face = faces.get(pk, ())
        if left[face] > 0:
            left[face] -= 1
        else:
            kept.add(pk)
    return frozenset(kept)


def watch_all() -> int:
    """Compare every search followed with its last check; how many letters left. One person's fault stops nobody."""
    followed = SavedSearch.objects.filter(is_watched=True)
    written = 0
    for owner in User.objects.filter(pk__in=followed.values("owner"), is_active=True).order_by("pk"):
        try:
            written += _watch_for(owner)
        except Exception:
            logger.exception("The searches of account %s could not be watched.", owner.pk)
    return written


def _watch_for(owner: User) -> int:
    """Note what changed in this person's searches and write to them once, in one transaction: all is told, or none."""
    if not owner.roles():  # Their roles have ended: nothing more for them.
        return 0
    mine = SavedSearch.objects.filter(owner=owner, is_watched=True).select_related("owner")
    answers = {saved.pk: answers_of(saved) for saved in mine}
    with transaction.atomic():
        held = mine.filter(pk__in=answers).order_by("pk").select_for_update(of=("self",))
        changes = [(saved, _note(saved, answers[saved.pk])) for saved in held]
        told = [(saved, change) for saved, change in changes if change and saved.is_mailed]
        if not told or not owner.email:
            return 0
        _write(owner, told)
    return 1


def _note(saved: SavedSearch, found: Numbers | WatchPause) -> Change:
    """Keep what changed beside what was not looked at yet; what came then went in between is nothing to tell."""
    if not isinstance(found, frozenset):
        saved.pause, change = found, Change()
    else:
        # Other roads, other minutes: what enters or leaves the limit then is no news of any service.
        starts_again = bool(saved.pause) or saved.roads != travel_times().version
        saved.pause, saved.roads = "", travel_times().version
        change = Change() if starts_again else change_between(frozenset(saved.known), found)
        fresh, gone = frozenset(saved.fresh), frozenset(saved.gone)
        saved.known = sorted(found)
        saved.fresh = sorted((fresh | (change.new - gone)) & found)
        saved.gone = sorted((gone | (change.gone - fresh)) - found)
    saved.checked_at = clock.now()
    saved.save(update_fields=NOTICED)
    return change


def _write(owner: User, told: Iterable[tuple[SavedSearch, Change]]) -> None:
    """One letter a night, whatever the number of searches; its subject says nothing of them."""
    lines = [(saved.name, len(change.new), len(change.gone)) for saved, change in told]
    text = render_to_string("directory/mails/searches_changed.txt", {"lines": lines})
    letters.post(owner.email, subject=gettext("Vos recherches enregistrées ont changé"), text=text)
