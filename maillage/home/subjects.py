"""How one names a thing of the house: its page's address, the journal's identifier, or an account's e-mail."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http.request import split_domain_port, validate_host
from django.urls import Resolver404, resolve

from maillage.actors.models import User
from maillage.core.access import LOCK, Lock

IDENTIFIER = re.compile(r"(?P<label>[a-z_]+\.[a-z]+):(?P<pk>[\w-]{1,60})")


def identifier_of(typed: str) -> str:
    """« directory.service:12 », from an identifier, an address of the house or an account's e-mail; empty if none.

    It is not asked whether the thing still exists: the journal outlives what it speaks of. A key that no database
    could hold is nobody's.
    """
    typed = typed.strip()
    if IDENTIFIER.fullmatch(typed):
        return _possible(typed)
    if "@" in typed:
        pk = User.objects.filter(email__iexact=typed).values_list("pk", flat=True).first()
        return f"{User._meta.label_lower}:{pk}" if pk else ""
    return _at(typed)


def _at(address: str) -> str:
    """The thing a page is about: what its lock fetches."""
    try:
        parts = urlsplit(address)
        found = resolve(parts.path)
    except (Resolver404, ValueError):
        return ""
    if not _is_ours(parts.scheme, parts.netloc):
        return ""
    lock: Lock | None = getattr(found.func, LOCK, None)
    if lock is None or lock.rule is None or "pk" not in found.kwargs:
        return ""
    return _possible(f"{lock.rule.model._meta.label_lower}:{found.kwargs['pk']}")


def _is_ours(scheme: str, where: str) -> bool:
    """A path of this site, or a whole address that begins with one of its names: another site's page is not ours."""
    if not scheme and not where:
        return True
    return scheme in ("", "http", "https") and validate_host(split_domain_port(where)[0], settings.ALLOWED_HOSTS)


def _possible(identifier: str) -> str:
    """The identifier as the journal writes it; empty when its model could never have this key."""
    model, (label, _colon, typed) = model_of(identifier), identifier.partition(":")
    if model is None:
        return identifier  # A thing the house no longer knows: the journal may still speak of it.
    key = key_of(model, typed)
    return "" if key is None else f"{label}:{key}"


def key_of(model: type[Model], typed: str) -> object | None:
    """A primary key of this model read from text; None for what its database could not even be asked."""
    field: Any = model._meta.pk
    while field.remote_field:
        field = field.target_field
    try:
        key = field.to_python(typed)
        field.run_validators(key)
    except (ValueError, ValidationError):
        return None
    return key


def model_of(identifier: str) -> type[Model] | None:
    """The model an identifier speaks of, if the house still has it."""
    label = identifier.partition(":")[0]
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def thing_of(identifier: str) -> Model | None:
    """The thing itself, to act upon: the caller's door says who may."""
    model = model_of(identifier)
    key = key_of(model, identifier.partition(":")[2]) if model else None
    return model._base_manager.filter(pk=key).first() if model and key is not None else None
