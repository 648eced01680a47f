"""ProConnect: the State's identity provider for agents, by OpenID Connect. Pure client: it decides nothing."""

import secrets
from typing import Any

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from maillage.core.refusals import Refused

# What ProConnect says of how the agent proved who they are (its documentation, « niveau d'authentification »).
SECOND_FACTOR_ACRS = frozenset(
    {
        "eidas2",
        "eidas3",
        "https://proconnect.gouv.fr/assurance/self-asserted-2fa",
        "https://proconnect.gouv.fr/assurance/consistency-checked-2fa",
    }
)
ALGORITHMS = frozenset({"RS256", "ES256"})
ID_TOKEN, NONCE, LEAVING = "actors.proconnect_id_token", "actors.proconnect_nonce", "actors.proconnect_leave"
KEPT_CLAIMS = ("siret", "idp_id", "acr", "amr")


def is_configured() -> bool:
    return bool(settings.SOCIALACCOUNT_PROVIDERS)


def tells_second_factor(told: dict[str, Any]) -> bool:
    """Whether the signed token says that the agent proved themselves twice."""
    amr = told.get("amr")
    return told.get("acr") in SECOND_FACTOR_ACRS or (isinstance(amr, list) and "mfa" in amr)


class Exchange(OpenIDConnectOAuth2Adapter):
    """The exchange of a code: the token is always verified by its signature, and answers our own nonce."""

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return request.build_absolute_uri(reverse("proconnect_back"))

    def _fetch_user_info(self, access_token: str) -> dict[str, Any]:
        """ProConnect answers with a signed JWT; others with JSON. Both name the person, as RFC 7519 or as OIDC."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.profile_url, headers={"Authorization": f"Bearer {access_token}"})
            answer.raise_for_status()
        if "application/jwt" not in answer.headers.get("Content-Type", ""):
            return dict(answer.json())
        return self._read(answer.text.strip(), audience=self.get_provider().app.client_id)

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        claims = self._read(id_token, audience=app.client_id)
        expected = self.request.session.pop(NONCE, "")
        if not expected or not secrets.compare_digest(str(claims.get("nonce", "")), expected):
            raise OAuth2Error("The token does not answer our question.")
        self.request.session[ID_TOKEN] = id_token
        self.request.session[LEAVING] = self.openid_config.get("end_session_endpoint", "")
        return claims

    def _read(self, token: str, *, audience: str) -> dict[str, Any]:
        config = self.openid_config
        try:
            if jwt.get_unverified_header(token).get("alg") not in ALGORITHMS:
                raise OAuth2Error("The token is not signed as it should be.")
            return jwtkit.verify_and_decode(
                credential=token,
                keys_url=config["jwks_uri"],
                issuer=config["issuer"],
                audience=audience,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
        except (jwt.PyJWTError, KeyError) as unreadable:
            raise OAuth2Error("The token cannot be read.") from unreadable

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Refuse a person described by one token and proved by another (OpenID Connect Core, 5.3.2)."""
        answer = kwargs["response"]
        if not answer.get("id_token"):
            raise OAuth2Error("There is no identity in the answer.")
        claims = self._decode_id_token(app, answer["id_token"])
        person = self._fetch_user_info(token.token)
        if person.get("sub") != claims.get("sub"):
            raise OAuth2Error("Two tokens speak of two people.")
        return self.get_provider().sociallogin_from_response(request, {"userinfo": person, "id_token": claims})


class ProConnect(OpenIDConnectProvider):
    """The provider, as allauth knows it, with a nonce and no more data than needed."""

    oauth2_adapter_class = Exchange

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        """Nothing comes from the address: neither scope nor parameter can be added by whoever made the link."""
        request.session[NONCE] = secrets.token_urlsafe(32)
        return {"nonce": request.session[NONCE]}

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return list(self.get_scope())

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """To sign in, and nothing else: linking an identity to whoever is signed in is not asked by an address."""
        return super().get_redirect_from_request_kwargs(request) | {"process": "login"}

    def get_callback_url(self) -> str:
        return reverse("proconnect_back")

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Establishment, provider, and how the person proved themselves: no name is kept a second time."""
        told = data["userinfo"] | {name: data["id_token"].get(name) for name in ("acr", "amr")}
        return {name: told[name] for name in KEPT_CLAIMS if told.get(name)}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing to fill an account with: names come from its owner, the address from the addresses below."""
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        found = super().extract_email_addresses(data)
        return [one for one in found if data["userinfo"].get("email_verified") is not False]


def goodbye_url(request: HttpRequest) -> str:
    """Where the provider signs out, when this session came from there; else nothing."""
    leaving, proof = request.session.get(LEAVING), request.session.get(ID_TOKEN)
    if not (leaving and proof):
        return ""
    back = request.build_absolute_uri(resolve_url(settings.LOGOUT_REDIRECT_URL))
    told = {"id_token_hint": proof, "post_logout_redirect_uri": back, "state": secrets.token_urlsafe(16)}
    return f"{leaving}?{urlencode(told)}"


def refusal_for(problem: dict[str, Any]) -> Refused:
    """Why signing in there did not work: given up, silent provider, or an answer that we do not believe."""
    if problem.get("error") == AuthError.CANCELLED:
        sentence = _("Vous avez renoncé à vous connecter avec ProConnect. Rien n'a changé.")
    elif isinstance(problem.get("exception"), requests.RequestException):
        sentence = _("ProConnect ne répond pas pour le moment.")
    else:
        sentence = _("La réponse de ProConnect ne peut pas être vérifiée : la connexion est abandonnée.")
    refusal = Refused(
        sentence,
        instead=_("Se connecter autrement, ou recommencer"),
        instead_url=reverse("account_login"),
    )
    refusal.status = 401
    return refusal
