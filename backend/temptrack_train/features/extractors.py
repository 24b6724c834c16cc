"""From a media file to features, one row for every ten seconds: decoded as the product decodes."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import floor
from pathlib import Path
from typing import Protocol

import numpy as np

from temptrack.errors import InvalidRequest
from temptrack.library.analysis.embedding import cut_windows
from temptrack.media.audio import decode_audio
from temptrack.media.frames import sample_frames
from temptrack.media.probe import probe
from temptrack.media.types import Frames, FrameSpec, Sampling
from temptrack.model.types import Bundle, Vector
from temptrack.timeline.segments import (
    SEGMENT_S,
    MediaSource,
    MediaSpan,
    RecordRange,
    Segment,
    SourceRange,
)
from temptrack_train.audio_encoders.types import AudioEncoder
from temptrack_train.datasets.types import Matrix
from temptrack_train.features.store import StoreHeader

_WINDOWS_AT_ONCE = 16


class FrameEncoder(Protocol):
    """Turns the frames of a segment into one vector.

    Implementations: ``BundledFrameEncoder`` below and ``open_clip_encoders.OpenClipFrameEncoder``.
    """

    @property
    def id(self) -> str:
        """Changes whenever the same frames would give other features."""

    @property
    def dim(self) -> int:
        """Length of the features."""

    @property
    def frame_spec(self) -> FrameSpec:
        """Geometry of the frames it takes."""

    def encode(self, frames: Frames, repeats: Sequence[int]) -> Vector:
        """Encode frames and average them, each weighted by its repeats, to [dim]."""


class Extractor(Protocol):
    """Turns a file into features."""

    @property
    def header(self) -> StoreHeader:
        """What its features are."""

    def extract(self, path: Path) -> Matrix:
        """Return features [rows, dim] of a whole file, at least one row.

        Raises:
            TemptrackError: the file cannot be used, and why.
        """


class BundledFrameEncoder:
    """The frame encoder of a bundle."""

    def __init__(self, bundle: Bundle) -> None:
        """Take a loaded bundle."""
        self._bundle = bundle

    @property
    def id(self) -> str:
        """As the bundle says."""
        return self._bundle.frame_encoder_id

    @property
    def dim(self) -> int:
        """As the bundle says."""
        return self._bundle.video_dim

    @property
    def frame_spec(self) -> FrameSpec:
        """As the bundle says."""
        return self._bundle.frame_spec

    def encode(self, frames: Frames, repeats: Sequence[int]) -> Vector:
        """Encode and average."""
        return self._bundle.encode_frames(frames, repeats).values


class VideoExtractor:
    """Films, segment by segment (ViML section 4.1: six frames a second, averaged within ten seconds)."""

    def __init__(self, encoder: FrameEncoder, sampling: Sampling = Sampling.PAPER) -> None:
        """Choose an encoder and which frames it sees."""
        self._encoder = encoder
        self._sampling = sampling

    @property
    def header(self) -> StoreHeader:
        """Of the frame encoder, with the sampling."""
        return StoreHeader(
            kind="video", encoder_id=self._encoder.id, dim=self._encoder.dim, sampling=self._sampling.value
        )

    def extract(self, path: Path) -> Matrix:
        """Return features [segments, dim]; a segment without a readable frame repeats the one before it.

        Raises:
            InvalidRequest: NO_PICTURE, not one frame of the file can be seen.
            TemptrackError: the file cannot be opened.
        """
        rows: list[Vector] = []
        leading = 0
        segments = film_segments(path)
        for sampled in sample_frames(segments, sampling=self._sampling, spec=self._encoder.frame_spec):
            if len(sampled.frames):
                rows.append(self._encoder.encode(sampled.frames, sampled.repeats))
            elif rows:
                rows.append(rows[-1])
            else:
                leading += 1
        if not rows:
            raise _no_picture(path)
        return np.stack([rows[0]] * leading + rows)


class MusicExtractor:
    """Music, window by window, cut as the library cuts it."""

    def __init__(self, encoder: AudioEncoder) -> None:
        """Choose an encoder."""
        self._encoder = encoder

    @property
    def header(self) -> StoreHeader:
        """Of the audio encoder."""
        return StoreHeader(kind="music", encoder_id=self._encoder.id, dim=self._encoder.dim)

    def extract(self, path: Path) -> Matrix:
        """Return features [windows, dim] of the first audio stream.

        Raises:
            InvalidRequest: NO_SOUND, the file has no sound.
            TemptrackError: the file cannot be opened or decoded.
        """
        spec = self._encoder.audio_spec
        samples = decode_audio(path, rate_hz=spec.rate_hz).samples[0]
        if not len(samples):
            raise InvalidRequest(f"'{path}' has no sound.", reason="NO_SOUND", hint="Leave the file out.")
        windows, _ = cut_windows(samples, spec.window_samples)
        parts = range(0, len(windows), _WINDOWS_AT_ONCE)
        return np.concatenate([self._encoder.encode(windows[at : at + _WINDOWS_AT_ONCE]) for at in parts])


def film_segments(path: Path) -> tuple[Segment, ...]:
    """Cut a film into segments of ten seconds; a last piece shorter than half of that is left out.

    Raises:
        InvalidRequest: NO_PICTURE, no moving picture in the file.
        TemptrackError: the file cannot be opened.
    """
    info = probe(path)
    if info.video is None or info.video.rate is None or not info.duration_s:
        raise _no_picture(path)
    rate = info.video.rate
    frames = max(floor(info.duration_s * rate), 1)
    count = max(floor(Fraction(frames, SEGMENT_S) / rate + Fraction(1, 2)), 1)
    borders = [min(round(number * SEGMENT_S * rate), frames) for number in range(count + 1)]
    return tuple(
        _segment(path, index, RecordRange(start, end - start, rate))
        for index, (start, end) in enumerate(pairwise(borders))
    )


def _segment(path: Path, index: int, record: RecordRange) -> Segment:
    source = SourceRange(record.start_s, record.duration_s)
    return Segment(index, record, (MediaSpan(path.name, MediaSource(path), source, record),))


def _no_picture(path: Path) -> InvalidRequest:
    return InvalidRequest(
        f"'{path}' has no picture that can be seen.", reason="NO_PICTURE", hint="Leave the file out."
    )
