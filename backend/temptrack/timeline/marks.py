"""Markers and in/out points saved in a timeline."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from opentimelineio import schema

from temptrack.errors import InvalidRequest, NotFound, NotReady
from temptrack.timeline.layout import Affine, Child, children_of, map_of_child, record_window, trim_of
from temptrack.timeline.rates import nearest_frame, seconds_of
from temptrack.timeline.timeline_file import TimelineFile


@dataclass(frozen=True, slots=True)
class MarkerSpan:
    """A marker of a timeline.

    Attributes:
        name: its name.
        start_frames: first record frame, clipped to nothing: it may lie outside the item it belongs to.
        end_frames: end, exclusive; equal to the start for a marker without length.
    """

    name: str
    start_frames: int
    end_frames: int


def markers_of(file: TimelineFile) -> tuple[MarkerSpan, ...]:
    """Return the markers of a timeline, its lanes and its clips, in record order."""
    stack = file.timeline.tracks
    whole = (Fraction(0), trim_of(stack)[1])
    found = _markers(Child(stack, *whole, *whole), Affine(Fraction(0), Fraction(1)), whole, file)
    return tuple(sorted(found, key=lambda marker: (marker.start_frames, marker.name)))


def find_marker(file: TimelineFile, name: str) -> tuple[int, int]:
    """Return the record frames a marker spans: its start, and its end exclusive.

    Raises:
        NotFound: no marker of that name (MARKER_NOT_FOUND).
        InvalidRequest: the marker has no length (POINT_MARKER).
    """
    markers = markers_of(file)
    named = [marker for marker in markers if marker.name.casefold() == name.casefold()]
    if not named:
        names = sorted({marker.name for marker in markers if marker.name})[:20]
        listed = ", ".join(f"'{each}'" for each in names)
        raise NotFound(
            f"There is no marker named '{name}' in '{file.name}'.",
            reason="MARKER_NOT_FOUND",
            hint=f"Markers: {listed}." if names else "The timeline has no named marker.",
        )
    longest = max(named, key=lambda marker: marker.end_frames - marker.start_frames)
    if longest.end_frames - longest.start_frames <= 1:
        raise InvalidRequest(
            f"The marker '{longest.name}' at {file.timecode(longest.start_frames)} has no length.",
            reason="POINT_MARKER",
            hint="Drag it out to a range, or give the range by timecode.",
        )
    return longest.start_frames, longest.end_frames


def in_and_out(file: TimelineFile) -> tuple[int, int]:
    """Return the in and out points saved in the timeline as record frames, out exclusive.

    Raises:
        NotReady: the timeline holds none (NO_IN_OUT).
    """
    for key in ("temptrack", "fcp_xml"):
        saved = file.timeline.metadata.get(key)
        if hasattr(saved, "get"):
            points = [_whole_number(saved.get(name)) for name in ("in", "out")]
            if points[0] is not None and points[1] is not None and points[0] >= 0 and points[1] > points[0]:
                return points[0], points[1]
    raise NotReady(
        f"The timeline '{file.name}' holds no in and out points.",
        reason="NO_IN_OUT",
        hint="Give the range by timecode; most formats do not carry in and out points.",
    )


def _whole_number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _markers(
    child: Child, parent: Affine, window: tuple[Fraction, Fraction], file: TimelineFile
) -> Iterator[MarkerSpan]:
    item = child.item
    seen = record_window(parent, child, window)
    if seen is None:
        return
    time = map_of_child(parent, child)
    if time.speed != 0:
        for marker in item.markers:
            yield _placed(marker, time, item, file)
    if isinstance(item, schema.Stack | schema.Track):
        for inner in children_of(item):
            yield from _markers(inner, time, seen, file)


def _placed(marker: Any, time: Affine, item: Any, file: TimelineFile) -> MarkerSpan:
    start_s = seconds_of(marker.marked_range.start_time)
    # EDLs and some hosts write a marker's length at rate 1, or leave it out.
    duration_s = seconds_of(marker.marked_range.duration)
    timeline_start_s = file.start_frames / file.rate
    if item is file.timeline.tracks and timeline_start_s and start_s >= timeline_start_s >= trim_of(item)[1]:
        start_s -= timeline_start_s
    edges = [nearest_frame(time.record_s(moment), file.rate) for moment in (start_s, start_s + duration_s)]
    return MarkerSpan(marker.name, min(edges), max(edges))
