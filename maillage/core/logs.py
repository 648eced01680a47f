"""What the house writes of its own running: one line per event, and never a word about anyone."""

import logging
import re
import secrets
import time
import traceback
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.log import AdminEmailHandler
from pythonjsonlogger.json import JsonFormatter

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
FROM_PROXY = re.compile(r"[0-9a-f]{16,32}")
INSTANT = "%Y-%m-%dT%H:%M:%SZ"
NAME = "house_name"
UNKNOWN_PATH = "(adresse inconnue)"
MAILED_AGAIN_AFTER = 600  # Seconds: a fault that repeats fills no mailbox.
requests = logging.getLogger("maillage.requests")
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

# -- What never leaves ---------------------------------------------------------------------------------------------

MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[\w.+'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), "(courriel)"),
    (re.compile(r"(?i)\b(cookie|authorization)(['\"]?\s*[:=]\s*).*"), r"\1\2(jeton)"),
    (re.compile(r"(?i)\b(bearer\s+)\S+"), r"\1(jeton)"),
    (re.compile(r"(?i)(\w*(?:token|secret|passw|session|csrf)\w*['\"]?\s*[:=]\s*)(?!\()[^\s,;&)}\]]+"), r"\1(jeton)"),
    (re.compile(r"(://)[^/\s@]+@"), r"\1(identifiants)@"),
    (re.compile(r"(?<=[\w/])\?[^\s\"'<>]+"), "?…"),
    # What PostgreSQL repeats of a row: « Key (email)=(…) already exists », « Failing row contains (…) ».
    (re.compile(r"\)=\([^\n]*\)(?= (?:already|is|conflicts)|$)", re.M), ")=(…)"),
    (re.compile(r"(?i)(failing row contains ).*"), r"\1(…)"),
    # A social security number: sex, year, month, département, commune, rank, then perhaps its key.
    (re.compile(r"(?<!\d)[1-478] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3}(?: ?\d{2})?(?!\d)"), "(numéro)"),
    (re.compile(r"(?<![\d.])(?:\+\d{2,3}|00\d{2,3}|0)[ .-]?(?:\(0\) ?)?[1-9](?:[ .-]?\d{2}){4}(?!\d)"), "(téléphone)"),
    (re.compile(r"(?<![\d.])(?!127\.|0\.0\.0\.0)(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"), "(adresse IP)"),
    (re.compile(r"(?i)(?<![\w:])(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{0,4}"), "(adresse IP)"),
    (re.compile(r"(?i)(?<![\w:])(?:[0-9a-f]{1,4}:)+:[0-9a-f:]*"), "(adresse IP)"),
    (re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{32,}"), "(jeton)"),
)  # fmt: skip
QUOTED = re.compile(r"'(?:[^'\n]*)'|\"(?:[^\"\n]*)\"|«[^»\n]*»|“[^”\n]*”")
OUR_OWN_WORD = re.compile(r"['\"][a-z][a-z0-9]*(?:_[a-z0-9]+)+['\"]")


def scrub(text: str) -> str:
    """The text without e-mail addresses, telephones, social security numbers, IP addresses, tokens, query strings."""
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return text


def trace_of(error: BaseException) -> str:
    """Where an error passed, cause first: files, lines, functions; of its message, nothing that was quoted.

    No value of a variable, no line of what someone sent: a name cannot be told from a word, so quoted words go, save
    those only our code writes (`with_underscores`).
    """
    return "\n".join(_told(one) for one in reversed(list(_chain(error))))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _told(error: BaseException) -> str:
    frames = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    message = QUOTED.sub(lambda found: found[0] if OUR_OWN_WORD.fullmatch(found[0]) else "« … »", str(error))
    return "\n".join([*frames, f"{type(error).__qualname__}: {scrub(message)}"])


def path_of(request: HttpRequest) -> str:
    """The address asked, without its query; when it holds anything but numbers, the door's own pattern instead."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        return UNKNOWN_PATH
    if all(isinstance(value, int) for value in (*match.args, *match.kwargs.values())):
        return request.path
    return f"/{match.route}"


# -- Lines ---------------------------------------------------------------------------------------------------------


def message_of(record: logging.LogRecord) -> str:
    """What a record says, scrubbed. Django's own lines hold the address asked: the door's pattern takes its place."""
    message = record.getMessage()
    request = getattr(record, "request", None)
    if isinstance(request, HttpRequest):
        message = message.replace(request.path, path_of(request))
    return scrub(message)


def request_id_of(record: logging.LogRecord) -> str:
    """The request this line is about, or nothing."""
    return REQUEST_ID.get() or str(getattr(getattr(record, "request", None), NAME, ""))


class _Safe(logging.Formatter):
    """What both formats share: messages and errors pass through the sieve; times are UTC, wherever the process is."""

    converter = time.gmtime  # type: ignore[assignment]

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return trace_of(ei[1]) if ei[1] is not None else ""

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return scrub(stack_info)


class TextLines(_Safe):
    """One readable line; for a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        when = self.formatTime(record, INSTANT)
        words = [
            when,
            record.levelname,
            record.name,
            request_id_of(record) or "-",
            message_of(record),
            *_facts_said(record),
        ]
        line = " ".join(words)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonLines(_Safe, JsonFormatter):
    """One JSON object a line; for whatever gathers logs. Fields we do not know are left out."""

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        log_data["time"] = self.formatTime(record, INSTANT)
        log_data["level"], log_data["logger"] = record.levelname, record.name
        log_data["message"] = message_of(record)
        log_data |= {"request_id": name} if (name := request_id_of(record)) else {}
        log_data |= getattr(record, "facts", {})
        if record.exc_info:
            log_data["error"] = self.formatException(record.exc_info)


def _facts_said(record: logging.LogRecord) -> list[str]:
    return [f"{name}={value}" for name, value in getattr(record, "facts", {}).items()]


class FollowRequests:
    """Gives each request a name, returned as X-Request-ID, and tells its path, status and duration at level INFO."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = REQUEST_ID.set(_name_of(request))
        setattr(request, NAME, REQUEST_ID.get())  # Django writes of some answers once they have left.
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = REQUEST_ID.get()
            spent = round((time.perf_counter() - started) * 1000)
            facts = {"method": request.method, "path": path_of(request), "status": response.status_code, "ms": spent}
            requests.info("request", extra={"facts": facts, "request": request})
        finally:
            REQUEST_ID.reset(token)
        return response


def _name_of(request: HttpRequest) -> str:
    """The name a declared proxy gave, when it looks like one; else ours, drawn for this request."""
    given = request.headers.get("X-Request-ID", "")
    return given if settings.TRUSTED_PROXIES and FROM_PROXY.fullmatch(given) else secrets.token_hex(8)


class Lowered(logging.Filter):
    """What strangers cause at will is no error of the house: a WARNING without a trace, which sends no mail."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
        return True


# -- Mails to those who keep the house -----------------------------------------------------------------------------


class ScrubbedReporter:
    """What a mail tells of an error: where it passed. No form, no cookie, no variable, no setting."""

    def __init__(
        self, request: HttpRequest | None, exc_type: Any, exc_value: Any, tb: Any, *, is_email: bool = False
    ) -> None:
        self.request, self.error = request, exc_value

    def get_traceback_text(self) -> str:
        lines = [f"request_id: {REQUEST_ID.get() or '-'}"]
        if self.request is not None:
            lines += [f"{self.request.method} {path_of(self.request)}"]
        if isinstance(self.error, BaseException):
            lines += ["", trace_of(self.error)]
        return "\n".join(lines)

    def get_traceback_html(self) -> str:
        return ""


class ErrorMails(AdminEmailHandler):
    """One mail per fault, to MAILLAGE_ERROR_MAILS; the same fault again within ten minutes sends nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(reporter_class=f"{__name__}.{ScrubbedReporter.__name__}", **kwargs)
        self.mailed: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        fault = (
            trace_of(record.exc_info[1]) if record.exc_info and record.exc_info[1] else f"{record.name}:{record.msg}"
        )
        now = time.monotonic()
        if now - self.mailed.get(fault, -MAILED_AGAIN_AFTER) < MAILED_AGAIN_AFTER:
            return
        self.mailed = {one: at for one, at in self.mailed.items() if now - at < MAILED_AGAIN_AFTER} | {fault: now}
        super().emit(self._safe(record))

    def _safe(self, record: logging.LogRecord) -> logging.LogRecord:
        """The same record with its message already scrubbed: the subject is made from it."""
        safe = logging.makeLogRecord(record.__dict__)
        safe.msg, safe.args = message_of(record), ()
        return safe

    def format_subject(self, subject: str) -> str:
        return scrub(super().format_subject(subject))
