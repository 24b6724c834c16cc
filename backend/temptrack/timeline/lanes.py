"""Free room on an audio lane, and laying music on it without moving anything else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from opentimelineio import opentime, schema

from temptrack.timeline.layout import trim_of
from temptrack.timeline.rates import rational_time, seconds_of

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Run:
    """Silence on a lane: gaps in a row, or the endless rest after the last item.

    Attributes:
        first: index of its first gap among the lane's items.
        last: index after its last gap.
        start_s: its first moment in the lane's own time.
        end_s: its end, None where nothing follows.
    """

    first: int
    last: int
    start_s: Fraction
    end_s: Fraction | None


class Lane:
    """An audio track seen in exact seconds.

    Args:
        track: the OpenTimelineIO track.
    """

    def __init__(self, track: Any) -> None:
        self.track = track

    def items(self) -> list[tuple[Any, Fraction, Fraction]]:
        """Return its items with start and end in seconds; a transition lies at the cut and takes no time."""
        placed = []
        start_s = ZERO
        for item in self.track:
            end_s = start_s if isinstance(item, schema.Transition) else start_s + trim_of(item)[1]
            placed.append((item, start_s, end_s))
            start_s = end_s
        return placed

    def is_free(self, start_s: Fraction, end_s: Fraction, *, fades: tuple[bool, bool]) -> bool:
        """Tell whether music may be laid there without touching anything.

        Args:
            start_s: where it starts, in the lane's own time.
            end_s: where it ends.
            fades: whether it fades in and out; a fade needs silence beside it, or it would become a
                cross-fade with the neighbour.
        """
        return self._is_open() and self.run_for(start_s, end_s, fades=fades) is not None

    def run_for(
        self, start_s: Fraction, end_s: Fraction, *, fades: tuple[bool, bool] = (False, False)
    ) -> Run | None:
        """Return the silence that takes music in, or None."""
        for run in self._runs():
            left_s, left_open = self._edge(run.first - 1, "out_offset")
            right_s, right_open = self._edge(run.last, "in_offset")
            earliest_s = run.start_s + left_s
            if start_s < earliest_s or (start_s == earliest_s and not left_open(fades[0])):
                continue
            if run.end_s is None:
                return run
            latest_s = run.end_s - right_s
            if end_s < latest_s or (end_s == latest_s and right_open(fades[1])):
                return run
        return None

    def _edge(self, index: int, offset: str) -> tuple[Fraction, Callable[[bool], bool]]:
        """Return how far a neighbour reaches into silence, and whether music may touch it, fading or not."""
        if not 0 <= index < len(self.track):
            return ZERO, lambda fading: True
        neighbour = self.track[index]
        if isinstance(neighbour, schema.Transition):
            return max(ZERO, seconds_of(getattr(neighbour, offset))), lambda fading: False
        return ZERO, lambda fading: not fading

    def _is_open(self) -> bool:
        resolve = self.track.metadata.get("Resolve_OTIO")
        locked = hasattr(resolve, "get") and bool(resolve.get("Locked"))
        plain = self.track.source_range is None and not list(self.track.effects)
        return bool(self.track.enabled) and plain and not locked

    def _runs(self) -> list[Run]:
        runs: list[Run] = []
        items = self.items()
        first: int | None = None
        for index, (item, _, _) in enumerate(items):
            if isinstance(item, schema.Gap):
                first = index if first is None else first
            elif first is not None:
                runs.append(Run(first, index, items[first][1], items[index - 1][2]))
                first = None
        end_s = items[-1][2] if items else ZERO
        if first is None:
            runs.append(Run(len(items), len(items), end_s, None))
        else:
            runs.append(Run(first, len(items), items[first][1], None))
        return runs


def new_lane(name: str, *, metadata: dict[str, Any], resolve: bool) -> Any:
    """Return an empty audio track.

    Args:
        name: its name.
        metadata: marks it as ours.
        resolve: whether to describe it as DaVinci Resolve does.
    """
    if resolve:
        metadata = {**metadata, "Resolve_OTIO": {"Audio Type": "Stereo", "Locked": False, "SoloOn": False}}
    return schema.Track(name=name, kind=schema.TrackKind.Audio, metadata=metadata)


def lay(lane: Lane, items: Sequence[Any], start_s: Fraction, end_s: Fraction, rate_hz: float) -> None:
    """Put items on a lane in place of silence; `Lane.is_free` must hold.

    Args:
        lane: where.
        items: what; together they last from start_s to end_s.
        start_s: where they start, in the lane's own time.
        end_s: where they end.
        rate_hz: rate to write new gaps in.
    """
    run = lane.run_for(start_s, end_s)
    if run is None:
        raise ValueError("the lane is not free there")
    before: list[Any] = []
    after: list[Any] = []
    reached_s = run.start_s
    for item, item_start_s, item_end_s in lane.items()[run.first : run.last]:
        before += _part_of_gap(item, item_start_s, item_start_s, min(item_end_s, start_s))
        after += _part_of_gap(item, item_start_s, max(item_start_s, end_s), item_end_s)
        reached_s = item_end_s
    if start_s > reached_s:
        before.append(_gap(start_s - reached_s, rate_hz))
    _put(lane.track, run.first, run.last, [*before, *items, *after])


def _part_of_gap(gap: Any, gap_start_s: Fraction, start_s: Fraction, end_s: Fraction) -> list[Any]:
    """Return the gap itself, a shorter copy, or nothing."""
    if start_s >= end_s:
        return []
    whole_s = trim_of(gap)[1]
    if start_s == gap_start_s and end_s - start_s == whole_s:
        return [gap]
    part = gap.deepcopy()
    if start_s > gap_start_s:
        # Markers belong to the part that starts the gap; a copy of them further on would be a second marker.
        del part.markers[:]
    _set_duration(part, end_s - start_s)
    return [part]


def _set_duration(gap: Any, seconds: Fraction) -> None:
    old = gap.source_range
    rate_hz = float(old.duration.rate)
    gap.source_range = opentime.TimeRange(old.start_time, rational_time(seconds, rate_hz))


def _gap(seconds: Fraction, rate_hz: float) -> Any:
    return schema.Gap(
        source_range=opentime.TimeRange(opentime.RationalTime(0, rate_hz), rational_time(seconds, rate_hz))
    )


def _put(track: Any, first: int, last: int, items: Sequence[Any]) -> None:
    del track[first:last]
    for offset, item in enumerate(items):
        track.insert(first + offset, item)
