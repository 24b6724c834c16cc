"""Chooses the span of a track that suits a scope best, and says how it covers the scope.

Windows of the track are compared with the query; the span whose windows are nearest wins, and its start moves
to a bar. A track shorter than the scope is looped where two bars join without a jolt, else it stays short.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from temptrack.library.types import TrackDetail
from temptrack.model.types import Matrix, Vector
from temptrack.suggest.clock import clock
from temptrack.suggest.types import Excerpt, Fit, FitMethod

MAX_REPEATS: Final = 4
"""Most repeats of a track; beyond that the loop is all one hears, and the gap is stated instead."""

MIN_LOOP_S: Final = 15.0
"""Shorter loops sound like a stuck record."""

MIN_LOOP_SHARE: Final = 1 / 3
"""Share of the track that a repeat plays at least: less would throw most of the music away."""

_SAME_LENGTH_S: Final = 0.001
_PHRASE_BARS: Final = 4
_LENGTH_BONUS: Final = 0.1

_Times = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Chosen:
    """An excerpt and how it covers the scope."""

    excerpt: Excerpt
    fit: Fit


def whole_track(duration_s: float) -> Chosen:
    """Use all of a track: there is no scope, or it fits as it is.

    Args:
        duration_s: length of the track, at least 0.
    """
    return Chosen(
        Excerpt(start_s=0.0, duration_s=duration_s, snapped_to="start"),
        Fit(
            method=FitMethod.WHOLE,
            scope_s=None,
            shortfall_s=0.0,
            text=f"the whole track, {clock(duration_s)}",
        ),
    )


def choose_excerpt(detail: TrackDetail, query: Vector, *, duration_s: float, scope_s: float) -> Chosen:
    """Choose the span of a track for a scope.

    Args:
        detail: windows, beats and bars of the track.
        query: [embed_dim], length 1.
        duration_s: length of the track, at least 0.
        scope_s: length to fill, more than 0.
    """
    if abs(duration_s - scope_s) <= _SAME_LENGTH_S:
        chosen = whole_track(duration_s)
        return Chosen(chosen.excerpt, chosen.fit.model_copy(update={"scope_s": scope_s}))
    if duration_s > scope_s:
        return _trimmed(detail, query, duration_s, scope_s)
    loop = _find_loop(detail, duration_s, scope_s)
    return _looped(loop, scope_s) if loop else _short(duration_s, scope_s)


def _trimmed(detail: TrackDetail, query: Vector, duration_s: float, scope_s: float) -> Chosen:
    latest_s = duration_s - scope_s
    best_s = _best_start(detail, query, duration_s=duration_s, scope_s=scope_s)
    start_s, snapped_to = _snap(best_s, detail, latest_s)
    # Milliseconds are what people read; rounding down keeps the end inside the track.
    start_s = math.floor(start_s * 1000) / 1000
    return Chosen(
        Excerpt(start_s=start_s, duration_s=scope_s, snapped_to=snapped_to),
        Fit(
            method=FitMethod.TRIM,
            scope_s=scope_s,
            shortfall_s=0.0,
            text=f"trimmed to {clock(start_s)}-{clock(start_s + scope_s)} of {clock(duration_s)}",
        ),
    )


def _looped(loop: tuple[float, float], scope_s: float) -> Chosen:
    start_s, end_s = loop
    repeats = math.ceil((scope_s - end_s) / (end_s - start_s))
    times = "once" if repeats == 1 else f"{repeats} times"
    return Chosen(
        Excerpt(start_s=0.0, duration_s=end_s, snapped_to="start"),
        Fit(
            method=FitMethod.LOOP,
            scope_s=scope_s,
            shortfall_s=0.0,
            loop_start_s=start_s,
            loop_end_s=end_s,
            text=f"repeats {times} from {clock(start_s)} to {clock(end_s)}, bar to bar",
        ),
    )


def _short(duration_s: float, scope_s: float) -> Chosen:
    gap_s = scope_s - duration_s
    return Chosen(
        Excerpt(start_s=0.0, duration_s=duration_s, snapped_to="start"),
        Fit(
            method=FitMethod.SHORT,
            scope_s=scope_s,
            shortfall_s=gap_s,
            text=f"shorter by {gap_s:.0f} s" if gap_s >= 1 else f"shorter by {gap_s:.2f} s",
        ),
    )


def _best_start(detail: TrackDetail, query: Vector, *, duration_s: float, scope_s: float) -> float:
    """Return the start in seconds of the span whose windows are nearest to the query; the earliest of equals.

    The mean over a sliding span is linear between the moments where one of its ends crosses a window's
    border, so its maximum lies at one of those.
    """
    count = len(detail.windows)
    if count == 0:
        return 0.0
    latest_s = duration_s - scope_s
    borders = np.append(np.arange(count) * detail.window_s, max(duration_s, count * detail.window_s))
    starts = np.concatenate([[0.0, latest_s], borders, borders - scope_s])
    starts = np.unique(starts[(starts >= 0) & (starts <= latest_s)])
    near = detail.windows.astype(np.float64) @ query.astype(np.float64)
    total = np.concatenate([[0.0], np.cumsum(near * np.diff(borders))])
    means = np.interp(starts + scope_s, borders, total) - np.interp(starts, borders, total)
    # Sums of floats differ in their last digits: without a tolerance, equal spans would not tie.
    return float(starts[np.flatnonzero(means >= means.max() - 1e-6 * scope_s)[0]])


def _snap(
    start_s: float, detail: TrackDetail, latest_s: float
) -> tuple[float, Literal["bar", "beat", "start", "none"]]:
    """Move a start to the nearest bar no further than half a bar away, else to a beat in the same way."""
    named: tuple[tuple[Literal["bar", "beat"], Sequence[float]], ...] = (
        ("bar", detail.bars_s),
        ("beat", detail.beats_s),
    )
    if start_s <= 0:
        return 0.0, "start"
    for name, times_s in named:
        if len(times_s) < 2:
            continue
        times = np.asarray(times_s, dtype=np.float64)
        reach_s = float(np.median(np.diff(times))) / 2
        inside = times[(times >= 0) & (times <= latest_s)]
        if len(inside):
            nearest = float(inside[np.argmin(np.abs(inside - start_s))])
            if abs(nearest - start_s) <= reach_s + 1e-6:
                return nearest, name
    return start_s, "none"


def _find_loop(detail: TrackDetail, duration_s: float, scope_s: float) -> tuple[float, float] | None:
    """Return where a repeat begins and where the track jumps back, both at bars, or None.

    A jump is accepted when the music it leads to resembles the music it leaves at least as much as
    neighbouring windows of this track usually resemble each other.
    """
    bars = np.asarray([time for time in detail.bars_s if 0 <= time <= duration_s], dtype=np.float64)
    if len(bars) <= _PHRASE_BARS or len(detail.windows) < 2:
        return None
    shortest_s = max(MIN_LOOP_S, MIN_LOOP_SHARE * duration_s)
    apart_s = bars[None, :] - bars[:, None]
    first, second = np.nonzero(apart_s >= shortest_s)
    whole_phrases = (second - first) % _PHRASE_BARS == 0
    first, second = first[whole_phrases], second[whole_phrases]
    start, end = bars[first], bars[second]
    reaches = end + MAX_REPEATS * (end - start) >= scope_s
    start, end = start[reaches], end[reaches]
    if len(start) == 0:
        return None
    seams = _likeness(detail, start, end)
    usual = float(np.median(_neighbours(detail.windows)))
    worth = np.where(seams >= usual, seams + _LENGTH_BONUS * (end - start) / duration_s, -np.inf)
    best = int(np.argmax(worth))
    return None if np.isneginf(worth[best]) else (float(start[best]), float(end[best]))


def _likeness(detail: TrackDetail, start: _Times, end: _Times) -> _Times:
    """Compare the window that would have followed each jump with the one it lands in."""
    last = len(detail.windows) - 1
    landed = np.minimum((start / detail.window_s).astype(np.int64), last)
    left = np.minimum((end / detail.window_s).astype(np.int64), last)
    between: _Times = (detail.windows @ detail.windows.T).astype(np.float64)
    return between[landed, left]


def _neighbours(windows: Matrix) -> _Times:
    likeness: _Times = np.einsum("ij,ij->i", windows[:-1], windows[1:]).astype(np.float64)
    return likeness
