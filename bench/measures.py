"""What measures share: a stopwatch, a row of a table, the databases to measure on, the memory of a process."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVER = os.environ.get("MAILLAGE_TEST_PG", "postgresql://127.0.0.1:5432/test")


def timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def row(what: str, seconds: Sequence[float]) -> None:
    print(f"| {what} | {in_words(seconds)} |", flush=True)


def in_words(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    middle, late = statistics.median(ordered), ordered[int(len(ordered) * 0.95) - 1]
    return f"median {middle * 1000:.1f} ms, 95th percentile {late * 1000:.1f} ms"


def answers(server: str = SERVER) -> bool:
    """Whether a PostgreSQL server answers there."""
    import psycopg

    try:
        psycopg.connect(server, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def a_house(engine: str) -> Iterator[dict[str, str]]:
    """The environment of an empty house of its own, on SQLite or PostgreSQL; gone with all it holds afterwards."""
    with tempfile.TemporaryDirectory(prefix="maillage-bench-") as folder:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        environment |= {"MAILLAGE_VAR": folder, "MAILLAGE_DEMO": "1", "MAILLAGE_TRUSTED_PROXIES": "1"}
        if engine == "sqlite":
            yield environment
            return
        import psycopg

        name = f"maillage_bench_{os.getpid()}"
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}"')
            try:
                yield environment | {"DATABASE_URL": f"{SERVER.rpartition('/')[0]}/{name}"}
            finally:
                server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def run(*words: str, environment: dict[str, str], quiet: bool = False) -> tuple[float, float]:
    """Run a command of the house: the seconds it took, and the most memory it held, in MB."""
    out = subprocess.DEVNULL if quiet else None
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=environment, stdout=out)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words)}: {status}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def memory(pid: int) -> dict[str, float]:
    """What a process holds, in MB: all (Rss), its share of what it shares (Pss), what it alone holds (Private)."""
    told = dict.fromkeys(("Rss", "Pss", "Private"), 0.0)
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, figure = line.split(":")
        for kind in told:
            if name == kind or (kind == "Private" and name.startswith("Private_") and "Hugetlb" not in name):
                told[kind] += int(figure.split()[0]) / 1024
    return told
