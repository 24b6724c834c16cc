"""What a loaded bundle offers to the other rooms, independent of how its graphs are run."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from temptrack.media.types import Frames, FrameSpec

Vector = npt.NDArray[np.float32]
"""One row of float32; embeddings have length 1 (L2)."""

Matrix = npt.NDArray[np.float32]
"""Rows of float32, [count, dim]."""


class TagGroup(StrEnum):
    """What a tag speaks about."""

    GENRE = "genre"
    MOOD = "mood"
    INSTRUMENT = "instrument"
    VOCAL = "vocal"


@dataclass(frozen=True, slots=True)
class Tag:
    """One word the music tagger knows.

    Attributes:
        name: lower-case word as shown to editors ("piano", "sad").
        group: what it speaks about.
        threshold: posterior in 0 to 1 at or above which a track is said to have the tag.
    """

    name: str
    group: TagGroup
    threshold: float


@dataclass(frozen=True, slots=True)
class AudioSpec:
    """The sound an audio encoder takes.

    Attributes:
        rate_hz: sample rate of the mono input.
        window_samples: length of one window; windows lie end to end over a track.
    """

    rate_hz: int
    window_samples: int

    @property
    def window_s(self) -> float:
        """Length of one window in seconds."""
        return self.window_samples / self.rate_hz


@dataclass(frozen=True, slots=True)
class SegmentFeatures:
    """The picture of one segment as the video tower takes it.

    Attributes:
        values: [video_dim] float32.
        encoder_id: which frame encoder made them; features of different encoders never mix.
    """

    values: Vector
    encoder_id: str


@dataclass(frozen=True, slots=True)
class MusicEmbeddings:
    """Windows or tracks of music in the shared space.

    Attributes:
        embeddings: [count, embed_dim], each of length 1.
        tags: [count, tag count], posteriors 0 to 1 in the order of ``Bundle.tags``.
    """

    embeddings: Matrix
    tags: Matrix


class Bundle(Protocol):
    """Encoders and towers of one shared space, loaded and ready.

    Implementations: ``temptrack.model.onnx_bundle.OnnxBundle`` and the hash-seeded double of the tests.
    """

    @property
    def id(self) -> str:
        """Name and version, such as "lite-1"."""

    @property
    def digest(self) -> str:
        """Hex SHA-256 of the manifest, which holds the hash of every file: equal digests, equal answers."""

    @property
    def provider(self) -> str:
        """The device the graphs run on: "cpu" or "cuda"."""

    @property
    def embed_dim(self) -> int:
        """Length of an embedding."""

    @property
    def video_dim(self) -> int:
        """Length of the features of a segment."""

    @property
    def frame_encoder_id(self) -> str:
        """Changes whenever frames would encode differently."""

    @property
    def frame_spec(self) -> FrameSpec:
        """Geometry of the frames ``encode_frames`` takes."""

    @property
    def audio_spec(self) -> AudioSpec:
        """Sound that ``encode_audio`` takes."""

    @property
    def tags(self) -> Sequence[Tag]:
        """The tag vocabulary of the music tower."""

    @property
    def support_below(self) -> float | None:
        """Support under which nothing in a library fits, 0 to 1; None where it was not calibrated."""

    def encode_frames(self, frames: Frames, repeats: Sequence[int]) -> SegmentFeatures:
        """Encode frames [count, size, size, 3] and average them, each weighted by its repeats."""

    def encode_text(self, texts: Sequence[str]) -> Matrix:
        """Encode texts to [count, text_dim]; an empty string is allowed."""

    def encode_audio(self, windows: Matrix) -> Matrix:
        """Encode mono windows [count, window_samples], -1 to 1, to audio features [count, audio_dim]."""

    def embed_music(self, audio_features: Matrix) -> MusicEmbeddings:
        """Map audio features of windows, or of a track as the mean over its windows, to the shared space."""

    def embed_words(self, text_features: Matrix) -> Matrix:
        """Map the words that come with a track (title, genre, comment) to the shared space."""

    def embed_query(self, video: Matrix | None, text: Vector | None, text_weight: float) -> Vector:
        """Fuse picture and words to one query embedding.

        Args:
            video: features of the segments in scope, [segments, video_dim], or None without picture.
            text: features of the prompt, [text_dim], or None without words.
            text_weight: 0 is picture only, 1 is words only; ignored when one of the two is absent.
        """


@dataclass(frozen=True, slots=True)
class QueryParts:
    """What one query is fused from, as ``Bundle.embed_query`` takes it.

    Attributes:
        video: features of the segments in scope, [segments, video_dim], or None without picture.
        text: features of the prompt, [text_dim], or None without words.
        text_weight: 0 is picture only, 1 is words only; ignored when one of the two is absent.
    """

    video: Matrix | None
    text: Vector | None
    text_weight: float


class BatchBundle(Bundle, Protocol):
    """A bundle that runs the work of several callers at once.

    Rows of a batch do not see each other: an answer differs from that of a call by itself in the last digits
    of float32 at most, and a batch of one is that call.
    """

    def encode_segments(
        self, segments: Sequence[tuple[Frames, Sequence[int]]], *, frames_a_run: int
    ) -> list[SegmentFeatures]:
        """Encode segments together, each as ``encode_frames`` takes it, so many frames a run of the graph."""

    def embed_queries(self, queries: Sequence[QueryParts]) -> Matrix:
        """Fuse queries together, [count, embed_dim], each as ``embed_query`` takes it."""
