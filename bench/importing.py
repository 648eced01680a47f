"""Import a file in a process of its own: prints the seconds and the most memory it took, in MB."""

import sys
from pathlib import Path

from bench.measures import most_memory, timed


def main(path: str) -> None:
    import django

    django.setup()
    from maillage.directory.actions.imports import import_file
    from maillage.directory.models import Source

    source, _ = Source.objects.get_or_create(slug="bench", defaults={"name": "Banc", "format": "data-inclusion"})
    reports = []
    seconds = timed(lambda: reports.append(import_file(Path(path), source=source)))
    assert not reports[0].rejected, [str(rejected) for rejected in reports[0].rejected[:3]]
    print(seconds, most_memory())


if __name__ == "__main__":
    main(sys.argv[1])
