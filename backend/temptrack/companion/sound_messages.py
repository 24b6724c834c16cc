"""Messages about tracks as sound: files, cues and what plays."""

from typing import Annotated, Literal

from pydantic import Field

from temptrack.companion.messages import Message, PathPair
from temptrack.companion.scopes import HostScope, WholeScope
from temptrack.companion.strip_timeline import Rate
from temptrack.companion.suggest_messages import HostTimeline

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Decibels = Annotated[float, Field(allow_inf_nan=False)]


class TrackFileParams(Message):
    """A track."""

    library: str
    track_id: str
    keep_in: str = Field(
        default="",
        description="folder in which a server's track is laid for good, as a timeline needs it; without "
        "one it lies in a cache that forgets. Tracks of libraries on this machine stay where they are",
    )


class TrackFileAnswer(Message):
    """Where the whole track lies on this machine."""

    path: str
    format: str = Field(description="ending of its name without the dot, such as 'flac'")


class CueExcerpt(Message):
    """A span of a track."""

    start_s: Seconds
    end_s: Seconds | None = Field(default=None, description="none: the track's own end")


class CueDuck(Message):
    """A stretch of a cue in which the music is lower."""

    start_frames: int = Field(description="from the start of the cue")
    end_frames: int = Field(description="exclusive")
    gain_db: Decibels = Field(description="at most 0")


class DuckUnderSpeech(Message):
    """Where to listen for speech: the cue lies at the start of this part of the timeline."""

    timeline: HostTimeline
    scope: HostScope = WholeScope()
    gain_db: Decibels = Field(default=-12.0, description="how much lower the music is then, at most 0")
    path_map: tuple[PathPair, ...] | None = Field(default=None, description="instead of the handshake's")


class CueFileParams(Message):
    """A cue to be rendered."""

    library: str
    track_id: str
    excerpt: CueExcerpt
    duration_frames: int = Field(gt=0, description="of the file, in frames of the timeline")
    rate: Rate = Field(description="of the timeline")
    fade_in_frames: int = Field(default=0, ge=0)
    fade_out_frames: int = Field(default=0, ge=0)
    gain_db: Decibels = 0.0
    duck: tuple[CueDuck, ...] = ()
    duck_under_speech: DuckUnderSpeech | None = None


class CueFileAnswer(Message):
    """A WAV file of exactly the length that was asked for, 24 bits, stereo."""

    path: str
    sample_rate_hz: int
    samples: int = Field(description="`duration_frames` at `rate`, rounded once to whole samples")
    duration_frames: int
    warnings: tuple[str, ...] = Field(description="damage met in the track, sound not listened to")


class PlayParams(Message):
    """A stretch of a track to be heard."""

    library: str
    track_id: str
    start_s: Seconds = 0.0
    end_s: Seconds | None = Field(default=None, description="none: the track's own end")
    gain_db: Decibels = 0.0


class SeekParams(Message):
    """Another moment of the track that plays."""

    position_s: Seconds


class PlayState(Message):
    """What the preview does now."""

    state: Literal["playing", "stopped", "ended"]


class PreviewPositionParams(Message):
    """The params of `preview/position`, which comes a few times a second and at every change."""

    track_id: str
    position_s: float = Field(description="seconds from the track's start")
    state: Literal["playing", "stopped", "ended"]
    problem: str | None = Field(description="why it ended before its time, in a sentence; else none")
