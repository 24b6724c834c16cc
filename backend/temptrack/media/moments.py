"""Which moments of a segment are looked at, and where in which file each one lies. Exact arithmetic only."""

from dataclasses import dataclass
from fractions import Fraction
from math import floor

from temptrack.media.types import Sampling
from temptrack.timeline.segments import MediaSpan, Segment

FRAMES_PER_SEGMENT = 10
"""Frames looked at in a segment by standard sampling, and at most by fast sampling."""

PAPER_RATE = 6
"""Frames per second looked at by paper sampling (ViML, section 4.1)."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One sampled moment.

    Attributes:
        record_s: the timeline frame it falls in, as seconds from the timeline's start.
        span: the media seen then.
        source_s: the start of the picture shown then, seconds from the media's first frame.
        tolerance_s: how far from ``source_s`` a picture may lie and still stand for this moment.
    """

    record_s: Fraction
    span: MediaSpan
    source_s: Fraction
    tolerance_s: Fraction


def sampled_moments(segment: Segment, sampling: Sampling) -> list[Moment]:
    """Return the moments of a segment in record order; moments without media are left out."""
    if segment.record.duration_frames == 0:
        return []
    step_s = segment.record.duration_s / _count(segment, sampling)
    moments = []
    for frame in sampled_frames(segment, sampling):
        record_s = frame / segment.record.rate
        span = _span_at(segment, record_s)
        if span is not None:
            speed = span.source.duration_s / span.record.duration_s
            moments.append(Moment(record_s, span, source_time(span, record_s), step_s / 2 * speed))
    return moments


def sampled_frames(segment: Segment, sampling: Sampling) -> list[int]:
    """Return the record frames of a segment that are looked at, media or not; short segments repeat some."""
    count = _count(segment, sampling)
    step_s = segment.record.duration_s / count
    if segment.record.duration_frames == 0:
        return []
    # Media change only where timeline frames do, so a moment is the frame it falls in.
    return [
        floor((segment.record.start_s + (number + Fraction(1, 2)) * step_s) * segment.record.rate)
        for number in range(count)
    ]


def _count(segment: Segment, sampling: Sampling) -> int:
    if sampling is Sampling.PAPER:
        return max(1, round(segment.record.duration_s * PAPER_RATE))
    return FRAMES_PER_SEGMENT


def source_time(span: MediaSpan, record_s: Fraction) -> Fraction:
    """Return the start of the picture that a span shows at a moment of the timeline.

    Args:
        span: a span that covers the moment.
        record_s: start of a timeline frame inside the span, seconds from the timeline's start.

    Returns:
        Seconds from the media's first frame, within the span's source range.
    """
    frames = span.record.duration_frames
    position = (record_s - span.record.start_s) * span.record.rate
    if span.source.reversed:
        # Played backwards, the first timeline frame shows the last piece of the range, not its excluded end.
        position = max(frames - 1 - position, Fraction(0))
    return span.source.start_s + position / frames * span.source.duration_s


def _span_at(segment: Segment, record_s: Fraction) -> MediaSpan | None:
    for span in segment.spans:
        if span.record.start_s <= record_s < span.record.start_s + span.record.duration_s:
            return span
    return None
