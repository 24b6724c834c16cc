"""kill -9 at random moments while indexing: the library opens, finishes, and ends as if nothing happened."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from support import index_runner, tones
from support.fake_bundle import FakeBundle
from temptrack.library import schema
from temptrack.library.ingest import index_folders
from temptrack.library.store import LibraryStore

KILLS = 50
SEED = 20
FILES = 12

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9"),
    pytest.mark.timeout(900),
]


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    for number in range(FILES - 2):
        sound = tones.tone(200.0 + 40 * number, 0.5 + number % 3 / 2)
        tones.write_audio(
            folder / f"{number % 3}" / f"{number}.wav", sound, tags={"title": f"Piece {number}"}
        )
    # Equal sound at several paths is where an order of completion could show.
    for copy in ("0/zz.wav", "2/aa.wav"):
        shutil.copy(folder / "1" / "1.wav", folder / copy)
    return folder


@pytest.fixture
def runner() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, index_runner.__file__]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def new_library(folder: Path) -> str:
    return LibraryStore.create(
        folder.name, str(folder), bundle_id=FakeBundle.id, bundle_digest=FakeBundle.digest
    ).uri


def table(uri: str) -> pa.Table:
    store = LibraryStore.open(uri)
    records = store.records([track_id for track_id, _, _ in store.states()])
    return schema.to_table(records, schema.table_schema({}))


def index_and_kill(
    process: subprocess.Popen[str], uri: str, music: Path, *, steps: int, then_s: float
) -> None:
    """Let a child index, see some steps of progress and kill it a moment later, wherever it is then."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{uri}\t{music}\n")
    process.stdin.flush()
    child = int(process.stdout.readline())
    for _step in range(steps):
        assert process.stdout.readline() == "progress\n"
    time.sleep(then_s)  # chooses the moment of death; nothing is waited for
    os.kill(child, signal.SIGKILL)
    while process.stdout.readline() != "ended\n":
        pass


def test_fifty_kills_leave_nothing_behind(tmp_path: Path, music: Path, runner: subprocess.Popen[str]) -> None:
    undisturbed = new_library(tmp_path / "undisturbed")
    started = time.monotonic()
    index_folders(LibraryStore.open(undisturbed), [music], FakeBundle, workers=0, commit_rows=2)
    step_s = (time.monotonic() - started) / FILES
    expected = table(undisturbed)
    assert expected.num_rows == FILES

    moments = random.Random(SEED)
    interrupted = 0
    for number in range(KILLS):
        uri = new_library(tmp_path / f"library {number}")
        steps = moments.randint(0, FILES)
        index_and_kill(runner, uri, music, steps=steps, then_s=moments.uniform(0, min(step_s, 0.2)))
        before = LibraryStore.open(uri).info().track_count
        interrupted += 0 < before < FILES
        report = index_folders(LibraryStore.open(uri), [music], FakeBundle, workers=0, commit_rows=2)
        assert (report.unchanged, report.added, report.failed) == (before, FILES - before, ())
        assert table(uri).equals(expected)
    assert interrupted >= KILLS // 5, "the moments missed the work; the test shows nothing"
