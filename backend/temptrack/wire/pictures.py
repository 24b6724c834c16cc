"""Frames as compressed pictures: the only place where JPEG and PNG exist.

Sizes are read from the header and compared before a single pixel is decoded, so a small file that claims to
be a huge picture costs nothing.
"""

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image, JpegImagePlugin, PngImagePlugin

from temptrack import errors
from temptrack.media.types import Frames
from temptrack.wire import limits
from temptrack.wire.mirror import build
from temptrack_api.v1 import suggestion_pb2

JPEG_QUALITY: Final = 95
"""With full colour resolution (4:4:4): real frames come back within 1.5 of 255 levels on average."""

_FULL_COLOUR = 0
_PNG_LEVEL = 1
_PLAIN_MODES = ("RGB", "L")


def to_pictures(
    frames: Frames, repeats: Sequence[int], *, size_px: int, lossless: bool = False
) -> list[suggestion_pb2.Picture]:
    """Compress frames for a request.

    Args:
        frames: [count, size_px, size_px, 3] uint8 RGB, count 1 to 64.
        repeats: how many sampled moments each frame stands for, at least 1.
        size_px: width and height that the bundle of the server takes.
        lossless: PNG instead of JPEG: the very same features as in process, at three times the bytes.

    Raises:
        InvalidRequest: shape, type or counts are not as said above.
    """
    if len(frames) == 0 or frames.dtype != np.uint8 or frames.shape != (len(frames), size_px, size_px, 3):
        raise errors.InvalidRequest(
            f"Frames of shape {list(frames.shape)} and type {frames.dtype} do not fit the server's bundle.",
            reason="FRAMES_SHAPE",
            hint=f"Send at least one frame, as uint8 RGB of {size_px} by {size_px} pixels.",
        )
    if len(repeats) != len(frames) or any(count < 1 for count in repeats):
        raise errors.InvalidRequest(
            f"{len(frames)} frames came with repeats {list(repeats)[:8]}.",
            reason="FRAMES_REPEATS",
            hint="Send one repeat count of at least 1 for each frame.",
        )
    _check_count(len(frames))
    kind = "png" if lossless else "jpeg"
    return [
        build(suggestion_pb2.Picture, repeats=int(count), **{kind: _compressed(frame, lossless=lossless)})
        for frame, count in zip(frames, repeats, strict=True)
    ]


def from_pictures(
    pictures: Sequence[suggestion_pb2.Picture], *, size_px: int
) -> tuple[Frames, tuple[int, ...]]:
    """Decode the pictures of a request to frames [count, size_px, size_px, 3] and their repeats.

    Raises:
        InvalidRequest: too many, too large, empty, of another size or colour model, or repeats below 1.
        Corrupt: the bytes are no JPEG or PNG, or end too early.
    """
    _check_count(len(pictures))
    for index, picture in enumerate(pictures):
        if picture.repeats < 1:
            raise errors.InvalidRequest(
                f"Picture {index} has {picture.repeats} repeats.",
                reason="FRAMES_REPEATS",
                hint="Each picture stands for at least 1 sampled moment.",
            )
    frames = np.stack([_decoded(picture, index, size_px) for index, picture in enumerate(pictures)])
    return frames, tuple(picture.repeats for picture in pictures)


def _check_count(count: int) -> None:
    if not 1 <= count <= limits.MAX_PICTURES:
        raise errors.InvalidRequest(
            f"A segment of {count} pictures was sent.",
            reason="PICTURE_COUNT",
            hint=f"Send 1 to {limits.MAX_PICTURES} pictures a segment.",
        )


def _compressed(frame: Frames, *, lossless: bool) -> bytes:
    buffer = io.BytesIO()
    image = Image.fromarray(frame)
    if lossless:
        image.save(buffer, "PNG", compress_level=_PNG_LEVEL)
    else:
        image.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=_FULL_COLOUR)
    return buffer.getvalue()


def _decoded(picture: suggestion_pb2.Picture, index: int, size_px: int) -> Frames:
    content = picture.WhichOneof("content")
    if content is None:
        raise errors.InvalidRequest(
            f"Picture {index} is empty.", reason="PICTURE_EMPTY", hint="Send a JPEG or a PNG."
        )
    data: bytes = getattr(picture, content)
    if len(data) > limits.MAX_PICTURE_BYTES:
        raise errors.InvalidRequest(
            f"Picture {index} has {len(data)} bytes.",
            reason="PICTURE_BYTES",
            hint=f"Send at most {limits.MAX_PICTURE_BYTES} bytes a picture.",
        )
    # The reader of the named format is called directly: nothing but that format is tried on unknown bytes.
    kind = JpegImagePlugin.JpegImageFile if content == "jpeg" else PngImagePlugin.PngImageFile
    try:
        image: Image.Image = kind(io.BytesIO(data))
        _check_header(image, index, size_px)
        image.load()
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise errors.Corrupt(
            f"Picture {index} ({len(data)} bytes) cannot be decoded as {content.upper()}: {error}.",
            reason="PICTURE_CORRUPT",
            hint="Send the whole picture, encoded as the field says.",
        ) from error
    return np.asarray(image.convert("RGB"))


def _check_header(image: Image.Image, index: int, size_px: int) -> None:
    width, height = image.size
    if (width, height) != (size_px, size_px):
        raise errors.InvalidRequest(
            f"Picture {index} is {width} x {height} pixels.",
            reason="PICTURE_SIZE",
            hint=f"The bundle takes {size_px} x {size_px}: scale and crop before sending.",
        )
    if image.mode not in _PLAIN_MODES:
        raise errors.InvalidRequest(
            f"Picture {index} has the colour model {image.mode}.",
            reason="PICTURE_MODE",
            hint="Send RGB without transparency.",
        )
