"""Placing music on a timeline and finding it again. docs/adr/0004 says how it is written."""

import hashlib
import math
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from opentimelineio import schema

from temptrack.errors import InvalidRequest
from temptrack.timeline.cue import Cue
from temptrack.timeline.cue_items import (
    MAX_GAIN_DB,
    METADATA_KEY,
    MIN_GAIN_DB,
    cue_id_of,
    cue_items,
    written_by_us,
)
from temptrack.timeline.lanes import Lane, lay, new_lane
from temptrack.timeline.layout import trim_of
from temptrack.timeline.media_paths import is_there, paths_of
from temptrack.timeline.rates import nearest_frame
from temptrack.timeline.segments import RecordRange
from temptrack.timeline.timeline_file import TimelineFile

DEFAULT_LANE = "Temptrack"
"""Lane that music is placed on unless another is named."""


@dataclass(frozen=True, slots=True)
class PlacedCue:
    """Music that temptrack placed on a timeline.

    Attributes:
        id: names the cue within its timeline.
        lane: name of the audio lane.
        name: name of its clips.
        path: the audio file.
        record: where it lies.
        parts: number of clips it is made of.
        provenance: what was written with it: library, track id, bundle, score, licence.
    """

    id: str
    lane: str
    name: str
    path: Path
    record: RecordRange
    parts: int
    provenance: dict[str, str | float]


def place_cue(file: TimelineFile, cue: Cue, *, lane_name: str = DEFAULT_LANE) -> TimelineFile:
    """Return the timeline with a cue on an audio lane; the given one is left as it is.

    The cue goes on the lane of that name where it is free there. Lanes that are occupied, locked, disabled,
    trimmed or retimed are left alone, and another lane ("Temptrack 2") is used or added. Nothing is moved.

    Args:
        file: the timeline.
        cue: what to place; its record ranges count in the timeline's frames.
        lane_name: audio lane to use or make.

    Raises:
        InvalidRequest: the cue is empty, has holes, counts in another rate, reads past its file, fades longer
            than it sounds or has no sane level (BAD_CUE).
    """
    _check(file, cue)
    document = file.document.deepcopy()
    placed = replace(file, document=document)
    stack = placed.timeline.tracks
    resolve = "Resolve_OTIO" in placed.timeline.metadata
    identifier = _new_id(file, cue)
    items = list(cue_items(cue, identifier, placed.rate_as_written_hz, resolve=resolve))
    lead_s = trim_of(stack)[0]
    start_s = lead_s + cue.parts[0].record.start_s
    end_s = start_s + sum((part.record.duration_s for part in cue.parts), start=Fraction(0))
    fades = (cue.fade_in_frames > 0, cue.fade_out_frames > 0)
    lanes = [Lane(track) for track in stack if _is_named(track, lane_name)]
    lane = next((lane for lane in lanes if lane.is_free(start_s, end_s, fades=fades)), None)
    if lane is None:
        names = {item.name for item in stack}
        track = new_lane(_unused(lane_name, names), metadata={METADATA_KEY: {"lane": True}}, resolve=resolve)
        stack.append(track)
        lane = Lane(track)
    lay(lane, items, start_s, end_s, placed.rate_as_written_hz)
    return placed


def list_cues(file: TimelineFile) -> tuple[PlacedCue, ...]:
    """Return the cues temptrack placed on a timeline, in record order."""
    stack = file.timeline.tracks
    lead_s = trim_of(stack)[0]
    found: dict[str, list[tuple[Any, Any, Fraction, Fraction]]] = {}
    for track in _audio_lanes(stack):
        for item, start_s, end_s in Lane(track).items():
            identifier = cue_id_of(item)
            if identifier and isinstance(item, schema.Clip):
                found.setdefault(identifier, []).append((track, item, start_s, end_s))
    cues = [_placed_cue(file, identifier, clips, lead_s) for identifier, clips in found.items()]
    return tuple(sorted(cues, key=lambda cue: (cue.record.start_frames, cue.id)))


def _check(file: TimelineFile, cue: Cue) -> None:
    def refuse(what: str) -> InvalidRequest:
        return InvalidRequest(f"The cue '{cue.name}' {what}.", reason="BAD_CUE")

    if not cue.parts:
        raise refuse("has no sound in it")
    expected = cue.parts[0].record.start_frames
    frame_s = 1 / file.rate
    for part in cue.parts:
        record = part.record
        if record.rate != file.rate:
            raise refuse(f"counts {record.rate} frames per second, the timeline {file.rate}")
        if record.start_frames < 0 or record.duration_frames < 1:
            raise refuse(f"has a part of {record.duration_frames} frames at frame {record.start_frames}")
        if record.start_frames != expected:
            raise refuse(f"has a hole or an overlap at frame {record.start_frames}")
        expected = record.end_frames
        if (
            part.source_start_s < 0
            or part.source_start_s + record.duration_s > cue.track_duration_s + frame_s
        ):
            raise refuse(f"reads outside its file, which is {float(cue.track_duration_s):.2f} s long")
    first, last = cue.parts[0].record.duration_frames, cue.parts[-1].record.duration_frames
    fades = (cue.fade_in_frames, cue.fade_out_frames)
    together = sum(fades) if len(cue.parts) == 1 else 0
    if min(fades) < 0 or fades[0] > first or fades[1] > last or together > first:
        raise refuse(f"fades over {fades[0]} and {fades[1]} frames, longer than it sounds")
    if not math.isfinite(cue.gain_db) or not MIN_GAIN_DB <= cue.gain_db <= MAX_GAIN_DB:
        raise refuse(f"has a level of {cue.gain_db} dB, outside {MIN_GAIN_DB:g} to {MAX_GAIN_DB:g}")


def _new_id(file: TimelineFile, cue: Cue) -> str:
    """Return an id that is the same for the same placement, and different from those already there."""
    taken = {placed.id for placed in list_cues(file)}
    facts = f"{cue.path}|{cue.parts}|{cue.gain_db}"
    for repeat in range(len(taken) + 1):
        identifier = hashlib.sha256(f"{facts}|{repeat}".encode("utf-8", "surrogateescape")).hexdigest()[:12]
        if identifier not in taken:
            break
    return identifier


def _is_named(item: Any, lane_name: str) -> bool:
    """Tell whether an item is the audio lane of that name or one of its numbered siblings."""
    if not isinstance(item, schema.Track) or item.kind != schema.TrackKind.Audio:
        return False
    base, _, number = item.name.rpartition(" ")
    return bool(item.name == lane_name) or (base == lane_name and number.isdecimal())


def _unused(lane_name: str, names: set[str]) -> str:
    number = 1
    name = lane_name
    while name in names:
        number += 1
        name = f"{lane_name} {number}"
    return name


def _audio_lanes(stack: Any) -> list[Any]:
    return [item for item in stack if isinstance(item, schema.Track) and item.kind == schema.TrackKind.Audio]


def _placed_cue(
    file: TimelineFile, identifier: str, clips: list[tuple[Any, Any, Fraction, Fraction]], lead_s: Fraction
) -> PlacedCue:
    track, first = clips[0][:2]
    start = nearest_frame(min(start_s for _, _, start_s, _ in clips) - lead_s, file.rate)
    end = nearest_frame(max(end_s for *_, end_s in clips) - lead_s, file.rate)
    ours = written_by_us(first)
    provenance = {key: ours[key] for key in ours if isinstance(ours[key], str | float | int)}
    url = str(getattr(first.media_reference, "target_url", "") or "")
    paths = paths_of(url, file.media_root) or (Path(url),)
    return PlacedCue(
        id=identifier,
        lane=track.name,
        name=first.name,
        path=next((path for path in paths if is_there(path, Path.is_file)), paths[0]),
        record=RecordRange(start, end - start, file.rate),
        parts=len(clips),
        provenance=provenance,
    )
