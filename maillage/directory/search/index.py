"""The index each process searches in: columns mapped from the disk, and what was written since, read as it comes."""

import hashlib
import logging
import threading
from dataclasses import dataclass, field

import numpy as np
from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Sum
from django.db.models.functions import Mod

from maillage.core import mapped
from maillage.directory.models import SearchEntry, SearchState
from maillage.directory.search.columns import FIELDS, KINDS, Columns, Mask
from maillage.territories.actions import Ties, TravelTimes

logger = logging.getLogger(__name__)
FEW = 2_000
"""Entries written since the columns were, up to which they are read apart rather than all again."""
WORTH_A_FILE = 2_000
"""Entries from which columns are kept on the disk, shared between processes."""
PRIME = 1_000_003  # So that a sum of revisions stays a number every database can hold.


@dataclass(eq=False)
class Segment:
    """Columns, and which of their rows still hold (n,): a service written again since has its row elsewhere."""

    columns: Columns
    holds: Mask
    tied: dict[str, Ties] = field(default_factory=dict)

    def ties(self, times: TravelTimes) -> Ties:
        """Its places tied to the roads, once for each network."""
        tied = self.tied.get(times.version)
        if tied is None:
            points = np.column_stack([self.columns.latitude, self.columns.longitude])
            tied = times.tie(points, self.columns.density)
            self.tied.clear()
            self.tied[times.version] = tied
        return tied


@dataclass(frozen=True, eq=False)
class Index:
    """What can be searched as of a revision said: the columns of all entries up to `base`, then of those since."""

    said: int
    base: int
    segments: tuple[Segment, ...]


_lock = threading.RLock()
_loaded: dict[str, Index] = {}


def index() -> Index:
    """The index as of now. One narrow query when nothing changed."""
    said, written = SearchState.objects.values_list("said", "written").first() or (0, 0)
    loaded = _loaded.get(_place())
    if loaded is not None and loaded.said == said:
        return loaded
    with _lock:
        return _refreshed(said, written)


def forget() -> None:
    """Let go of what this process has loaded."""
    _loaded.clear()


def _place() -> str:
    """Which database this is: two of them never share an index."""
    facts = connection.settings_dict
    told = [str(facts[name]) for name in ("ENGINE", "NAME", "HOST", "PORT")]
    return hashlib.blake2b("\n".join(told).encode(), digest_size=16).hexdigest()


def _refreshed(said: int, written: int) -> Index:
    loaded = _loaded.get(_place())
    if loaded is None or loaded.said != said:
        found = _brought_up(loaded, said, written) or _brought_up(_on_disk(), said, written)
        loaded = _loaded[_place()] = found or built(said, written)
    return loaded


def _brought_up(base: Index | None, said: int, written: int) -> Index | None:
    """The base with what was written since; None when too much was, or when it is no past of this database."""
    if base is None or base.base > written:
        return None
    since = SearchEntry.objects.filter(revision__gt=base.base).order_by("pk")
    # Read once: what hides a row and what replaces it must be of the same instant.
    rewritten = list(since.values_list("is_listed", "revision", *FIELDS)[: FEW + 1])
    if len(rewritten) > FEW:
        return None
    columns, tied = base.segments[0].columns, base.segments[0].tied
    superseded = columns.rows_of(np.array([row[2] for row in rewritten], dtype=np.int64))
    holds = np.ones(len(columns), dtype=np.bool_)
    holds[superseded[superseded >= 0]] = False
    if not _is_past(base.base, columns, holds):
        return None
    later = Columns.of(facts for is_listed, *facts in rewritten if is_listed)
    first, second = Segment(columns, holds, tied), Segment(later, np.ones(len(later), dtype=np.bool_))
    return Index(said, base.base, (first, second) if len(later) else (first,))


def _is_past(base: int, columns: Columns, holds: Mask) -> bool:
    """Whether the database still holds, of that time, what the columns hold: no other, no less."""
    old = holds & (columns.revision <= base)
    held = SearchEntry.objects.filter(revision__lte=base, is_listed=True)
    sums = held.aggregate(count=Count("pk"), keys=Sum("pk"), revisions=Sum(Mod(F("revision"), PRIME)))
    expected = int(old.sum()), int(columns.keys[old].sum()), int((columns.revision[old] % PRIME).sum())
    return expected == (sums["count"], int(sums["keys"] or 0), int(sums["revisions"] or 0))


# -- The base --------------------------------------------------------------------------------------------------------


def built(said: int, written: int) -> Index:
    """All entries, read again; kept on the disk when they are many. `written`: the last revision committed."""
    entries = SearchEntry.objects.filter(is_listed=True).order_by("pk")
    columns = Columns.of(entries.values_list("revision", *FIELDS).iterator(2_000))
    kept = _on_disk() if len(columns) >= WORTH_A_FILE and _is_kept(columns, written) else None
    if kept is not None and kept.base == written:
        return Index(said, written, kept.segments)
    return Index(said, written, (Segment(columns, np.ones(len(columns), dtype=np.bool_)),))


def _is_kept(columns: Columns, revision: int) -> bool:
    """Whether the disk took them: without it, this process searches in its own memory."""
    try:
        mapped.write(settings.SEARCH_DIR, columns.arrays, {"revision": revision, "place": _place()})
    except OSError as refused:
        logger.warning(
            "The columns of search cannot be written in %s: %s", settings.SEARCH_DIR, type(refused).__name__
        )
        return False
    return True


def _on_disk() -> Index | None:
    found = mapped.current(settings.SEARCH_DIR)
    if found is None or found.facts.get("place") != _place() or not set(KINDS) <= found.arrays.keys():
        return None
    columns = Columns(found.arrays)
    base = int(found.facts["revision"])
    return Index(0, base, (Segment(columns, np.ones(len(columns), dtype=np.bool_)),))


def kept_revision() -> int:
    """The revision of the columns on the disk, 0 when there are none."""
    kept = _on_disk()
    return kept.base if kept else 0
