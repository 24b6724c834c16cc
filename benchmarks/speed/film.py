"""Makes the film that the picture is measured on: three minutes of 1080p25 H.264 as cameras record it.

Real footage is looped and scaled where the folder of reference material has some, else scenes are painted.
Grain is laid over both, because upscaled pictures without it decode faster than any camera's do.
"""

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange
from PIL import Image

from temptrack.demo.painted import PAINTED_SCENES

RATE = 25
SIZE_PX = (1920, 1080)
CLIP_S = 30
HANDLE_S = 1
GOP_FRAMES = 50
BITRATE = 9_000_000
FOOTAGE = (
    "talking_720p30.mp4",
    "01_dog.mp4",
    "big_buck_bunny_0_30.webm",
    "car-detection.mp4",
    "04_coffee.mp4",
    "chaplin.mp4",
)
_GRAIN_FIELDS = 8
_GRAIN_SIGMA = 3.0

Planes = npt.NDArray[np.uint8]
"""One picture in YUV 4:2:0, [height * 3 / 2, width]."""


@dataclass(frozen=True, slots=True)
class Film:
    """What was made.

    Attributes:
        timeline: the .otio file.
        media: its movies, in order.
        footage: "real" or "painted".
        duration_s: length of the timeline.
        bit_rate: bits a second, over all movies.
    """

    timeline: Path
    media: tuple[Path, ...]
    footage: str
    duration_s: int
    bit_rate: int

    @property
    def frames(self) -> int:
        """Pictures on the timeline."""
        return self.duration_s * RATE


def prepare_film(folder: Path) -> Film:
    """Return the film in a folder; movies that were made before are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = _real_footage()
    footage = "real" if sources else "painted"
    media = []
    for number in range(len(FOOTAGE)):
        movie = folder / f"{footage}-{number}.mp4"
        if not movie.is_file():
            pictures = _looped(sources[number]) if sources else _painted(number)
            _encode(movie, pictures, frames=(CLIP_S + 2 * HANDLE_S) * RATE)
            print(f"made {movie.name}", flush=True)
        media.append(movie)
    timeline = folder / f"{footage}.otio"
    _write_timeline(timeline, media)
    total_bits = sum(movie.stat().st_size for movie in media) * 8
    seconds = len(media) * (CLIP_S + 2 * HANDLE_S)
    return Film(timeline, tuple(media), footage, len(media) * CLIP_S, total_bits // seconds)


def _real_footage() -> list[Path]:
    chosen = os.environ.get("TEMPTRACK_REFERENCE")
    data = Path(chosen) if chosen else Path(__file__).parents[2].parent / "shared" / "data"
    found = [data / "video" / name for name in FOOTAGE]
    return found if all(path.is_file() for path in found) else []


def _looped(source: Path) -> Iterator[Planes]:
    """Yield pictures of a file at the film's rate, over and over."""
    for _round in itertools.count():
        with av.open(str(source)) as container:
            container.streams.video[0].thread_type = "AUTO"
            due_s = Fraction(0)
            for frame in container.decode(video=0):
                if frame.time is None or frame.time < due_s:
                    continue
                due_s += Fraction(1, RATE)
                yield _planes(frame.reformat(*SIZE_PX, "yuv420p", interpolation="BICUBIC"))


def _painted(number: int) -> Iterator[Planes]:
    scene = PAINTED_SCENES[number % len(PAINTED_SCENES)]
    for index in itertools.count():
        picture = scene.paint(index / RATE, scene.size_px).resize(SIZE_PX, Image.Resampling.BILINEAR)
        frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
        yield _planes(frame.reformat(format="yuv420p"))


def _planes(frame: av.VideoFrame) -> Planes:
    return np.asarray(frame.to_ndarray(), dtype=np.uint8)


def _encode(path: Path, pictures: Iterator[Planes], *, frames: int) -> None:
    part = path.with_suffix(".part.mp4")
    generator = np.random.default_rng(0)
    shape = (SIZE_PX[1], SIZE_PX[0])
    grain = [generator.normal(0, _GRAIN_SIGMA, shape).round().astype(np.int16) for _ in range(_GRAIN_FIELDS)]
    with av.open(str(part), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = SIZE_PX
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = BITRATE
        stream.gop_size = GOP_FRAMES
        stream.options = {"preset": "veryfast", "bf": "3", "sc_threshold": "0"}
        for index, picture in enumerate(itertools.islice(pictures, frames)):
            luma = picture[: SIZE_PX[1]]
            luma[:] = np.clip(luma + grain[index % _GRAIN_FIELDS], 16, 235).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="yuv420p")))
        container.mux(stream.encode())
    part.replace(path)


def _write_timeline(path: Path, media: list[Path]) -> None:
    timeline = otio.schema.Timeline(name="Three minutes")
    lane = otio.schema.Track(name="Picture", kind=otio.schema.TrackKind.Video)
    timeline.tracks.append(lane)
    for movie in media:
        source = TimeRange(RationalTime(HANDLE_S * RATE, RATE), RationalTime(CLIP_S * RATE, RATE))
        available = TimeRange(RationalTime(0, RATE), RationalTime((CLIP_S + 2 * HANDLE_S) * RATE, RATE))
        reference = otio.schema.ExternalReference(target_url=movie.name, available_range=available)
        lane.append(otio.schema.Clip(name=movie.stem, media_reference=reference, source_range=source))
    otio.adapters.write_to_file(timeline, str(path))
