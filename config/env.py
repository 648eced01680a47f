"""Typed readers of the environment: what is not understood is refused, never guessed."""

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured

PREFIX = "MAILLAGE_"
YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


@dataclass
class Environment:
    """Reads variables once each; `refuse_unknown` then names every `MAILLAGE_…` nobody asked for."""

    values: Mapping[str, str] = field(default_factory=lambda: os.environ)
    asked: set[str] = field(default_factory=set)

    def _raw(self, name: str) -> str | None:
        self.asked.add(name)
        return self.values.get(name)

    def text(self, name: str, default: str = "") -> str:
        raw = self._raw(name)
        return default if raw is None else raw

    def flag(self, name: str, default: bool = False) -> bool:
        raw = self._raw(name)
        if raw is None:
            return default
        if raw.lower() in YES | NO:
            return raw.lower() in YES
        raise ImproperlyConfigured(f"{name}={raw!r}: write 1 or 0.")

    def number(self, name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
        raw = self._raw(name)
        if raw is None:
            return default
        if not raw.isdecimal() or int(raw) < least or (most is not None and int(raw) > most):
            range_ = f"{least} or more" if most is None else f"{least} to {most}"
            raise ImproperlyConfigured(f"{name}={raw!r}: write a whole number, {range_}.")
        return int(raw)

    def day(self, name: str) -> str:
        """A day as 2026-03-09, or nothing."""
        raw = self.text(name)
        try:
            return raw and dt.date.fromisoformat(raw).isoformat()
        except ValueError:
            raise ImproperlyConfigured(f"{name}={raw!r}: write a day as 2026-03-09.") from None

    def time_zone(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if value not in available_timezones():
            raise ImproperlyConfigured(f"{name}={value!r}: write a time zone such as Europe/Paris.")
        return value

    def one_of(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise ImproperlyConfigured(f"{name}={value!r}: write one of {', '.join(allowed)}.")
        return value

    def many(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        raw = self._raw(name)
        return list(default) if raw is None else [part.strip() for part in raw.split(",") if part.strip()]

    def folder(self, name: str, default: Path) -> Path:
        raw = self._raw(name)
        return default if not raw else Path(raw).expanduser().resolve()

    def refuse_unknown(self) -> None:
        """Raise when a `MAILLAGE_…` variable is set that no setting reads: a misspelt option must not pass."""
        unknown = sorted(name for name in self.values if name.startswith(PREFIX) and name not in self.asked)
        if unknown:
            known = ", ".join(sorted(name for name in self.asked if name.startswith(PREFIX)))
            raise ImproperlyConfigured(f"Unknown: {', '.join(unknown)}. Known: {known}.")


def database(url: str) -> dict[str, object]:
    """Django's settings for `sqlite:///path` or `postgresql://user:password@host:port/name?option=value`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not parts.netloc and not parts.query:
        return sqlite(unquote(parts.path[1:]) or ":memory:")
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path[1:] or not _has_port(parts):
        raise ImproperlyConfigured("DATABASE_URL: write sqlite:///path or postgresql://user:password@host:port/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def _has_port(parts: SplitResult) -> bool:
    """A port that is a number, or none. The address is never shown in an error: it may hold a password."""
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def sqlite(path: str) -> dict[str, object]:
    """SQLite as a server wants it: readers never wait for the writer, writers queue instead of failing."""
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000; PRAGMA temp_store=MEMORY;"
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": options}
