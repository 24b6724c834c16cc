"""What the media room hands to the others: frames as uint8 arrays, sound as float32 arrays."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from temptrack.timeline.segments import Segment

Frames = npt.NDArray[np.uint8]
"""Pictures, [count, height, width, 3], RGB, 0 to 255."""

Samples = npt.NDArray[np.float32]
"""Sound, [channels, samples], -1 to 1."""


class Sampling(StrEnum):
    """Which frames of a segment are looked at.

    standard: ten frames, each from the middle of a tenth of the segment.
    paper: six frames a second, as in ViML section 4.1.
    fast: keyframes only, at most ten a segment.
    """

    STANDARD = "standard"
    PAPER = "paper"
    FAST = "fast"


@dataclass(frozen=True, slots=True)
class FrameSpec:
    """The frame geometry an encoder was trained with; it travels in the bundle's manifest.

    Attributes:
        size_px: width and height of the square frame. The shorter side of the displayed picture (after
            rotation and sample aspect ratio) is scaled to this, then the centre is cropped.
        interpolation: name of the resampler: "area", "bicubic" or "bilinear".
    """

    size_px: int
    interpolation: str = "bicubic"


@dataclass(frozen=True, slots=True)
class MediaWarning:
    """Media that could be used only in part.

    Attributes:
        path: the file.
        at_s: where in the file it happened, in seconds, or None when nowhere in particular.
        message: one sentence.
    """

    path: Path
    at_s: Fraction | None
    message: str


@dataclass(frozen=True, slots=True)
class SegmentFrames:
    """The frames sampled from one segment.

    Attributes:
        segment: what was sampled.
        frames: [count, size, size, 3] uint8; pictures that barely differ from the one before are left out.
        repeats: for each frame, how many sampled moments it stands for; sums to the number of samples.
        record_s: for each frame, the first moment it stands for, in seconds from the timeline's start.
        warnings: what could not be decoded.
    """

    segment: Segment
    frames: Frames
    repeats: tuple[int, ...]
    record_s: tuple[Fraction, ...]
    warnings: tuple[MediaWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Waveform:
    """Decoded sound.

    Attributes:
        samples: [channels, samples] float32, -1 to 1.
        rate_hz: samples per second.
        warnings: what could not be decoded.
    """

    samples: Samples
    rate_hz: int
    warnings: tuple[MediaWarning, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return float(self.samples.shape[1] / self.rate_hz)
