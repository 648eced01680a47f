"""Passwords that French people choose first, which the lists made elsewhere do not know."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# CNIL, délibération n° 2022-100: refuse the passwords most used. What follows is only the core of each: figures,
# signs and repetitions around it change nothing to who guesses it first.
OBVIOUS = frozenset([
    "motdepasse", "monmotdepasse", "azerty", "azertyuiop", "azertyqsdf", "qsdfghjklm", "wxcvbn", "bonjour",
    "bienvenue", "administrateur", "admin", "utilisateur", "soleil", "doudou", "chouchou", "loulou", "marseille",
    "paris", "france", "jetaime", "jesuis", "coucou", "departement", "solidarite", "solidarites", "maillage",
    "travailsocial", "assistantesociale", "password", "welcome", "changeme", "changezmoi",
])  # fmt: skip
LOOKS_LIKE = str.maketrans("013457@$!", "oieastasi")


class NotObvious:
    """A password that is one obvious word, dressed with figures and signs, is refused."""

    def validate(self, password: str, user: object | None = None) -> None:
        plain = unicodedata.normalize("NFKD", password).encode("ascii", "ignore").decode().lower()
        word = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
        cores = {re.sub(r"[^a-z]", "", one) for one in (word, word.translate(LOOKS_LIKE))}
        if any(_base(core) in OBVIOUS for core in cores):
            raise ValidationError(
                _("Ce mot de passe est de ceux qu'on essaie en premier. Prenez plusieurs mots sans lien entre eux."),
                code="password_too_obvious",
            )

    def get_help_text(self) -> str:
        return _("Votre mot de passe ne doit pas être un mot évident, suivi de chiffres.")


def _base(core: str) -> str:
    """« azertyazerty » is « azerty » twice."""
    found = re.fullmatch(r"(.{4,}?)\1+", core)
    return found[1] if found else core
