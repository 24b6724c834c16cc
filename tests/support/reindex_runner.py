"""A process that reindexes a library for the newer fake bundle, tells how far it is, and waits to be killed.

Usage: `python reindex_runner.py LIBRARY`; it writes the number of files done whenever that grows, and goes on
when it reads a line.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.fake_bundle import NewerBundle
from temptrack.library.reindex import reindex_library
from temptrack.library.store import LibraryStore


def main() -> None:
    reindex_library(
        LibraryStore.open(sys.argv[1]),
        NewerBundle,
        workers=0,
        commit_rows=2,
        progress=_tell,
    )


def _tell(done: int, _total: int, _path: str, _rate: float) -> None:
    print(done, flush=True)  # noqa: T201 - the process that started this one reads it
    sys.stdin.readline()


if __name__ == "__main__":
    main()
