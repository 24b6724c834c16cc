"""Writes short movies from painted or cropped pictures."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

_CODECS = ("libx264", "mpeg4")


def write_movie(
    path: Path, pictures: Iterable[Image.Image], *, size_px: tuple[int, int], rate: Fraction
) -> None:
    """Encode pictures as a movie; the file appears whole or not at all.

    Args:
        path: where to write, ending in .mp4.
        pictures: frames in order, RGB, of the size given.
        size_px: width and height, both even.
        rate: frames per second, exact.
    """
    part = path.with_name(f".{path.stem}.part.mp4")
    codec = next(name for name in _CODECS if name in av.codecs_available)
    with av.open(str(part), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size_px
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "21"} if codec == "libx264" else {}
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    part.replace(path)
