"""A process that runs batches in children made to be killed.

For every line "CUTS<tab>OUT" it forks a child that runs the batch with the fake bundle. The child writes its
process id and a line for every step of progress, and lives until it is killed; then this process writes
"ended". Forking saves importing everything anew for every child, which is most of the time of a short run.
"""

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).parents[1]))

import temptrack
from support.fake_bundle import FakeBundle
from temptrack.batch.plan import read_plan
from temptrack.batch.rules import Rules
from temptrack.batch.run import Batch, Progress, run_batch
from temptrack.seat import engine


def main() -> None:
    for line in sys.stdin:
        cuts, out = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            _run(Path(cuts), Path(out))
        os.waitpid(child, 0)
        _say("ended")


def run(cuts: Path, out: Path, progress: Progress | None = None) -> None:
    """Run, or go on with, the batch that all tests of kills share."""
    plan = read_plan(cuts, defaults={"library": "stock", "prompt": "calm"})
    ordered = Batch(plan, out, rules=Rules(no_repeat=2, family=0.1), resume=True)
    run_batch(ordered, temptrack.open_library, progress=progress)


def _run(cuts: Path, out: Path) -> NoReturn:
    _say(str(os.getpid()))
    run(cuts, out, lambda *_news: _say("progress"))
    while True:
        signal.pause()


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    engine.open_bundle = lambda *_args, **_options: FakeBundle()
    main()
