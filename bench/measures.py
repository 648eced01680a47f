"""How things are timed and weighed, and the lines of the table that say it."""

import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path


def timed(act: Callable[[], object]) -> float:
    """Seconds."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def repeated(act: Callable[[], object], *, rounds: int) -> list[float]:
    """Seconds of each round, after one that does not count."""
    act()
    return [timed(act) for _ in range(rounds)]


def line(what: str, figure: str) -> None:
    print(f"| {what} | {figure} |", flush=True)


def row(what: str, seconds: Iterable[float]) -> None:
    ordered = sorted(seconds)
    middle, late = statistics.median(ordered), ordered[int(len(ordered) * 0.95) - 1]
    line(what, f"median {middle * 1000:.1f} ms, 95th percentile {late * 1000:.1f} ms")


def memory_of(pid: int) -> str:
    """What the system says of a process: all it sees, its share of it, what it alone holds."""
    facts = _facts(Path(f"/proc/{pid}/smaps_rollup"))
    own = facts["Private_Clean"] + facts["Private_Dirty"]
    return (
        f"{facts['Rss'] / 1024:.0f} MB resident, {facts['Pss'] / 1024:.0f} MB its share of what is shared, "
        f"{own / 1024:.0f} MB its own"
    )


def most_memory() -> float:
    """The most this process has held, in MB; what its parent held when it was started is not counted."""
    return _facts(Path("/proc/self/status"))["VmHWM"] / 1024


def _facts(page: Path) -> dict[str, int]:
    """The lines of such a page that give kilobytes."""
    cells = [one.split() for one in page.read_text().splitlines() if one.endswith(" kB")]
    return {name.rstrip(":"): int(size) for name, size, _ in cells}
