"""The plain way to look at a film, to compare with: decode every frame, scale by PIL, encode.

Runs in a process of its own: reads the film, embeds its segments, asks the library, prints its times.
"""

import argparse
import json
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import opentimelineio as otio
from av.video.reformatter import Colorspace
from PIL import Image

from temptrack.model.bundles import load_bundle
from temptrack.suggest.engine import engine_for
from temptrack.suggest.types import PictureSegment, Query

SEGMENT_S = 10

Picture = npt.NDArray[np.uint8]


class Stopwatch:
    """Clock and processor seconds by stage."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.seconds: dict[str, list[float]] = {}
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def lap(self, stage: str) -> None:
        """Add the time since the last lap to a stage."""
        wall, cpu = time.perf_counter(), time.process_time()
        spent = self.seconds.setdefault(stage, [0.0, 0.0])
        spent[0] += wall - self._wall
        spent[1] += cpu - self._cpu
        self._wall, self._cpu = wall, cpu


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("timeline", type=Path)
    parser.add_argument("--library", required=True)
    parser.add_argument("--prompt", required=True)
    parser.add_argument("--every", type=Fraction, default=Fraction(1), help="encode one frame of so many")
    parser.add_argument("--features", type=Path, required=True, help="where the features go (.npy)")
    words = parser.parse_args()
    watch = Stopwatch()
    bundle = load_bundle()
    engine = engine_for(bundle)
    watch.lap("open")
    size_px = bundle.frame_spec.size_px
    rate = _rate(words.timeline)
    features: list[npt.NDArray[np.float32]] = []
    batch: list[Picture] = []
    encoded = index = 0
    due = Fraction(0)
    for index, frame in enumerate(_frames(words.timeline), start=1):
        watch.lap("decode")
        if index - 1 >= due:
            due += words.every
            batch.append(_square(frame, size_px))
            watch.lap("scale")
        if index % (SEGMENT_S * rate) == 0:
            features.append(bundle.encode_frames(np.stack(batch), [1] * len(batch)).values)
            encoded += len(batch)
            batch.clear()
            watch.lap("encode")
    np.save(words.features, np.stack(features))
    answer = engine.suggest(
        Query(
            library=words.library,
            prompt=words.prompt,
            picture=segments_of(np.stack(features), bundle.frame_encoder_id),
            scope_s=Fraction(index, rate),
        )
    )
    watch.lap("suggest")
    print(
        json.dumps(
            {
                "decoded": index,
                "encoded": encoded,
                "segments": len(features),
                "stages": {
                    stage: {"wall_s": round(wall, 3), "cpu_s": round(cpu, 3)}
                    for stage, (wall, cpu) in watch.seconds.items()
                },
                "top": [item.track.id for item in answer.suggestions],
            }
        )
    )


def segments_of(rows: npt.NDArray[np.float32], encoder_id: str) -> tuple[PictureSegment, ...]:
    """Return features [segments, video_dim] as segments of ten seconds, end to end."""
    from temptrack.model.types import SegmentFeatures

    return tuple(
        PictureSegment(
            features=SegmentFeatures(values=row, encoder_id=encoder_id),
            start_s=Fraction(SEGMENT_S * number),
            duration_s=Fraction(SEGMENT_S),
        )
        for number, row in enumerate(rows)
    )


def _rate(timeline: Path) -> int:
    opened = otio.adapters.read_from_file(str(timeline))
    return int(opened.tracks[0][0].source_range.duration.rate)


def _frames(timeline: Path) -> Iterator[av.VideoFrame]:
    """Yield every frame that the timeline shows."""
    # Its lanes live only as long as the timeline is held.
    opened = otio.adapters.read_from_file(str(timeline))
    for clip in opened.tracks[0]:
        first = round(clip.source_range.start_time.value)
        last = first + round(clip.source_range.duration.value)
        with av.open(str(timeline.parent / clip.media_reference.target_url)) as container:
            # The kinder of PyAV's two ways: frames of one file are decoded side by side.
            container.streams.video[0].thread_type = "AUTO"
            for number, frame in enumerate(container.decode(video=0)):
                if number >= last:
                    break
                if number >= first:
                    yield frame


def _square(frame: av.VideoFrame, size_px: int) -> Picture:
    # The film does not name its colours; 1080 lines mean BT.709, to players and to us.
    colours = frame.reformat(
        format="rgb24", src_colorspace=Colorspace.ITU709, dst_colorspace=Colorspace.ITU709
    )
    picture: Image.Image = colours.to_image()  # type: ignore[no-untyped-call]
    scale = size_px / min(picture.size)
    width, height = (max(size_px, round(side * scale)) for side in picture.size)
    picture = picture.resize((width, height), Image.Resampling.BICUBIC)
    left, top = (width - size_px) // 2, (height - size_px) // 2
    return np.asarray(picture.crop((left, top, left + size_px, top + size_px)))


if __name__ == "__main__":
    main()
