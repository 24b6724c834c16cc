"""What batches are measured on: a library of this machine, and timelines drawn from real clips."""

import argparse
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.batch.cuts import WHAT, clips_in, write_plan
from benchmarks.speed.measure import WORK

from temptrack.library.store import LibraryStore


@dataclass(frozen=True, slots=True)
class Premises:
    """What a measurement begins with.

    Attributes:
        library: where the music is.
        clips: names of the clips that the timelines are made of.
        timelines: how many there are.
        work: folder of the measurement, otherwise empty.
        plan: of all timelines.
    """

    library: LibraryStore
    clips: tuple[str, ...]
    timelines: int
    work: Path
    plan: Path

    def in_words(self, **how: str) -> dict[str, Any]:
        """Return what the result says of them, and of how they were used."""
        info = self.library.info()
        return {
            "timelines": self.timelines,
            "made of": WHAT,
            "clips": list(self.clips),
            "tracks": info.track_count,
            "bundle": info.bundle_id,
            **how,
        }


def options_for(description: str | None, *, timelines: int) -> argparse.ArgumentParser:
    """Return a parser of what all measurements of batches are told, with the usual number of timelines."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--library", required=True)
    parser.add_argument("--footage", type=Path, required=True)
    parser.add_argument("--timelines", type=int, default=timelines)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--no-review", dest="review", action="store_false", help="batches without the page")
    return parser


def prepare(name: str, options: argparse.Namespace) -> Premises:
    """Draw the timelines of a measurement into an empty folder of its own."""
    library = LibraryStore.open(options.library)
    work = WORK / f"batch-{name}"
    shutil.rmtree(work, ignore_errors=True)
    clips = clips_in(options.footage)
    plan = write_plan(work / "cuts", clips, options.timelines, options.seed)
    names = tuple(clip.name for clip, _duration_s in clips)
    return Premises(library, names, options.timelines, work, plan)
