"""Measures how film craft is spread over real pictures, which is what the mood of a picture is relative to.

python -m benchmarks.quality.picture_norms --reference FOLDER

Light and colour come from photos and footage, each half; what happens over time from footage as it was shot
and from films cut together out of it, each half, with shots as long as in contemporary films (mean about four
seconds and log-normal: Cutting, DeLong & Nothelfer 2010). Test patterns are left out. Writes
``backend/temptrack/model/craft_norms.json``: means, deviations and correlations, and nothing of the pictures.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from benchmarks.quality.footage import frames_of, movies

from temptrack.media.picture import PictureScaler, Presentation
from temptrack.media.types import Frames, FrameSpec
from temptrack.model import mood
from temptrack.model.craft import CRAFT_NAMES, measure_craft
from temptrack.timeline.segments import SEGMENT_S

OUT = Path(mood.__file__).parent / mood.NORMS_FILE
SPEC = FrameSpec(size_px=260)
FILMS = 400
PATTERNS = ("talking_720p30",)
MEAN_SHOT_S, SHOT_SPREAD = 4.0, 0.6
_OVER_TIME = CRAFT_NAMES.index("movement")
_SEED = 7

Array = npt.NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reference", type=Path, required=True, metavar="FOLDER")
    reference = parser.parse_args().reference
    clips = {one.name: frames_of(one, SPEC) for one in movies(reference) if one.name not in PATTERNS}
    photos = sorted((reference / "images").rglob("*.jpg"))
    stills = np.array([measure_craft(photo(path)[None], [1]) for path in photos])
    shot = [np.array([measure_craft(*segment) for segment in segments]) for segments in clips.values()]
    films = np.array([measure_craft(film, [1] * len(film)) for film in cut_together(list(clips.values()))])
    norms = spread(stills, shot, films)
    source = f"{len(photos)} photos, {len(clips)} pieces of footage, {FILMS} films cut together out of them"
    OUT.write_text(json.dumps({"source": source, **norms}, indent=1) + "\n", encoding="utf-8")
    for place, name in enumerate(CRAFT_NAMES):
        print(f"| {name} | {norms['mean'][place]:.3f} | {norms['deviation'][place]:.3f} |")
    print(f"{source}; wrote {OUT.name}")


def photo(path: Path) -> npt.NDArray[np.uint8]:
    """Return a photo as the frame encoder sees it, [size, size, 3]."""
    with av.open(str(path)) as file:
        frame = next(file.decode(video=0))
        return PictureScaler(SPEC).square(frame, Presentation())


def cut_together(clips: Sequence[Sequence[tuple[Frames, Sequence[int]]]]) -> list[Frames]:
    """Return films of one segment each, [10, size, size, 3]; shots are random stretches of the clips."""
    generator = np.random.default_rng(_SEED)
    rolls = [np.concatenate([np.repeat(*segment, axis=0) for segment in clip]) for clip in clips]
    films = []
    for _ in range(FILMS):
        moments: list[Frames] = []
        position_s = -generator.uniform(0, MEAN_SHOT_S)
        while len(moments) < SEGMENT_S:
            roll = rolls[generator.integers(len(rolls))]
            position_s += MEAN_SHOT_S * generator.lognormal(-(SHOT_SPREAD**2) / 2, SHOT_SPREAD)
            wanted = min(SEGMENT_S, round(max(position_s, 0))) - len(moments)
            start = generator.integers(max(1, len(roll) - wanted))
            moments += list(roll[start : start + wanted])
        films.append(np.stack(moments[:SEGMENT_S]))
    return films


def spread(stills: Array, shot: Sequence[Array], films: Array) -> dict[str, list[float] | list[list[float]]]:
    """Return mean, deviation and correlation of the craft values after ``mood.spread_out``.

    Args:
        stills: [photos, CRAFT_DIM]; only light and colour count.
        shot: a [segments, CRAFT_DIM] for each clip; clips weigh alike, however long.
        films: [films, CRAFT_DIM].
    """
    footage = mood.spread_out(np.concatenate(shot))
    of_clip = np.concatenate([np.full(len(rows), 1 / len(rows)) for rows in shot])
    still, film = mood.spread_out(stills), mood.spread_out(films)
    light, time = np.arange(_OVER_TIME), np.arange(_OVER_TIME, len(CRAFT_NAMES))
    mean, covariance = np.zeros(len(CRAFT_NAMES)), np.zeros((len(CRAFT_NAMES),) * 2)
    for places, other in ((light, still), (time, film)):
        rows = np.concatenate([footage[:, places], other[:, places]])
        weights = np.concatenate([of_clip / of_clip.sum(), np.full(len(other), 1 / len(other))]) / 2
        mean[places] = weights @ rows
        centred = rows - mean[places]
        covariance[np.ix_(places, places)] = (weights[:, None] * centred).T @ centred
    deviation = np.sqrt(np.diag(covariance))
    # Fifteen clips cannot say how light and time go together; they are taken as independent.
    correlation = covariance / np.outer(deviation, deviation)
    return {
        "mean": [round(float(value), 4) for value in mean],
        "deviation": [round(float(value), 4) for value in deviation],
        "correlation": [[round(float(value), 3) for value in row] for row in correlation],
    }


if __name__ == "__main__":
    main()
