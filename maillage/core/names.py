"""Names that people type: on one line, without signs nobody sees, leading nowhere."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LINK = re.compile(r"://|\bwww\.", re.IGNORECASE)


def one_line(text: str) -> None:
    """Refuse a text with a line break, a control character or a mark that turns the reading order.

    Such a name breaks the subject of a mail, the title of a page, and can make one name look like another.
    """
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"} for sign in text):
        raise ValidationError(_("Écrivez-le sur une seule ligne, sans retour ni signe invisible."), code="one_line")


def a_name(text: str) -> None:
    """Refuse what `one_line` refuses, and a web address: our own mails would carry it to others."""
    one_line(text)
    if LINK.search(text):
        raise ValidationError(_("Un nom ne contient pas d'adresse web : écrivez le nom seul."), code="name")
