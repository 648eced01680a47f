"""A list leaves by e-mail, at once: the address is used and forgotten, nothing of it is written anywhere."""

import hashlib
import hmac
import logging
from collections.abc import Sequence
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext

from maillage.core import clock
from maillage.core.addresses import house_address
from maillage.core.concurrency import once
from maillage.core.models import Intention
from maillage.core.refusals import Refused
from maillage.core.throttle import count
from maillage.directory.documents import Line, list_data, list_paper

logger = logging.getLogger(__name__)
HOUR = 3600
BY_CONNECTION, BY_AGENT = 10, 40
"""Lists an hour: a public library has one connection; someone at a reception desk makes one for each visitor."""
TO_ADDRESS, BY_HOUSE = 3, 300
"""Lists an hour that one mailbox receives; and that the whole house sends, for its mail server to stay believed."""


class NotSent(Refused):
    """The mail server did not take the letter: nothing left."""


def leaves_at_once() -> bool:
    """Whether a letter is handed to a mail server: without one, this house keeps its letters in files.

    A list would then stay there with its address. The demonstration's addresses are nobody's.
    """
    return settings.DEMO or not settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")


def send_list(request: HttpRequest, to: str, *, lines: Sequence[Line], house: str, key: str) -> None:
    """Send this list to this address, once for this key; `request` is who asks, only to be counted.

    Raises AlreadyDone; TooMany past a limit; NotSent when nothing could leave. The key is then still to be used.

    Not through the queue of letters: it would keep the address until its turn.
    """
    if not leaves_at_once():
        raise NotSent(gettext("Aucun courriel ne part encore d'ici. Vous pouvez imprimer la liste."))
    letter = _letter(to, lines, house)
    with transaction.atomic():
        once(key)
        _count_sending(request, to)
    try:
        letter.send()
    except (SMTPException, OSError) as failed:
        Intention.objects.filter(key=key).delete()  # It was not done: the same page may try again.
        logger.warning("A list did not leave: %s.", type(failed).__name__)  # Its message would hold the address.
        raise NotSent(
            gettext("Le courriel n'est pas parti. Vérifiez l'adresse, puis réessayez ; ou imprimez la liste.")
        ) from None


def _letter(to: str, lines: Sequence[Line], house: str) -> EmailMessage:
    """Plain text and the paper. Neither its subject, nor its first lines, nor its file say what is sought."""
    told = list_data(lines, house) | {"home": house_address()}
    text = render_to_string("directory/mails/list.txt", told).strip() + "\n"
    letter = EmailMessage(str(told["title"]), text, to=[to], headers={"Auto-Submitted": "auto-generated"})
    letter.attach("liste.pdf", list_paper(lines, house=house), "application/pdf")
    return letter


def _count_sending(request: HttpRequest, to: str) -> None:
    """Count one more for this connection or agent, this address, the house. Raises TooMany past a limit."""
    agent = f"agent:{request.user.pk}" if request.user.is_authenticated else ""
    count(request, "list-by", limit=BY_AGENT if agent else BY_CONNECTION, seconds=HOUR, who=agent)
    count(request, "list-to", limit=TO_ADDRESS, seconds=HOUR, who=_code_of(to))
    count(request, "list-all", limit=BY_HOUSE, seconds=HOUR, who="house")


def _code_of(address: str) -> str:
    """What stands for an address in the counter, two hours at most: without the house's key, nobody reads it back."""
    said = f"{clock.today()}:{address.strip().casefold()}"
    return hmac.new(settings.SECRET_KEY.encode(), said.encode(), hashlib.sha256).hexdigest()[:24]
