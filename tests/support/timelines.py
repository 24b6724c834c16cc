"""Small OpenTimelineIO timelines made by code."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
from opentimelineio import schema
from opentimelineio.opentime import RationalTime, TimeRange

from temptrack.timeline.cue import Cue, CuePart
from temptrack.timeline.segments import MediaSpan, RecordRange, Scope


def time_range(start: float, duration: float, rate: float = 24) -> Any:
    return TimeRange(RationalTime(start, rate), RationalTime(duration, rate))


def movie(url: str, start: float | None = 0, duration: float = 10_000, rate: float = 24) -> Any:
    available = None if start is None else time_range(start, duration, rate)
    return schema.ExternalReference(target_url=url, available_range=available)


def clip(
    name: str,
    start: float,
    duration: float,
    rate: float = 24,
    *,
    media: Any = None,
    speed: float | None = None,
) -> Any:
    made = schema.Clip(
        name=name,
        media_reference=media or movie(f"{name}.mov"),
        source_range=time_range(start, duration, rate),
    )
    if speed == 0:
        made.effects.append(schema.FreezeFrame())
    elif speed is not None:
        made.effects.append(schema.LinearTimeWarp(time_scalar=speed))
    return made


def gap(duration: float, rate: float = 24) -> Any:
    return schema.Gap(source_range=time_range(0, duration, rate))


def dissolve(before: float, after: float, rate: float = 24) -> Any:
    return schema.Transition(
        transition_type=schema.TransitionTypes.SMPTE_Dissolve,
        in_offset=RationalTime(before, rate),
        out_offset=RationalTime(after, rate),
    )


def lane(*items: Any, kind: str = schema.TrackKind.Video, name: str = "", **options: Any) -> Any:
    track = schema.Track(name=name, kind=kind, **options)
    track.extend(items)
    return track


def sound_lane(*items: Any, name: str = "A1", **options: Any) -> Any:
    return lane(*items, kind=schema.TrackKind.Audio, name=name, **options)


def nested(
    *lanes: Any, trim: tuple[float, float] | None = None, rate: float = 24, name: str = "nested"
) -> Any:
    stack = schema.Stack(name=name, source_range=None if trim is None else time_range(*trim, rate))
    stack.extend(lanes)
    return stack


def timeline(*lanes: Any, name: str = "cut", start: float | None = None, rate: float = 24) -> Any:
    made = schema.Timeline(name=name, global_start_time=None if start is None else RationalTime(start, rate))
    for each in lanes:
        made.tracks.append(each)
    return made


def save(document: Any, path: Path) -> Path:
    path.write_text(otio.adapters.write_to_string(document, "otio_json"), encoding="utf-8")
    return path


def spans_of(scope: Scope) -> list[tuple[str, int, int, float, float]]:
    """What is seen: clip, record start and end in frames, source first and last shown in seconds."""
    return [_row(span) for segment in scope.segments for span in segment.spans]


def _row(span: MediaSpan) -> tuple[str, int, int, float, float]:
    source = span.source
    edges = [float(source.start_s), float(source.start_s + source.duration_s)]
    first, last = reversed(edges) if source.reversed else edges
    return span.clip_name, span.record.start_frames, span.record.end_frames, round(first, 6), round(last, 6)


def cue(
    start: int,
    duration: int,
    rate: Fraction = Fraction(24),
    *,
    fades: tuple[int, int] = (0, 0),
    source_s: Fraction = Fraction(5),
    gain_db: float = 0.0,
    path: Path = Path("/music/song.flac"),
) -> Cue:
    return Cue(
        path=path,
        name="Artist - Song",
        track_duration_s=Fraction(100_000),
        parts=(CuePart(source_s, RecordRange(start, duration, rate)),),
        fade_in_frames=fades[0],
        fade_out_frames=fades[1],
        gain_db=gain_db,
        provenance={
            "library": "stock",
            "track_id": "t1",
            "bundle": "lite-1",
            "score": 0.5,
            "licence": "CC0-1.0",
        },
    )
