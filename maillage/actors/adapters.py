"""What we tell allauth: nobody signs up alone, letters leave in the background, secrets lie encrypted."""

from io import BytesIO
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import Login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import Provider
from axes.utils import reset as forget_failures
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from maillage.actors import proconnect
from maillage.actors.actions import accounts, letters
from maillage.actors.models import User
from maillage.actors.sessions import device_in_words, has_second_factor, network_of, vouch_for_second_factor
from maillage.core import encryption
from maillage.core.refusals import Refused, refusal_page

WRONG_CODE = _("Ce code n'est pas le bon, ou il a déjà servi. Attendez le suivant, puis écrivez-le.")
WRONG_PAIR = _(
    "Cette adresse et ce mot de passe ne vont pas ensemble. Vérifiez l'un et l'autre, ou choisissez un nouveau mot de "
    "passe avec « Mot de passe oublié »."
)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts: opened by invitation, signed in by address, locked by axes alone."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Ce compte est fermé. Demandez une invitation à la personne qui administre la maison."),
        "email_password_mismatch": WRONG_PAIR,
        "username_password_mismatch": WRONG_PAIR,
        "incorrect_password": _("Ce n'est pas votre mot de passe : vérifiez les majuscules, puis recommencez."),
        "enter_current_password": _("Ce n'est pas votre mot de passe actuel."),
        "incorrect_code": WRONG_CODE,
        "invalid_password_reset": _("Ce lien a déjà servi, ou il est trop ancien."),
        "too_many_login_attempts": _(
            "Cinq essais faux de suite : réessayez dans 15 minutes. Une clé d'accès seule ouvre toujours votre compte."
        ),
        "rate_limited": _("Cinq codes faux de suite : réessayez dans 15 minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Only our own pages: a link that signs in does not lead elsewhere afterwards."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        return network_of(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords are counted by axes, which says when to try again: two counters would contradict it."""

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        user.has_second_factor = has_second_factor(request, user)
        forget_failures(username=user.email.lower())

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Someone whose roles wait for a second factor is shown that first, then goes where they were going."""
        identity = (kwargs.get("signal_kwargs") or {}).get("sociallogin")
        if identity is not None:
            _welcome_identity(request, user, identity)
        if user.waits_for_second_factor():
            onward = urlencode({"next": kwargs["redirect_url"]}) if kwargs.get("redirect_url") else ""
            kwargs["redirect_url"] = f"{reverse('second_factor')}{'?' if onward else ''}{onward}"
        return super().post_login(request, user, **kwargs)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("own_account")

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The simplest gesture first: a passkey, then the password, then a code."""
        order = ["mfa_reauthenticate:webauthn", "reauthenticate", "mfa_reauthenticate"]
        return sorted(super().get_reauthentication_methods(user), key=lambda method: order.index(method["id"]))

    def get_login_stages(self) -> list[str]:
        ours = f"{SecondFactorStage.__module__}.{SecondFactorStage.__name__}"
        stages = super().get_login_stages()
        return [ours if stage.endswith(".AuthenticateStage") else stage for stage in stages]

    def render_mail(self, template_prefix: str, email: Any, context: dict[str, Any], headers: Any = None) -> Any:
        """Our letters: what happened, when, from which kind of device, and what to do when it was not you."""
        return super().render_mail(template_prefix, email, context | {"device": _device(context)}, headers)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the background: a slow mail server keeps nobody waiting, and its slowness tells nothing."""
        told = {"request": self.request, "email": email, "user": None} | context
        message = self.render_mail(template_prefix, email, told)
        letters.post(email, subject=message.subject, text=message.body)

    def set_password(self, user: Any, password: str) -> None:
        """Choosing a password closes every session opened before it, whoever opened them."""
        accounts.set_password(user, password, keep_session=self.request.session.session_key or "")


def _device(context: dict[str, Any]) -> str:
    return device_in_words(str(context.get("user_agent", "")))


class SecondFactorStage(AuthenticateStage):
    """The second factor at sign-in, unless the identity provider has just vouched for one."""

    login: Login

    def _should_handle(self, request: HttpRequest) -> bool:
        identity = (self.login.signal_kwargs or {}).get("sociallogin")
        is_vouched = identity is not None and proconnect.tells_second_factor(identity.account.extra_data)
        return not is_vouched and super()._should_handle(request)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors: secrets encrypted, and kept by those whose roles need one."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": _(
            "Vos rôles demandent un second facteur : ajoutez-en un autre avant de retirer celui-ci."
        ),
        "cannot_generate_recovery_codes": _("Ajoutez d'abord une clé d'accès ou une application."),
        "unverified_email": _("Votre adresse n'est pas encore vérifiée."),
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text, place=accounts.SECRETS_PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text, place=accounts.SECRETS_PLACE)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return accounts.may_remove_factor(authenticator) is None

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": "Maillage"}

    def build_totp_svg(self, url: str) -> str:
        """On its own white ground: at night too, a phone reads black on white."""
        drawn = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawn)
        return drawn.getvalue().decode("utf-8")

    def generate_authenticator_name(self, user: Any, type: str) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Clé d'accès %(number)s") % {"number": number}


# -- ProConnect ------------------------------------------------------------------------------------------------------


class IdentityAdapter(DefaultSocialAccountAdapter):
    """An identity provider proves who someone is; it never opens an account, and never chooses one by itself."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider:
        return proconnect.ProConnect(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """The account of this identity, or the one at its address; without any, a sentence."""
        email = sociallogin.email_addresses[0].email if sociallogin.email_addresses else ""
        try:
            person = accounts.person_of_identity(sociallogin.account, email=email)
        except Refused as refusal:
            raise ImmediateHttpResponse(refusal_page(request, refusal)) from None
        sociallogin.user = person
        sociallogin.account.user = person

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        raise ImmediateHttpResponse(refusal_page(request, proconnect.refusal_for(kwargs)))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """The account was opened for this very address: signing in with it is no news."""


def _welcome_identity(request: HttpRequest, user: User, identity: SocialLogin) -> None:
    """What the provider says of this person, once they are signed in: a second factor, another establishment."""
    told = identity.account.extra_data
    if proconnect.tells_second_factor(told):
        vouch_for_second_factor(request, by="proconnect")
    if accounts.note_siret(user, siret=str(told.get("siret") or "")):
        messages.warning(
            request,
            gettext(
                "ProConnect vous rattache à un autre établissement que ceux où vous tenez un rôle ici. "
                "Si vous avez changé de service, dites-le à la personne qui vous a invité."
            ),
        )
