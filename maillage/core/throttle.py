"""How often the same connection may ask. Counters live in the shared cache, under a daily salted address."""

import hashlib
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from maillage.core import clock
from maillage.core.http import View
from maillage.core.refusals import TooMany

TABLE = "core_throttle"


def throttle(name: str, *, limit: int, seconds: int, methods: tuple[str, ...] = ("POST",)) -> Callable[[View], View]:
    """Let `limit` requests pass each `seconds` for one connection; the next ones get 429 and how long to wait."""

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if request.method in methods:
                count(request, name, limit=limit, seconds=seconds)
            return view(request, *args, **kwargs)

        return counted

    return decorate


def count(request: HttpRequest, name: str, *, limit: int, seconds: int, who: str = "") -> int:
    """Count this request; what remains in the window. Raises TooMany past the limit.

    Each connection has its own count, or `who` when something says better who asks: a key, wherever it comes from.
    """
    instant = int(clock.now().timestamp())
    window, spent = divmod(instant, seconds)
    asked = _one_more(f"throttle:{name}:{window}:{who or _who(request)}", kept=seconds * 2)
    if asked > limit:
        raise TooMany(wait=seconds - spent)
    return limit - asked


def _one_more(key: str, *, kept: int) -> int:
    """Count one more, exactly, however many ask at once: the database cache's own `incr` loses some of them."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [key])
        asked = int(cache.get(key, 0)) + 1
        cache.set(key, asked, timeout=kept)
    return asked


def forget_past_windows() -> int:
    """Delete the counters whose time is over: the cache itself only does so when it is full."""
    with connection.cursor() as cursor:
        now = connection.ops.adapt_datetimefield_value(clock.now())
        cursor.execute(f"DELETE FROM {TABLE} WHERE expires < %s", [now])
        return int(cursor.rowcount)


def _who(request: HttpRequest) -> str:
    """A connection, under a code of the day. What protects it is that counters are deleted within minutes."""
    text = f"{clock.today()}:{settings.SECRET_KEY}:{address_of(request)}"
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def address_of(request: HttpRequest) -> str:
    """The visitor's address; forwarded ones are believed only from as many proxies as the operator declared."""
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    trusted = settings.TRUSTED_PROXIES
    if trusted and len(chain) >= trusted:
        return chain[-trusted]
    return str(request.META.get("REMOTE_ADDR", ""))
