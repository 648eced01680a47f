"""All that is measured on one database, the one of the environment: `bench/__main__.py` gives it a fresh one."""

import os
import platform
import sys
from pathlib import Path

from bench import directory, http, lexicon, roads
from bench.measures import line, most_memory, row, timed

QUESTIONS = ("je n'arrive plus à payer mon loyer", "ordinateur", "frigo vide", "mdph", "", "xyzzy")
ROUNDS = 40


def main(words: list[str]) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    print(f"\nPython {platform.python_version()}, {os.cpu_count()} cores, {connection.vendor}\n")
    print("| what | figure |\n|---|---|", flush=True)
    build()
    search_speed()
    paper_and_travel()
    if directory.fill_with_france(is_small="--small" in words):
        directory.search_speed()
        http.main()
    line("peak memory of this process", f"{most_memory():.0f} MB")
    if "--also" in words:
        roads.main()
        lexicon.main()


def build() -> None:
    from django.conf import settings

    from maillage.demo.actions import build_demo
    from maillage.directory.actions.imports import import_file
    from maillage.directory.models import Service, Source

    print(f"| build L'Aubrelle (60 communes, 400 services) | {timed(lambda: list(build_demo())):.1f} s |")
    found = sorted((Path(settings.SHARED_DIR) / "data/france-services").glob("*.csv.gz"))
    if not found:
        print("| France services | absent: set MAILLAGE_SHARED |")
        return
    source = Source(slug="france-services", name="France services", format="france-services")
    first = timed(lambda: import_file(found[-1], source=source))
    again = timed(lambda: import_file(found[-1], source=source))
    print(f"| import France services (2,845 lines, 5,690 services) | {first:.1f} s |")
    print(f"| import it again, nothing changed | {again:.1f} s |")
    print(f"| services in the directory | {Service.objects.count():,} |")


def search_speed() -> None:
    from django.contrib.auth.models import AnonymousUser
    from django.test import Client

    from maillage.directory.search import SearchQuery, search
    from maillage.directory.search.origins import origin_of
    from maillage.territories.actions import find_places

    origin = origin_of(find_places("Melune").places[0])
    assert origin is not None
    for words in QUESTIONS:
        query = SearchQuery(origin, words=words)
        search(query, reader=AnonymousUser())
        row(
            f"search « {words} » near Melune",
            [timed(lambda q=query: search(q, reader=AnonymousUser())) for _ in range(ROUNDS)],
        )
    row("find a place, « melune »", [timed(lambda: find_places("melune")) for _ in range(ROUNDS)])
    browser = Client(headers={"host": "localhost"})
    with plain_static_files():
        for what, ask in (
            ("front page", lambda: browser.get("/")),
            ("page of answers", lambda: browser.post("/annuaire/", {"words": "loyer", "place": "Melune"})),
            ("service sheet", lambda: browser.get("/annuaire/services/1/")),
        ):
            assert ask().status_code == 200, what
            row(f"{what}, rendered", [timed(ask) for _ in range(ROUNDS)])


def plain_static_files():
    from django.conf import settings
    from django.test import override_settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    memory = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    return override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}, CACHES=memory)


def paper_and_travel() -> None:
    import numpy as np

    from maillage.directory.documents import service_sheet
    from maillage.directory.models import Service
    from maillage.territories.actions import Point, travel_times
    from maillage.territories.choices import TravelMode

    services = list(Service.objects.select_related("structure", "source")[:ROUNDS])
    service_sheet(services[0], house="L'Aubrelle")
    row("PDF/UA sheet", [timed(lambda s=one: service_sheet(s, house="L'Aubrelle")) for one in services])
    places = np.random.default_rng(1).uniform((46, -8), (48, -6), (100_000, 2))
    minutes = [
        timed(lambda: travel_times().minutes(Point(46.8, -7), places, mode=TravelMode.CAR, limit=60))
        for _ in range(10)
    ]
    row("estimated minutes to 100,000 places", minutes)


if __name__ == "__main__":
    main(sys.argv[1:])
