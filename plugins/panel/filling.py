# SPDX-License-Identifier: Apache-2.0
"""How a suggestion fills a part of a timeline: exact frames, loop seams, fades and level.

The rules are those of `temptrack suggest --insert`, so that the same suggestion lies the same way whichever
program places it; a test holds the two together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Mapping

MAX_BOOST_DB = 6.0
MAX_CUT_DB = 24.0
"""Tracks are raised or lowered no further than this to match a loudness."""

_MICROSECONDS = 10**6
_ROUNDING_S = Fraction(1, 500)


@dataclass(frozen=True)
class Place:
    """The part of the timeline to fill.

    Attributes:
        start_frames: its first frame.
        end_frames: one past its last frame.
        rate: frames per second.
    """

    start_frames: int
    end_frames: int
    rate: Fraction

    @property
    def duration_frames(self) -> int:
        """Its length."""
        return self.end_frames - self.start_frames


@dataclass(frozen=True)
class Taste:
    """What the user set.

    Attributes:
        target_lufs: loudness to match; None leaves levels alone.
        fade_in_frames: longest fade in.
        fade_out_s: longest fade out, in seconds.
    """

    target_lufs: float | None = -20.0
    fade_in_frames: int = 12
    fade_out_s: float = 1.0


@dataclass(frozen=True)
class Stretch:
    """A span of the track that plays without a break.

    Attributes:
        source_start_s: where it starts in the track, exact seconds.
        start_frames: its first frame on the timeline.
        duration_frames: frames of the timeline.
    """

    source_start_s: Fraction
    start_frames: int
    duration_frames: int

    @property
    def end_frames(self) -> int:
        """One past its last frame."""
        return self.start_frames + self.duration_frames


@dataclass(frozen=True)
class Filling:
    """Music as it lies on the timeline.

    Attributes:
        name: what its clips are called.
        stretches: in order, without a gap; a loop has several. A track that is too short ends before the
            place does; one that fills no frame has none.
        fade_in_frames: at the head of the first stretch.
        fade_out_frames: at the tail of the last stretch.
        gain_db: level change.
    """

    name: str
    stretches: tuple[Stretch, ...]
    fade_in_frames: int
    fade_out_frames: int
    gain_db: float


def filling_of(suggestion: Mapping[str, Any], place: Place, taste: Taste) -> Filling:
    """Return how a suggestion fills a place.

    Args:
        suggestion: one entry of the answer's suggestions.
        place: where it goes; it may be another than was asked for.
        taste: what the user set.
    """
    track = suggestion["track"]
    track_s = _exact(track["duration_s"])
    start_s = min(_exact(suggestion["excerpt"]["start_s"]), track_s)
    loop = _loop(suggestion["fit"])
    stretches = _looped(start_s, loop, place, track_s) if loop else _straight(start_s, place, track_s)
    fade_in, fade_out = _fades(stretches, place.rate, track_s, taste)
    return Filling(
        name=f"{track['artist']} - {track['title']}" if track.get("artist") else str(track["title"]),
        stretches=stretches,
        fade_in_frames=fade_in,
        fade_out_frames=fade_out,
        gain_db=gain_for(track.get("loudness_lufs"), taste.target_lufs),
    )


def gain_for(loudness_lufs: float | None, target_lufs: float | None) -> float:
    """Return the level change in dB that brings a track to a loudness, within limits; 0 without one."""
    if target_lufs is None or loudness_lufs is None or not math.isfinite(loudness_lufs):
        return 0.0
    return round(min(MAX_BOOST_DB, max(-MAX_CUT_DB, target_lufs - loudness_lufs)), 1)


def _straight(start_s: Fraction, place: Place, track_s: Fraction) -> tuple[Stretch, ...]:
    late_s = start_s + place.duration_frames / place.rate - track_s
    if 0 < late_s <= min(_ROUNDING_S, start_s):
        # A start rounded to the millisecond must not cost the last frame.
        start_s -= late_s
    frames = min(place.duration_frames, math.floor((track_s - start_s) * place.rate))
    return (Stretch(start_s, place.start_frames, frames),) if frames > 0 else ()


def _loop(fit: Mapping[str, Any]) -> tuple[Fraction, Fraction] | None:
    """Return where a loop starts and ends in the track, or None for music that plays through."""
    start_s, end_s = fit.get("loop_start_s"), fit.get("loop_end_s")
    if fit["method"] != "loop" or start_s is None or end_s is None:
        return None
    return _exact(start_s), _exact(end_s)


def _looped(
    start_s: Fraction, loop: tuple[Fraction, Fraction], place: Place, track_s: Fraction
) -> tuple[Stretch, ...]:
    """Tile the place: the first pass, then the loop.

    Seams lie at the frame nearest to their exact time since the start, so rounding never adds up.
    """
    loop_start_s, loop_end_s = loop
    stretches: list[Stretch] = []
    used, seam_s = 0, loop_end_s - start_s
    while used < place.duration_frames:
        source_s = loop_start_s if stretches else start_s
        until = min(round(seam_s * place.rate), place.duration_frames)
        frames = min(until - used, math.floor((track_s - source_s) * place.rate))
        if frames < 1:
            break
        stretches.append(Stretch(source_s, place.start_frames + used, frames))
        used += frames
        seam_s += loop_end_s - loop_start_s
    return tuple(stretches)


def _fades(
    stretches: tuple[Stretch, ...], rate: Fraction, track_s: Fraction, taste: Taste
) -> tuple[int, int]:
    """Return both fades in frames; a track's own beginning and ending need none."""
    if not stretches:
        return 0, 0
    first, last = stretches[0], stretches[-1]
    own_start = first.source_start_s == 0
    own_end = track_s - (last.source_start_s + last.duration_frames / rate) < 1 / rate
    fade_in = 0 if own_start else min(taste.fade_in_frames, first.duration_frames // 2)
    fade_out = 0 if own_end else min(round(Fraction(taste.fade_out_s) * rate), last.duration_frames // 2)
    return fade_in, fade_out


def _exact(seconds: float) -> Fraction:
    return Fraction(round(seconds * _MICROSECONDS), _MICROSECONDS)
