"""Typed readers of the environment: what is not understood is refused, never guessed."""

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
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

    def addresses(self, name: str) -> list[str]:
        """E-mail addresses, separated by commas."""
        return [_address(name, one) for one in self.many(name)]

    def address(self, name: str, default: str) -> str:
        """One e-mail address, alone or as « Maillage <ne-pas-repondre@exemple.fr> »."""
        return _address(name, self.text(name, default))

    def folder(self, name: str, default: Path) -> Path:
        raw = self._raw(name)
        return default if not raw else Path(raw).expanduser().resolve()

    def refuse_unknown(self) -> None:
        """Raise when a `MAILLAGE_…` variable is set that no setting reads: a misspelt option must not pass."""
        unknown = sorted(name for name in self.values if name.startswith(PREFIX) and name not in self.asked)
        if unknown:
            known = ", ".join(sorted(name for name in self.asked if name.startswith(PREFIX)))
            raise ImproperlyConfigured(f"Unknown: {', '.join(unknown)}. Known: {known}.")


def _address(name: str, written: str) -> str:
    local, at, host = parseaddr(written)[1].rpartition("@")
    if not (local and at and host) or any(letter.isspace() for letter in local + host):
        raise ImproperlyConfigured(f"{name}: write an e-mail address such as aide@exemple.fr.")
    return written


def mail(url: str, *, kept_in: Path) -> dict[str, object]:
    """Django's settings for `smtp+tls://user:password@host:587`, `smtps://…:465`, `smtp://…:25` or `file:///folder`.

    Nothing written: messages are kept as files in `kept_in`. The address is never shown in an error: it may hold a
    password.
    """
    parts = urlsplit(url or f"file://{kept_in}")
    if parts.scheme == "file" and parts.path.startswith("/") and not parts.netloc:
        folder = unquote(parts.path)
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": folder}
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    if parts.scheme not in ports or not parts.hostname or parts.path.strip("/") or not _has_port(parts):
        raise ImproperlyConfigured("MAILLAGE_MAIL_URL: write smtp+tls://user:password@host:587.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


def scanner(url: str) -> str | tuple[str, int] | None:
    """Where ClamAV listens: (host, port) for `tcp://127.0.0.1:3310`, a path for `unix:///run/clamav/clamd.ctl`.

    None when nothing is said; the word "none" when files are accepted unscanned, said explicitly.
    """
    if url in {"", "none"}:
        return url or None
    parts = urlsplit(url)
    if parts.scheme == "tcp" and parts.hostname and not parts.path and _has_port(parts):
        return parts.hostname, parts.port or 3310
    if parts.scheme == "unix" and parts.path and not parts.netloc:
        return unquote(parts.path)
    raise ImproperlyConfigured("MAILLAGE_CLAMAV: write tcp://127.0.0.1:3310, unix:///run/clamav/clamd.ctl or none.")


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


def identity_provider(url: str, *, client_id: str, client_secret: str) -> dict[str, object]:
    """allauth's settings for ProConnect, or any provider that speaks OpenID Connect as it does; nothing when unset.

    `url` is the issuer, as https://auth.agentconnect.gouv.fr/api/v2 (or http://127.0.0.1 for a trial).
    """
    if not (url or client_id or client_secret):
        return {}
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"})
    if not (is_safe and parts.hostname and client_id and client_secret) or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            "MAILLAGE_PROCONNECT_URL: write https://… , with MAILLAGE_PROCONNECT_CLIENT_ID and _CLIENT_SECRET."
        )
    app = {
        "provider_id": "proconnect",
        "name": "ProConnect",
        "client_id": client_id,
        "secret": client_secret,
        "settings": {
            "server_url": url.rstrip("/"),
            "scope": ["openid", "email", "given_name", "usual_name", "uid", "siret", "idp_id"],
            "oauth_pkce_enabled": True,
        },
    }
    return {"openid_connect": {"APPS": [app]}}
