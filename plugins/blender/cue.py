# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a suggestion into strips to place: exact frames, fades, level and where the music came from.

Knows nothing of Blender. The rules are those of `temptrack suggest --insert`, so that the same suggestion
lies the same way whichever program places it; a test holds the two together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

MAX_BOOST_DB = 6.0
MAX_CUT_DB = 24.0
"""Tracks are raised or lowered no further than this to match a loudness."""

_MICROSECONDS = 10**6
_ROUNDING_S = Fraction(1, 500)


@dataclass(frozen=True)
class Part:
    """One unbroken stretch of the track; a looped cue has several, end to end.

    Attributes:
        source_start_s: where it starts in the file, exact seconds.
        start_frame: first frame on the timeline.
        frames: length in frames.
    """

    source_start_s: Fraction
    start_frame: int
    frames: int

    @property
    def end_frame(self) -> int:
        """First frame after it."""
        return self.start_frame + self.frames


@dataclass(frozen=True)
class Cue:
    """Music on its way to the timeline.

    Attributes:
        name: what its strips are called.
        parts: stretches in order, touching and never overlapping; empty where the track fills no frame.
        fade_in_frames: at the head of the first part.
        fade_out_frames: at the tail of the last part.
        gain_db: level change.
        provenance: where it came from, for the strip's custom property.
    """

    name: str
    parts: tuple[Part, ...]
    fade_in_frames: int
    fade_out_frames: int
    gain_db: float
    provenance: Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """The part of the timeline to fill: first frame, length in frames, frames per second."""

    start_frame: int
    frames: int
    rate: Fraction

    def over(self, start_frame: int, end_frame: int) -> Place:
        """Return where music goes that takes the place of other music over [start_frame, end_frame).

        A track that was too short left a gap in this place; the next one may fill it.
        """
        is_here = start_frame == self.start_frame and end_frame <= self.start_frame + self.frames
        return self if is_here else Place(start_frame, end_frame - start_frame, self.rate)


@dataclass(frozen=True)
class Taste:
    """What the user set: loudness to match (None leaves levels alone) and the longest fades."""

    target_lufs: float | None = -20.0
    fade_in_frames: int = 12
    fade_out_s: float = 1.0


def cue_for(suggestion: Mapping[str, Any], library: Mapping[str, Any], place: Place, taste: Taste) -> Cue:
    """Return the cue that places a suggestion.

    Args:
        suggestion: one entry of the answer's suggestions.
        library: the answer's library.
        place: where it goes.
        taste: what the user set.
    """
    track, excerpt = suggestion["track"], suggestion["excerpt"]
    track_s = _exact(track["duration_s"])
    start_s = min(_exact(excerpt["start_s"]), track_s)
    loop = _loop(suggestion["fit"])
    parts = _looped(start_s, loop, place, track_s) if loop else _straight(start_s, place, track_s)
    fade_in, fade_out = _fades(parts, place.rate, track_s, taste)
    return Cue(
        name=f"{track['artist']} - {track['title']}" if track.get("artist") else track["title"],
        parts=parts,
        fade_in_frames=fade_in,
        fade_out_frames=fade_out,
        gain_db=gain_for(track.get("loudness_lufs"), taste.target_lufs),
        provenance={
            "library": library["name"],
            "library_digest": library["digest"],
            "track_id": track["id"],
            "bundle": library["bundle_id"],
            "score": suggestion["score"],
            "licence": track["licence"],
            "title": track["title"],
            "artist": track.get("artist", ""),
            "excerpt_start_s": excerpt["start_s"],
            "excerpt_duration_s": excerpt["duration_s"],
            "fit": suggestion["fit"]["text"],
        },
    )


def gain_for(loudness_lufs: float | None, target_lufs: float | None) -> float:
    """Return the level change in dB that brings a track to a loudness, within sane limits."""
    if target_lufs is None or loudness_lufs is None or not math.isfinite(loudness_lufs):
        return 0.0
    return round(min(MAX_BOOST_DB, max(-MAX_CUT_DB, target_lufs - loudness_lufs)), 1)


def _straight(start_s: Fraction, place: Place, track_s: Fraction) -> tuple[Part, ...]:
    late_s = start_s + place.frames / place.rate - track_s
    if 0 < late_s <= min(_ROUNDING_S, start_s):
        start_s -= late_s  # a start rounded to the millisecond must not cost the last frame
    frames = min(place.frames, math.floor((track_s - start_s) * place.rate))
    return (Part(start_s, place.start_frame, frames),) if frames > 0 else ()


def _loop(fit: Mapping[str, Any]) -> tuple[Fraction, Fraction] | None:
    if fit["method"] != "loop" or fit.get("loop_start_s") is None or fit.get("loop_end_s") is None:
        return None
    return _exact(fit["loop_start_s"]), _exact(fit["loop_end_s"])


def _looped(
    start_s: Fraction, loop: tuple[Fraction, Fraction], place: Place, track_s: Fraction
) -> tuple[Part, ...]:
    """Tile the place: the first pass, then the loop. Seams are rounded from the start, so nothing adds up."""
    loop_start_s, loop_end_s = loop
    parts: list[Part] = []
    used, seam_s = 0, loop_end_s - start_s
    while used < place.frames:
        source_s = loop_start_s if parts else start_s
        until = min(round(seam_s * place.rate), place.frames)
        frames = min(until - used, math.floor((track_s - source_s) * place.rate))
        if frames < 1:
            break
        parts.append(Part(source_s, place.start_frame + used, frames))
        used += frames
        seam_s += loop_end_s - loop_start_s
    return tuple(parts)


def _fades(parts: tuple[Part, ...], rate: Fraction, track_s: Fraction, taste: Taste) -> tuple[int, int]:
    """Return both fades in frames; a track's own beginning and ending need none."""
    if not parts:
        return 0, 0
    first, last = parts[0], parts[-1]
    own_start = first.source_start_s == 0
    own_end = track_s - (last.source_start_s + last.frames / rate) < 1 / rate
    fade_in = 0 if own_start else min(taste.fade_in_frames, first.frames // 2)
    fade_out = 0 if own_end else min(round(Fraction(taste.fade_out_s) * rate), last.frames // 2)
    return fade_in, fade_out


def _exact(seconds: float) -> Fraction:
    return Fraction(round(seconds * _MICROSECONDS), _MICROSECONDS)
