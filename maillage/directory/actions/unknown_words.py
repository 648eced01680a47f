"""The words of searches that nobody understood: counted without anyone, readable from five askers on, then settled."""

import datetime as dt
import ipaddress
import logging
import re
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Model
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from maillage.core import clock, journal
from maillage.core.readonly import READING
from maillage.core.text import fold
from maillage.core.text import words as words_of
from maillage.core.throttle import address_of
from maillage.directory.lexicon import Reading, read_here, read_need
from maillage.directory.lexicon.discretion import discreet_words
from maillage.directory.lexicon.house import house_lexicon
from maillage.directory.models import UnknownWord, WordAsker, WordCount
from maillage.territories.actions import name_key
from maillage.territories.models import CommuneName

logger = logging.getLogger(__name__)
ENOUGH = 5
"""Askers in one month before a word may be read. Domain: « counted only from five »."""
MOST_WORDS = 8
LONGEST_COMMUNE = 6
_WORDS = re.compile(r"[^\W_]+")
SALT = "maillage.directory.unknown-words"
SAME_HOME = 64
"""Bits of an IPv6 address that are one home's: its machines draw the others as they please (RFC 8981)."""


def note_unknown_words(text: str, reading: Reading | None = None, *, request: HttpRequest) -> None:
    """Count, once a day for each connection, the words of a search that its reading leaves unexplained.

    Called after the answer of a POST, with what was typed and how it was read (read here, if not given). Keeps
    nothing of who asked nor where; never fails a search.
    """
    if request.method in READING:
        return
    try:
        leftover = (reading or read_here(text)).leftover
        if not leftover:
            return
        with transaction.atomic():
            found = discreet_words(text, leftover)[:MOST_WORDS]
            if found and (found := _without_communes(found, text)):
                _count(found, asker=_connection(request))
    except Exception as error:
        logger.error("Unknown words were not counted (%s).", type(error).__name__)


def _without_communes(found: list[str], text: str) -> list[str]:
    """The words that stand in no name of a commune that the text says."""
    said = _WORDS.findall(fold(text))
    runs: dict[str, set[str]] = {}
    for size in range(1, LONGEST_COMMUNE + 1):
        for start in range(len(said) - size + 1):
            run = said[start : start + size]
            if not set(found).isdisjoint(run):
                runs.setdefault(name_key(" ".join(run)), set()).update(run)
    names = CommuneName.objects.filter(key__in=runs).order_by().values_list("key", flat=True)
    places = {word for name in set(names) for word in runs[name]}
    return [word for word in found if word not in places]


def _count(found: list[str], *, asker: str) -> None:
    """One more asker of each word, unless this connection was counted for it today, or the word is settled."""
    month = clock.today().replace(day=1)
    lasting = {digest: word for word in found for digest in _lasting(word)}
    settled = {one.digest: one for one in UnknownWord.objects.filter(digest__in=lasting)}
    ignored = {lasting[digest] for digest, one in settled.items() if one.is_ignored}
    fresh = _first_time_today([word for word in found if word not in ignored], asker)
    readable = [digest for digest, one in settled.items() if not one.is_ignored and lasting[digest] in fresh]
    UnknownWord.objects.filter(digest__in=readable).update(times=F("times") + 1, last_month=month)
    rare = [word for word in fresh if word not in {lasting[digest] for digest in readable}]
    if revealed := [word for word, times in _one_more(rare, month) if times >= ENOUGH]:
        WordCount.objects.filter(pk__in=[_of_month(word, month) for word in revealed]).delete()
        made = {"times": ENOUGH, "first_month": month, "last_month": month}
        UnknownWord.objects.bulk_create(
            [UnknownWord(digest=_lasting(word)[0], word=word, **made) for word in revealed], ignore_conflicts=True
        )


def _first_time_today(found: list[str], asker: str) -> list[str]:
    """The words that this connection had not asked today; from now on it has."""
    today = clock.today()
    digests = {_digest(f"day:{today}", f"{word}|{asker}"): word for word in found}
    rows = [(digest, connection.ops.adapt_datefield_value(today)) for digest in sorted(digests)]
    sql = "INSERT INTO {table} (digest, day) VALUES {rows} ON CONFLICT (digest) DO NOTHING RETURNING digest"
    return [digests[digest] for (digest,) in _written(sql, WordAsker, rows)]


def _one_more(found: list[str], month: dt.date) -> list[tuple[str, int]]:
    """Each word with how many have now asked it this month."""
    digests = {_of_month(word, month): word for word in found}
    rows = [(digest, connection.ops.adapt_datefield_value(month), 1) for digest in sorted(digests)]
    sql = (
        "INSERT INTO {table} (digest, month, times) VALUES {rows} "
        "ON CONFLICT (digest) DO UPDATE SET times = {table}.times + 1 RETURNING digest, times"
    )
    return [(digests[digest], times) for digest, times in _written(sql, WordCount, rows)]


def _written(sql: str, model: type[Model], rows: list[tuple[Any, ...]]) -> list[Any]:
    """Write rows in one statement, in the order of their digests so that two searches never wait for each other."""
    if not rows:
        return []
    marks = ", ".join(f"({', '.join(['%s'] * len(row))})" for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(sql.format(table=model._meta.db_table, rows=marks), [value for row in rows for value in row])
        return cursor.fetchall()


# -- What nobody can read ------------------------------------------------------------------------------------------


def _digest(about: str, text: str, secret: str | None = None) -> str:
    return salted_hmac(f"{SALT}:{about}", text, secret=secret, algorithm="sha256").hexdigest()


def _of_month(word: str, month: dt.date) -> str:
    """The word under the key of the month: two months cannot be told to be of one word."""
    return _digest(f"month:{month}", word)


def _lasting(word: str) -> list[str]:
    """The word under the house's key, then under those it had before: a change of key forgets nothing settled."""
    return [_digest("settled", word, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _connection(request: HttpRequest) -> str:
    """The connection that asks; of an IPv6 address, the part that is one home's."""
    address = address_of(request)
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((known, SAME_HOME), strict=False)) if known.version == 6 else address


def forget_who_asked() -> int:
    """Forget the marks of the days before this one, and the counts of the months before; how many marks."""
    today = clock.today()
    WordCount.objects.filter(month__lt=today.replace(day=1)).delete()
    return WordAsker.objects.filter(day__lt=today).delete()[0]


def forget_understood_words() -> int:
    """Forget the waiting words that the lexicon now explains: a new version of the product taught it; how many."""
    book = house_lexicon()
    waiting = UnknownWord.objects.waiting().values_list("pk", "word")
    understood = [pk for pk, word in waiting.iterator() if not read_need(word, book).leftover]
    return UnknownWord.objects.filter(pk__in=understood).delete()[0]


# -- What the keepers settle -----------------------------------------------------------------------------------------


def ignore_word(unknown: UnknownWord, *, by: Any) -> None:
    """It is no need: its text is erased at once, its digest alone says not to count it again. Done once."""
    with journal.act():
        waiting = UnknownWord.objects.waiting().filter(pk=unknown.pk)
        if waiting.update(is_ignored=True, word="", times=0, later_month=None):
            journal.record(by, "directory.unknown_word_ignored", unknown)


def put_off_word(unknown: UnknownWord, *, by: Any) -> None:
    """Not now: it comes back next month."""
    with journal.act():
        month = clock.today().replace(day=1)
        if UnknownWord.objects.waiting().exclude(later_month=month).filter(pk=unknown.pk).update(later_month=month):
            journal.record(by, "directory.unknown_word_put_off", unknown)


def take_back_word(unknown: UnknownWord, *, by: Any) -> None:
    """Now after all: it waits again with the others."""
    with journal.act():
        if UnknownWord.objects.put_off().filter(pk=unknown.pk).update(later_month=None):
            journal.record(by, "directory.unknown_word_taken_back", unknown)


def count_again(word: str, *, by: Any) -> bool:
    """An ignored word, typed again since nobody can read it here, will be counted from now on; whether it was one."""
    lasting = [digest for said in words_of(word) for digest in _lasting(said)]
    with journal.act():
        ignored = UnknownWord.objects.filter(is_ignored=True, digest__in=lasting)
        keys = list(ignored.values_list("pk", flat=True))
        for key in keys:
            journal.record(by, "directory.unknown_word_counted_again", f"directory.unknownword:{key}")
        return bool(keys and ignored.delete())
