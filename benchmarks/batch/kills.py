"""Hundreds of timelines of real clips, killed again and again: the same in the end, and nothing done twice.

    python -m benchmarks.batch.kills --library NAME --footage FOLDER

NAME is a library of this machine. The batch first runs undisturbed, while it is noted how far it is when. In
another folder and with another cache, it is then killed with SIGKILL at random moments of that course, three
quarters of them in the half that asks and a quarter in the half that chooses and writes, resumed after each,
and let end. All files of both folders are compared byte by byte. A file that is made once and was written
again would be another file (inode and time). Writes results/batch-kills.json.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.batch.premises import options_for, prepare
from benchmarks.batch.results import write_result
from benchmarks.batch.traces import Progress, differing, half_written, made_again, made_once, progress_of
from benchmarks.speed.measure import TEMPTRACK

from temptrack.home import ENVIRONMENT_VARIABLE

RULES = ("--no-repeat", "5", "--family", "0.2")
_LOOK_EVERY_S = 0.2
_WRITING = 4
"""One kill of so many falls in the half that writes, however short it is."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of the undisturbed run: how far it was, and for how long it had been so far."""

    progress: Progress
    then_s: float


def main() -> None:
    options = _options()
    premises = prepare("kills", options)
    work = premises.work
    words = RULES if options.review else (*RULES, "--no-review")
    batch = _Batch(premises.plan, premises.library.uri, words)
    course = batch.follow(work / "undisturbed")
    moments = _moments(course, options.kills, random.Random(options.seed), options.timelines)
    killed = batch.kill_at(moments, work / "killed", options.timelines)
    files, unlike = differing(work / "killed", work / "undisturbed")
    document = {
        "what": premises.in_words(
            batch=f"`temptrack batch PLAN {' '.join(words)}`, after each kill again with --resume"
        ),
        "undisturbed_s": round(course[-1][0], 1),
        **killed,
        "files": files,
        "differing": unlike,
    }
    write_result("kills", document)
    if unlike or any(killed["made_again"].values()):
        sys.exit(1)


def _options() -> argparse.Namespace:
    parser = options_for(__doc__, timelines=500)
    parser.add_argument("--kills", type=int, default=20)
    return parser.parse_args()


def _moments(
    course: list[tuple[float, Progress]], count: int, drawn: random.Random, timelines: int
) -> list[Moment]:
    """Draw moments of a run, in order."""
    asked_s = next(passed_s for passed_s, progress in course if progress.answered == timelines)
    halves = [(asked_s, course[-1][0])] * (count // _WRITING)
    halves += [(0.0, asked_s)] * (count - len(halves))
    found = []
    for at_s in sorted(drawn.uniform(*half) for half in halves):
        progress = [progress for passed_s, progress in course if passed_s <= at_s][-1]
        since_s = next(passed_s for passed_s, reached in course if reached == progress)
        found.append(Moment(progress, at_s - since_s))
    return found


class _Batch:
    """The batch as a command, in folders that have a cache of their own beside them."""

    def __init__(self, plan: Path, library: str, words: Sequence[str]) -> None:
        self._command = [TEMPTRACK, "batch", str(plan), "-l", library, *words, "--resume", "--json"]

    def follow(self, out: Path) -> list[tuple[float, Progress]]:
        """Run it to its end and return how far it was after how many seconds."""
        began, since_ns = time.monotonic(), time.time_ns()
        course = [(0.0, Progress(0, 0))]
        with self._started(out) as process:
            while process.poll() is None:
                time.sleep(_LOOK_EVERY_S)
                course.append((time.monotonic() - began, progress_of(out, since_ns)))
        _check(process)
        return course

    def kill_at(self, moments: list[Moment], out: Path, timelines: int) -> dict[str, Any]:
        """Kill it at each of the moments, let it end, and return what was seen."""
        began = time.monotonic()
        known = made_once(out, _home(out))
        again: Counter[str] = Counter()
        kills: list[Mapping[str, int]] = []
        for moment in moments:
            progress = self._killed(moment, out)
            before, known = known, made_once(out, _home(out))
            again.update(made_again(before, known))
            kills.append({"answered": progress.answered, "written": progress.written})
            print(f"kill {len(kills)}: {progress}", flush=True)
        left = half_written(out)
        with self._started(out) as process:
            process.wait()
        _check(process)
        last = made_once(out, _home(out))
        again.update(made_again(known, last))
        return {
            "killed_and_resumed_s": round(time.monotonic() - began, 1),
            "kills": kills,
            "kills_while_asking": sum(kill["answered"] < timelines for kill in kills),
            "kills_while_writing": sum(kill["answered"] == timelines for kill in kills),
            "half_written_at_a_kill": left,
            "made_once": {kind: len(paths) for kind, paths in last.items()},
            "made_again": dict(again),
        }

    def _killed(self, moment: Moment, out: Path) -> Progress:
        then_s = moment.then_s
        while True:
            since_ns = time.time_ns()
            with self._started(out) as process:
                while process.poll() is None and not progress_of(out, since_ns).reaches(moment.progress):
                    time.sleep(_LOOK_EVERY_S)
                try:
                    process.wait(then_s)
                except subprocess.TimeoutExpired:
                    progress = progress_of(out, since_ns)
                    os.kill(process.pid, signal.SIGKILL)
                    process.wait()
                    if process.returncode == -signal.SIGKILL:
                        return progress
            _check(process)
            # It was faster than the run that was followed, and ended before its moment came.
            then_s /= 2

    def _started(self, out: Path) -> "subprocess.Popen[bytes]":
        # A cache of its own: what the other run saw would leave nothing to be killed at.
        environment = {**os.environ, ENVIRONMENT_VARIABLE: str(_home(out))}
        return subprocess.Popen([*self._command, "-o", str(out)], stdout=subprocess.DEVNULL, env=environment)


def _home(out: Path) -> Path:
    return out.with_name(f"home-{out.name}")


def _check(process: "subprocess.Popen[bytes]") -> None:
    if process.returncode:
        raise RuntimeError(f"the batch ended with {process.returncode}")


if __name__ == "__main__":
    main()
