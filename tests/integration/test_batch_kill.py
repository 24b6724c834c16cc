"""kill -9 at random moments of a batch: it ends as if nothing had happened, and nothing is done twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import batch_runner, batches

KILLS = 8
A_FOLDER = 2
SEED = 7
CUTS = 4
STEPS = 2 * CUTS + 1

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    batches.use_fake_bundle(monkeypatch)
    batches.stock(tmp_path / "music")
    batches.cuts(tmp_path / "cuts", CUTS)
    return tmp_path


@pytest.fixture
def runner(place: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, batch_runner.__file__]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def run_and_kill(process: subprocess.Popen[str], cuts: Path, out: Path, *, steps: int, then_s: float) -> None:
    """Let a child run the batch, see some steps of progress and kill it a moment later, wherever it is."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{cuts}\t{out}\n")
    process.stdin.flush()
    child = int(process.stdout.readline())
    for _step in range(steps):
        assert process.stdout.readline() == "progress\n"
    time.sleep(then_s)  # chooses the moment of death; nothing is waited for
    os.kill(child, signal.SIGKILL)
    while process.stdout.readline() != "ended\n":
        pass


def done(out: Path) -> dict[str, tuple[int, int]]:
    """The units that are answered; a unit that was answered again would be another file."""
    found = {path.stem: path.stat() for path in (out / "answers").glob("*/*.json")}
    return {unit: (state.st_ino, state.st_mtime_ns) for unit, state in found.items()}


def test_kills_change_nothing_and_nothing_is_done_twice(place: Path, runner: subprocess.Popen[str]) -> None:
    cuts = place / "cuts"
    started = time.monotonic()
    batch_runner.run(cuts, place / "undisturbed")
    step_s = (time.monotonic() - started) / STEPS
    expected = batches.written(place / "undisturbed")

    moments = random.Random(SEED)
    interrupted = 0
    for folder in range(KILLS // A_FOLDER):
        out = place / f"killed {folder}"
        known = done(out)
        for _kill in range(A_FOLDER):
            # Steps grow fewer as units are known: a run that goes on tells of those that are missing only.
            steps = moments.randint(0, STEPS - len(known) - 1)
            run_and_kill(runner, cuts, out, steps=steps, then_s=moments.uniform(0, min(step_s, 0.2)))
            before, known = known, done(out)
            assert known.items() >= before.items()
            interrupted += bool(known) and not (out / "review.html").exists()
        batch_runner.run(cuts, out)
        assert done(out).items() >= known.items()
        assert len(done(out)) == CUTS
        assert batches.written(out) == expected
    assert interrupted >= KILLS // 4, "the moments missed the work; the test shows nothing"
