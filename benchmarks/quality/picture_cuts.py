"""How well cuts are told from frames a second apart, against cuts told from every frame.

python -m benchmarks.quality.picture_cuts --reference FOLDER

Between neighbouring frames of a film hardly anything moves, so a cut is plain; a second apart a cut has to be
told from movement. Thresholds of ``temptrack.model.craft`` were chosen on this footage, so this is how well
they can do, not how well they do on other films.
"""

import argparse
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from benchmarks.quality.footage import Footage, movies
from benchmarks.quality.picture_norms import PATTERNS

from temptrack.media.types import Frames
from temptrack.model.craft import find_cuts

WIDTH_PX, HEIGHT_PX = 64, 36

Flags = npt.NDArray[np.bool_]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reference", type=Path, required=True, metavar="FOLDER")
    pairs = [seconds(one) for one in movies(parser.parse_args().reference) if one.name not in PATTERNS]
    there, told = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
    right = int((there & told).sum())
    print(f"{len(there)} pairs a second apart, {int(there.sum())} with a cut between them")
    print(f"precision {right / told.sum():.2f}, recall {right / there.sum():.2f}")


def seconds(footage: Footage) -> tuple[Flags, Flags]:
    """Return for each second whether a film has a cut in it, and whether one is told from its ends."""
    times, frames = every_frame(footage.path)
    cuts = times[1:][find_cuts(frames)]
    shown = np.array([int(np.abs(times - at_s).argmin()) for at_s in np.arange(times[0] + 0.5, times[-1])])
    there = [bool(((cuts > times[one]) & (cuts <= times[other])).any()) for one, other in pairwise(shown)]
    return np.array(there, np.bool_), find_cuts(frames[shown])


def every_frame(path: Path) -> tuple[npt.NDArray[np.float64], Frames]:
    """Return the times in seconds and the small pictures of a whole film."""
    times, frames = [], []
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            times.append(float(frame.time or 0.0))
            frames.append(frame.to_ndarray(format="rgb24", width=WIDTH_PX, height=HEIGHT_PX))
    return np.array(times), np.stack(frames)


if __name__ == "__main__":
    main()
