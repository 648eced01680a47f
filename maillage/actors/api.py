"""The API for organisations' own software: what a key says of itself."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from maillage.actors.keys import KeyAuth, by_key
from maillage.actors.models import ApiKey

router = Router(auth=KeyAuth(), tags=["organisation"])


class Me(Schema):
    """The key that asks: whose it is, what it permits, until when."""

    organisation: str
    siren: str
    name: str
    scopes: list[str]
    expires_on: str


@router.get("/me", response=Me, summary="La clé qui demande")
@by_key()
def me(request: HttpRequest) -> dict[str, Any]:
    """À qui est cette clé, ce qu'elle permet, et son dernier jour."""
    api_key: ApiKey = request.auth  # type: ignore[attr-defined]
    return {
        "organisation": api_key.organisation.name,
        "siren": api_key.organisation.siren,
        "name": api_key.name,
        "scopes": api_key.scopes,
        "expires_on": api_key.expires_on.isoformat(),
    }
