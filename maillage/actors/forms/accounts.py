"""Signing in, choosing a password, confirming oneself, opening an account."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    SetPasswordForm,
    UserTokenForm,
)
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maillage.actors.actions import accounts
from maillage.actors.actions.invitations import Newcomer
from maillage.actors.models import Invitation, User
from maillage.core.names import a_name

# CNIL, délibération n° 2022-100: 12 characters of any kind resist with a lockout; composition rules only annoy.
ADVICE = _(
    "12 caractères au moins. Le plus simple : plusieurs mots sans lien entre eux, comme une petite phrase. "
    "Les mots de passe trop courants sont refusés."
)
NO_PASSWORD = _("Il nous faut un mot de passe.")


def password_field(label: Any, *, is_new: bool, **more: Any) -> forms.CharField:
    """A password: never stripped, never shown again, known to password managers."""
    kind = "new-password" if is_new else "current-password"
    widget = forms.PasswordInput(attrs={"autocomplete": kind, "maxlength": 200})
    words = {"required": NO_PASSWORD, "max_length": _("200 caractères suffisent : raccourcissez-le.")}
    return forms.CharField(label=label, widget=widget, strip=False, max_length=200, error_messages=words, **more)


class SignIn(LoginForm):
    """An address and a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.EmailField(
            label=gettext("Votre adresse électronique"),
            max_length=254,
            widget=forms.EmailInput(attrs={"autocomplete": "username webauthn"}),
            error_messages={
                "required": gettext("Il nous faut l'adresse où vous avez reçu votre invitation."),
                "invalid": gettext("Cette adresse n'est pas complète : écrivez-la comme prenom.nom@exemple.fr."),
            },
        )
        self.fields["password"] = password_field(gettext("Votre mot de passe"), is_new=False)
        self.order_fields(["login", "password"])


class ConfirmByPassword(ReauthenticateForm):
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = password_field(gettext("Votre mot de passe"), is_new=False)


class ChangePassword(ChangePasswordForm):
    """From one password to another, written once: a manager or a note keeps it, and the letter can reset it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"] = password_field(gettext("Votre mot de passe actuel"), is_new=False)
        self.fields["password1"] = password_field(gettext("Le nouveau"), is_new=True, help_text=ADVICE)
        del self.fields["password2"]

    def clean_password1(self) -> str:
        return _checked(self.cleaned_data["password1"], self.user)


class SetPassword(SetPasswordForm):
    """A first password, for someone who only had a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"] = password_field(gettext("Votre mot de passe"), is_new=True, help_text=ADVICE)
        del self.fields["password2"]

    def clean_password1(self) -> str:
        return _checked(self.cleaned_data["password1"], self.user)


class AskNewPassword(forms.Form):
    """« Mot de passe oublié »: whether an account exists is asked later, elsewhere."""

    email = forms.EmailField(
        label=_("Votre adresse électronique"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={
            "required": _("Il nous faut l'adresse de votre compte."),
            "invalid": _("Cette adresse n'est pas complète : écrivez-la comme prenom.nom@exemple.fr."),
        },
    )

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email = str(self.cleaned_data["email"])
        accounts.ask_new_password(email, base=request.build_absolute_uri("/").rstrip("/"))
        return email


class ResetLink(UserTokenForm):
    """The link of a letter: it opens nothing for an account that was closed in the meantime."""

    def _get_user(self, uidb36: str) -> User | None:
        user = super()._get_user(uidb36)
        return user if user is not None and user.is_active else None


class NewPassword(forms.Form):
    """A new password, after the link of a letter."""

    password1 = password_field(_("Votre nouveau mot de passe"), is_new=True, help_text=ADVICE)

    def __init__(self, *args: Any, user: User | None = None, temp_key: str = "", **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password1(self) -> str:
        return _checked(self.cleaned_data["password1"], self.user)

    def save(self) -> None:
        get_adapter().set_password(self.user, self.cleaned_data["password1"])


class AcceptInvitation(forms.Form):
    """Who someone is, and how they will sign in: a password, or a passkey added just after."""

    first_name = forms.CharField(
        label=_("Votre prénom"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        validators=[a_name],
        error_messages={"required": _("Il nous faut votre prénom : vos collègues le verront.")},
    )
    last_name = forms.CharField(
        label=_("Votre nom"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
        validators=[a_name],
        error_messages={"required": _("Il nous faut votre nom : vos collègues le verront.")},
    )
    way = forms.ChoiceField(
        label=_("Comment vous connecterez-vous ?"),
        choices=[
            ("passkey", _("Avec une clé d'accès : votre téléphone ou votre ordinateur vous reconnaît")),
            ("password", _("Avec un mot de passe")),
        ],
        initial="password",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez l'une des deux façons : vous pourrez ajouter l'autre ensuite.")},
    )
    password = password_field(_("Votre mot de passe, si c'est votre choix"), is_new=True, help_text=ADVICE)

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        self.invitation = invitation
        super().__init__(*args, **kwargs)
        self.fields["password"].required = self.data.get("way") != "passkey"

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("way") == "password" and told.get("password"):
            try:
                validate_password(told["password"], self._future_user(told))
            except ValidationError as wrong:
                self.add_error("password", wrong)
        return told

    def _future_user(self, told: dict[str, Any]) -> User:
        names = {name: told.get(name, "") for name in ("first_name", "last_name")}
        return User(email=self.invitation.email, **names)

    def newcomer(self) -> Newcomer:
        told = self.cleaned_data
        password = told["password"] if told["way"] == "password" else None
        return Newcomer(told["first_name"], told["last_name"], password)


def _checked(password: str, user: Any) -> str:
    validate_password(password, user)
    return password
