"""Music to be placed on a timeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from temptrack.timeline.segments import RecordRange


@dataclass(frozen=True, slots=True)
class CuePart:
    """One unbroken stretch of the track; a looped cue has several, end to end.

    Attributes:
        source_start_s: where the stretch starts in the audio file, exact seconds.
        record: where it lies on the timeline; its duration is the duration of sound used.
    """

    source_start_s: Fraction
    record: RecordRange


@dataclass(frozen=True, slots=True)
class Cue:
    """A track on its way to the timeline.

    Attributes:
        path: the audio file.
        name: what the clip is called, such as "Artist - Title".
        track_duration_s: length of the audio file in seconds.
        parts: stretches in record order, touching and never overlapping.
        fade_in_frames: length of the fade at the start of the first part, timeline frames.
        fade_out_frames: length of the fade at the end of the last part, timeline frames.
        gain_db: level change to apply, 0 leaves the file as it is.
        provenance: library, track id, bundle, score and licence, written as metadata under "temptrack".
    """

    path: Path
    name: str
    track_duration_s: Fraction
    parts: tuple[CuePart, ...]
    fade_in_frames: int = 0
    fade_out_frames: int = 0
    gain_db: float = 0.0
    provenance: Mapping[str, str | float] = field(default_factory=dict)
