"""Pictures of stills and numbered image sequences."""

import re
from bisect import bisect_right
from collections import OrderedDict
from math import floor
from pathlib import Path

import av
from av.error import FFmpegError

from temptrack.errors import TemptrackError
from temptrack.media.moments import Moment
from temptrack.media.opening import media_error, open_still, picture_stream
from temptrack.media.picture import PictureScaler, Presentation, SquareFrame
from temptrack.media.types import MediaWarning
from temptrack.timeline.segments import MediaKind, MediaSource

_KEPT_PICTURES = 32
_NUMBER = re.compile(r"%0?(\d*)d")


class StillFiles:
    """Decodes single images, keeping the latest ones."""

    def __init__(self, scaler: PictureScaler) -> None:
        self._scaler = scaler
        self._pictures: OrderedDict[Path, SquareFrame] = OrderedDict()
        self._numbers: dict[str, list[int]] = {}

    def look(
        self, media: MediaSource, numbered: list[tuple[int, Moment]], pictures: dict[int, SquareFrame]
    ) -> list[MediaWarning]:
        """Add the picture of each numbered moment to ``pictures``; return what went wrong.

        Raises:
            NotFound: a sequence without a single image.
        """
        warnings: list[MediaWarning] = []
        for number, moment in numbered:
            path = media.path
            if media.kind is MediaKind.SEQUENCE:
                path, gap = self._image_at(media, moment)
                warnings.extend(gap)
            try:
                pictures[number] = self._picture(path)
            except TemptrackError as error:
                warnings.append(MediaWarning(path, None, str(error)))
        return list(dict.fromkeys(warnings))

    def _picture(self, path: Path) -> SquareFrame:
        picture = self._pictures.pop(path, None)
        if picture is None:
            picture = self._scaler.square(*decode_still(path))
        self._pictures[path] = picture
        if len(self._pictures) > _KEPT_PICTURES:
            self._pictures.popitem(last=False)
        return picture

    def _image_at(self, media: MediaSource, moment: Moment) -> tuple[Path, list[MediaWarning]]:
        """Return the image shown then; in a gap of the numbering, the one before it stays on screen."""
        rate = media.rate or moment.span.record.rate
        wanted = media.sequence_start + floor(moment.source_s * rate)
        pattern = media.sequence_pattern
        if pattern not in self._numbers:
            self._numbers[pattern] = sequence_numbers(pattern)
        numbers = self._numbers[pattern]
        if not numbers:
            raise media_error(Path(pattern), FileNotFoundError())
        number = numbers[max(bisect_right(numbers, wanted) - 1, 0)]
        if number == wanted:
            return sequence_image(pattern, number), []
        missing = sequence_image(pattern, wanted)
        at = f"'{missing}' at {float(moment.source_s):.2f} s"
        warning = MediaWarning(
            missing, moment.source_s, f"{at}: Missing image; number {number} stands for it."
        )
        return sequence_image(pattern, number), [warning]


def decode_still(path: Path) -> tuple[av.VideoFrame, Presentation]:
    """Return the first picture of an image file and how it is shown.

    Raises:
        NotFound: there is no such file.
        InvalidRequest: the path is a folder.
        Forbidden: the file may not be read.
        Corrupt: the file is not an image FFmpeg reads, or is damaged.
        Unavailable: the disk or share failed.
    """
    with open_still(path) as container:
        stream = picture_stream(container)
        if stream and stream.codec_context.name == "exr":
            # EXR holds linear light; encoders were trained on pictures for the screen.
            stream.codec_context.options = {"apply_trc": "iec61966_2_1"}
        try:
            frame = next(container.decode(stream), None) if stream else None
        except FFmpegError as error:
            raise media_error(path, error) from error
        if stream is None or frame is None:
            raise media_error(path, ValueError("it holds no picture"))
        return frame, Presentation.of(frame, stream.sample_aspect_ratio)


def sequence_image(pattern: str, number: int) -> Path:
    """Return the path of one image; only the last number field of the pattern is filled in."""
    found = list(_NUMBER.finditer(pattern))
    if not found:
        return Path(pattern)
    digits = str(number).zfill(int(found[-1].group(1) or 1))
    return Path(pattern[: found[-1].start()] + digits + pattern[found[-1].end() :])


def sequence_numbers(pattern: str) -> list[int]:
    """Return the numbers of the images that exist, ascending."""
    folder, name = Path(pattern).parent, Path(pattern).name
    found = list(_NUMBER.finditer(name))
    if not found or not folder.is_dir():
        return []
    width = int(found[-1].group(1) or 1)
    before, after = name[: found[-1].start()], name[found[-1].end() :]
    numbers = []
    for entry in folder.iterdir():
        middle = entry.name[len(before) : len(entry.name) - len(after)]
        fits = entry.name.startswith(before) and entry.name.endswith(after)
        if fits and middle.isascii() and middle.isdigit() and len(middle) >= width:
            numbers.append(int(middle))
    return sorted(numbers)
