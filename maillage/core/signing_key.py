"""Changing the key that signs: the former one is put aside and still believed, for what it has signed."""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext

from maillage.core.backup.keys import write_private
from maillage.core.refusals import Refused


def rotate_secret() -> None:
    """Draw a signing key; the former one goes first in `secret-key-fallbacks`. Running processes need a restart.

    The former key is put aside before the new one takes its place: killed between the two, nothing is lost. Raises
    Refused when the key belongs to the operator's environment: only there can it be changed.
    """
    if os.environ.get("MAILLAGE_SECRET_KEY"):
        raise Refused(
            gettext("La clé de signature vient de MAILLAGE_SECRET_KEY : elle se change là."),
            instead=gettext(
                "Mettez l'actuelle en tête de MAILLAGE_SECRET_KEY_FALLBACKS, écrivez à sa place une clé neuve d'au "
                "moins 50 signes (python3 -c 'import secrets; print(secrets.token_urlsafe(64))'), puis redémarrez."
            ),
        )
    folder = Path(settings.VAR_DIR)
    kept, aside = folder / "secret-key", folder / "secret-key-fallbacks"
    former = kept.read_text(encoding="ascii")
    before = aside.read_text(encoding="ascii").split() if aside.exists() else []
    write_private(aside, "\n".join([former, *(key for key in before if key != former)]))
    write_private(kept, secrets.token_urlsafe(64))
