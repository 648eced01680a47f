"""The letters about accounts: posted in the background, so that a slow mail server keeps nobody waiting."""

import json
from collections.abc import Iterator
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from maillage.core import encryption

PLACE = "actors.letters"  # A letter in waiting holds a link that opens an account: it lies encrypted.


def post(to: str, *, subject: str, text: str) -> None:
    """Send this letter soon, as plain text and as a simple page made from it."""
    letter = json.dumps({"to": to, "subject": subject, "text": text.strip() + "\n"})
    deliver.enqueue(encryption.encrypt(letter, place=PLACE))


def write(to: str, template: str, **told: object) -> None:
    """Send the letter of that name, from `templates/actors/mail/`: its first line is its subject."""
    subject, _, text = render_to_string(f"actors/mail/{template}.txt", told).partition("\n")
    post(to, subject=subject.strip(), text=text)


def _waiting() -> Iterator[tuple[Any, str]]:
    """The letters not delivered yet, and where they wait."""
    ready = DBTaskResult.objects.filter(task_path=deliver.module_path, status=TaskResultStatus.READY)
    for pk, asked in ready.values_list("pk", "args_kwargs"):
        yield pk, asked["args"][0]


def _seal_again(pk: Any, old: str, new: str) -> bool:
    ready = DBTaskResult.objects.filter(pk=pk, status=TaskResultStatus.READY)
    return bool(ready.filter(args_kwargs__args=[old]).update(args_kwargs={"args": [new], "kwargs": {}}))


encryption.register_place(encryption.Place(PLACE, _waiting, _seal_again, bound_to=PLACE))


@task()
def deliver(sealed: str) -> int:
    """Hand one letter to the mail server; how many left."""
    letter = json.loads(encryption.decrypt(sealed, place=PLACE))
    message = EmailMultiAlternatives(letter["subject"], letter["text"], to=[letter["to"]])
    page = render_to_string("actors/mail/letter.html", {"subject": letter["subject"], "text": letter["text"]})
    message.attach_alternative(page, "text/html")
    return int(message.send())
