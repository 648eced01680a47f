"""The letters that leave, and the links inside them, for the tests of accounts."""

import base64
import hashlib
import hmac
import re
import struct
import time

from django.core import mail
from django_tasks_db.models import DBTaskResult

BASE = "https://maillage.exemple.fr"
PASSWORD = "quatre bateaux lents verts"


def letters():
    """What leaves once the background work is done, and only since last time.

    Done here rather than by a worker: a worker closes the connection, and with it the test's transaction.
    """
    mail.outbox.clear()
    while waiting := DBTaskResult.objects.order_by("enqueued_at").first():
        waiting.delete()
        waiting.task.call(*waiting.args_kwargs["args"], **waiting.args_kwargs["kwargs"])
    return list(mail.outbox)


def link_in(letter):
    """The path of the link a letter holds."""
    return re.search(r"https?://[^/\s]+(/\S+)", letter.body)[1]


def code_of(secret, *, at=None):
    """What an application shows (RFC 6238), computed apart from the code under test."""
    counter = struct.pack(">Q", int(at or time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"
