"""Turns a query into one embedding, and remembers what is asked again on the same picture."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Generic, TypeVar

import numpy as np

from temptrack.model.types import Bundle, Matrix, Vector
from temptrack.suggest.types import PictureSegment, PromptReading, Query

AGAINST_WEIGHT: Final = 0.4
"""How much of the unwanted words is taken from a query made of words alone."""

_WEIGHT_UNIT_S: Final = 1.0
_MOST_ROWS: Final = 4096
_REMEMBERED: Final = 4096

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class RecentlyUsed(Generic[_Key, _Value]):
    """A bounded memory that forgets what was not asked for longest. Safe to share between threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: OrderedDict[_Key, _Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: _Key, make: Callable[[], _Value]) -> _Value:
        """Return what is held for a key; when there is nothing, make it and hold it."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make()
        with self._lock:
            self._held[key] = made
            self._held.move_to_end(key)
            while len(self._held) > self._size:
                self._held.popitem(last=False)
        return made

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as the search takes it.

    Attributes:
        embedding: [embed_dim], length 1.
        text_weight: share of the words in it, 0 to 1.
    """

    embedding: Vector
    text_weight: float


class QueryEmbedder:
    """Embeds queries with one bundle.

    Words share ``text_weight`` of the query; picture and reference track divide the rest equally. Unwanted
    words that no tag knows are subtracted:

        query = unit(fused - AGAINST_WEIGHT * share of words * unwanted)
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._phrases: RecentlyUsed[str, Vector] = RecentlyUsed(_REMEMBERED)
        self._features: RecentlyUsed[str, Vector] = RecentlyUsed(_REMEMBERED)
        self._segments: RecentlyUsed[bytes, Vector] = RecentlyUsed(_REMEMBERED)

    def ask(self, query: Query, reading: PromptReading, reference: Vector | None) -> Asked:
        """Embed a checked query.

        Args:
            query: asks for at least one of words, picture and reference.
            reading: its prompt as it was read.
            reference: embedding of the reference track, [embed_dim], or None.
        """
        words = self._text_features(reading.wanted) if reading.wanted else None
        video = weighted_rows(query.picture) if query.picture else None
        share = _share_of_words(query, reading, alone=video is None and reference is None)
        both = video is not None and reference is not None
        fused = None
        if words is not None or video is not None:
            # A reference mixed in afterwards thins the words out: they weigh more here to keep their share.
            inner = 2 * share / (1 + share) if both else share
            fused = self._bundle.embed_query(video, words, inner)
        if reference is not None:
            weight = (1.0 - share) / 2 if both else 1.0 - share
            fused = reference if fused is None else _mix(fused, reference, weight)
        if fused is None:
            # Only unwanted words: what is farthest from them comes first.
            return Asked(-self._mean_phrase(reading.excluded_words), share)
        if reading.unknown_words:
            against = self._mean_phrase(reading.unknown_words)
            fused = unit(fused - np.float32(AGAINST_WEIGHT * share) * against)
        return Asked(fused, share)

    @cached_property
    def tag_words(self) -> Matrix:
        """The bundle's tags embedded as queries of their own, [tag count, embed_dim]."""
        names = [tag.name for tag in self._bundle.tags]
        return self.phrases(names) if names else np.zeros((0, self._bundle.embed_dim), dtype=np.float32)

    def phrases(self, phrases: Sequence[str]) -> Matrix:
        """Embed phrases as queries of their own, [count, embed_dim]."""
        return np.stack([self._phrase(phrase) for phrase in phrases])

    def segments(self, picture: Sequence[PictureSegment]) -> Matrix:
        """Embed each segment as a query of its own, [count, embed_dim]."""
        return np.stack([self._segment(segment) for segment in picture])

    def _mean_phrase(self, phrases: Sequence[str]) -> Vector:
        return unit(self.phrases(phrases).mean(axis=0))

    def _phrase(self, phrase: str) -> Vector:
        return self._phrases.get(
            phrase, lambda: self._bundle.embed_query(None, self._text_features(phrase), 1.0)
        )

    def _segment(self, segment: PictureSegment) -> Vector:
        values = segment.features.values
        return self._segments.get(values.tobytes(), lambda: self._bundle.embed_query(values[None], None, 0.0))

    def _text_features(self, text: str) -> Vector:
        # One text a call: quantised encoders round by batch, and equal prompts must embed equally.
        return self._features.get(text, lambda: self._bundle.encode_text([text])[0])


def weighted_rows(picture: Sequence[PictureSegment]) -> Matrix:
    """Return the features of segments, [rows, video_dim], so that longer ones weigh more.

    Towers weigh rows equally; a segment of another length than its neighbours is therefore repeated in
    proportion. Segments of equal length stay one row each.
    """
    rows = np.stack([segment.features.values for segment in picture])
    lengths = np.array([float(segment.duration_s) for segment in picture])
    if np.ptp(lengths) < 1e-3:
        return rows
    unit_s = max(_WEIGHT_UNIT_S, lengths.sum() / _MOST_ROWS)
    repeats = np.maximum(1, np.rint(lengths / unit_s)).astype(np.int64)
    repeated: Matrix = np.repeat(rows, repeats, axis=0)
    return repeated


def unit(vector: Vector) -> Vector:
    """Return a vector scaled to length 1; a vector without direction is returned as it is."""
    norm = float(np.linalg.norm(vector))
    return vector if norm < 1e-9 else (vector / norm).astype(np.float32)


def _share_of_words(query: Query, reading: PromptReading, *, alone: bool) -> float:
    if alone:
        return 1.0
    return query.text_weight if reading.wanted or reading.unknown_words else 0.0


def _mix(first: Vector, second: Vector, weight_of_second: float) -> Vector:
    return unit(np.float32(1.0 - weight_of_second) * first + np.float32(weight_of_second) * second)
