"""What a rendered cue holds: which part of which track, how long, how loud."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from temptrack.companion.gain_curve import FadeShape
from temptrack.errors import InvalidRequest
from temptrack.timeline.cue_items import MAX_GAIN_DB, MIN_GAIN_DB

MAX_CUE_S = 4 * 3600
"""Longest cue in seconds; a WAV file holds no more than about that."""


@dataclass(frozen=True, slots=True)
class Duck:
    """A stretch of a cue in which the music is lower, such as under speech.

    Attributes:
        start_frames: first frame, counted from the cue's own start.
        end_frames: end, exclusive.
        gain_db: how much lower, at most 0.
    """

    start_frames: int
    end_frames: int
    gain_db: float


@dataclass(frozen=True, slots=True)
class CueRequest:
    """What a cue file holds.

    Attributes:
        track: the track's file.
        start_s: where the excerpt starts in it, seconds.
        end_s: where the excerpt ends, None for the track's own end; after it there is silence.
        duration_frames: length of the file in frames of the timeline.
        rate: frames per second of the timeline.
        fade_in_frames: fade from silence at the start.
        fade_out_frames: fade into silence at the end of the excerpt or of the file, whichever is earlier.
        gain_db: level change.
        target_lufs: bring the excerpt to this loudness first, within the limits placing has; None leaves it.
        fade_shape: course of the fades.
        ducks: where the music is lower.
    """

    track: Path
    start_s: Fraction
    end_s: Fraction | None
    duration_frames: int
    rate: Fraction
    fade_in_frames: int = 0
    fade_out_frames: int = 0
    gain_db: float = 0.0
    target_lufs: float | None = None
    fade_shape: FadeShape = FadeShape.LINEAR
    ducks: tuple[Duck, ...] = ()


def check(request: CueRequest) -> None:
    """Refuse what cannot be rendered.

    Raises:
        InvalidRequest: a length, rate, excerpt, fade, level or duck that cannot be (BAD_CUE).
    """
    wrong = _fault(request)
    if wrong:
        raise InvalidRequest(
            f"A cue cannot be rendered: {wrong}.",
            reason="BAD_CUE",
            hint="Choose a part of the timeline and an excerpt with a length, and a level that can be heard.",
        )


def _fault(request: CueRequest) -> str:
    frames, rate = request.duration_frames, request.rate
    faults = {
        f"{frames} frames at {rate} frames a second are no length": rate <= 0 or frames < 1,
        f"{frames} frames are longer than {MAX_CUE_S // 3600} hours": frames > MAX_CUE_S * rate,
        f"the excerpt from {float(request.start_s):g} s does not end after it starts": request.start_s < 0
        or (request.end_s is not None and request.end_s <= request.start_s),
        "a fade is shorter than nothing": min(request.fade_in_frames, request.fade_out_frames) < 0,
        f"a level change of {request.gain_db} dB is not between {MIN_GAIN_DB:g} and {MAX_GAIN_DB:g} dB": not (
            MIN_GAIN_DB <= request.gain_db <= MAX_GAIN_DB
        ),
    }
    for duck in request.ducks:
        what = f"a duck by {duck.gain_db} dB over frames {duck.start_frames} to {duck.end_frames} is none"
        faults[what] = not MIN_GAIN_DB <= duck.gain_db <= 0 or duck.end_frames <= duck.start_frames
    return next((fault for fault, found in faults.items() if found), "")
