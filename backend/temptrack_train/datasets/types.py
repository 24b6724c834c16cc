"""What every collection of (picture, music, words) offers, whatever files it lies in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
"""Rows of float32, [count, dim]."""

Indices = npt.NDArray[np.int64]
"""Positions of items in a dataset, ascending."""

SplitName = Literal["train", "validation", "test"]
SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")

SEGMENT_S = 10
"""Length of a segment of picture and of a window of music in seconds (ViML section 4.1)."""


@dataclass(frozen=True, slots=True)
class FeatureSpaces:
    """Which encoders made the features. Features of different encoders never mix.

    Attributes:
        video_encoder_id: changes whenever the same frames would give other features.
        music_encoder_id: the same for sound.
        text_encoder_id: the encoder whose features the text tower takes.
        video_dim: length of the features of a segment.
        music_dim: length of the features of a window of music.
        text_dim: length of the features of a text.
    """

    video_encoder_id: str
    music_encoder_id: str
    text_encoder_id: str
    video_dim: int
    music_dim: int
    text_dim: int


@dataclass(frozen=True, slots=True)
class TrimodalItem:
    """A film and the music that goes with it.

    Attributes:
        track_id: unique in the dataset.
        video: [segments, video_dim], one row for every ten seconds, in order; at least one.
        music: [windows, music_dim], one row for every ten seconds, in order; at least one.
        texts: descriptions of the music as people write them; may be empty.
        tags: what a tagger heard; may be empty.
        recording_id: items that hold (nearly) the same recording share it. A split never cuts through one.
        described: first row and row after the last of ``music`` that ``texts`` speak about, or None where
            they speak about the whole track.
    """

    track_id: str
    video: Matrix
    music: Matrix
    texts: Sequence[str]
    tags: frozenset[str]
    recording_id: str
    described: tuple[int, int] | None = None


@runtime_checkable
class TrimodalDataset(Protocol):
    """A collection of pairs.

    Implementations: ``planted``, ``folder``, ``youtube8m``, ``ossl``, ``mgsv`` of this room, and
    ``ClipLevel`` around any of them; one suite in ``tests/contract`` holds them all to this.
    """

    @property
    def name(self) -> str:
        """Short name for logs and tables."""

    @property
    def spaces(self) -> FeatureSpaces:
        """Which encoders made the features."""

    @property
    def track_ids(self) -> Sequence[str]:
        """Ids of all items in order."""

    def __len__(self) -> int:
        """Count items."""

    def item(self, index: int) -> TrimodalItem:
        """Return an item.

        Raises:
            IndexError: the index is not in 0 to len - 1.
        """

    def split(self, name: SplitName) -> Indices:
        """Return which items belong to a split; splits share no item and no recording."""


@runtime_checkable
class GradedDataset(TrimodalDataset, Protocol):
    """A collection that knows how well any track would suit any film, not only which pairs were made."""

    def relevance(self, query: int, candidate: int) -> float:
        """Return 0 to 1: how well the music of one item suits the film of another; 1 for its own."""

    def relevance_matrix(self, queries: Indices, candidates: Indices) -> Matrix:
        """Return ``relevance`` for every pair, [queries, candidates]."""


@runtime_checkable
class TaggedDataset(TrimodalDataset, Protocol):
    """A collection whose tagger also says how sure it is."""

    def tag_scores(self, index: int) -> Mapping[str, float]:
        """Return the posterior, 0 to 1, of every tag the tagger knows."""


class TextEncoder(Protocol):
    """A frozen encoder of texts."""

    @property
    def id(self) -> str:
        """Changes whenever the same text would give other features."""

    @property
    def text_dim(self) -> int:
        """Length of the features of a text."""

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Encode texts to [count, text_dim]; an empty string is allowed and stands for no words."""
