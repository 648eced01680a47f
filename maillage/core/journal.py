"""What happened: who, what, when, why, reads included. Append only, hash-chained, sealed month by month."""

import datetime as dt
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from maillage.core import clock
from maillage.core.models import JournalLine, JournalSegment

ADVISORY_LOCK = 0x6D61696C6C61  # Any number of our own: PostgreSQL's lock that makes writers of the chain queue.
GENESIS = "0" * 64
IDENTIFIER = re.compile(r"^[\w.:/@#-]{0,120}$")


@dataclass(frozen=True)
class Pending:
    """A line waiting for the end of its transaction."""

    who_id: int | None
    verb: str
    thing: str
    why: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Broken:
    """The first link that does not hold, and why, in French."""

    seq: int
    sentence: str


_pending: ContextVar[list[Pending] | None] = ContextVar("pending", default=None)


@contextmanager
def act() -> Iterator[None]:
    """A transaction whose journal lines are appended last, so that the chain's lock is held for an instant only.

    Blocks nest: an inner block that fails takes its lines away with its changes.
    """
    outer = _pending.get()
    if outer is not None:
        kept = len(outer)
        try:
            with transaction.atomic():
                yield
        except BaseException:
            del outer[kept:]
            raise
        return
    token = _pending.set(mine := [])
    try:
        with transaction.atomic():
            yield
            _append(mine)
    finally:
        _pending.reset(token)


def record(who: Any, verb: str, thing: models.Model | str, *, why: str = "", **facts: Any) -> None:
    """Write one line: identifiers only, never content. `who` is a user, or None for the house itself.

    Raises ValueError when a fact looks like content rather than an identifier.
    """
    what = thing if isinstance(thing, str) else f"{thing._meta.label_lower}:{thing.pk}"
    for value in (verb, what, why, *_leaves(facts)):
        if isinstance(value, str) and not IDENTIFIER.match(value):
            raise ValueError(f"The journal holds identifiers, not content: {value[:40]!r}")
    line = Pending(getattr(who, "pk", None), verb, what, why, facts)
    waiting = _pending.get()
    if waiting is None:
        with transaction.atomic():
            _append([line])
    else:
        waiting.append(line)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value


def _append(lines: list[Pending]) -> None:
    if not lines:
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
    seq, previous = _head()
    made = []
    for line in lines:
        seq += 1
        entry = JournalLine(
            seq=seq,
            at=clock.now(),
            who_id=line.who_id,
            verb=line.verb,
            thing=line.thing,
            why=line.why,
            facts=line.facts,
        )
        entry.previous, entry.digest = previous, digest_of(entry, previous)
        previous = entry.digest
        made.append(entry)
    JournalLine.objects.bulk_create(made)


def _head() -> tuple[int, str]:
    """The last link: of the lines, or of the last sealed segment when its lines have been retired."""
    if last := JournalLine.objects.order_by("-seq").values_list("seq", "digest").first():
        return last
    sealed = JournalSegment.objects.order_by("-last_seq").values_list("last_seq", "head").first()
    return sealed or (0, GENESIS)


def digest_of(line: JournalLine, previous: str) -> str:
    """SHA-256 of the line's content and of the link before it."""
    at = line.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    content = [line.seq, at, line.who_id, line.verb, line.thing, line.why, line.facts, previous]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


# -- Seals ---------------------------------------------------------------------------------------------------------


def seal_past_months() -> list[JournalSegment]:
    """Seal every month that is over and not sealed yet; the present month stays open."""
    first_of_month = clock.local_now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    sealed_up_to = JournalSegment.objects.aggregate(last=models.Max("last_seq"))["last"] or 0
    waiting = JournalLine.objects.filter(seq__gt=sealed_up_to, at__lt=first_of_month).order_by("seq")
    months: dict[str, list[tuple[int, str]]] = {}
    for seq, at, digest in waiting.values_list("seq", "at", "digest").iterator():
        months.setdefault(_month(at), []).append((seq, digest))
    return [_seal(month, links) for month, links in sorted(months.items())]


def _seal(month: str, links: list[tuple[int, str]]) -> JournalSegment:
    (first, _), (last, head) = links[0], links[-1]
    segment = JournalSegment(month=month, first_seq=first, last_seq=last, lines=len(links), head=head)
    segment.signature = signature_of(segment, settings.SECRET_KEY)
    segment.sealed_at = clock.now()
    segment.save(force_insert=True)
    return segment


def signature_of(segment: JournalSegment, key: str) -> str:
    text = f"{segment.month}|{segment.first_seq}|{segment.last_seq}|{segment.lines}|{segment.head}"
    return hmac.new(f"maillage.journal:{key}".encode(), text.encode(), hashlib.sha256).hexdigest()


def _month(at: dt.datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m")


# -- Verification --------------------------------------------------------------------------------------------------


def verify() -> Broken | None:
    """Read the whole chain again; the first broken link, or None when it holds."""
    segments = {segment.first_seq: segment for segment in JournalSegment.objects.all()}
    for segment in segments.values():
        if not _signed_by_us(segment):
            return Broken(segment.first_seq, f"Le sceau du mois {segment.month} n'est pas celui de la maison.")
    return _verify_links(segments) or _verify_seals(segments)


def _verify_links(segments: dict[int, JournalSegment]) -> Broken | None:
    heads = {segment.last_seq: segment.head for segment in segments.values()}
    previous_seq, previous = None, ""
    for line in JournalLine.objects.order_by("seq").iterator():
        expected = _expected_before(line.seq, previous_seq, previous, heads)
        if expected is None:
            return Broken(line.seq, f"Ligne {line.seq} : la ligne qui la précède a disparu.")
        if line.previous != expected:
            return Broken(line.seq, f"Ligne {line.seq} : elle ne suit pas la ligne qui la précède.")
        if line.digest != digest_of(line, line.previous):
            return Broken(
                line.seq, f"Ligne {line.seq} ({line.verb}) : son contenu a changé depuis qu'elle fut écrite."
            )
        previous_seq, previous = line.seq, line.digest
    return None


def _expected_before(seq: int, previous_seq: int | None, previous: str, heads: dict[int, str]) -> str | None:
    if previous_seq is not None:
        return previous if seq == previous_seq + 1 else None
    return GENESIS if seq == 1 else heads.get(seq - 1)


def _verify_seals(segments: dict[int, JournalSegment]) -> Broken | None:
    for segment in segments.values():
        inside = JournalLine.objects.filter(seq__range=(segment.first_seq, segment.last_seq))
        count = inside.count()
        last = JournalLine.objects.filter(seq=segment.last_seq).values_list("digest", flat=True).first()
        if count != segment.lines or last != segment.head:
            missing = f"{count} lignes sur {segment.lines}"
            return Broken(segment.first_seq, f"Le mois {segment.month}, scellé, n'est plus entier : {missing}.")
    return None


def _signed_by_us(segment: JournalSegment) -> bool:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(hmac.compare_digest(segment.signature, signature_of(segment, key)) for key in keys)
