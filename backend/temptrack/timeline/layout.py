"""Where the items of a timeline lie, in exact seconds.

OpenTimelineIO answers the same questions in floating point, at whichever rate it meets first, and visits
every earlier sibling for every item; here a lane is walked once and a cut is one number for both sides.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from opentimelineio import schema

from temptrack.timeline.rates import seconds_of

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Affine:
    """How an item's own time runs against record time: ``local_s = offset_s + speed * record_s``.

    Attributes:
        offset_s: the item's time at record second 0, extrapolated.
        speed: local seconds per record second; negative runs backwards, 0 stands still.
    """

    offset_s: Fraction
    speed: Fraction

    def local_s(self, record_s: Fraction) -> Fraction:
        """Return the item's own time at a moment of the timeline, in seconds."""
        return self.offset_s + self.speed * record_s

    def record_s(self, local_s: Fraction) -> Fraction:
        """Return the moment of the timeline at which an item's own time is shown; speed must not be 0."""
        return (local_s - self.offset_s) / self.speed


@dataclass(frozen=True, slots=True)
class Child:
    """An item in the time of the composition that holds it, in seconds.

    Attributes:
        item: the OpenTimelineIO item.
        start_s: its first moment.
        end_s: its end.
        shown_start_s: its first visible moment, before start_s where a transition fades it in over a gap.
        shown_end_s: its last visible moment, after end_s where a transition fades it out over a gap.
    """

    item: Any
    start_s: Fraction
    end_s: Fraction
    shown_start_s: Fraction
    shown_end_s: Fraction


def trim_of(item: Any) -> tuple[Fraction, Fraction]:
    """Return the part of an item's own time that is used: its start and duration in seconds.

    A clip that states neither a range nor a media length takes no time.

    Raises:
        Corrupt: a range holds numbers that are no times (BAD_TIME).
    """
    if item.source_range is not None:
        return _range_of(item.source_range)
    if isinstance(item, schema.Clip):
        reference = item.media_reference
        if reference is None or reference.available_range is None:
            return ZERO, ZERO
        return _range_of(reference.available_range)
    if isinstance(item, schema.Stack):
        return ZERO, max((child.end_s for child in children_of(item)), default=ZERO)
    if isinstance(item, schema.Track):
        return ZERO, sum((trim_of(child)[1] for child in item if not _is_transition(child)), start=ZERO)
    return ZERO, ZERO


def _range_of(time_range: Any) -> tuple[Fraction, Fraction]:
    return seconds_of(time_range.start_time), max(ZERO, seconds_of(time_range.duration))


def children_of(composition: Any) -> Iterator[Child]:
    """Yield the items of a track one after the other, or those of a stack one above the other, bottom first.

    Transitions take no time and are not yielded: the picture changes at the cut they straddle. Where a
    transition joins a picture to a gap, the picture is visible for the length of its handle.
    """
    if isinstance(composition, schema.Stack):
        for item in composition:
            duration_s = trim_of(item)[1]
            yield Child(item, ZERO, duration_s, ZERO, duration_s)
        return
    yield from _track_children(list(composition))


def _track_children(items: list[Any]) -> Iterator[Child]:
    durations = [None if _is_transition(item) else trim_of(item)[1] for item in items]
    start_s = ZERO
    for index, (item, duration_s) in enumerate(zip(items, durations, strict=True)):
        if duration_s is None:
            continue
        before_s = after_s = ZERO
        if not isinstance(item, schema.Gap):
            before_s = _handle_over_gap(items, durations, index, step=-1)
            after_s = _handle_over_gap(items, durations, index, step=1)
        end_s = start_s + duration_s
        yield Child(item, start_s, end_s, start_s - before_s, end_s + after_s)
        start_s = end_s


def _handle_over_gap(
    items: list[Any], durations: list[Fraction | None], index: int, *, step: int
) -> Fraction:
    """Return the seconds for which a transition shows an item over the gap before or after it."""
    transition, gap = index + step, index + 2 * step
    if not (
        0 <= gap < len(items) and _is_transition(items[transition]) and isinstance(items[gap], schema.Gap)
    ):
        return ZERO
    offset = items[transition].in_offset if step < 0 else items[transition].out_offset
    room_s = durations[gap] or ZERO
    return min(room_s, max(ZERO, seconds_of(offset)))


def _is_transition(item: Any) -> bool:
    return isinstance(item, schema.Transition)


def speed_of(item: Any) -> Fraction:
    """Return how fast an item plays: 1 as shot, 2 twice as fast, -1 backwards, 0 frozen.

    Speed ramps, which OpenTimelineIO names but does not describe, count as 1; see `is_ramped`.
    """
    speed = Fraction(1)
    for effect in item.effects:
        if isinstance(effect, schema.LinearTimeWarp) and effect.enabled and math.isfinite(effect.time_scalar):
            speed *= Fraction(effect.time_scalar).limit_denominator(1_000_000)
    return speed


def is_ramped(item: Any) -> bool:
    """Tell whether an item changes speed in a way the file does not describe."""
    return any(
        isinstance(effect, schema.TimeEffect)
        and effect.enabled
        and not (isinstance(effect, schema.LinearTimeWarp) and math.isfinite(effect.time_scalar))
        for effect in item.effects
    )


def is_enabled(item: Any) -> bool:
    """Tell whether an item is switched on, for OpenTimelineIO and for the FCP7 XML it may come from."""
    if not item.enabled:
        return False
    fcp = item.metadata.get("fcp_xml")
    return not (hasattr(fcp, "get") and str(fcp.get("enabled", "")).upper() == "FALSE")


def map_of_child(parent: Affine, child: Child) -> Affine:
    """Return how a child's own time runs against record time, its speed effects included.

    A child that plays backwards shows the same span of itself as one that plays forwards, last moment first.
    """
    trim_start_s, _ = trim_of(child.item)
    speed = speed_of(child.item)
    anchor_s = child.start_s if speed >= 0 else child.end_s
    return Affine(trim_start_s + (parent.offset_s - anchor_s) * speed, parent.speed * speed)


def record_window(
    parent: Affine, child: Child, window: tuple[Fraction, Fraction]
) -> tuple[Fraction, Fraction] | None:
    """Return the part of a record window in which a child is on screen, in seconds, or None."""
    start_s, end_s = window
    if parent.speed == 0:
        return window if child.shown_start_s <= parent.offset_s < child.shown_end_s else None
    edges = (parent.record_s(child.shown_start_s), parent.record_s(child.shown_end_s))
    start_s, end_s = max(start_s, min(edges)), min(end_s, max(edges))
    return (start_s, end_s) if start_s < end_s else None
