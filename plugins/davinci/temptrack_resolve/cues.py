# SPDX-License-Identifier: Apache-2.0
"""Music to place and music that was placed. A cue is found again by the tag in the names of its files.

The file's name is the one thing that every version of Resolve keeps with a clip, through moves, renames,
relinks and copies of the project.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from .resolve_api import Clip, OpenTimeline

_TAG = re.compile(r"\[temptrack-([0-9a-f]{12})(?:-\d+)?\]\.wav$", re.IGNORECASE)


LIBRARY = "temptrack_library"
TRACK = "temptrack_track"
"""Where music is from, as the media pool keeps it."""


@dataclass(frozen=True)
class Sound:
    """A file that fills a span of the timeline to the frame.

    Attributes:
        file: sound of exactly that length.
        start_frames: absolute frame of the timeline.
        duration_frames: frames of the timeline.
    """

    file: Path
    start_frames: int
    duration_frames: int

    @property
    def end_frames(self) -> int:
        """One past its last frame."""
        return self.start_frames + self.duration_frames


@dataclass(frozen=True)
class Cue:
    """Music ready to be placed.

    Attributes:
        id: twelve hexadecimal digits; they are in the names of its files too.
        name: shown on the marker.
        sounds: one after another without a gap; a loop has several.
        fade_in_frames: fade to set on the first clip; 0 where it is rendered into the sound.
        fade_out_frames: fade to set on the last clip, likewise.
        gain_db: level to set on every clip, likewise.
        note: text of the marker.
        origin: library, track id, licence and the like.
    """

    id: str
    name: str
    sounds: tuple[Sound, ...]
    fade_in_frames: int
    fade_out_frames: int
    gain_db: float
    note: str
    origin: Mapping[str, str]


@dataclass(frozen=True)
class PlacedCue:
    """Music of ours on the timeline."""

    id: str
    lane_name: str
    clips: tuple[Clip, ...]

    @property
    def start_frames(self) -> int:
        """Its first frame, absolute."""
        return min(clip.start_frames for clip in self.clips)

    @property
    def end_frames(self) -> int:
        """One past its last frame, absolute."""
        return max(clip.end_frames for clip in self.clips)

    @property
    def title(self) -> str:
        """What its files are called, without the tag."""
        path = self.clips[0].path
        return _TAG.sub("", path.name).strip() if path is not None else self.id


def new_cue_id() -> str:
    """Return an id for a new cue."""
    return uuid.uuid4().hex[:12]


def file_name(title: str, cue_id: str, number: int = 1) -> str:
    """Return the name of a cue's file: readable, valid on every system, and tagged."""
    plain = " ".join(re.sub(r'[\x00-\x1f<>:"/\\|?*\[\]]+', " ", title).split())[:80].rstrip(". ")
    return f"{plain or 'Music'} [temptrack-{cue_id}{'' if number == 1 else f'-{number}'}].wav"


def cue_id_of(path: Path | None) -> str:
    """Return the id of the cue that a file belongs to, or an empty string for a file that is not ours."""
    tag = _TAG.search(path.name) if path is not None else None
    return tag.group(1).lower() if tag else ""


def marker_tag(cue_id: str) -> str:
    """Return what our marker carries unseen."""
    return f"temptrack:{cue_id}"


def placed_cues(timeline: OpenTimeline) -> list[PlacedCue]:
    """Return our music on a timeline, in the order in which it plays."""
    found: dict[str, list[Clip]] = {}
    lanes: dict[str, str] = {}
    for lane in timeline.audio_lanes():
        for clip in lane.clips:
            cue_id = cue_id_of(clip.path)
            if cue_id:
                found.setdefault(cue_id, []).append(clip)
                lanes.setdefault(cue_id, lane.name)
    cues = [PlacedCue(cue_id, lanes[cue_id], tuple(clips)) for cue_id, clips in found.items()]
    return sorted(cues, key=lambda cue: cue.start_frames)
