"""What happened: who, what, when, why, reads included. Append only, hash-chained, sealed month by month."""

import datetime as dt
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone

from maillage.core import clock
from maillage.core.models import JournalLine, JournalRetirement, JournalSegment

ADVISORY_LOCK = 0x6D61696C6C61  # Any number of our own: PostgreSQL's lock that makes writers of the chain queue.
GENESIS = "0" * 64
IDENTIFIER = re.compile(r"[\w.:/#-]{0,120}")
LONGEST_VERB = 60


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
    mine: list[Pending] = []
    token = _pending.set(mine)
    with transaction.atomic():
        try:
            yield
        finally:
            _pending.reset(token)  # Before the commit: what runs on commit is another act, and writes its own lines.
        _append(mine)


def record(who: Any, verb: str, thing: models.Model | str, *, why: str = "", **facts: Any) -> None:
    """Write one line: identifiers only, never content. `who` is a user, or None for the house itself.

    Raises ValueError when a fact looks like content rather than an identifier: a sentence, an e-mail address, a
    measure.
    """
    what = name_of(thing)
    facts = _as_stored(facts)
    for value in (verb, what, why, *_leaves(facts)):
        if isinstance(value, float) or (isinstance(value, str) and not IDENTIFIER.fullmatch(value)):
            raise ValueError(f"The journal holds identifiers, not content: {str(value)[:40]!r}")
    if not 0 < len(verb) <= LONGEST_VERB:
        raise ValueError(f"A verb of the journal has 1 to {LONGEST_VERB} characters: {verb!r}")
    line = Pending(getattr(who, "pk", None), verb, what, why, facts)
    waiting = _pending.get()
    if waiting is None:
        with transaction.atomic():
            _append([line])
    else:
        waiting.append(line)


def name_of(thing: models.Model | str) -> str:
    """What the journal calls a thing: « directory.structure:12 »."""
    return thing if isinstance(thing, str) else f"{thing._meta.label_lower}:{thing.pk}"


def _as_stored(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts as the database gives them back: what is digested is what will be verified."""
    return json.loads(json.dumps(facts, cls=DjangoJSONEncoder))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _leaves(inner)
    elif isinstance(value, list):
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
    """Seal every month that is over and not sealed yet; the present month stays open.

    A segment is an unbroken run of lines. A line whose clock was wrong belongs to the month of its neighbours; one
    dated in a month already sealed, to the next month.
    """
    first_of_month = clock.local_now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    sealed = JournalSegment.objects.order_by("-last_seq").first()
    month, last_closed = _after(sealed.month) if sealed else "", _month(first_of_month - dt.timedelta(days=1))
    if month > last_closed:
        return []
    waiting = JournalLine.objects.filter(seq__gt=sealed.last_seq if sealed else 0)
    over = waiting.filter(at__lt=first_of_month).aggregate(last=models.Max("seq"))["last"] or 0
    open_segments: dict[str, JournalSegment] = {}
    links = waiting.filter(seq__lte=over).order_by("seq").values_list("seq", "at", "digest")
    for seq, at, digest in links.iterator():
        month = max(month, min(_month(at), last_closed))
        segment = open_segments.setdefault(month, JournalSegment(month=month, first_seq=seq, lines=0))
        segment.last_seq, segment.lines, segment.head = seq, segment.lines + 1, digest
    return [_seal(segment) for segment in open_segments.values()]


def _seal(segment: JournalSegment) -> JournalSegment:
    segment.signature = signature_of(segment, settings.SECRET_KEY)
    segment.sealed_at = clock.now()
    segment.save(force_insert=True)
    return segment


def signature_of(segment: JournalSegment, key: str) -> str:
    text = f"{segment.month}|{segment.first_seq}|{segment.last_seq}|{segment.lines}|{segment.head}"
    return _signed(text, key)


def _signed(text: str, key: str) -> str:
    return hmac.new(f"maillage.journal:{key}".encode(), text.encode(), hashlib.sha256).hexdigest()


def _month(at: dt.datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m")


def _after(month: str) -> str:
    """The month that follows « 2026-12 »."""
    return (dt.date.fromisoformat(f"{month}-28") + dt.timedelta(days=4)).strftime("%Y-%m")


# -- Retirement: for retention alone ---------------------------------------------------------------------------------


def retire(segments: models.QuerySet[JournalSegment]) -> int:
    """Remove the lines of these sealed months, oldest first, and sign that they were removed; how many months.

    What remains must follow an unbroken run: a month kept (a legal hold) keeps those after it. The database lets a
    line go only once its month bears this mark, which nobody can unsay. Inside the caller's transaction.
    """
    chosen, retired = set(segments.values_list("pk", flat=True)), 0
    for segment in JournalSegment.objects.filter(retirement__isnull=True).order_by("first_seq"):
        if segment.pk not in chosen:
            break
        mark = JournalRetirement(segment=segment, retired_at=clock.now())
        mark.signature = retirement_signature(mark, settings.SECRET_KEY)
        mark.save(force_insert=True)
        JournalLine.objects.filter(seq__range=(segment.first_seq, segment.last_seq)).delete()
        retired += 1
    return retired


def retirement_signature(mark: JournalRetirement, key: str) -> str:
    at = mark.retired_at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return _signed(f"retired|{mark.segment.month}|{mark.segment.signature}|{at}", key)


# -- Verification --------------------------------------------------------------------------------------------------


def verify() -> Broken | None:
    """Read the whole chain again; the first broken link, or None when it holds."""
    segments = list(JournalSegment.objects.select_related("retirement").order_by("first_seq"))
    links = _verify_links(segments)
    found = (_verify_signatures(segments), links, _verify_seals(segments, chained_up_to=links))
    return min((broken for broken in found if broken), key=lambda broken: broken.seq, default=None)


def _verify_signatures(segments: list[JournalSegment]) -> Broken | None:
    expected = 1
    for segment in segments:
        if not _signed_by_us(segment):
            return Broken(segment.first_seq, f"Le sceau du mois {segment.month} n'est pas celui de la maison.")
        if segment.first_seq != expected:
            return Broken(min(expected, segment.first_seq), f"Un sceau manque avant celui du mois {segment.month}.")
        expected = segment.last_seq + 1
    return None


def _verify_links(segments: list[JournalSegment]) -> Broken | None:
    heads = {segment.last_seq: segment.head for segment in segments}
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


def _verify_seals(segments: list[JournalSegment], *, chained_up_to: Broken | None) -> Broken | None:
    """What the chain alone does not tell: lines cut at its end, a sealed month written anew from its first line."""
    for segment in segments:
        inside = JournalLine.objects.filter(seq__range=(segment.first_seq, segment.last_seq))
        found = inside.aggregate(count=models.Count("seq"), last=models.Max("seq"))
        if _is_retired(segment):
            if found["count"]:
                return Broken(segment.first_seq, f"Le mois {segment.month}, retiré, a de nouveau des lignes.")
            continue
        if found["count"] != segment.lines:
            gone = (found["last"] or segment.first_seq - 1) + 1
            missing = f"{found['count']} lignes sur {segment.lines}"
            return Broken(gone, f"Le mois {segment.month}, scellé, n'est plus entier : {missing}.")
        is_chained = chained_up_to is None or chained_up_to.seq > segment.last_seq
        if is_chained and inside.get(seq=segment.last_seq).digest != segment.head:
            return Broken(segment.first_seq, f"Le mois {segment.month}, scellé, a été récrit.")
    return None


def _is_retired(segment: JournalSegment) -> bool:
    """Whether retention removed this month: a mark that we did not sign is none, and its lines are missed."""
    mark = getattr(segment, "retirement", None)
    return mark is not None and _ours(mark.signature, lambda key: retirement_signature(mark, key))


def _signed_by_us(segment: JournalSegment) -> bool:
    return _ours(segment.signature, lambda key: signature_of(segment, key))


def _ours(signature: str, expected: Callable[[str], str]) -> bool:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(hmac.compare_digest(signature.encode(), expected(key).encode()) for key in keys)
