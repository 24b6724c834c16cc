"""Cues rendered from music that tests composed, read back as samples."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from temptrack.companion.cue_audio import CueFile, render_cue
from temptrack.companion.cue_request import CueRequest
from temptrack.companion.kept_files import KeptFiles
from temptrack.media.audio import decode_audio
from temptrack.media.types import Samples

PAL = Fraction(25)


def request(track: Path, **changes: Any) -> CueRequest:
    values: dict[str, Any] = {
        "track": track,
        "start_s": Fraction(0),
        "end_s": None,
        "duration_frames": 25,
        "rate": PAL,
    }
    return CueRequest(**(values | changes))


def rendered(
    asked: CueRequest,
    folder: Path,
    *,
    cancelled: Callable[[], bool] | None = None,
    name: str = "Artist - Title",
) -> CueFile:
    return render_cue(asked, name=name, kept=KeptFiles(folder, 2**30), cancelled=cancelled)


def samples_of(cue: CueFile) -> Samples:
    return decode_audio(cue.path, rate_hz=48_000, mono=False).samples
