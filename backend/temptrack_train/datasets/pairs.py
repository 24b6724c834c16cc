"""A pair as a published collection lists it: which film, which music, what people said, which split."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from temptrack_train.datasets.types import SEGMENT_S, SPLITS, SplitName

Span = tuple[float, float]
"""Start and end in seconds from the start of the file."""

_SHARES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Pair:
    """A film and the music that goes with it, before any features.

    Attributes:
        track_id: unique in the collection.
        video_key: id of the film's features; several pairs may share a film.
        music_key: id of the music's features; several pairs may share a track.
        split: where it belongs.
        video_path: the film, or None where only features are at hand.
        music_path: the file whose sound is the music, or None likewise.
        texts: descriptions by people.
        tags: what a tagger heard.
        recording_id: shared by pairs with (nearly) the same recording.
        video_span_s: the part of the film that counts; None for all.
        music_span_s: the part of the music that counts; None for all.
        described_s: what the texts speak about, in seconds of the part that counts; None for all of it.
    """

    track_id: str
    video_key: str
    music_key: str
    split: SplitName
    recording_id: str
    video_path: Path | None = None
    music_path: Path | None = None
    texts: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    video_span_s: Span | None = None
    music_span_s: Span | None = None
    described_s: Span | None = None


def rows_of(span_s: Span | None, count: int) -> tuple[int, int]:
    """Return the first row and the row after the last that lie mostly in a span; always at least one row.

    Args:
        span_s: seconds; None for everything.
        count: rows there are, at least 1, each of ten seconds.
    """
    if span_s is None:
        return 0, count
    first = min(round(span_s[0] / SEGMENT_S), count - 1)
    return first, max(min(round(span_s[1] / SEGMENT_S), count), first + 1)


def drawn_split(recording_id: str, *, validation: float, test: float = 0.0) -> SplitName:
    """Draw a split for a recording that no one published a split for; the same id always gets the same.

    Args:
        recording_id: what must not be cut through.
        validation: share of the validation split, 0 to 1.
        test: share of the test split, 0 to 1.
    """
    digest = hashlib.sha256(recording_id.encode()).digest()
    place = int.from_bytes(digest[:8], "big") % _SHARES / _SHARES
    return "test" if place < test else "validation" if place < test + validation else "train"


def keep_recordings_apart(pairs: Iterable[Pair]) -> Sequence[Pair]:
    """Leave out pairs whose recording stands in a later split too, so that no test track was trained on.

    Published splits keep films apart, not always music: test goes before validation, validation before train.
    """
    pairs = list(pairs)
    latest: dict[str, int] = {}
    for pair in pairs:
        at = SPLITS.index(pair.split)
        latest[pair.recording_id] = max(at, latest.get(pair.recording_id, at))
    return [pair for pair in pairs if SPLITS.index(pair.split) == latest[pair.recording_id]]


def with_drawn_validation(pairs: Iterable[Pair], share: float) -> Sequence[Pair]:
    """Move a share, 0 to 1, of the training recordings to a validation split that was not published."""
    return [
        replace(pair, split=drawn_split(pair.recording_id, validation=share))
        if pair.split == "train"
        else pair
        for pair in pairs
    ]
