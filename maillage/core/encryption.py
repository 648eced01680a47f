"""Encryption of the few texts too sensitive to lie in the clear: each token names the key that wrote it."""

import base64
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models, transaction

FILE = "encryption-keys"
KEY_ID = re.compile(r"[a-z0-9-]{1,20}")
KEY_BYTES, NONCE_BYTES = 32, 12
BATCH = 200


class CannotDecrypt(Exception):
    """The text cannot be read again; `str()` says why, without the text."""


class UnknownKey(CannotDecrypt):
    """The key that wrote this text is not among ours."""


class Altered(CannotDecrypt):
    """The text is not what was written, or was written for another place."""


# -- Keys ----------------------------------------------------------------------------------------------------------


def parse(written: Iterable[str]) -> dict[str, bytes]:
    """Keys by id, the first one first, from « id:base64 » (32 bytes). Raises ImproperlyConfigured."""
    keys: dict[str, bytes] = {}
    for one in written:
        kid, colon, text = one.partition(":")
        try:
            key = base64.b64decode(text, altchars=b"-_", validate=True)
        except ValueError:  # Not base64, or not even ASCII.
            key = b""
        if not (colon and KEY_ID.fullmatch(kid)) or len(key) != KEY_BYTES or kid in keys:
            raise ImproperlyConfigured("MAILLAGE_ENCRYPTION_KEYS: write id:base64,id:base64, 32 bytes each, ids once.")
        keys[kid] = key
    return keys


def draw_key(taken: Iterable[str] = ()) -> str:
    """A new key, as « id:base64 », under an id that is not taken."""
    kid = next(one for one in iter(lambda: f"k{secrets.token_hex(3)}", "") if one not in set(taken))
    return f"{kid}:{base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()}"


def written_keys() -> list[str]:
    """The keys as « id:base64 », the one that writes first: the operator's, else those kept in the installation.

    Read again each time: a key that `rotate_keys` has just drawn is known at once to the processes already running.
    """
    return list(settings.ENCRYPTION_KEYS) or _kept_keys()


def key_ids() -> list[str]:
    return list(parse(written_keys()))


def _kept_keys() -> list[str]:
    kept = Path(settings.VAR_DIR) / FILE
    if not kept.exists():
        draft = kept.with_name(f".{FILE}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
            out.write(draw_key())
        try:
            os.link(draft, kept)  # Fails when another process drew first: its key is the house's.
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return kept.read_text(encoding="ascii").split()


def add_kept_key() -> str:
    """Draw a key and make it the one that writes, in the installation's file; its id. The others still read."""
    keys = _kept_keys()
    new = draw_key(parse(keys))
    kept = Path(settings.VAR_DIR) / FILE
    draft = kept.with_name(f".{FILE}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
        out.write("\n".join([new, *keys]))
        out.flush()
        os.fsync(out.fileno())
    draft.rename(kept)
    return new.partition(":")[0]


# -- Texts ---------------------------------------------------------------------------------------------------------


def encrypt(text: str, *, place: str = "") -> str:
    """The text as « key id:token » (AES-256-GCM). `place` binds it there: moved elsewhere, it is refused."""
    kid, key = next(iter(parse(written_keys()).items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), _bound(kid, place))
    return f"{kid}:{base64.urlsafe_b64encode(sealed).decode()}"


def decrypt(token: str, *, place: str = "") -> str:
    """The text again. Raises UnknownKey or Altered, both CannotDecrypt."""
    kid, colon, text = token.partition(":")
    key = parse(written_keys()).get(kid)
    if not colon or key is None:
        raise UnknownKey(f"No key of ours is called {kid[:20]!r}." if colon else "This text was never encrypted here.")
    try:
        sealed = base64.b64decode(text, altchars=b"-_", validate=True)
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(kid, place)).decode()
    except (InvalidTag, ValueError):  # Not base64, or too short a nonce.
        raise Altered("This text was altered, or was written for another place.") from None


def key_id_of(token: str) -> str:
    """Which key wrote this token."""
    return token.partition(":")[0]


def _bound(kid: str, place: str) -> bytes:
    return f"maillage|{kid}|{place}".encode()


# -- Places, and the rotation of keys --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where encrypted texts lie. `texts` gives (where, token); `rewrite` replaces one token by another where it still
    is, and says whether it did: what someone changed meanwhile is not overwritten."""

    name: str
    texts: Callable[[], Iterable[tuple[Any, str]]]
    rewrite: Callable[[Any, str, str], bool]
    bound_to: str = ""


PLACES: dict[str, Place] = {}


def register_place(place: Place) -> None:
    """Let `rotate_keys` know of this place. Asked again with the same name, the last one counts."""
    PLACES[place.name] = place


def rotate(place: Place, *, batch: int = BATCH) -> int:
    """Encrypt again, with the key that writes, every text of this place that another key wrote; how many.

    In batches, each whole: killed half-way, it has lost nothing, and run again it goes on.
    """
    current, done = key_ids()[0], 0
    waiting = [(where, token) for where, token in place.texts() if key_id_of(token) != current]
    for start in range(0, len(waiting), batch):
        with transaction.atomic():
            for where, token in waiting[start : start + batch]:
                fresh = encrypt(decrypt(token, place=place.bound_to), place=place.bound_to)
                done += place.rewrite(where, token, fresh)
    return done


def count_by_key() -> dict[str, int]:
    """How many texts each key has written, keys that nothing uses any more included."""
    counts = dict.fromkeys(key_ids(), 0)
    for place in PLACES.values():
        for _, token in place.texts():
            kid = key_id_of(token)
            counts[kid] = counts.get(kid, 0) + 1
    return counts


class EncryptedTextField(models.TextField):
    """A text that lies encrypted in the database. It cannot be searched nor sorted; only asked whether it is there.

    Bound to its table's and column's names: renaming one of them needs a migration that encrypts again.
    """

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract and cls.__module__ != "__fake__":
            models.signals.class_prepared.connect(self._register, sender=cls, weak=False)

    def _register(self, sender: type[models.Model], **kwargs: object) -> None:
        column, manager = self.attname, sender._base_manager

        def texts() -> Iterator[tuple[Any, str]]:
            rows = manager.annotate(_token=models.functions.Cast(column, models.TextField()))
            yield from rows.exclude(**{f"{column}__isnull": True}).values_list("pk", "_token").iterator()

        def rewrite(pk: Any, old: str, new: str) -> bool:
            found = manager.annotate(_token=models.functions.Cast(column, models.TextField()))
            return bool(found.filter(pk=pk, _token=old).update(**{column: models.Value(new, models.TextField())}))

        register_place(Place(self.place, texts, rewrite, bound_to=self.place))

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return None if value is None else encrypt(value, place=self.place)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else decrypt(value, place=self.place)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: only isnull can be asked of it.")
        return super().get_lookup(lookup_name)
