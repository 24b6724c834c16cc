"""Builds segments of picture straight from media, without a timeline file."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from temptrack.timeline.segments import (
    SEGMENT_S,
    MediaKind,
    MediaSource,
    MediaSpan,
    RecordRange,
    Segment,
    SourceRange,
)


def span(
    media: MediaSource | Path,
    *,
    record_frames: tuple[int, int],
    source_s: tuple[Fraction | int, Fraction | int] | None = None,
    rate: Fraction | int = 25,
    backwards: bool = False,
) -> MediaSpan:
    """Place media at (start, duration) timeline frames; at normal speed from its start unless told."""
    start, duration = record_frames
    first_s, length_s = source_s if source_s is not None else (Fraction(0), Fraction(duration) / rate)
    source = media if isinstance(media, MediaSource) else MediaSource(media)
    return MediaSpan(
        clip_name=source.path.stem,
        media=source,
        source=SourceRange(Fraction(first_s), Fraction(length_s), backwards),
        record=RecordRange(start, duration, Fraction(rate)),
    )


def segment(
    spans: Sequence[MediaSpan], *, duration: int, start: int = 0, index: int = 0, rate: Fraction | int = 25
) -> Segment:
    """One segment of so many timeline frames."""
    return Segment(index, RecordRange(start, duration, Fraction(rate)), tuple(spans))


def whole_movie(path: Path, duration_s: Fraction | int, *, rate: Fraction | int = 25) -> list[Segment]:
    """A movie laid on a timeline from its start, cut into segments."""
    frames, step = int(Fraction(duration_s) * rate), round(SEGMENT_S * rate)
    segments = []
    for index, start in enumerate(range(0, frames, step)):
        length = min(step, frames - start)
        at_s = Fraction(start) / rate
        piece = span(path, record_frames=(start, length), source_s=(at_s, Fraction(length) / rate), rate=rate)
        segments.append(segment([piece], duration=length, start=start, index=index, rate=rate))
    return segments


def still(path: Path) -> MediaSource:
    """A picture as media."""
    return MediaSource(path, MediaKind.STILL)


def sequence(pattern: str, first: int, rate: Fraction | int | None = 24) -> MediaSource:
    """A numbered image sequence as media."""
    chosen = None if rate is None else Fraction(rate)
    return MediaSource(Path(pattern), MediaKind.SEQUENCE, pattern, first, chosen)
