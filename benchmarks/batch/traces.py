"""What a batch leaves on the disk: how far it is, what it handed on, and what was written a second time."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FileState = tuple[int, int]
"""Inode and time of a file: one that was written again is another file."""

_TIMER_NS = 20_000_000
"""Times of files are as coarse as the kernel's timer."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run of a batch is.

    Attributes:
        answered: units with an answer, of this run and those before.
        written: timelines that this run has written.
    """

    answered: int
    written: int

    def reaches(self, other: "Progress") -> bool:
        """Tell whether a run is as far as another was."""
        return self.answered >= other.answered and self.written >= other.written


def progress_of(out: Path, since_ns: int) -> Progress:
    """Look how far the run is that began at a time (nanoseconds since 1970)."""
    written = (path.stat().st_mtime_ns for path in _visible(out / "timelines"))
    return Progress(
        len(_visible(out / "answers")), sum(time_ns > since_ns - _TIMER_NS for time_ns in written)
    )


def made_once(out: Path, home: Path) -> dict[str, dict[Path, FileState]]:
    """Return all that a batch makes once and keeps, by kind."""
    kinds = {
        "answers": _visible(out / "answers"),
        "pictures": [path for path in _visible(out / "review") if path.suffix == ".jpg"],
        "sounds": [path for path in _visible(out / "review") if path.suffix != ".jpg"],
        "features": _visible(home / "cache" / "features"),
    }
    # Features that are used get the time of their last use: only another file was made again.
    return {
        kind: {path: _state(path, timed=kind != "features") for path in paths}
        for kind, paths in kinds.items()
    }


def made_again(
    before: Mapping[str, Mapping[Path, FileState]], now: Mapping[str, Mapping[Path, FileState]]
) -> dict[str, int]:
    """Return how many files of each kind were lost or written again since an earlier look."""
    return {
        kind: sum(now[kind].get(path) != state for path, state in known.items())
        for kind, known in before.items()
    }


def half_written(out: Path) -> int:
    """Return how many hidden files there are: what was being written at a kill."""
    return sum(path.is_file() and path.name.startswith(".") for path in out.rglob("*"))


def differing(out: Path, expected: Path) -> tuple[int, list[str]]:
    """Compare two batches file by file, byte by byte; return how many files there are, and which differ."""
    first = {path.relative_to(out) for path in _visible(out)}
    second = {path.relative_to(expected) for path in _visible(expected)}
    unlike = {path for path in first & second if (out / path).read_bytes() != (expected / path).read_bytes()}
    return len(second), sorted(map(str, unlike | (first ^ second)))


def _visible(folder: Path) -> list[Path]:
    return [
        Path(parent, name)
        for parent, _folders, names in os.walk(folder)
        for name in names
        if not name.startswith(".")
    ]


def _state(path: Path, *, timed: bool) -> FileState:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns if timed else 0
