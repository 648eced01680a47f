"""Measure the house: `python -m bench` for everything, or one of its parts by name; `--small` for a quick look.

Parts: house (L'Aubrelle, France services), national (100,000 services), roads, lexicon, load (fifty people).
The first two run on SQLite, then on PostgreSQL where one answers, each on a database of its own.
"""

import os
import platform
import sys
from importlib import import_module

from bench.measures import a_house, answers, run

BY_ENGINE, ONCE = ("house", "national"), ("roads", "lexicon")
HEADER = "\n| what | figure |\n|---|---|"


def main(words: list[str]) -> None:
    parts = [word for word in words if not word.startswith("-")] or [*BY_ENGINE, *ONCE]
    if "--small" in words:
        os.environ["BENCH_SMALL"] = "1"
    if parts == ["load"]:
        import_module("bench.load").main()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores", flush=True)
    for part in parts:
        for engine in ("sqlite", "postgresql") if part in BY_ENGINE else ("sqlite",):
            if engine == "postgresql" and not answers():
                print("\nPostgreSQL does not answer: not measured on it.", flush=True)
                continue
            measure(part, engine)


def measure(part: str, engine: str) -> None:
    """One part, in a process and a house of its own."""
    where = f" on {'SQLite' if engine == 'sqlite' else 'PostgreSQL'}" if part in BY_ENGINE else ""
    print(f"\n## {part}{where}", flush=True)
    with a_house(engine) as environment:
        run("manage.py", "migrate", "-v0", environment=environment)
        if part == "national":
            run("manage.py", "collectstatic", "--noinput", "-v0", environment=environment)
        run("-m", "bench", "--here", part, environment=environment)


def here(part: str) -> None:
    """What a process of its own does."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    module = import_module(f"bench.{part}")
    if part in BY_ENGINE:
        print(HEADER, flush=True)
    module.main()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        here(sys.argv[2])
    else:
        main(sys.argv[1:])
