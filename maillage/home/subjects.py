"""How one names a thing of the house: its page's address, the journal's identifier, or an account's e-mail."""

import re
from urllib.parse import urlsplit

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.urls import Resolver404, resolve

from maillage.actors.models import User
from maillage.core.access import LOCK, Lock

IDENTIFIER = re.compile(r"(?P<label>[a-z_]+\.[a-z]+):(?P<pk>[\w-]{1,60})")


def identifier_of(typed: str) -> str:
    """« directory.service:12 », from an identifier, an address of the house or an account's e-mail; empty if none.

    It is not asked whether the thing still exists: the journal outlives what it speaks of.
    """
    typed = typed.strip()
    if IDENTIFIER.fullmatch(typed):
        return typed
    if "@" in typed:
        pk = User.objects.filter(email__iexact=typed).values_list("pk", flat=True).first()
        return f"{User._meta.label_lower}:{pk}" if pk else ""
    return _at(typed)


def _at(address: str) -> str:
    """The thing a page is about: what its lock fetches."""
    try:
        found = resolve(urlsplit(address).path)
    except (Resolver404, ValueError):
        return ""
    lock: Lock | None = getattr(found.func, LOCK, None)
    if lock is None or lock.rule is None or "pk" not in found.kwargs:
        return ""
    return f"{lock.rule.model._meta.label_lower}:{found.kwargs['pk']}"


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
    if model is None:
        return None
    try:
        return model._base_manager.filter(pk=identifier.partition(":")[2]).first()
    except (ValueError, ValidationError):
        return None  # A key that this model could never have.
