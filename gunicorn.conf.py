"""How the house is served: two processes, a few threads each; requests are not logged, what people do is theirs."""

import os
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

workers = 2
threads = 4
keepalive = 10  # Seconds. Shorter than a person's pause, it closes a connection just as they ask for the next page.
accesslog = None
control_socket_disable = True

# Each process counts in a file of its own; /metrics adds them up. Set before anything imports prometheus_client.
_var = Path(os.environ.get("MAILLAGE_VAR") or Path(__file__).parent / "var").expanduser().resolve()
_counters = _var / "metrics"
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_counters)

# The server's own lines pass through the same sieve as the house's.
_lines = "JsonLines" if os.environ.get("MAILLAGE_LOG_FORMAT") == "json" else "TextLines"
logconfig_dict = {
    "formatters": {"house": {"()": f"maillage.core.logs.{_lines}"}},
    "handlers": {
        "house": {"class": "logging.StreamHandler", "formatter": "house", "stream": "ext://sys.stderr"},
    },
    "root": {"level": "WARNING", "handlers": ["house"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["house"], "propagate": False, "qualname": "gunicorn.error"},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False, "qualname": "gunicorn.access"},
    },
}


def on_starting(server: Arbiter) -> None:
    """Counters of a former run are dropped: Prometheus knows that counters start again."""
    _counters.mkdir(parents=True, exist_ok=True)
    for kept in _counters.glob("*.db"):
        kept.unlink(missing_ok=True)


def child_exit(server: Arbiter, worker: Worker) -> None:
    from prometheus_client import multiprocess  # noqa: PLC0415 - after the variable above, and only when needed.

    multiprocess.mark_process_dead(worker.pid)
