"""What a suggestion is asked for: a scope of a timeline, cut into segments of ten seconds of picture.

Record time counts frames of the timeline; source time is exact seconds into a media file. They are different
types so that neither can be handed in where the other is meant.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

SEGMENT_S = 10
"""Length of a segment of picture in seconds: the unit the model was trained on (ViML, section 3.1)."""


class MediaKind(StrEnum):
    """How the picture of a media reference is stored."""

    MOVIE = "movie"
    STILL = "still"
    SEQUENCE = "sequence"


@dataclass(frozen=True, slots=True)
class MediaSource:
    """A file with picture in it.

    Attributes:
        path: the file, or for an image sequence the first existing image.
        kind: movie, still or numbered image sequence.
        sequence_pattern: for a sequence, a printf-style path such as ``/shots/a.%04d.exr``; else empty.
        sequence_start: number of the first image of the sequence.
        rate: images per second of a sequence; movies bring their own timestamps and ignore it.
    """

    path: Path
    kind: MediaKind = MediaKind.MOVIE
    sequence_pattern: str = ""
    sequence_start: int = 0
    rate: Fraction | None = None


@dataclass(frozen=True, slots=True)
class RecordRange:
    """A span of the timeline in whole timeline frames; frame 0 is the first frame of the timeline.

    Attributes:
        start_frames: first frame, counted from the start of the timeline (not from its start timecode).
        duration_frames: number of frames, at least 0.
        rate: frames per second of the timeline, exact.
    """

    start_frames: int
    duration_frames: int
    rate: Fraction

    @property
    def end_frames(self) -> int:
        """First frame after the span."""
        return self.start_frames + self.duration_frames

    @property
    def start_s(self) -> Fraction:
        """Exact seconds from the start of the timeline."""
        return self.start_frames / self.rate

    @property
    def duration_s(self) -> Fraction:
        """Exact length in seconds."""
        return self.duration_frames / self.rate


@dataclass(frozen=True, slots=True)
class SourceRange:
    """A span of a media file in exact seconds from its first frame.

    Attributes:
        start_s: earliest moment of the span, at least 0.
        duration_s: length of the span in the media; 0 for a still or a freeze.
        reversed: whether the span is shown last frame first.
    """

    start_s: Fraction
    duration_s: Fraction
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class MediaSpan:
    """A piece of one media file as the viewer sees it.

    Attributes:
        clip_name: name of the clip on the timeline.
        media: the file.
        source: what is shown, in the file's time.
        record: where it is shown, in the timeline's time.
    """

    clip_name: str
    media: MediaSource
    source: SourceRange
    record: RecordRange


@dataclass(frozen=True, slots=True)
class Segment:
    """Ten seconds of picture (the last one of a scope may be shorter).

    Attributes:
        index: position in the scope, from 0.
        record: where the segment lies on the timeline.
        spans: the media seen in it, in record order; black and missing media leave holes.
    """

    index: int
    record: RecordRange
    spans: tuple[MediaSpan, ...]


class ProblemKind(StrEnum):
    """Why a part of the picture could not be used, or was used on an assumption (ASSUMED)."""

    MISSING_MEDIA = "missing-media"
    AMBIGUOUS_MEDIA = "ambiguous-media"
    NO_MEDIA = "no-media"
    UNSUPPORTED = "unsupported"
    NOT_RENDERED = "not-rendered"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something on the timeline that was skipped or guessed, for the editor to read.

    Attributes:
        kind: class of problem.
        clip_name: the clip it concerns, or an empty string.
        message: one sentence with the offending value.
        record: where it lies on the timeline, if known.
    """

    kind: ProblemKind
    clip_name: str
    message: str
    record: RecordRange | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a timeline a suggestion is asked for.

    Attributes:
        label: how the scope was chosen, in words ("whole timeline", "marker 'chase'").
        record: its span on the timeline.
        segments: the picture in it; segments without any usable media are kept with no spans.
        problems: what was skipped.
    """

    label: str
    record: RecordRange
    segments: tuple[Segment, ...]
    problems: tuple[Problem, ...] = ()
