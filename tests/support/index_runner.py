"""A process that indexes folders in children made to be killed.

For every line "URI<tab>FOLDER" it forks a child that indexes with the fake bundle. The child writes its
process id and a line for every step of progress, and lives until it is killed; then this process writes
"ended".
Forking saves importing everything anew for every child, which is most of the time of a short run.
"""

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.fake_bundle import FakeBundle
from temptrack.library.ingest import index_folders
from temptrack.library.store import LibraryStore


def main() -> None:
    for line in sys.stdin:
        uri, folder = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            _index(uri, folder)
        os.waitpid(child, 0)
        _say("ended")


def _index(uri: str, folder: str) -> NoReturn:
    _say(str(os.getpid()))
    store = LibraryStore.open(uri)
    index_folders(
        store, [folder], FakeBundle, workers=0, commit_rows=2, progress=lambda *_news: _say("progress")
    )
    while True:
        signal.pause()


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    import pyloudnorm  # noqa: F401 - imported here once instead of in every child
    import soxr  # noqa: F401 - as above

    main()
