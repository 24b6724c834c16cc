"""What the viewer sees: for every frame of the timeline, the one clip that is on top.

Lanes are opaque: the uppermost enabled clip that names a picture hides those below it. Titles and generators
name none and let the picture below show through. A missing file still hides what is below: the viewer would
not have seen that either.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from opentimelineio import schema

from temptrack.timeline.layout import (
    Affine,
    Child,
    children_of,
    is_enabled,
    is_ramped,
    map_of_child,
    record_window,
    trim_of,
)
from temptrack.timeline.media_folders import MediaFolders
from temptrack.timeline.rates import nearest_frame
from temptrack.timeline.references import names_picture, why_no_picture
from temptrack.timeline.segments import Problem, ProblemKind, RecordRange
from temptrack.timeline.timeline_file import TimelineFile, is_picture_lane


@dataclass(frozen=True, slots=True)
class Look:
    """A clip while it is on screen.

    Attributes:
        clip: the OpenTimelineIO clip.
        start_frames: first record frame it is seen in.
        end_frames: first record frame it is no longer seen in.
        time: how the clip's own time runs against record time.
    """

    clip: Any
    start_frames: int
    end_frames: int
    time: Affine


@dataclass(frozen=True, slots=True)
class Flattened:
    """The timeline with one picture at a time.

    Attributes:
        looks: in record order, never overlapping; black leaves holes.
        problems: items on picture lanes that show nothing that could be looked at.
    """

    looks: tuple[Look, ...]
    problems: tuple[Problem, ...]


def flatten(file: TimelineFile, folders: MediaFolders | None = None) -> Flattened:
    """Return what the viewer of a timeline sees, frame by frame.

    Args:
        file: the timeline.
        folders: where media are found by name; clips that name no file count as picture if found there.

    Raises:
        Corrupt: a range holds numbers that are no times (BAD_TIME), or items are nested too deep (TOO_DEEP).
    """
    stack = file.timeline.tracks
    duration_s = trim_of(stack)[1]
    whole = (Fraction(0), duration_s)
    viewer = _Viewer(file.rate, folders)
    looks = viewer.see(Child(stack, *whole, *whole), Affine(Fraction(0), Fraction(1)), whole)
    return Flattened(tuple(looks), tuple(viewer.problems))


class _Viewer:
    """Walks a timeline from the outside in, carrying the window that is visible and how time runs in it."""

    def __init__(self, rate: Fraction, folders: MediaFolders | None) -> None:
        self._rate = rate
        self._folders = folders
        self.problems: list[Problem] = []

    def see(self, child: Child, parent: Affine, window: tuple[Fraction, Fraction]) -> list[Look]:
        item = child.item
        if isinstance(item, schema.Gap) or not is_enabled(item) or not is_picture_lane(item):
            return []
        seen = record_window(parent, child, window)
        if seen is None:
            return []
        if is_ramped(item):
            message = f"'{item.name}' has a speed ramp that the file does not describe; read at normal speed."
            self._report(ProblemKind.ASSUMED, item, message, seen)
        time = map_of_child(parent, child)
        if isinstance(item, schema.Clip):
            return self._see_clip(item, time, seen)
        if not isinstance(item, schema.Stack | schema.Track):
            return []
        if not len(item):
            self._report(
                ProblemKind.NO_MEDIA, item, f"'{item.name}' is a nested timeline without content.", seen
            )
        seen_inside = [self.see(inner, time, seen) for inner in children_of(item)]
        if isinstance(item, schema.Track):
            return _in_order([look for looks in seen_inside for look in looks])
        looks: list[Look] = []
        for lower in reversed(seen_inside):
            looks = sorted([*looks, *_uncovered(lower, looks)], key=lambda look: look.start_frames)
        return looks

    def _see_clip(self, clip: Any, time: Affine, seen: tuple[Fraction, Fraction]) -> list[Look]:
        if not names_picture(clip, self._folders):
            lost = why_no_picture(clip)
            self._report(lost.kind, clip, lost.message, seen)
            return []
        start_frames, end_frames = (nearest_frame(moment, self._rate) for moment in seen)
        return [Look(clip, start_frames, end_frames, time)] if start_frames < end_frames else []

    def _report(self, kind: ProblemKind, item: Any, message: str, seen: tuple[Fraction, Fraction]) -> None:
        start, end = (nearest_frame(moment, self._rate) for moment in seen)
        self.problems.append(Problem(kind, item.name, message, RecordRange(start, end - start, self._rate)))


def _in_order(looks: list[Look]) -> list[Look]:
    """Sort the looks of one lane; where two fades meet over a gap, the earlier one keeps its frames."""
    ordered: list[Look] = []
    end = 0
    for look in sorted(looks, key=lambda look: look.start_frames):
        if look.end_frames > end or not ordered:
            ordered.append(
                replace(look, start_frames=max(look.start_frames, end) if ordered else look.start_frames)
            )
            end = look.end_frames
    return ordered


def _uncovered(lower: Sequence[Look], upper: Sequence[Look]) -> list[Look]:
    """Return the parts of the lower looks that no upper look hides; both are in record order."""
    ends = [look.end_frames for look in upper]
    parts: list[Look] = []
    for look in lower:
        start = look.start_frames
        for index in range(bisect_right(ends, start), len(upper)):
            cover = upper[index]
            if cover.start_frames >= look.end_frames:
                break
            if start < cover.start_frames:
                parts.append(replace(look, start_frames=start, end_frames=cover.start_frames))
            start = max(start, cover.end_frames)
        if start < look.end_frames:
            parts.append(replace(look, start_frames=start))
    return parts
