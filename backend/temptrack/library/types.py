"""Tracks, filters and what a library offers to the other rooms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from temptrack.library.preferences import Preference
from temptrack.model.types import Matrix, Vector

LICENCE_UNKNOWN = "unknown"
"""What a track's licence is until its file or its owner says otherwise."""


class TrackTag(BaseModel):
    """A tag the tagger found in a track."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="lower-case word")
    group: str = Field(description="genre, mood, instrument or vocal")
    score: float = Field(description="posterior, 0 to 1")


class Track(BaseModel):
    """A piece of music in a library, as shown to people and written to JSON."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(description="opaque; stays the same while the file stays at its path or moves")
    path: str = Field(description="absolute path of the file when it was indexed")
    title: str = Field(description="from the file's tags, else the file name without its ending")
    artist: str = ""
    album: str = ""
    genre: str = Field(default="", description="as the file's tags say")
    comment: str = ""
    composer: str = Field(default="", description="who wrote it, as the file's tags say")
    publisher: str = Field(
        default="", description="as the file's tags say; a record label where they have one field for both"
    )
    licence: str = Field(default=LICENCE_UNKNOWN, description="as the file's tags say, else 'unknown'")
    duration_s: float = Field(description="length in seconds")
    loudness_lufs: float | None = Field(
        default=None, description="integrated loudness, ITU-R BS.1770; none if silent"
    )
    tempo_bpm: float | None = Field(default=None, description="beats a minute; none where no beat was found")
    key: str | None = Field(default=None, description="such as 'A minor'; none where unsure")
    vocals: bool | None = Field(default=None, description="true sung, false instrumental, none unsure")
    tags: tuple[TrackTag, ...] = Field(default=(), description="strongest first")


class TrackFilter(BaseModel):
    """Conditions a track must meet before it is ranked; an empty filter lets every track through.

    A track whose value is unknown fails a condition on that value, except ``licences_not``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tempo_min_bpm: float | None = Field(default=None, ge=0)
    tempo_max_bpm: float | None = Field(default=None, ge=0)
    duration_min_s: float | None = Field(default=None, ge=0)
    duration_max_s: float | None = Field(default=None, ge=0)
    key: str | None = Field(default=None, description="such as 'A minor'; case does not matter")
    vocals: bool | None = Field(default=None, description="true: only sung, false: only instrumental")
    tags_all: tuple[str, ...] = Field(default=(), description="tags a track must have")
    tags_none: tuple[str, ...] = Field(default=(), description="tags a track must not have")
    licences: tuple[str, ...] = Field(default=(), description="licences to allow; case does not matter")
    licences_not: tuple[str, ...] = Field(default=(), description="licences to refuse, such as 'unknown'")
    folder: str | None = Field(default=None, description="only tracks whose path lies under this folder")
    exclude_ids: tuple[str, ...] = Field(
        default=(),
        description="tracks that were used already, with their copies at other places",
    )


class LibraryInfo(BaseModel):
    """A library at a glance."""

    model_config = ConfigDict(frozen=True)

    name: str
    uri: str = Field(description="folder or object store address")
    version: int = Field(description="grows with every change")
    digest: str = Field(description="hex SHA-256 over ids, content and words of all tracks in order of id")
    bundle_id: str
    bundle_digest: str
    track_count: int
    duration_s: float = Field(description="length of all tracks together")


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A track and how well it answers a query.

    Attributes:
        track_id: which track.
        score: cosine of query and track, -1 to 1.
        audio_score: cosine of query and the sound alone.
        words_score: cosine of query and the track's own words alone, or None where it has none.
        favour: what preferences add to the score for the order; 0 without any.
        also_at: paths of the other tracks of the same recording that pass the filter, in order; filled by
            a distinct search only.
    """

    track_id: str
    score: float
    audio_score: float
    words_score: float | None
    favour: float = 0.0
    also_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrackDetail:
    """What is read for the finalists only.

    Attributes:
        window_s: length of one window in seconds; windows lie end to end from the start.
        windows: [count, embed_dim], each of length 1.
        beats_s: times of beats in seconds, rising; empty where no beat was found.
        bars_s: times of the first beats of bars, a subset of ``beats_s``.
        peaks: highest absolute sample per equal slice of the track, 0 to 1, for drawing.
        words: the track's own words as they were embedded.
        tag_scores: posterior of every tag of the bundle's vocabulary by name.
    """

    window_s: float
    windows: Matrix
    beats_s: tuple[float, ...]
    bars_s: tuple[float, ...]
    peaks: tuple[float, ...]
    words: str
    tag_scores: Mapping[str, float]


class LibraryReader(Protocol):
    """One pinned version of a library, ready to be searched."""

    @property
    def info(self) -> LibraryInfo:
        """Name, version, digest and bundle of what is searched."""

    @property
    def edition(self) -> str:
        """Tells this version from all others, also of a library that had the name before."""

    def search(
        self,
        query: Vector,
        *,
        where: TrackFilter,
        limit: int,
        blind: bool = False,
        distinct: bool = False,
        preferences: Sequence[Preference] = (),
    ) -> Sequence[SearchHit]:
        """Rank exactly: filter first, then cosine and preferences, best first, ties by track id.

        Args:
            query: [embed_dim], length 1.
            where: conditions applied before ranking.
            limit: most hits to return, at least 1.
            blind: rank by sound alone, leaving out the tracks' own words.
            distinct: give each recording once, as the best placed of the tracks that hold it.
            preferences: move tracks up or down.
        """

    def count(self, where: TrackFilter) -> int:
        """Return how many tracks pass a filter."""

    def track(self, track_id: str) -> Track:
        """Return one track. Raises NotFound."""

    def tracks(self) -> Sequence[Track]:
        """Return all tracks in order of path."""

    def embedding(self, track_id: str) -> Vector:
        """Return the embedding of a track's sound, for "more like this". Raises NotFound."""

    def detail(self, track_id: str) -> TrackDetail:
        """Read beats, windows and peaks of one track. Raises NotFound."""

    def details(self, track_ids: Sequence[str]) -> Sequence[TrackDetail]:
        """Read the same of some tracks at once, in the order asked. Raises NotFound."""

    def audio_file(self, track_id: str) -> Path:
        """Return the path of a track's file. Raises NotFound when the file is gone."""
