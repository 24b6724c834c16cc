"""The JSON of every command, stable and documented in docs/reference."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from temptrack.library.types import LibraryInfo, Track
from temptrack.model.manifest import Manifest
from temptrack.suggest.types import Suggestions


class _Report(BaseModel):
    model_config = ConfigDict(frozen=True)


class Span(_Report):
    """A span of the timeline."""

    start_frames: int = Field(description="first frame, counted from the start of the timeline")
    duration_frames: int = Field(description="number of frames")
    start_s: float = Field(description="the same in seconds")
    duration_s: float = Field(description="the same in seconds")


class MediaUse(_Report):
    """A piece of a media file as the viewer sees it."""

    clip: str = Field(description="name of the clip on the timeline")
    path: str = Field(description="the file, or the first image of a sequence")
    kind: Literal["movie", "still", "sequence"]
    source_start_s: float = Field(description="where the piece starts in the file, seconds")
    source_duration_s: float = Field(description="how much of the file is shown, seconds; 0 for a still")
    reversed: bool
    record: Span


class SegmentReport(_Report):
    """Ten seconds of picture; the last segment may be shorter."""

    index: int = Field(description="position in the scope, from 0")
    record: Span
    media: tuple[MediaUse, ...] = Field(description="what is seen in it; empty where no media is usable")


class ProblemReport(_Report):
    """Something on the timeline that was skipped, or used on an assumption."""

    kind: str = Field(
        description="missing-media, ambiguous-media, no-media, not-rendered (the host gave no picture) or "
        "unsupported: skipped; assumed: used, the message says how"
    )
    clip: str
    message: str
    record: Span | None


class TimelineReport(_Report):
    """What was read from a timeline: the JSON of `temptrack timeline`."""

    schema_version: Literal[1] = 1
    path: str
    name: str
    rate: str = Field(description="frames per second, exact, such as '24000/1001'")
    scope: str = Field(description="how the scope was chosen, in words")
    record: Span = Field(description="where the scope lies")
    segments: tuple[SegmentReport, ...]
    problems: tuple[ProblemReport, ...]
    notes: tuple[str, ...] = Field(default=(), description="what was assumed while reading")


class LibrariesReport(_Report):
    """All libraries: the JSON of `temptrack library list`."""

    schema_version: Literal[1] = 1
    libraries: tuple[LibraryInfo, ...]


class LibraryReport(_Report):
    """One library and its tracks in order of path: the JSON of `temptrack library show` and `create`."""

    schema_version: Literal[1] = 1
    library: LibraryInfo
    tracks: tuple[Track, ...]


class ScopeReport(_Report):
    """The part of the timeline that music was asked for."""

    timeline: str = Field(description="path of the timeline")
    label: str = Field(description="how the scope was chosen, in words")
    record: Span
    segments: int = Field(description="segments of picture in it")
    segments_seen: int = Field(description="those whose picture could be looked at; 0: words alone decided")


class InsertedCue(_Report):
    """Music that was placed on a copy of the timeline."""

    rank: int = Field(description="which suggestion")
    path: str = Field(description="the timeline that was written")
    lane: str = Field(description="name of the audio lane the music lies on")
    record: Span = Field(description="where the music lies")
    untold: str = Field(
        default="", description="why the server that answered does not know of it; empty where it does"
    )


class SuggestReport(Suggestions):
    """The answer and what was done with it: the JSON of `temptrack suggest`."""

    scope: ScopeReport | None = Field(default=None, description="none when no timeline was given")
    warnings: tuple[str, ...] = Field(default=(), description="picture that could not be used")
    inserted: InsertedCue | None = None
    review: str | None = Field(default=None, description="path of the review page that was written")


class Check(_Report):
    """One link of the chain."""

    name: str
    state: Literal["ok", "note", "broken"] = Field(description="note: works, with something to know")
    message: str
    hint: str = Field(default="", description="the next step, for a broken link or a note")
    exit_code: int = Field(default=0, description="what a command that needs this link would exit with")


class DoctorReport(_Report):
    """Every link checked: the JSON of `temptrack doctor`."""

    schema_version: Literal[1] = 1
    healthy: bool = Field(description="no link is broken")
    checks: tuple[Check, ...]


class BundleReport(_Report):
    """A bundle of this machine."""

    id: str
    folder: str
    source: Literal["shipped", "installed"] = Field(description="with the package, or in temptrack's home")
    is_default: bool = Field(description="what is used where none is named")
    size_bytes: int = Field(description="of all its files")
    licence: str
    digest: str = Field(description="hex SHA-256 of its manifest")


class BundlesReport(_Report):
    """All bundles of this machine, and what can be pulled: the JSON of `temptrack bundle list`."""

    schema_version: Literal[1] = 1
    bundles: tuple[BundleReport, ...]
    pullable: tuple[str, ...] = Field(description="ids of the catalogue that are not here yet")


class BundleDetails(_Report):
    """One bundle with its manifest: the JSON of `temptrack bundle show`."""

    schema_version: Literal[1] = 1
    bundle: BundleReport
    manifest: Manifest


class PullReport(_Report):
    """What was fetched and built: the JSON of `temptrack bundle pull`."""

    schema_version: Literal[1] = 1
    bundle: BundleReport | None = Field(description="none under --download-only")
    downloads: str | None = Field(description="folder with the fetched files; none when all was here before")


class VerifyReport(_Report):
    """Which bundles are whole: the JSON of `temptrack bundle verify`."""

    schema_version: Literal[1] = 1
    intact: bool = Field(description="all of them are")
    checks: tuple[Check, ...] = Field(description="one for each bundle")


class DemoSearch(_Report):
    """One search of the demo."""

    prompt: str
    first: str = Field(description="the track that came first")
    ranked: tuple[str, ...] = Field(description="titles, best first")
    timeline: str = Field(description="the timeline with the first track placed")
    page: str = Field(description="the review page")


class DemoReport(_Report):
    """What the demo made: the JSON of `temptrack demo`."""

    schema_version: Literal[1] = 1
    page: str = Field(description="open this in a browser")
    timeline: str
    music: Literal["packages", "generated"] = Field(description="where the music came from")
    footage: Literal["packages", "generated"] = Field(description="where the footage came from")
    tracks: int
    searches: tuple[DemoSearch, ...]
    notes: tuple[str, ...] = Field(default=(), description="what could not be had, and why")


class ErrorDetail(_Report):
    """What went wrong."""

    reason: str = Field(description="stable UPPER_SNAKE word")
    message: str
    hint: str = Field(description="the next step; may be empty")
    metadata: dict[str, str]
    exit_code: int = Field(description="1 bug, 2 usage, 3 not found, 4 not ready, 5 unavailable, 130 stopped")


class ErrorReport(_Report):
    """What goes to standard error under `--json` when a command fails."""

    error: ErrorDetail
