"""A cue as a cue sheet names it, with the fields that performing-rights reporting asks for."""

from fractions import Fraction
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from temptrack.batch.plan import PlanRow
from temptrack.library.types import Track
from temptrack.timeline.cue import Cue
from temptrack.timeline.timeline_file import TimelineFile

UNKNOWN = "unknown"

_CODES = {
    ("background", False): "BI",
    ("background", True): "BV",
    ("feature", False): "FI",
    ("feature", True): "FV",
    ("opening", False): "OT",
    ("opening", True): "OT",
    ("closing", False): "CT",
    ("closing", True): "CT",
}


class SheetCue(BaseModel):
    """One line of a cue sheet."""

    model_config = ConfigDict(frozen=True)

    production: str
    episode: str
    cue: int = Field(description="number in the episode, from 1")
    title: str
    artist: str = Field(description="as the file's tags say: mostly who performs")
    composer: str = Field(default=UNKNOWN, description="as the file's tags say, else to be found out")
    publisher: str = Field(default=UNKNOWN, description="as the file's tags say, else to be found out")
    usage: Literal["background", "feature", "opening", "closing"]
    usage_code: str = Field(
        description="BI, BV background instrumental or vocal; FI, FV featured; OT, CT opening and closing "
        "theme; B or F where it is not known whether somebody sings"
    )
    timecode_in: str = Field(description="where it starts, in the timeline's timecode")
    timecode_out: str = Field(description="where it ends, exclusive")
    duration: str = Field(description="length as h:mm:ss, rounded to the second")
    duration_s: float = Field(description="exact length in seconds")
    duration_frames: int
    rate: str = Field(description="frames per second, exact")
    licence: str
    timeline: str = Field(description="the timeline that was written, or would be")
    scene: str
    library: str
    track_id: str
    file: str = Field(description="path of the music")
    changed: bool = Field(description="whether the track was cut, looped or faded to fit")


def sheet_cue(
    row: PlanRow,
    cue: Cue,
    track: Track,
    *,
    number: int,
    file: TimelineFile,
    timeline: str,
    scene: str,
    library: str,
) -> SheetCue:
    """Return the line of a cue that was placed.

    Args:
        row: the request it was placed for.
        cue: the music as it lies on the timeline.
        track: what it was taken from.
        number: its number in the episode.
        file: the timeline it lies on, for its timecode.
        timeline: name of the file that was written.
        scene: the scene, in words.
        library: name of the library.
    """
    first, last = cue.parts[0].record, cue.parts[-1].record
    frames = last.end_frames - first.start_frames
    duration_s = frames / first.rate
    whole = len(cue.parts) == 1 and cue.parts[0].source_start_s == 0
    uncut = whole and abs(duration_s - cue.track_duration_s) < 1 / first.rate
    return SheetCue(
        production=row.production,
        episode=row.episode or file.name,
        cue=number,
        title=track.title,
        artist=track.artist or UNKNOWN,
        composer=track.composer or UNKNOWN,
        publisher=track.publisher or UNKNOWN,
        usage=row.usage,
        usage_code=usage_code(row.usage, track.vocals),
        timecode_in=file.timecode(first.start_frames),
        timecode_out=file.timecode(last.end_frames),
        duration=clock(duration_s),
        duration_s=round(float(duration_s), 3),
        duration_frames=frames,
        rate=str(first.rate),
        licence=track.licence,
        timeline=timeline,
        scene=scene,
        library=library,
        track_id=track.id,
        file=track.path,
        changed=not uncut or bool(cue.fade_in_frames or cue.fade_out_frames),
    )


def usage_code(usage: str, vocals: bool | None) -> str:
    """Return the code that cue sheets use for how music is used."""
    if vocals is None and usage in ("background", "feature"):
        return usage[0].upper()
    return _CODES[usage, bool(vocals)]


def clock(duration_s: Fraction) -> str:
    """Return a length as h:mm:ss, rounded to the second; half a second counts up."""
    seconds = int(duration_s + Fraction(1, 2))
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
