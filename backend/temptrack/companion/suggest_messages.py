"""Messages about a timeline's picture and the music for it."""

from pydantic import Field, model_validator

from temptrack.companion.messages import Message, PathPair
from temptrack.companion.scopes import HostScope, WholeScope
from temptrack.companion.strip_timeline import AbsolutePath, Frames, Rate, StripTimeline
from temptrack.library.types import TrackFilter
from temptrack.seat.reports import SuggestReport
from temptrack.suggest.types import DEFAULT_LIMIT, DEFAULT_TEXT_WEIGHT


class HostTimeline(Message):
    """The timeline of a host: a file, or a description. Exactly one of them."""

    path: AbsolutePath | None = Field(default=None, description="a file that OpenTimelineIO reads")
    strips: StripTimeline | None = Field(default=None, description="what the host would write into a file")

    @model_validator(mode="after")
    def _one_of_them(self) -> "HostTimeline":
        if (self.path is None) == (self.strips is None):
            raise ValueError("either 'path' or 'strips' is wanted")
        return self


class HostRange(Message):
    """A span in the host's own frames."""

    start_frames: int
    end_frames: int = Field(description="exclusive")
    rate: Rate


class Render(Message):
    """A picture that the host rendered."""

    frame: Frames = Field(description="of the host's timeline")
    path: AbsolutePath = Field(min_length=1, description="PNG or JPEG file; must stay until the answer")


class PlanParams(Message):
    """A timeline and the part of it that music is wanted for."""

    timeline: HostTimeline
    scope: HostScope = WholeScope()
    path_map: tuple[PathPair, ...] | None = Field(default=None, description="instead of the handshake's")


class MissingMedia(Message):
    """A clip whose picture cannot be looked at."""

    name: str = Field(description="of the clip")
    path: str = Field(description="of its file as the host names it; empty where that is not known")
    why: str


class RendersWanted(Message):
    """Frames of a clip without a file, which only the host can render."""

    item: str = Field(description="name of the clip")
    frames: tuple[int, ...] = Field(description="of the host's timeline, ascending")


class Plan(Message):
    """What will be looked at."""

    segments: int = Field(description="spans of ten seconds")
    scope: HostRange = Field(description="where the music will lie")
    missing: tuple[MissingMedia, ...]
    renders: tuple[RendersWanted, ...]
    warnings: tuple[str, ...] = Field(description="what was assumed or skipped, one sentence each")


class SuggestParams(Message):
    """A question. Without a timeline words alone decide."""

    library: str
    prompt: str = Field(
        default="",
        description="what it should sound like; the answer's `prompt` says how it was read, and words in "
        "double quotes are only searched",
    )
    exclude: str = Field(default="", description="what is not wanted: words separated by commas")
    text_weight: float = Field(default=DEFAULT_TEXT_WEIGHT, description="0 only the picture, 1 only words")
    filters: TrackFilter = TrackFilter()
    limit: int = Field(default=DEFAULT_LIMIT, description="most suggestions, 1 to 1000")
    timeline: HostTimeline | None = None
    scope: HostScope = WholeScope()
    renders: tuple[Render, ...] = Field(default=(), description="what `plan` asked for; fewer are fine")
    path_map: tuple[PathPair, ...] | None = Field(default=None, description="instead of the handshake's")


class PictureUse(Message):
    """What was looked at for an answer."""

    segments: int = Field(description="whose picture had a say")
    encoded: int = Field(description="looked at now")
    from_cache: int = Field(description="known already")


class SuggestAnswer(SuggestReport):
    """Suggestions, best first: the JSON of `temptrack suggest --json`, and what was looked at."""

    picture: PictureUse | None = Field(description="none without a timeline")
    host_scope: HostRange | None = Field(description="where the music will lie; none without a timeline")
