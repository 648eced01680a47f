"""Create and withdraw the keys of organisations' software, and recognise one that comes."""

import datetime as dt
import hashlib
import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from maillage.actors.choices import ApiScope
from maillage.actors.models import ApiKey, ApiKeyUse, User
from maillage.actors.permissions import can_create_api_key
from maillage.core import clock, journal
from maillage.core.concurrency import once
from maillage.core.deadlines import add_months
from maillage.core.refusals import Refused

MARK = "mlg"  # So that a key left in public code is recognised by those who search for such leaks.
LONGEST_MONTHS = 12
SEEN_EACH = dt.timedelta(minutes=1)
WARNED_BEFORE = dt.timedelta(days=30)


def create_key(key_of: ApiKey, *, key: str, by: User) -> str:
    """Create it and return its text: the only time anyone sees it, since only its digest is kept."""
    last = add_months(clock.today(), LONGEST_MONTHS)
    if not clock.today() <= key_of.expires_on <= last:
        raise Refused(_("Une clé dure un an au plus : choisissez une date d'ici là."))
    if not key_of.scopes or not set(key_of.scopes) <= set(ApiScope.values):
        raise Refused(_("Une clé permet au moins une chose : dites laquelle."))
    if key_of.organisation.closed_on or not can_create_api_key(by, key_of.organisation):
        raise Refused(_("Vous ne créez pas de clé pour cette organisation."))
    prefix = secrets.token_hex(4)
    text = f"{MARK}_{prefix}_{secrets.token_urlsafe(32)}"
    with journal.act():
        once(key)
        key_of.prefix, key_of.digest = prefix, digest_of(text)
        key_of.created_by = key_of.keeper = by
        key_of.save(force_insert=True)
        journal.record(by, "actors.key_created", key_of, scopes=key_of.scopes, until=key_of.expires_on)
    return text


def revoke_key(api_key: ApiKey, *, by: Any) -> None:
    """It opens nothing any more, from now on. Withdrawn twice, it is withdrawn."""
    with journal.act():
        if ApiKey.objects.filter(pk=api_key.pk, revoked_at__isnull=True).update(revoked_at=clock.now()):
            journal.record(by, "actors.key_revoked", api_key)
    api_key.refresh_from_db()


def digest_of(text: str) -> str:
    """SHA-256: 256 random bits need no salt nor slowness, unlike a password."""
    return hashlib.sha256(text.encode()).hexdigest()


def key_of_text(text: str) -> ApiKey | None:
    """The key this text is, whatever its state; None when it is none of ours."""
    if not text.startswith(f"{MARK}_"):
        return None
    return ApiKey.objects.select_related("organisation").filter(digest=digest_of(text)).first()


def remember_use(api_key: ApiKey) -> None:
    """Write when it served, once a minute at most: reading is not slowed by writing."""
    now = clock.now()
    seen = ApiKeyUse.objects.filter(pk=api_key.pk)
    if seen.filter(last_used_at__gt=now - SEEN_EACH).exists() or seen.update(last_used_at=now):
        return
    try:
        with transaction.atomic():
            ApiKeyUse.objects.create(key=api_key, last_used_at=now)
    except IntegrityError:
        pass  # Another request of the same key wrote it at the same instant.
