"""Files as the companion renders them: silence of exactly so many frames."""

import wave
from fractions import Fraction
from pathlib import Path

from davinci.temptrack_resolve.cues import Cue, Sound, file_name

SAMPLE_RATE_HZ = 48_000


def silence(path: Path, frames: int, rate: Fraction) -> Path:
    """Write a 24-bit stereo WAV of so many frames at a rate, rounded to the sample."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(3)
        out.setframerate(SAMPLE_RATE_HZ)
        out.writeframes(bytes(6 * round(frames * SAMPLE_RATE_HZ / rate)))
    return path


def cue_of(
    folder: Path,
    start: int,
    frames: int,
    rate: Fraction,
    *,
    cue_id: str = "0123456789ab",
    fades: tuple[int, int] = (12, 24),
    gain_db: float = -6.0,
    passes: int = 1,
) -> Cue:
    """A cue of one or several files, as the plugin makes it before it is placed."""
    sounds = []
    at = start
    for number in range(1, passes + 1):
        length = frames // passes + (frames % passes if number == passes else 0)
        path = silence(folder / file_name("Artist - Song", cue_id, number), length, rate)
        sounds.append(Sound(path, at, length))
        at += length
    return Cue(
        cue_id,
        "Artist - Song",
        tuple(sounds),
        *fades,
        gain_db,
        "CC0-1.0, track t1",
        {"temptrack_track": "t1"},
    )
