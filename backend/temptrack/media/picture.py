"""From a decoded picture to the square RGB array an encoder takes, in one pass of swscale."""

from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
from av.buffer import Buffer
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

from temptrack.errors import InvalidRequest
from temptrack.media.types import FrameSpec

SquareFrame = npt.NDArray[np.uint8]
"""One picture, [size, size, 3], RGB."""

_INTERPOLATION = {
    "area": Interpolation.AREA,
    "bilinear": Interpolation.BILINEAR,
    "bicubic": Interpolation.BICUBIC,
}
# Numbers of ITU-T H.273 as FFmpeg reports them in decoded frames.
_MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
# Presentation of a counter-clockwise turn in degrees: turned, across, down.
_TURNS = {0: (False, 1, 1), 90: (True, 1, -1), 180: (False, -1, -1), 270: (True, -1, 1)}
_HD_WIDTH_PX, _HD_HEIGHT_PX = 1280, 720


@dataclass(frozen=True, slots=True)
class Presentation:
    """How a player shows the pictures of a file.

    Attributes:
        sample_aspect: width of a pixel over its height.
        turned: whether rows and columns are swapped.
        across: 1, or -1 when columns are then read from the right.
        down: 1, or -1 when rows are then read from the bottom.
    """

    sample_aspect: Fraction = Fraction(1)
    turned: bool = False
    across: int = 1
    down: int = 1

    @classmethod
    def of(cls, frame: av.VideoFrame, sample_aspect: Fraction | None) -> "Presentation":
        """Read it from a file's first picture and its sample aspect ratio, None or 0 where unknown.

        Once a file is enough: asking a frame for its side data makes a reference cycle that keeps its picture
        in memory until the garbage collector runs.
        """
        aspect = sample_aspect or Fraction(1)
        try:
            data = frame.side_data.get("DISPLAYMATRIX")
        except ValueError:  # PyAV trips over kinds of side data that it has no name for, such as EXIF
            return cls(aspect, *_TURNS.get(frame.rotation % 360, _TURNS[0]))
        if not isinstance(data, Buffer):
            return cls(aspect)
        a, b, _, c, d = (int(value) for value in np.frombuffer(memoryview(data), dtype=np.int32)[:5])
        turned = abs(b) > abs(a)
        across, down = (c, b) if turned else (a, d)
        return cls(aspect, turned, -1 if across < 0 else 1, -1 if down < 0 else 1)

    def size_px(self, frame: av.VideoFrame) -> tuple[int, int]:
        """Return width and height in pixels as displayed."""
        width, height = max(1, round(frame.width * self.sample_aspect)), frame.height
        return (height, width) if self.turned else (width, height)


class PictureScaler:
    """Scales decoded pictures to the frame geometry of an encoder; holds swscale's tables between pictures.

    Not safe to share between threads.
    """

    def __init__(self, spec: FrameSpec) -> None:
        if spec.interpolation not in _INTERPOLATION:
            raise InvalidRequest(
                f"There is no resampler '{spec.interpolation}'.",
                reason="UNKNOWN_INTERPOLATION",
                hint="Use area, bilinear or bicubic.",
            )
        if spec.size_px < 1:
            raise InvalidRequest(
                f"A frame of {spec.size_px} pixels cannot be made.",
                reason="INVALID_FRAME_SIZE",
                hint="Use a size of at least 1.",
            )
        self._size_px = spec.size_px
        # Rounding is pinned so that the same picture gives the same array on every processor.
        pinned = Interpolation.ACCURATE_RND | Interpolation.BITEXACT
        self._interpolation = int(_INTERPOLATION[spec.interpolation] | pinned)
        self._reformatter = VideoReformatter()

    def square(self, frame: av.VideoFrame, presentation: Presentation) -> SquareFrame:
        """Return the centre square of a decoded picture as displayed."""
        width, height = _short_side_to(self._size_px, *presentation.size_px(frame))
        picture = self._shown(frame, presentation, width, height)
        top, left = (height - self._size_px) // 2, (width - self._size_px) // 2
        return np.ascontiguousarray(picture[top : top + self._size_px, left : left + self._size_px])

    def _shown(
        self, frame: av.VideoFrame, presentation: Presentation, width: int, height: int
    ) -> SquareFrame:
        """Return the whole picture as displayed, scaled to a size."""
        turned = presentation.turned
        picture = self._scale(frame, height, width) if turned else self._scale(frame, width, height)
        picture = picture.transpose(1, 0, 2) if turned else picture
        return picture[:: presentation.down, :: presentation.across]

    def _scale(self, frame: av.VideoFrame, width: int, height: int) -> SquareFrame:
        # swscale scales the two fields apart and weaves them again, which would leave combs in the small
        # picture; scaled to twice the height, one of its fields is the whole picture at one instant.
        fields = 2 if frame.interlaced_frame else 1
        alpha = any(component.is_alpha for component in frame.format.components)
        scaled = self._reformatter.reformat(
            frame,
            width,
            height * fields,
            "rgba" if alpha else "rgb24",
            src_colorspace=_matrix(frame),
            interpolation=self._interpolation,
            threads=1,
        ).to_ndarray()[::fields]
        if alpha:
            # What is transparent is black to the viewer, whatever colour the file keeps there.
            scaled = (scaled[..., :3].astype(np.uint16) * scaled[..., 3:] + 127) // 255
        return scaled.astype(np.uint8, copy=False)


class WholePictureScaler(PictureScaler):
    """Fits whole pictures into one size with black bars, for people to look at.

    Not safe to share between threads.
    """

    def __init__(self, size_px: tuple[int, int]) -> None:
        super().__init__(FrameSpec(size_px=min(size_px), interpolation="area"))
        self._box_px = size_px

    def square(self, frame: av.VideoFrame, presentation: Presentation) -> SquareFrame:
        """Return the whole picture, [height, width, 3], in the middle of the box."""
        box_width, box_height = self._box_px
        width, height = presentation.size_px(frame)
        scale = min(Fraction(box_width, width), Fraction(box_height, height))
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
        box = np.zeros((box_height, box_width, 3), dtype=np.uint8)
        top, left = (box_height - height) // 2, (box_width - width) // 2
        box[top : top + height, left : left + width] = self._shown(frame, presentation, width, height)
        return box


def _short_side_to(size_px: int, width: int, height: int) -> tuple[int, int]:
    if width <= height:
        return size_px, max(size_px, size_px * height // width)
    return max(size_px, size_px * width // height), size_px


def _matrix(frame: av.VideoFrame) -> Colorspace:
    """Untagged high definition is BT.709 by convention; swscale would take it for BT.601."""
    hd = frame.width >= _HD_WIDTH_PX or frame.height >= _HD_HEIGHT_PX
    return _MATRICES.get(frame.colorspace, Colorspace.ITU709 if hd else Colorspace.ITU601)
