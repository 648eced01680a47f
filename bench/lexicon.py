"""Measure how needs are understood, and how fast: `python -m bench.lexicon` prints rows of Markdown, figures only."""

import csv
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EVERYDAY = ROOT / "maillage/directory/tests/everyday_queries.csv"
TUNING = ROOT / "bench/queries/tuning.csv"
APART = ROOT / "bench/queries/apart.csv"

Query = tuple[str, frozenset[str]]

# Loading is measured in a process of its own: this one has read everything already.
LOADING = """
import os, time, tracemalloc
import django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
from maillage.directory.lexicon.reading import lexicon
{start}
lexicon()
{end}
"""


def main() -> None:
    from maillage.directory.lexicon import count_expressions

    print("| what | figure |\n|---|---|")
    print(f"| expressions in the lexicon | {sum(count_expressions().values()):,} |")
    tuned, apart = queries(EVERYDAY) + queries(TUNING), queries(APART)
    recall("queries the lexicon was tuned on", tuned)
    recall("queries kept apart", apart)
    speed(tuned)
    seconds = measured(start="t = time.process_time()", end="print(time.process_time() - t)")
    print(f"| load the lexicon | {seconds:.2f} s |")
    size = measured(start="tracemalloc.start()", end="print(tracemalloc.get_traced_memory()[0] / 1e6)")
    print(f"| memory of the lexicon | {size:.0f} MB |")


def queries(path: Path) -> list[Query]:
    """Each query with the thématiques that answer it."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [(row["query"], frozenset((row.get("thematiques") or row["thematique"]).split())) for row in rows]


def recall(what: str, labelled: Sequence[Query]) -> None:
    """The share of queries whose answer comes first, and among the first three. Never says which were missed."""
    from maillage.directory.lexicon import read_need

    if not labelled:
        print(f"| {what} | absent |")
        return
    read = [(read_need(query).thematiques, right) for query, right in labelled]
    at_1, at_3 = (sum(not right.isdisjoint(found[:n]) for found, right in read) / len(read) for n in (1, 3))
    print(f"| {what} ({len(read)}): recall at 1 | {at_1:.3f} |")
    print(f"| {what} ({len(read)}): recall at 3 | {at_3:.3f} |")


def speed(labelled: Sequence[Query]) -> None:
    from maillage.directory.lexicon import read_need

    times = []
    for query, _ in labelled:
        start = time.perf_counter()
        read_need(query)
        times.append(time.perf_counter() - start)
    ordered = sorted(times)
    middle, late = statistics.median(ordered), ordered[int(len(ordered) * 0.95) - 1]
    print(f"| read a need | median {middle * 1000:.2f} ms, 95th percentile {late * 1000:.2f} ms |")


def measured(*, start: str, end: str) -> float:
    code = LOADING.format(start=start, end=end)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
