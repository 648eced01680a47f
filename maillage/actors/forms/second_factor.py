"""Passkeys, codes of an application, recovery codes."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 60
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)  # What fido2 raises for a passkey made by hand.
WRONG_KEY = _("Cette clé d'accès n'ouvre pas ce compte : choisissez-en une autre, ou une autre façon.")


def code_field(help_text: Any) -> forms.CharField:
    """A code: digits on a phone's keyboard, offered by the device when it knows it."""
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
    words = {"required": _("Il nous faut un code.")}
    return forms.CharField(
        label=_("Code"), max_length=20, help_text=help_text, widget=forms.TextInput(attrs=attrs), error_messages=words
    )


class GiveCode(AuthenticateForm):
    """The second factor at sign-in: a code of the application, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field(
            gettext("Les six chiffres de votre application, ou l'un de vos codes de secours.")
        )


class ConfirmByCode(ReauthenticateForm):
    """A code once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field(
            gettext("Les six chiffres de votre application, ou l'un de vos codes de secours.")
        )


class AddApplication(ActivateTOTPForm):
    """The first code of an application: it shows that the secret was read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field(gettext("Les six chiffres que l'application montre en ce moment."))


class AddPasskey(AddWebAuthnForm):
    """A passkey: always one that recognises its owner, so that it is two factors by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name_field(required=False)
        del self.fields["passwordless"]

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        try:
            return super().clean()
        except UNREADABLE:
            raise forms.ValidationError(WRONG_KEY, code="incorrect_code") from None


class RenamePasskey(EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name_field(required=True)


class _OwnWords(AuthenticateWebAuthnForm):
    """A passkey that opens nothing is no « wrong code »."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except forms.ValidationError as wrong:
            if wrong.code == "incorrect_code":
                raise forms.ValidationError(WRONG_KEY, code=wrong.code) from None
            raise
        except UNREADABLE:
            raise forms.ValidationError(WRONG_KEY, code="incorrect_code") from None


class SignInWithPasskey(_OwnWords, LoginWebAuthnForm):
    """A passkey alone."""


class GivePasskey(_OwnWords):
    """A passkey, after the password."""


class ConfirmByPasskey(_OwnWords, ReauthenticateWebAuthnForm):
    """A passkey once more, before something that matters."""


def _name_field(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=gettext("Son nom"),
        required=required,
        max_length=LONGEST_NAME,
        help_text=gettext("Pour la reconnaître plus tard : « téléphone », « ordinateur du bureau »."),
        error_messages={"required": gettext("Il nous faut un nom pour la reconnaître.")},
    )
