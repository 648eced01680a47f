"""Measure travel times on a made-up network of 200,000 nodes and 900,000 arcs, and the import of Andorra."""

import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

SIDE, ARCS = 447, 900_000  # 447 × 447 crossroads are 199,809 nodes.
STEP_METRES = 250.0
PLACES, SITES, ROUNDS = 20_000, 300, 20
ANDORRA = "data/osm-petits-extraits/andorra-2013.osm.pbf"


def main() -> None:
    """Print rows of a table, in a process where Django is ready. The house's own roads are left alone."""
    import numpy as np
    from django.conf import settings
    from django.test import override_settings

    with tempfile.TemporaryDirectory(prefix="maillage-roads-") as folder, override_settings(ROADS_DIR=Path(folder)):
        import_andorra(Path(settings.SHARED_DIR) / ANDORRA)
        dice = np.random.default_rng(4)
        network = install(dice)
        ask(dice, network)


def import_andorra(path: Path) -> None:
    from maillage.territories.actions import load_roads

    if not path.exists():
        print("| import of Andorra | absent: set MAILLAGE_SHARED |")
        return
    began = time.perf_counter()
    report = load_roads(path, anyway=True)
    seconds = time.perf_counter() - began
    print(f"| import of Andorra ({report.ways:,} ways), three modes, calibration included | {seconds:.2f} s |")
    for held in report.calibration:
        print(
            f"| estimate {held.mode.value} against Andorra's roads, {held.pairs:,} pairs: "
            f"median and 90th percentile of the error, share within 5 min | "
            f"{held.before.median:.1f}, {held.before.late:.1f} min, {held.before.within_five:.0%} before; "
            f"{held.after.median:.1f}, {held.after.late:.1f} min, {held.after.within_five:.0%} after |"
        )


def install(dice):
    """A region of 112 km by 112 km: streets, moved about and uneven, a main road every 8th."""
    from maillage.core import clock, mapped
    from maillage.territories.choices import TravelMode
    from maillage.territories.roads import stored
    from maillage.territories.roads.graph import assembled
    from maillage.territories.roads.outline import covered

    before = memory()
    began = time.perf_counter()
    graphs = {mode: assembled(*grid(dice, mode)) for mode in TravelMode}
    facts = {
        "format": stored.FORMAT,
        "file": "grid",
        "made_at": "",
        "loaded_at": clock.now().isoformat(),
        "nodes": {mode.value: len(graph.points) for mode, graph in graphs.items()},
        "fastest": {mode.value: 110.0 for mode in graphs},
        "area": covered(graphs[TravelMode.CAR].points).wkt,
        "calibration": [],
    }
    arrays = stored.arrays_of(graphs, meanders())
    weight = sum(array.nbytes for array in arrays.values()) / 1e6
    mapped.write(stored.home(), arrays, facts)
    car = graphs[TravelMode.CAR]
    print(
        f"| network of {len(car.points):,} nodes and {len(car.seconds):,} arcs a mode: on disk, three modes | "
        f"{weight:.0f} MB, laid out and written in {time.perf_counter() - began:.1f} s |"
    )
    del graphs, arrays, car
    from maillage.territories.actions import travel_times

    network = travel_times()
    print(f"| memory of the process before and after making it | {before:.0f} MB, {memory():.0f} MB |")
    return network


def meanders():
    """Eight rivers from west to east, 4,500 segments each."""
    import numpy as np

    east = np.linspace(2, 3.45, 4_501)
    rivers = []
    for north in np.linspace(46.06, 46.94, 8):
        course = np.column_stack([north + 0.02 * np.sin(40 * east), east])
        rivers.append(np.hstack([course[:-1], course[1:]]))
    return np.concatenate(rivers)


def grid(dice, mode):
    """Crossroads moved about, streets to the four neighbours and some across, a tenth one-way, numbered at random."""
    import numpy as np

    from maillage.territories.choices import TravelMode
    from maillage.territories.ground import apart_km
    from maillage.territories.roads.edges import Edges

    row, column = (axis.ravel() for axis in np.mgrid[0:SIDE, 0:SIDE])
    degrees = STEP_METRES / 111_195
    points = np.column_stack([46 + degrees * row, 2 + degrees * column / 0.69])
    points += dice.normal(0, degrees / 5, points.shape)
    node = row * SIDE + column
    right, up, across = column < SIDE - 1, row < SIDE - 1, (column < SIDE - 1) & (row < SIDE - 1)
    a = np.concatenate([node[right], node[up], node[across]])
    b = np.concatenate([node[right] + 1, node[up] + SIDE, node[across] + SIDE + 1])
    straight = right.sum() + up.sum()
    is_main = np.concatenate([row[right] % 8 == 0, column[up] % 8 == 0, np.zeros(across.sum(), bool)])
    one_way = dice.random(len(a)) < 0.1
    spare = np.flatnonzero(np.arange(len(a)) >= straight)
    arcs = (2 - one_way).cumsum()
    kept = np.arange(len(a)) < straight
    extra = ARCS - arcs[straight - 1]
    kept[dice.permutation(spare)[: int(extra / 1.9)]] = True
    a, b, is_main, one_way = a[kept], b[kept], is_main[kept], one_way[kept]
    metres = 1000 * apart_km(points[a], points[b]) * dice.uniform(1.0, 1.5, len(a))
    fast, slow = {"car": (70.0, 28.0), "bicycle": (15.0, 13.0), "foot": (4.0, 4.0)}[mode.value]
    seconds = 3.6 * metres / np.where(is_main, fast, slow) + (mode == TravelMode.CAR) * 2.0
    back = np.where(one_way & (mode != TravelMode.FOOT), np.inf, seconds)
    shuffled = dice.permutation(len(points))
    moved = np.empty_like(points)
    moved[shuffled] = points
    return Edges(shuffled[a], shuffled[b], seconds, back, metres, np.zeros(len(a), np.bool_)), moved


def ask(dice, network) -> None:
    from maillage.territories.actions import Point
    from maillage.territories.choices import TravelMode

    places = dice.uniform((46.05, 2.05), (46.95, 3.35), (PLACES, 2))
    began = time.perf_counter()
    ties = network.tie(places)
    print(f"| tie {PLACES:,} places to it, three modes | {time.perf_counter() - began:.2f} s |")
    origins = [Point(*one) for one in dice.uniform((46.3, 2.5), (46.7, 3.0), (ROUNDS, 2))]
    for mode in TravelMode:
        network.times(origins[0], ties, mode=mode, limit=30)
        times, outlines, both = [], [], []
        for origin in origins:
            began = time.perf_counter()
            network.times(origin, ties, mode=mode, limit=30)
            middle = time.perf_counter()
            network.outline(origin, mode=mode, limit=30)
            end = time.perf_counter()
            times.append(middle - began)
            outlines.append(end - middle)
            both.append(end - began)
        row(f"30 minutes {mode.value}: minutes to the {PLACES:,} places", times)
        row(f"30 minutes {mode.value}: the outline, after them", outlines)
        row(f"30 minutes {mode.value}: isochrone, both together", both)
    nearest(network, ties, places)


def nearest(network, ties, places) -> None:
    from maillage.territories.choices import TravelMode

    for limit in (60, 600):
        taken = []
        for turn in range(5):
            sites = places[turn * SITES : (turn + 1) * SITES]
            began = time.perf_counter()
            network.nearest(sites, mode=TravelMode.CAR, limit=limit, places=ties)
            taken.append(time.perf_counter() - began)
        row(f"nearest of {SITES} sites for every node and {PLACES:,} places, car, within {limit} min", taken)
    print(f"| memory of the process, all modes asked | {memory():.0f} MB |")


def row(what: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    late = ordered[max(0, round(len(ordered) * 0.95) - 1)]
    print(f"| {what} | median {1000 * statistics.median(ordered):.1f} ms, 95th percentile {1000 * late:.1f} ms |")


def memory() -> float:
    """Megabytes of this process alone, the mapped files it shares left out."""
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("RssAnon"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="maillage-bench-roads-") as own:
        os.environ["MAILLAGE_VAR"], os.environ["DJANGO_SETTINGS_MODULE"] = own, "config.settings"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        main()
    sys.exit(0)
