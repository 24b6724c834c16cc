"""Question and answer of a suggestion; the answer's models are the documented JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from temptrack.library.types import LibraryInfo, Track, TrackFilter
from temptrack.media.types import Frames, FrameSpec
from temptrack.model.types import SegmentFeatures

DEFAULT_TEXT_WEIGHT = 0.5
DEFAULT_LIMIT = 10


@dataclass(frozen=True, slots=True)
class PictureSegment:
    """A segment as the ranking sees it.

    Attributes:
        features: what the frame encoder made of it.
        start_s: seconds from the start of the timeline.
        duration_s: length in seconds; segments weigh by it.
    """

    features: SegmentFeatures
    start_s: Fraction
    duration_s: Fraction


@dataclass(frozen=True, slots=True)
class Query:
    """What an editor asks for. At least one of prompt, picture and reference track is needed.

    Attributes:
        library: name of the library to search.
        prompt: free words; may be empty.
        picture: segments of the scope in order; may be empty.
        scope_s: length to fill in seconds, or None when there is no timeline.
        text_weight: 0 picture only, 1 words only.
        where: hard conditions, applied before ranking.
        reference_track_id: find tracks that sound like this one.
        limit: most suggestions to return, 1 to 1000.
        blind: rank by sound alone, without names and tags of the files.
    """

    library: str
    prompt: str = ""
    picture: Sequence[PictureSegment] = ()
    scope_s: Fraction | None = None
    text_weight: float = DEFAULT_TEXT_WEIGHT
    where: TrackFilter = field(default_factory=TrackFilter)
    reference_track_id: str | None = None
    limit: int = DEFAULT_LIMIT
    blind: bool = False


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Excerpt(_Answer):
    """The span of the track to use."""

    start_s: float = Field(description="where it starts in the track, seconds")
    duration_s: float = Field(description="how much of the track is used, seconds")
    snapped_to: Literal["bar", "beat", "start", "none"] = Field(description="what the start was moved to")


class FitMethod(StrEnum):
    """How a track is made to cover the scope."""

    TRIM = "trim"
    LOOP = "loop"
    SHORT = "short"
    WHOLE = "whole"


class Fit(_Answer):
    """How the excerpt covers the scope."""

    method: FitMethod = Field(
        description="trim: longer than the scope; loop: repeated from loop_start_s; short: leaves a gap; "
        "whole: there is no scope, or the track fits as it is"
    )
    scope_s: float | None = Field(description="length to fill in seconds; none without a timeline")
    shortfall_s: float = Field(description="seconds of the scope left without music, 0 if none")
    loop_start_s: float | None = Field(default=None, description="where in the track the repeat begins")
    loop_end_s: float | None = Field(default=None, description="where in the track it jumps back")
    text: str = Field(description="the same in words, such as 'shorter by 12 s'")


class ReasonKind(StrEnum):
    """What a piece of evidence is about."""

    TAG = "tag"
    PROMPT = "prompt"
    FILE_WORDS = "file-words"
    SEGMENT = "segment"
    REFERENCE = "reference"


class Reason(_Answer):
    """One piece of evidence for a suggestion."""

    kind: ReasonKind
    text: str = Field(description="what was found, in words an editor can check by ear or eye")
    score: float = Field(description="strength of this evidence: a posterior for tags, else a cosine")
    segment_index: int | None = Field(default=None, description="which segment of the scope, from 0")


class Suggestion(_Answer):
    """A ranked track with the evidence for it."""

    rank: int = Field(description="1 is best")
    track: Track
    score: float = Field(description="cosine of query and track, -1 to 1")
    favour: float = Field(
        default=0.0, description="what the prompt's preferences add to the score in the order of the list"
    )
    excerpt: Excerpt
    fit: Fit
    reasons: tuple[Reason, ...]
    also_at: tuple[str, ...] = Field(
        default=(),
        description="paths of other tracks that hold the same recording and pass the filter",
    )


class PartKind(StrEnum):
    """What a part of a prompt is about."""

    VOCALS = "vocals"
    UNWANTED = "unwanted"
    TEMPO = "tempo"
    KEY = "key"
    LENGTH = "length"
    USE = "use"
    QUALITY = "quality"
    UNHEARD = "unheard"
    SPELLING = "spelling"
    QUOTED = "quoted"


class PartEffect(StrEnum):
    """What a part of a prompt does."""

    FILTER = "filter"
    PREFERENCE = "preference"
    RELAXED = "relaxed"
    WORDS = "words"


class PromptPart(_Answer):
    """A part of the prompt that was understood as more than words."""

    kind: PartKind = Field(description="what it is about")
    words: str = Field(description="as the prompt says it")
    text: str = Field(description="how it was understood, such as 'about 90 bpm (±8 %)'")
    effect: PartEffect = Field(
        description="filter: other tracks are left out; preference: moves tracks up or down; relaxed: a "
        "filter that no track or no other filter allows, so it only moves them; words: only searched"
    )


class PromptReading(_Answer):
    """How the prompt was understood."""

    wanted: str = Field(description="the words that were searched for")
    parts: tuple[PromptPart, ...] = Field(default=(), description="what was understood as more than words")
    excluded_words: tuple[str, ...] = Field(default=(), description="words the editor wants less of or none")
    excluded_tags: tuple[str, ...] = Field(default=(), description="tags that were excluded for them")
    unknown_words: tuple[str, ...] = Field(
        default=(), description="unwanted words that no tag knows; they only weigh against"
    )
    instrumental_only: bool = Field(default=False, description="whether the prompt asked for no vocals")


class Support(_Answer):
    """Whether anything found is known to have what the words name."""

    score: float = Field(
        description="0 to 1: how surely the best of the first ten tracks has what the words name, by its "
        "sound or its own words"
    )
    below: float = Field(description="the bundle's documented support under which nothing fits, 0 to 1")
    fits: bool = Field(description="whether the score reaches it")
    lacking: tuple[str, ...] = Field(
        default=(), description="what the words name and none of the first ten tracks is known to have"
    )
    text: str = Field(
        default="", description="the same as a sentence for the editor; empty where something fits"
    )


class Suggestions(_Answer):
    """The answer to a query. The same query, library digest and bundle digest give the same answer."""

    schema_version: Literal[1] = 1
    query_digest: str = Field(description="hex SHA-256 of the question")
    library: LibraryInfo
    bundle_id: str
    bundle_digest: str
    text_weight: float = Field(description="the weight that was used, 0 picture to 1 words")
    prompt: PromptReading
    considered: int = Field(description="tracks that passed the filter")
    support: Support | None = Field(
        default=None,
        description="whether anything found fits what the words name; none where they name nothing that can "
        "be told, or the bundle is not calibrated",
    )
    suggestions: tuple[Suggestion, ...]


class EngineInfo(_Answer):
    """What answers: which bundle, on which device."""

    bundle_id: str
    bundle_digest: str
    frame_encoder_id: str
    frame_size_px: int
    frame_interpolation: str
    provider: str = Field(description="'cpu' or 'cuda'")

    @property
    def frame_spec(self) -> FrameSpec:
        """Geometry of the frames this engine takes."""
        return FrameSpec(size_px=self.frame_size_px, interpolation=self.frame_interpolation)


class Suggester(Protocol):
    """Answers queries, in this process (``LocalSuggester``) or on a server (``RemoteSuggester``)."""

    def info(self) -> EngineInfo:
        """Say what answers."""

    def encode_segment(self, frames: Frames, repeats: Sequence[int]) -> SegmentFeatures:
        """Encode the frames of one segment, [count, size, size, 3] uint8 RGB."""

    def suggest(self, query: Query) -> Suggestions:
        """Rank the tracks of a library for a query."""

    def libraries(self) -> Sequence[LibraryInfo]:
        """List the libraries that can be searched."""

    def close(self) -> None:
        """Let go of files, devices and connections."""
