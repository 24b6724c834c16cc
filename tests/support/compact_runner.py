"""A process whose children change and compact a library until they are killed.

For every line "URI" it forks a child. The child writes its process id, then a line for every round of adding
a track and compacting; when it is dead, this process writes "ended".
"""

import os
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.planted_tracks import planted
from temptrack.library import compaction
from temptrack.library.store import LibraryStore

AT_ONCE = timedelta(milliseconds=1)


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _work(line.strip())
        os.waitpid(child, 0)
        _say("ended")


def _work(uri: str) -> NoReturn:
    compaction.SHORTEST_KEEP = AT_ONCE
    _say(str(os.getpid()))
    store = LibraryStore.open(uri)
    for number in count(len(store.states())):
        store.insert([planted(number)])
        compaction.compact_library(store, keep_versions_for=AT_ONCE)
        _say("round")
    raise AssertionError


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main()
