"""What we listen to of allauth's second factors, and where their secrets lie, for whoever changes the keys."""

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.db import transaction

from maillage.actors.actions.accounts import SECRETS, SECRETS_PLACE
from maillage.actors.sessions import count_new_factor
from maillage.core import journal
from maillage.core.encryption import Place, register_place


def _write_down(verb: str) -> Any:
    def written(sender: Any, user: Any, authenticator: Authenticator, **kwargs: Any) -> None:
        journal.record(user, verb, user, factor=str(authenticator.type))

    return written


_added = _write_down("actors.factor_added")
_removed = _write_down("actors.factor_removed")
_reset = _write_down("actors.codes_renewed")
authenticator_added.connect(count_new_factor, dispatch_uid="count_new_factor")
authenticator_added.connect(_added, dispatch_uid="write_down_added")
authenticator_removed.connect(_removed, dispatch_uid="write_down_removed")
authenticator_reset.connect(_reset, dispatch_uid="write_down_reset")


def _texts() -> Iterator[tuple[Any, str]]:
    for pk, data in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).values_list("pk", "data"):
        for name in SECRETS:
            if name in data:
                yield (pk, name), data[name]


def _rewrite(where: tuple[int, str], old: str, new: str) -> bool:
    pk, name = where
    with transaction.atomic():
        found = Authenticator.objects.select_for_update().filter(pk=pk).first()
        if found is None or found.data.get(name) != old:
            return False
        found.data[name] = new
        found.save(update_fields=["data"])
    return True


register_place(Place(SECRETS_PLACE, _texts, _rewrite, bound_to=SECRETS_PLACE))
