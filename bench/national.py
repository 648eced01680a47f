"""A directory the size of France: taken in, searched in process, served to eight people at once, held in memory."""

import datetime as dt
import json
import os
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.measures import ROOT, in_words, memory, row, run, timed

ROUNDS, CLIENTS, REQUESTS = 40, 8, 240
PORT = int(os.environ.get("PORT", "8766"))
TOWNS = {"Paris": "75056", "Guéret, Creuse": "23096"}
QUESTIONS: dict[str, dict[str, Any]] = {
    "all needs": {},
    "one need": {"mots": "je n'arrive plus à payer mon loyer"},
    "free text": {"mots": "jardin partagé des mariniers"},
    "open now": {"ouvert_maintenant": True},
    "two needs": {"mots": "logement et papiers"},
    "remote only": {"mode_accueil": "a-distance"},
}


def main() -> None:
    """Everything, in the house of this process; `BENCH_SMALL` for a tenth of it."""
    small = os.environ.get("BENCH_SMALL") == "1"
    counts = {"structures": 4_000, "services": 10_000} if small else {"structures": 40_000, "services": 100_000}
    path = Path(os.environ["MAILLAGE_VAR"]) / "france.json"
    print(f"| draw {counts['structures']:,} structures, {counts['services']:,} services | ", end="", flush=True)
    print(f"{timed(lambda: draw(path, counts)):.0f} s, {path.stat().st_size / 1e6:.0f} MB of JSON |", flush=True)
    take(path, "import them", counts)
    take(path, "import them again, nothing changed", counts)
    in_process()
    over_http()


def draw(path: Path, counts: dict[str, int]) -> None:
    from django.conf import settings

    from bench import france

    land = france.france(Path(settings.SHARED_DIR) / "data/contours", Path(settings.DECOUPAGE_DIR))
    france.write(path, land, day=dt.date.today(), **counts)
    france.load_communes(land)


def take(path: Path, what: str, counts: dict[str, int]) -> None:
    words = ("manage.py", "import_directory", str(path), "--source", "bench", "--format", "data-inclusion")
    seconds, peak = run(*words, environment=dict(os.environ), quiet=True)
    from maillage.directory.models import Service

    assert Service.objects.published().count() == counts["services"]
    print(f"| {what} | {seconds:.1f} s, at most {peak:.0f} MB |", flush=True)


def in_process() -> None:
    from django.contrib.auth.models import AnonymousUser

    from maillage.directory.search import SearchQuery, search
    from maillage.directory.search.origins import origin_of
    from maillage.territories.actions import chosen_place

    print(f"| the first search of a process | {timed(lambda: everything(SearchQuery, search)) * 1000:.0f} ms |")
    for town, code in TOWNS.items():
        origin = origin_of(chosen_place(f"commune:{code}"))
        for what, asked in QUESTIONS.items():
            facts = {"words": asked.get("mots", ""), "is_open_now": asked.get("ouvert_maintenant", False)}
            query = SearchQuery(origin, reception=asked.get("mode_accueil", ""), **facts)
            answer = search(query, reader=AnonymousUser())
            taken = [
                timed(lambda q=query: search(SearchQuery(**vars_of(q)), reader=AnonymousUser())) for _ in range(ROUNDS)
            ]
            row(f"{what}, {town} ({answer.total:,} answers)", taken)


def everything(query: Any, search: Any) -> None:
    from django.contrib.auth.models import AnonymousUser

    from maillage.directory.search.origins import origin_of
    from maillage.territories.actions import chosen_place

    search(query(origin_of(chosen_place("commune:75056"))), reader=AnonymousUser())


def vars_of(query: Any) -> dict[str, Any]:
    """Its fields alone: what a query has already read is read again, as a new one would."""
    from dataclasses import fields

    return {one.name: getattr(query, one.name) for one in fields(query)}


def over_http() -> None:
    """As the guide serves it: two processes of four threads; eight clients ask without a pause."""
    bind = ["--bind", f"127.0.0.1:{PORT}", "--workers", "2", "--threads", "4"]
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", "config.wsgi", *bind], cwd=ROOT, env=os.environ)
    try:
        wait_for(server)
        with ThreadPoolExecutor(CLIENTS) as people:
            list(people.map(ask, range(32)))  # Both processes have read their lexicon and mapped their columns.
            for town, code in TOWNS.items():
                for what, asked in QUESTIONS.items():
                    questions = [(number, asked | {"code_commune": code}) for number in range(REQUESTS)]
                    start = time.perf_counter()
                    taken = list(people.map(lambda one: ask(*one), questions))
                    rate = REQUESTS / (time.perf_counter() - start)
                    print(f"| {what}, {town}, HTTP × {CLIENTS} | {in_words(taken)}, {rate:.0f} a second |", flush=True)
        for pid in children(server.pid):
            held = memory(pid)
            said = ", ".join(f"{name} {figure:.0f} MB" for name, figure in held.items())
            print(f"| memory of a worker | {said} |", flush=True)
    finally:
        server.terminate()
        server.wait(40)


def ask(number: int, asked: dict[str, Any] | None = None) -> float:
    """One question, from an address of its own: nobody is told to wait."""
    body = json.dumps(asked or {"code_commune": "75056", "mots": "loyer"}).encode()
    address = f"10.{number % 200}.{number // 200 % 200}.{time.monotonic_ns() % 200}"
    headers = {"Content-Type": "application/json", "X-Forwarded-For": address, "Host": "localhost"}
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/api/v1/search", data=body, headers=headers)
    start = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as answer:
        found = json.load(answer)
    assert len(found["items"]) == min(20, found["total"])
    return time.perf_counter() - start


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_for(server: subprocess.Popen) -> None:
    for _ in range(150):
        if server.poll() is not None:
            raise SystemExit(f"The server did not start; port {PORT} may be taken: PORT=8767 python -m bench")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("The server does not answer.")
