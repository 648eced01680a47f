"""`make bench`: measure the house on SQLite, then on PostgreSQL when one answers. `load`: fifty people at once.

`--small`: 4,000 services instead of 100,000, to see that all of it runs. DATABASE_URL: that database's server alone.
"""

import os
import signal
import subprocess
import sys

from bench import load
from bench.databases import asked, fresh


def main(words: list[str]) -> None:
    if "load" in words:
        load.main()
    for rank, url in enumerate(asked(os.environ)):
        with fresh(url) as environment:
            also = [] if rank else ["--also"]  # Roads and the lexicon know no database: once is enough.
            command = [sys.executable, "-m", "bench.house", *words, *also]
            subprocess.run(command, env=os.environ | environment, check=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # Asked to stop, it still takes its database away.
    main(sys.argv[1:])
