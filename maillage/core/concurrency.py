"""Two tabs, a double click, a stale page: nothing is lost, nothing is done twice."""

import secrets
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext

from maillage.core import clock
from maillage.core.models import Intention, Versioned
from maillage.core.refusals import NotRead

LONGEST_KEY = 64


class Stale(Exception):
    """Someone else changed the thing since the form was opened. `current` is how it stands now."""

    def __init__(self, current: Any) -> None:
        super().__init__("stale")
        self.current = current


class AlreadyDone(Exception):
    """This very intention was carried out before: show its result, do nothing more."""


def new_key() -> str:
    """A one-use key for a form that is about to be shown."""
    return secrets.token_urlsafe(24)


def once(key: str) -> None:
    """Spend the key, inside the caller's transaction. Raises AlreadyDone when it was spent.

    Raises NotRead for a key no form of ours carries (a page cut short, a form written by hand), and
    TransactionManagementError outside a transaction: spent alone, a key would make an intention that failed look done.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise NotRead(
            gettext("Ce formulaire est arrivé incomplet."),
            instead=gettext("Revenez en arrière, rechargez la page, puis recommencez : rien n'a été fait."),
        )
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("A key is spent inside the transaction of what it protects.")
    try:
        with transaction.atomic():
            Intention.objects.create(key=key, done_at=clock.now())
    except IntegrityError as spent:
        raise AlreadyDone from spent


def save_version(thing: Versioned, *, expected: int, fields: Iterable[str]) -> None:
    """Write `fields` if the stored version is still `expected`; then the version grows by one.

    Raises Stale, with the thing as it stands, when someone wrote in between.
    """
    model = type(thing)
    values = {name: getattr(thing, name) for name in fields}
    changed = model._base_manager.filter(pk=thing.pk, version=expected).update(version=F("version") + 1, **values)
    if not changed:
        raise Stale(model._base_manager.get(pk=thing.pk))
    thing.version = expected + 1
