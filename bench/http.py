"""The same questions over HTTP, from eight people at once, and what a process that serves them weighs."""

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench import load
from bench.directory import FOOD, TOWNS
from bench.measures import line, memory_of, row

CLIENTS, EACH, MOST_SECONDS = 8, 20, 40
FIELDS: dict[str, dict[str, Any]] = {
    "all needs": {},
    "one need": {"themes": FOOD},
    "free text": {"words": "je n'arrive plus à payer mon loyer"},
    "open now": {"open_now": "on"},
    "two needs": {"words": "logement et papiers"},
    "remote only": {"reception": "a-distance"},
}


def main() -> None:
    """Serve as docs/exploitation.md says (two processes of four threads), ask, weigh, stop."""
    with served() as server:
        workers = children(server.pid)
        line("a worker that has answered nothing yet", memory_of(workers[0]))
        for town, code in TOWNS.items():
            for what, fields in FIELDS.items():
                asked = {"place": town, "choice_for": town, "choice": f"commune:{code}"} | fields
                ask_together(asked, rounds=1)
                seconds = ask_together(asked, rounds=EACH)
                row(f"over HTTP, {CLIENTS} clients, near {town}: {what}, page of 20", seconds)
        for worker in workers:
            line("a worker with everything loaded (aim: 400 MB)", memory_of(worker))


@contextmanager
def served() -> Iterator[subprocess.Popen]:
    environment = os.environ | {"MAILLAGE_TRUSTED_PROXIES": "1"}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(command, env=environment, cwd=load.ROOT, check=True)
    bind = ["--bind", f"127.0.0.1:{load.PORT}", "--workers", "2", "--threads", "4"]
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", "config.wsgi", *bind], env=environment, cwd=load.ROOT)
    try:
        load.wait_for(server)
        yield server
    finally:
        server.terminate()
        server.wait(40)


def children(pid: int) -> list[int]:
    """The processes that gunicorn started, oldest first."""
    return sorted(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def ask_together(fields: dict[str, Any], *, rounds: int) -> list[float]:
    """Seconds of each answer; each client asks again as soon as it is answered, and not for long."""
    seconds: list[float] = []
    faults: list[BaseException] = []
    last = time.monotonic() + MOST_SECONDS

    def one_client(number: int) -> None:
        dice = random.Random(number)
        try:
            with httpx.Client(base_url=load.HOST, timeout=30) as client:
                for _ in range(rounds):
                    if time.monotonic() > last:
                        return
                    start = time.perf_counter()
                    answer = client.post("/annuaire/", data=fields, headers={"X-Forwarded-For": an_address(dice)})
                    answer.raise_for_status()
                    seconds.append(time.perf_counter() - start)
        except BaseException as fault:
            faults.append(fault)

    clients = [threading.Thread(target=one_client, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    if faults:
        raise faults[0]
    return seconds


def an_address(dice: random.Random) -> str:
    """Each question comes from someone else: the limit of questions counts by address."""
    return ".".join(map(str, (10, dice.randrange(256), dice.randrange(256), dice.randrange(256))))
