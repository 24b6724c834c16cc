"""Pictures that only the host can make: which frames of them are wanted, and taking them in.

A rendered frame is the whole picture that the viewer sees then, titles and all. Each stands for the frames
around it, as a still does, so that everything after this (sampling, features, cache) works as with files.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from temptrack.media.moments import sampled_frames
from temptrack.media.types import Sampling
from temptrack.timeline.segments import (
    MediaKind,
    MediaSource,
    MediaSpan,
    Problem,
    ProblemKind,
    RecordRange,
    Scope,
    Segment,
    SourceRange,
)

_RENDERABLE = (ProblemKind.NOT_RENDERED, ProblemKind.NO_MEDIA)
_STILL = SourceRange(Fraction(0), Fraction(0))


@dataclass(frozen=True, slots=True)
class WantedRenders:
    """Frames that the host is asked to render.

    Attributes:
        item: name of the clip that has no file.
        frames: record frames, ascending.
    """

    item: str
    frames: tuple[int, ...]


def wanted_renders(
    scope: Scope, sampling: Sampling = Sampling.STANDARD, *, only: Sequence[str] = ()
) -> tuple[WantedRenders, ...]:
    """Return which frames of a scope show something without a file, out of those that would be looked at.

    Args:
        scope: as selected, its problems included.
        sampling: which frames are looked at; the standard ten a segment.
        only: names of clips; where given, others are not asked for.
    """
    wanted: dict[str, list[int]] = {}
    holes = [hole for hole in _holes(scope) if not only or hole.clip_name in only]
    for segment in scope.segments:
        near = [hole for hole in holes if _overlaps(_range_of(hole), segment.record)]
        for frame in sampled_frames(segment, sampling) if near else ():
            hole = next((hole for hole in near if _shows(segment, hole, frame)), None)
            if hole is not None:
                wanted.setdefault(hole.clip_name, []).append(frame)
    return tuple(WantedRenders(item, tuple(sorted(set(frames)))) for item, frames in wanted.items())


def with_renders(scope: Scope, renders: Mapping[int, Path]) -> Scope:
    """Return a scope in which rendered frames are media like any other.

    Args:
        scope: as selected.
        renders: picture files by record frame; frames that were not wanted are passed over.
    """
    holes = _holes(scope)
    if not holes or not renders:
        return scope
    filled: set[int] = set()
    pictures = sorted(renders.items())
    segments = []
    for segment in scope.segments:
        spans = segment.spans
        for hole in holes:
            added = tuple(_stills(replace(segment, spans=spans), hole, pictures))
            if added:
                filled.add(id(hole))
                spans = tuple(sorted(spans + added, key=lambda span: span.record.start_frames))
        segments.append(replace(segment, spans=spans))
    problems = tuple(problem for problem in scope.problems if id(problem) not in filled)
    return replace(scope, segments=tuple(segments), problems=problems)


def _holes(scope: Scope) -> list[Problem]:
    # What the timeline itself knows to be hidden by nothing comes first.
    holes = [
        problem for problem in scope.problems if problem.kind in _RENDERABLE and problem.record is not None
    ]
    return sorted(holes, key=lambda problem: _RENDERABLE.index(problem.kind))


def _range_of(hole: Problem) -> RecordRange:
    assert hole.record is not None
    return hole.record


def _overlaps(first: RecordRange, second: RecordRange) -> bool:
    return first.start_frames < second.end_frames and second.start_frames < first.end_frames


def _shows(segment: Segment, hole: Problem, frame: int) -> bool:
    record = _range_of(hole)
    return record.start_frames <= frame < record.end_frames and not any(
        span.record.start_frames <= frame < span.record.end_frames for span in segment.spans
    )


def _stills(segment: Segment, hole: Problem, renders: Sequence[tuple[int, Path]]) -> Iterator[MediaSpan]:
    """Yield stills that fill a segment's part of a hole, each frame shown by the render nearest to it."""
    for start, end in _free(segment, _range_of(hole)):
        inside = [(frame, path) for frame, path in renders if start <= frame < end]
        edges = [start, *((a + b + 1) // 2 for (a, _), (b, _) in pairwise(inside)), end]
        for (_, path), (first, last) in zip(inside, pairwise(edges), strict=False):
            media = MediaSource(path, MediaKind.STILL)
            record = RecordRange(first, last - first, segment.record.rate)
            yield MediaSpan(hole.clip_name, media, _STILL, record)


def _free(segment: Segment, hole: RecordRange) -> Iterator[tuple[int, int]]:
    """Yield the parts of a hole inside a segment that no media cover."""
    start = max(hole.start_frames, segment.record.start_frames)
    end = min(hole.end_frames, segment.record.end_frames)
    for span in segment.spans:
        if start < span.record.start_frames:
            yield start, min(end, span.record.start_frames)
        start = max(start, span.record.end_frames)
        if start >= end:
            return
    if start < end:
        yield start, end
