"""Work the porch asks for: reading the whole journal again, which can take minutes."""

from typing import Any

from django_tasks import task

from maillage.core import clock, journal
from maillage.core.models import JournalLine


@task()
def verify_chain() -> dict[str, object]:
    """Whether the chain holds, how many lines were read, when; the sentence says what is broken."""
    lines = JournalLine.objects.count()
    broken = journal.verify()
    return {"lines": lines, "sentence": broken.sentence if broken else "", "at": clock.now().isoformat()}


def ask_verification(*, by: Any) -> None:
    """Have the whole chain read again, in the background."""
    with journal.act():
        journal.record(by, "home.verification_asked", "journal")
        verify_chain.enqueue()
