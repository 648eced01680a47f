"""Fifty people at once for one minute, on a demonstration served as the guide says: `python -m bench load`."""

import os
import platform
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

USERS, SPAWN_A_SECOND, SECONDS = 50, 10, 60
PORT = int(os.environ.get("PORT", "8765"))
HOST = f"http://127.0.0.1:{PORT}"
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Build, serve, load for a minute, print the figures, stop. Fails when a request failed."""
    with tempfile.TemporaryDirectory(prefix="maillage-load-") as folder:
        environment = os.environ | {
            "MAILLAGE_DEMO": "1", "MAILLAGE_VAR": folder, "MAILLAGE_TRUSTED_PROXIES": "1",
        }  # fmt: skip
        for words in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"], ["build_demo"]):
            subprocess.run([sys.executable, "manage.py", *words], env=environment, cwd=ROOT, check=True)
        bind = ["--bind", f"127.0.0.1:{PORT}", "--workers", "2", "--threads", "4"]
        server = subprocess.Popen([sys.executable, "-m", "gunicorn", "config.wsgi", *bind], env=environment, cwd=ROOT)
        try:
            wait_for(server)
            sys.exit(load(environment))
        finally:
            server.terminate()
            server.wait(40)


def wait_for(server: subprocess.Popen) -> None:
    for _ in range(100):
        if server.poll() is not None:
            raise SystemExit(f"The server did not start; port {PORT} may be taken: PORT=8766 python -m bench load")
        try:
            urllib.request.urlopen(f"{HOST}/healthz", timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("The server does not answer.")


def load(environment: dict[str, str]) -> int:
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {USERS} people, {SECONDS} s\n", flush=True)
    words = ["--headless", "--users", USERS, "--spawn-rate", SPAWN_A_SECOND, "--run-time", f"{SECONDS}s"]
    words += ["--host", HOST, "--stop-timeout", 10, "--only-summary", "--exit-code-on-error", 1]
    command = [sys.executable, "-m", "locust", "-f", str(Path(__file__).with_name("people.py")), *map(str, words)]
    return subprocess.run(command, env=environment, cwd=ROOT, timeout=SECONDS + 60, check=False).returncode
