# SPDX-License-Identifier: Apache-2.0
"""How a suggestion fills a part of the timeline: exact frames, fades and level.

The rules are those by which the `temptrack` program inserts music into a file; a test holds the two together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Mapping

from .remedies import failure

_MOST_BOOST_DB, _MOST_CUT_DB = 6.0, 24.0
_MICROSECONDS = 10**6
_ROUNDING_S = Fraction(1, 500)


@dataclass(frozen=True)
class Stretch:
    """A span of the track that plays without a break.

    Attributes:
        source_start_s: where it starts in the track, exact seconds.
        start_frames: absolute frame of the timeline.
        duration_frames: frames of the timeline.
    """

    source_start_s: Fraction
    start_frames: int
    duration_frames: int

    @property
    def end_frames(self) -> int:
        """One past its last frame."""
        return self.start_frames + self.duration_frames


def stretches(
    suggestion: Mapping[str, Any], start_frames: int, end_frames: int, rate: Fraction
) -> list[Stretch]:
    """Return the stretches that fill a part of the timeline, one after another without a gap.

    A loop has several; a track that is too short ends before the part does.

    Raises:
        PanelError: CUE_EMPTY, when the track does not fill one frame.
    """
    track_s = _exact(suggestion["track"]["duration_s"])
    start_s = min(_exact(suggestion["excerpt"]["start_s"]), track_s)
    loop, frames = _loop_of(suggestion["fit"]), end_frames - start_frames
    if loop is None:
        late_s = start_s + frames / rate - track_s
        if 0 < late_s <= min(_ROUNDING_S, start_s):
            # A start rounded to the millisecond must not cost the last frame.
            start_s -= late_s
    made: list[Stretch] = []
    used, source_s = 0, start_s
    seam_s = loop[1] - start_s if loop else frames / rate
    while used < frames:
        # Each seam lies at the frame nearest to its exact time, so that rounding never adds up.
        until = min(round(seam_s * rate), frames)
        duration = min(until - used, math.floor((track_s - source_s) * rate))
        if duration < 1:
            break
        made.append(Stretch(source_s, start_frames + used, duration))
        used += duration
        if loop is None:
            break
        source_s, seam_s = loop[0], seam_s + loop[1] - loop[0]
    if not made:
        raise failure("CUE_EMPTY")
    return made


def fades(
    made: list[Stretch], track_s: float, rate: Fraction, fade_in_frames: int, fade_out_s: float
) -> tuple[int, int]:
    """Return fade in and fade out in frames; a track's own beginning and ending need none."""
    first, last = made[0], made[-1]
    end_s = last.source_start_s + last.duration_frames / rate
    own_ending = _exact(track_s) - end_s < 1 / rate
    fade_in = 0 if first.source_start_s == 0 else min(fade_in_frames, first.duration_frames // 2)
    wanted_out = round(Fraction(fade_out_s) * rate)
    fade_out = 0 if own_ending else min(wanted_out, last.duration_frames // 2)
    return fade_in, fade_out


def gain_db(loudness_lufs: float | None, target_lufs: float | None) -> float:
    """Return the level change that brings a track to a loudness, within limits; 0 where one is unknown."""
    if loudness_lufs is None or target_lufs is None or not math.isfinite(loudness_lufs):
        return 0.0
    return round(min(_MOST_BOOST_DB, max(-_MOST_CUT_DB, target_lufs - loudness_lufs)), 1)


def _loop_of(fit: Mapping[str, Any]) -> tuple[Fraction, Fraction] | None:
    """Return where a loop starts and ends in the track, or None for music that plays through."""
    start_s, end_s = fit.get("loop_start_s"), fit.get("loop_end_s")
    if fit["method"] != "loop" or start_s is None or end_s is None:
        return None
    return _exact(start_s), _exact(end_s)


def _exact(seconds: float) -> Fraction:
    return Fraction(round(seconds * _MICROSECONDS), _MICROSECONDS)
