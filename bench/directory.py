"""A directory the size of France: how long it takes to fill, and to answer from, within one process."""

import datetime as dt
import os
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from bench import france
from bench.measures import line, repeated, row, timed

ROUNDS = 60
SMALL = 25  # Times fewer.
TOWNS = {"Paris": "75056", "Guéret, in the Creuse": "23096"}
FOOD = "equipement-et-alimentation--alimentation"
AIM, AIM_OF_ONE_NEED = 30, 15  # Milliseconds, 95th percentile.
QUESTIONS: dict[str, dict[str, Any]] = {
    "all needs": {},
    "one need": {"themes": (FOOD,)},
    "free text, « je n'arrive plus à payer mon loyer »": {"words": "je n'arrive plus à payer mon loyer"},
    "free text that only records know, « couture »": {"words": "couture"},
    "open now, a Wednesday at half past ten": {"is_open_now": True},
    "two needs, « logement et papiers »": {"words": "logement et papiers"},
    "remote only": {"reception": "a-distance"},
}


def fill_with_france(*, is_small: bool) -> bool:
    """Draw it, import it, import it again; False when the outlines are not there."""
    from django.conf import settings

    contours = Path(settings.SHARED_DIR) / "data/contours"
    if not contours.is_dir():
        line("directory of France", "absent: set MAILLAGE_SHARED")
        return False
    fewer = SMALL if is_small else 1
    structures, services = france.STRUCTURES // fewer, france.SERVICES // fewer
    said = f"{structures:,} structures and {services:,} services"
    with tempfile.TemporaryDirectory(prefix="maillage-france-") as folder:
        path = Path(folder) / "france.json"
        land = france.france(contours, Path(settings.DECOUPAGE_DIR))
        drawn = timed(lambda: france.write(path, land, structures=structures, services=services, day=dt.date.today()))
        line(f"draw {said}", f"{drawn:.1f} s, {path.stat().st_size / 1e6:.0f} MB")
        line(f"load the {len(land.towns):,} communes", f"{timed(lambda: france.load_communes(land)):.1f} s")
        line(f"import {said} (aims: 60 s, 500 MB)", _imported(path))
        _analyse()
        line("import them again, nothing changed (aim: 15 s)", _imported(path))
    return True


def _imported(path: Path) -> str:
    """In a process of its own: its peak is the import's."""
    command = [sys.executable, "-m", "bench.importing", str(path)]
    done = subprocess.run(command, env=os.environ, check=True, capture_output=True, text=True)
    seconds, peak = map(float, done.stdout.split())
    return f"{seconds:.1f} s, peak {peak:.0f} MB"


def _analyse() -> None:
    """What PostgreSQL does by itself within a minute."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def on_a_wednesday() -> AbstractContextManager[dt.datetime]:
    """The last Wednesday, at half past ten: what is open does not depend on when one measures."""
    from maillage.core import clock

    day = clock.today() - dt.timedelta(days=(clock.today().weekday() - 2) % 7)
    return clock.travel(dt.datetime.combine(day, dt.time(10, 30)))


def search_speed() -> None:
    from django.contrib.auth.models import AnonymousUser

    from maillage.directory.search import SearchQuery, search
    from maillage.directory.search.origins import origin_of
    from maillage.territories.actions import chosen_place

    nobody = AnonymousUser()
    with on_a_wednesday():
        for town, code in TOWNS.items():
            origin = origin_of(chosen_place(f"commune:{code}"))
            assert origin is not None
            for what, facts in QUESTIONS.items():
                total = search(SearchQuery(origin, **facts), reader=nobody).total
                aim = AIM_OF_ONE_NEED if what == "one need" else AIM
                seconds = repeated(lambda o=origin, f=facts: search(SearchQuery(o, **f), reader=nobody), rounds=ROUNDS)
                row(f"search near {town}: {what}, {total:,} answers (aim: {aim} ms)", seconds)
