"""A bundle without weights: every embedding is a unit vector seeded by a hash of its input."""

import hashlib
from collections.abc import Sequence

import numpy as np

from temptrack.media.types import Frames, FrameSpec
from temptrack.model.types import (
    AudioSpec,
    Matrix,
    MusicEmbeddings,
    SegmentFeatures,
    Tag,
    TagGroup,
    Vector,
)

FAKE_TAGS = (
    Tag("piano", TagGroup.INSTRUMENT, 0.5),
    Tag("drums", TagGroup.INSTRUMENT, 0.5),
    Tag("sad", TagGroup.MOOD, 0.5),
    Tag("happy", TagGroup.MOOD, 0.5),
    Tag("rock", TagGroup.GENRE, 0.5),
    Tag("vocals", TagGroup.VOCAL, 0.5),
)


class FakeBundle:
    """Stands in for OnnxBundle wherever weights do not matter. Equal inputs give equal outputs.

    Picklable, so that it can travel to worker processes.
    """

    id = "fake-0"
    digest = hashlib.sha256(b"fake-0").hexdigest()
    provider = "cpu"
    embed_dim = 32
    video_dim = 24
    frame_encoder_id = "fake-frames-0"
    frame_spec = FrameSpec(size_px=32, interpolation="bilinear")
    audio_spec = AudioSpec(rate_hz=8000, window_samples=80_000)
    tags: Sequence[Tag] = FAKE_TAGS
    support_below: float | None = None

    def encode_frames(self, frames: Frames, repeats: Sequence[int]) -> SegmentFeatures:
        rows = np.stack([_unit(frame.tobytes(), self.video_dim) for frame in frames])
        mean = np.average(rows, axis=0, weights=np.asarray(repeats, dtype=np.float64))
        return SegmentFeatures(values=mean.astype(np.float32), encoder_id=self.frame_encoder_id)

    def encode_text(self, texts: Sequence[str]) -> Matrix:
        return np.stack([_unit(text.encode(), self.embed_dim) for text in texts])

    def encode_audio(self, windows: Matrix) -> Matrix:
        return np.stack([_unit(np.round(window, 3).tobytes(), self.embed_dim) for window in windows])

    def embed_music(self, audio_features: Matrix) -> MusicEmbeddings:
        tags = 0.5 + 0.5 * np.tanh(3.0 * audio_features[:, : len(FAKE_TAGS)])
        return MusicEmbeddings(embeddings=_normalised(audio_features), tags=tags.astype(np.float32))

    def embed_words(self, text_features: Matrix) -> Matrix:
        return _normalised(text_features)

    def embed_query(self, video: Matrix | None, text: Vector | None, text_weight: float) -> Vector:
        picture: Vector | None = None
        if video is not None:
            picture = _normalised(np.resize(video.mean(axis=0), (1, self.embed_dim)))[0]
        if picture is None and text is None:
            raise ValueError("neither picture nor words")
        if picture is None:
            assert text is not None
            return text
        if text is None:
            return picture
        both: Vector = _normalised(((1 - text_weight) * picture + text_weight * text)[None])[0]
        return both


class NewerBundle(FakeBundle):
    """Another bundle, of another space."""

    id = "fake-1"
    digest = hashlib.sha256(b"fake-1").hexdigest()
    embed_dim = 40


def _unit(seed: bytes, dim: int) -> Vector:
    generator = np.random.default_rng(int.from_bytes(hashlib.sha256(seed).digest()[:8], "little"))
    row: Vector = _normalised(generator.standard_normal((1, dim)))[0]
    return row


def _normalised(rows: Matrix | np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Matrix:
    unit: Matrix = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return unit
