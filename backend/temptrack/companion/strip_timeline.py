"""How a host describes its timeline to the companion when it has no file of it: lanes of strips.

Nothing in it belongs to one host. Times are whole frames of the host's timeline, which may start anywhere,
below zero too; ends are exclusive.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StrictInt,
    WithJsonSchema,
    model_validator,
)

from temptrack.timeline.rates import snap_rate

MAX_FRAMES = 100_000_000
"""Farthest frame from zero that is taken: nine days at 120 frames a second."""

MAX_DEPTH = 20
"""Deepest nesting of meta strips."""

_RATIO = re.compile(r"-?\d{1,12}(/\d{1,12})?")


def _ratio(value: object) -> Fraction:
    if isinstance(value, Fraction | int) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, str) and _RATIO.fullmatch(value):
        numerator, _, denominator = value.partition("/")
        if int(denominator or 1):
            return Fraction(int(numerator), int(denominator or 1))
    raise ValueError("a whole number or a fraction such as '5/4' is wanted")


def _readable(text: str) -> str:
    # Names of files that are no text come with lone surrogates, which no timeline can hold.
    return text.encode("utf-8", "replace").decode()


def _absolute(path: str) -> str:
    if path and not (PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()):
        raise ValueError("an absolute path is wanted")
    return path


Frames = Annotated[StrictInt, Field(ge=-MAX_FRAMES, le=MAX_FRAMES)]
"""A frame of the host's timeline."""

Ratio = Annotated[
    Fraction,
    PlainValidator(_ratio),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^-?\d+(/\d+)?$"}]}),
]
"""An exact number: a whole one, or a string such as "5/4"."""

Text = Annotated[str, AfterValidator(_readable)]
"""Text; what is none becomes "?"."""

AbsolutePath = Annotated[Text, AfterValidator(_absolute)]
"""An absolute path of this machine, or an empty string where the host knows none."""


class _Description(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rate(_Description):
    """Frames per second as a fraction: 24000/1001, never 23.976."""

    numerator: Annotated[StrictInt, Field(gt=0)]
    denominator: Annotated[StrictInt, Field(gt=0)] = 1

    @property
    def exact(self) -> Fraction:
        """The rate that is meant: 2398/100 counts as 24000/1001."""
        return snap_rate(Fraction(self.numerator, self.denominator))


class StripKind(StrEnum):
    """What a strip shows, and where its picture comes from.

    movie, image, image_sequence: files. sound: a file that is heard only. scene, generator: no file; only the
    host can render it, and it hides what is below. meta: other strips. effect, adjustment: no picture of its
    own.
    """

    MOVIE = "movie"
    IMAGE = "image"
    IMAGE_SEQUENCE = "image_sequence"
    SOUND = "sound"
    SCENE = "scene"
    GENERATOR = "generator"
    EFFECT = "effect"
    META = "meta"
    ADJUSTMENT = "adjustment"


class RetimingKey(_Description):
    """A frame of the timeline and the frame of the media that is shown then; between keys speed is steady."""

    timeline_frame: Frames
    source_frame: Ratio = Field(description="frames of the media from its first one")


class Strip(_Description):
    """Something on a lane."""

    id: Text = Field(min_length=1, description="what the host finds it by again; used by scopes of items")
    name: Text = Field(default="", description="as the editor sees it")
    kind: StripKind
    start_frames: Frames = Field(description="first timeline frame it is seen or heard in")
    end_frames: Frames = Field(description="end of that, exclusive")
    enabled: bool = True
    path: AbsolutePath = Field(default="", description="file of a movie, image or sound")
    directory: AbsolutePath = Field(default="", description="folder of an image sequence")
    files: tuple[Text, ...] = Field(default=(), description="file names of an image sequence, in order")
    media_rate: Rate | None = Field(default=None, description="of the media; the timeline's where absent")
    source_start_frames: Ratio = Field(
        default=Fraction(0),
        description="media frame shown in the first timeline frame, from the media's start",
    )
    speed: Ratio = Field(
        default=Fraction(1),
        description="seconds of media a second of timeline: 1 as shot, -1 backwards, 0 a freeze. A host that "
        "plays frame for frame says timeline rate over media rate",
    )
    retiming: tuple[RetimingKey, ...] = Field(
        default=(), description="takes the place of source_start_frames and speed"
    )
    strips: tuple["Strip", ...] = Field(
        default=(),
        description="of a meta strip, bottom first: a later one hides earlier ones where they overlap. They "
        "lie at timeline frames as if there were no meta strip, which only hides what lies outside of it",
    )

    @model_validator(mode="after")
    def _keys_follow_each_other(self) -> "Strip":
        frames = [key.timeline_frame for key in self.retiming]
        if any(first >= second for first, second in pairwise(frames)):
            raise ValueError("retiming keys follow each other in time, one a frame")
        return self


class LaneKind(StrEnum):
    """What a lane is for in the host; pictures and sound may share one."""

    VIDEO = "video"
    AUDIO = "audio"


class StripLane(_Description):
    """A lane (track, channel) of the timeline."""

    name: Text = ""
    kind: LaneKind = LaneKind.VIDEO
    enabled: bool = True
    strips: tuple[Strip, ...] = ()


class StripTimeline(_Description):
    """A timeline as its host sees it."""

    name: Text = "timeline"
    rate: Rate
    start_frames: Frames = Field(description="first frame of the timeline")
    end_frames: Frames = Field(description="its end, exclusive")
    size_px: tuple[int, int] | None = Field(default=None, description="width and height")
    lanes: tuple[StripLane, ...] = Field(default=(), description="bottom first")

    @model_validator(mode="after")
    def _not_too_deep(self) -> "StripTimeline":
        level = [strip for lane in self.lanes for strip in lane.strips]
        for _ in range(MAX_DEPTH):
            level = [child for strip in level for child in strip.strips]
        if level:
            raise ValueError(f"meta strips are nested more than {MAX_DEPTH} deep")
        return self


def all_strips(timeline: StripTimeline) -> Iterator[Strip]:
    """Yield every strip of every lane, those in meta strips after their meta strip."""

    def inside(strips: tuple[Strip, ...]) -> Iterator[Strip]:
        for strip in strips:
            yield strip
            yield from inside(strip.strips)

    for lane in timeline.lanes:
        yield from inside(lane.strips)
