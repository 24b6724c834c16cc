"""A bundle whose graphs run on the inference threads of one or more devices, for many callers together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from temptrack.media.types import Frames, FrameSpec
from temptrack.model.types import (
    AudioSpec,
    BatchBundle,
    Matrix,
    MusicEmbeddings,
    QueryParts,
    SegmentFeatures,
    Tag,
    Vector,
)
from temptrack.server.device import Device, Kind

_Segment = tuple[Frames, Sequence[int]]


@dataclass(frozen=True, slots=True)
class BatchSizes:
    """Most rows that run together; 1 keeps callers apart, and every answer the same bit by bit.

    Attributes:
        frames: pictures a run of the frame encoder.
        texts: prompts a run of the text encoder.
        queries: queries a run of the query tower.
    """

    frames: int = 1
    texts: int = 1
    queries: int = 1


BATCHES_OF = {"cpu": BatchSizes(), "cuda": BatchSizes(frames=64, texts=32, queries=32)}
"""Where nothing else is said. On a CPU batches save nothing (docs/adr/0016); on CUDA not measured."""


class BatchedBundle:
    """A ``Bundle`` for the threads of many calls: each call waits for its own part of a batch."""

    def __init__(self, bundles: Sequence[tuple[Device, BatchBundle]], sizes: BatchSizes) -> None:
        """Take over devices that are running.

        Args:
            bundles: each device with the same bundle loaded on it, 1 or more.
            sizes: most rows that run together.
        """
        self._lanes = [_Lane(device, bundle, sizes) for device, bundle in bundles]
        self._first = bundles[0][1]

    @property
    def id(self) -> str:
        """Name and version."""
        return self._first.id

    @property
    def digest(self) -> str:
        """Hex SHA-256 of the manifest."""
        return self._first.digest

    @property
    def provider(self) -> str:
        """The devices the graphs run on: "cpu" or "cuda"."""
        return self._first.provider

    @property
    def embed_dim(self) -> int:
        """Length of an embedding."""
        return self._first.embed_dim

    @property
    def video_dim(self) -> int:
        """Length of the features of a segment."""
        return self._first.video_dim

    @property
    def frame_encoder_id(self) -> str:
        """Changes whenever frames would encode differently."""
        return self._first.frame_encoder_id

    @property
    def frame_spec(self) -> FrameSpec:
        """Geometry of the frames ``encode_frames`` takes."""
        return self._first.frame_spec

    @property
    def audio_spec(self) -> AudioSpec:
        """Sound that ``encode_audio`` takes."""
        return self._first.audio_spec

    @property
    def support_below(self) -> float | None:
        """That of the bundle."""
        return self._first.support_below

    @property
    def tags(self) -> Sequence[Tag]:
        """The tag vocabulary of the music tower."""
        return self._first.tags

    def encode_frames(self, frames: Frames, repeats: Sequence[int]) -> SegmentFeatures:
        """Encode the frames of a segment."""
        lane = self._free_lane()
        return lane.device.run(lane.frames, (frames, repeats))

    def encode_text(self, texts: Sequence[str]) -> Matrix:
        """Encode texts."""
        lane = self._free_lane()
        return lane.device.run(lane.texts, texts)

    def encode_audio(self, windows: Matrix) -> Matrix:
        """Encode mono windows."""
        lane = self._free_lane()
        return lane.device.run(lane.audio, windows)

    def embed_music(self, audio_features: Matrix) -> MusicEmbeddings:
        """Map audio features to the shared space."""
        lane = self._free_lane()
        return lane.device.run(lane.music, audio_features)

    def embed_words(self, text_features: Matrix) -> Matrix:
        """Map the words that come with a track to the shared space."""
        lane = self._free_lane()
        return lane.device.run(lane.words, text_features)

    def embed_query(self, video: Matrix | None, text: Vector | None, text_weight: float) -> Vector:
        """Fuse picture and words to one query embedding."""
        lane = self._free_lane()
        return lane.device.run(lane.queries, QueryParts(video, text, text_weight))

    def close(self) -> None:
        """Finish what waits and end the threads of all devices."""
        for lane in self._lanes:
            lane.device.close()

    def _free_lane(self) -> "_Lane":
        return min(self._lanes, key=lambda lane: lane.device.load)


class _Lane:
    """One device, and the kinds of work it does."""

    def __init__(self, device: Device, bundle: BatchBundle, sizes: BatchSizes) -> None:
        self.device = device
        self._bundle = bundle
        self._frames_a_run = sizes.frames
        self.frames: Kind[_Segment, SegmentFeatures] = Kind(
            "frames", self._encode_segments, sizes.frames, lambda segment: len(segment[0])
        )
        self.texts: Kind[Sequence[str], Matrix] = Kind("texts", self._encode_texts, sizes.texts, len)
        self.queries: Kind[QueryParts, Vector] = Kind("queries", self._embed_queries, sizes.queries)
        self.audio: Kind[Matrix, Matrix] = Kind("audio", lambda parts: [*map(bundle.encode_audio, parts)])
        self.music: Kind[Matrix, MusicEmbeddings] = Kind(
            "music", lambda parts: [*map(bundle.embed_music, parts)]
        )
        self.words: Kind[Matrix, Matrix] = Kind("words", lambda parts: [*map(bundle.embed_words, parts)])

    def _encode_segments(self, segments: Sequence[_Segment]) -> Sequence[SegmentFeatures]:
        if len(segments) == 1:
            # Bit by bit what the same call gives in process.
            return [self._bundle.encode_frames(*segments[0])]
        return self._bundle.encode_segments(segments, frames_a_run=self._frames_a_run)

    def _encode_texts(self, texts: Sequence[Sequence[str]]) -> Sequence[Matrix]:
        rows = self._bundle.encode_text([text for some in texts for text in some])
        parts: list[Any] = []
        start = 0
        for some in texts:
            parts.append(rows[start : start + len(some)])
            start += len(some)
        return parts

    def _embed_queries(self, queries: Sequence[QueryParts]) -> Sequence[Vector]:
        if len(queries) == 1:
            query = queries[0]
            return [self._bundle.embed_query(query.video, query.text, query.text_weight)]
        return list(self._bundle.embed_queries(queries))
