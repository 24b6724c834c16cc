"""Turns a suggestion into a cue: exact frames, fades, level and where it came from."""

import math
from fractions import Fraction
from pathlib import Path
from typing import Final

from temptrack.errors import InvalidRequest
from temptrack.library.types import LibraryInfo, Track
from temptrack.suggest.types import Fit, FitMethod, Suggestion
from temptrack.timeline.cue import Cue, CuePart
from temptrack.timeline.segments import RecordRange, Scope

TARGET_LUFS: Final = -20.0
"""Level to which music is matched: below a finished mix (-14 to -16 online), above dialogue-led broadcast at
-23, so that tracks compare fairly by ear and leave head room."""

MAX_BOOST_DB: Final = 6.0
"""Quiet tracks are raised no further than this, lest their peaks clip."""

MAX_CUT_DB: Final = 24.0
"""Loud tracks are lowered no further than this; more would mean that the measurement is wrong."""

FADE_IN_FRAMES: Final = 12
"""Fade where the excerpt starts inside the track; a track's own beginning needs none."""

FADE_OUT_S: Final = 1
"""Fade where the excerpt ends inside the track, in seconds; a track's own ending needs none."""

_MICROSECONDS: Final = 10**6
_ROUNDING_S: Final = Fraction(1, 500)


def cue_for(
    suggestion: Suggestion, scope: Scope, library: LibraryInfo, *, target_lufs: float | None = TARGET_LUFS
) -> Cue:
    """Return the cue that places a suggestion in a scope.

    The cue starts with the scope. It fills it to the frame when trimmed or looped; otherwise it ends where
    the track ends, rounded down to a whole frame. The scope may be another than the suggestion was asked
    for: a longer one leaves a gap rather than reading past the end of the track.

    Args:
        suggestion: the track to place.
        scope: where it goes.
        library: where it comes from.
        target_lufs: loudness to match the track to, or None to leave its level alone.

    Raises:
        InvalidRequest: when the scope is empty or the track is shorter than a frame.
    """
    track, fit = suggestion.track, suggestion.fit
    track_s = _exact(track.duration_s)
    parts = _parts(suggestion, scope.record, track_s)
    if not parts:
        raise InvalidRequest(
            f"{track.title!r} ({track.duration_s:g} s) does not fill a frame of scope {scope.label!r} "
            f"({scope.record.duration_frames} frames).",
            reason="CUE_EMPTY",
            hint="Choose a scope with a length, or another track.",
        )
    fade_in, fade_out = _fades(parts, scope.record.rate, track_s)
    return Cue(
        path=Path(track.path),
        name=f"{track.artist} - {track.title}" if track.artist else track.title,
        track_duration_s=track_s,
        parts=parts,
        fade_in_frames=fade_in,
        fade_out_frames=fade_out,
        gain_db=gain_for(track, target_lufs),
        provenance={
            "library": library.name,
            "library_digest": library.digest,
            "track_id": track.id,
            "bundle": library.bundle_id,
            "bundle_digest": library.bundle_digest,
            "score": suggestion.score,
            "licence": track.licence,
            "title": track.title,
            "artist": track.artist,
            "excerpt_start_s": suggestion.excerpt.start_s,
            "excerpt_duration_s": suggestion.excerpt.duration_s,
            "fit": fit.text,
        },
    )


def gain_for(track: Track, target_lufs: float | None = TARGET_LUFS) -> float:
    """Return the level change in dB that brings a track to a loudness, within sane limits.

    Silence, an unknown loudness and no target leave the level alone.
    """
    if target_lufs is None or track.loudness_lufs is None or not math.isfinite(track.loudness_lufs):
        return 0.0
    return round(min(MAX_BOOST_DB, max(-MAX_CUT_DB, target_lufs - track.loudness_lufs)), 1)


def _parts(suggestion: Suggestion, record: RecordRange, track_s: Fraction) -> tuple[CuePart, ...]:
    start_s = min(_exact(suggestion.excerpt.start_s), track_s)
    loop = _loop(suggestion.fit)
    if loop:
        return _looped(start_s, loop, record, track_s)
    late_s = start_s + record.duration_s - track_s
    if 0 < late_s <= min(_ROUNDING_S, start_s):
        start_s -= late_s  # a start rounded to the millisecond must not cost the last frame
    frames = min(record.duration_frames, math.floor((track_s - start_s) * record.rate))
    if frames < 1:
        return ()
    return (CuePart(start_s, RecordRange(record.start_frames, frames, record.rate)),)


def _loop(fit: Fit) -> tuple[Fraction, Fraction] | None:
    if fit.method is not FitMethod.LOOP or fit.loop_start_s is None or fit.loop_end_s is None:
        return None
    return _exact(fit.loop_start_s), _exact(fit.loop_end_s)


def _looped(
    start_s: Fraction, loop: tuple[Fraction, Fraction], record: RecordRange, track_s: Fraction
) -> tuple[CuePart, ...]:
    """Tile the record range: the first pass, then the loop until the scope is full.

    Seams lie at the frame nearest to their exact time since the start, so rounding never adds up.
    """
    loop_start_s, loop_end_s = loop
    parts: list[CuePart] = []
    used, seam_s = 0, loop_end_s - start_s
    while used < record.duration_frames:
        source_s = loop_start_s if parts else start_s
        until = min(round(seam_s * record.rate), record.duration_frames)
        frames = min(until - used, math.floor((track_s - source_s) * record.rate))
        if frames < 1:
            break
        parts.append(CuePart(source_s, RecordRange(record.start_frames + used, frames, record.rate)))
        used += frames
        seam_s += loop_end_s - loop_start_s
    return tuple(parts)


def _fades(parts: tuple[CuePart, ...], rate: Fraction, track_s: Fraction) -> tuple[int, int]:
    """Return the fades in frames; together they never exceed a part that carries both."""
    first, last = parts[0], parts[-1]
    end_s = last.source_start_s + last.record.duration_s
    own_start, own_end = first.source_start_s == 0, track_s - end_s < 1 / rate
    fade_in = 0 if own_start else min(FADE_IN_FRAMES, first.record.duration_frames // 2)
    fade_out = 0 if own_end else min(round(FADE_OUT_S * rate), last.record.duration_frames // 2)
    return fade_in, fade_out


def _exact(seconds: float) -> Fraction:
    return Fraction(round(seconds * _MICROSECONDS), _MICROSECONDS)
