# SPDX-License-Identifier: Apache-2.0
"""Puts music on the timeline and takes it off again: our own clips only, on a lane of its own, to the frame.

Resolve has no undo for scripts, drops clips in silence and reports success, so every step is read back, and
what was done is undone when a later step fails.
"""

from __future__ import annotations

import math
import re
from contextlib import contextmanager, suppress
from fractions import Fraction
from typing import Any, Iterator

from . import editions
from .cues import Cue, PlacedCue, Sound, cue_id_of, marker_tag, placed_cues
from .panel.problems import PanelError
from .remedies import failure
from .resolve_api import AudioLane, Clip, EditableTimeline, Host
from .timecode import length_in_media

BIN = "Suggested Music"
"""Folder of the media pool that holds what the plugin imports."""

MARKER_COLOUR = "Sky"
_LANES_COUNTED_WRONG_BEFORE = (20, 2, 2)
_SELECTION_NEEDED_BEFORE = (20, 3, 2)


def insert(host: Host, timeline: EditableTimeline, cue: Cue, lane_name: str) -> PlacedCue:
    """Place a cue where nothing lies, and mark where it came from. Nothing else is moved or changed.

    Args:
        host: DaVinci Resolve.
        timeline: the open timeline.
        cue: what to place.
        lane_name: audio lane to use; one of that name with a number is made where it is not free.

    Raises:
        PanelError: NOT_IMPORTED, NOT_PLACED, NOT_SET, or what the host answered; the timeline is then as
            before.
    """
    with host.on_edit_page(), _undone_on_failure(timeline, cue):
        return _place(host, timeline, cue, lane_name)


def remove(host: Host, timeline: EditableTimeline, cue_id: str) -> None:
    """Take our music off; the gap stays, and so do its files and their clips in the media pool.

    Raises:
        PanelError: MUSIC_GONE or NOT_REMOVED.
    """
    cue = find(timeline, cue_id)
    with host.on_edit_page():
        timeline.delete(cue.clips)
        timeline.delete_marker(marker_tag(cue_id))


def replace(host: Host, timeline: EditableTimeline, old_id: str, cue: Cue, lane_name: str) -> PlacedCue:
    """Put a cue in the place of another of ours. If that fails, the old one is put back.

    Raises:
        PanelError: MUSIC_GONE when the user has deleted the old one; otherwise as ``insert``.
    """
    old = find(timeline, old_id)
    with host.on_edit_page():
        with _put_back_on_failure(host, timeline, old), _undone_on_failure(timeline, cue):
            timeline.delete(old.clips)
            placed = _place(host, timeline, cue, lane_name)
        timeline.delete_marker(marker_tag(old_id))
        return placed


def find(timeline: EditableTimeline, cue_id: str) -> PlacedCue:
    """Return our music of that id.

    Raises:
        PanelError: MUSIC_GONE.
    """
    cue = next((cue for cue in placed_cues(timeline) if cue.id == cue_id), None)
    if cue is None:
        raise failure("MUSIC_GONE")
    return cue


def is_free(lane: AudioLane, start_frames: int, end_frames: int) -> bool:
    """Tell whether nothing lies on a lane over a span: Resolve would drop the later clip without a word."""
    return not any(clip.start_frames < end_frames and start_frames < clip.end_frames for clip in lane.clips)


def _place(host: Host, timeline: EditableTimeline, cue: Cue, lane_name: str) -> PlacedCue:
    lane = _lane_for(timeline, cue, lane_name)
    clips = []
    for number, sound in enumerate(cue.sounds):
        media = timeline.media_pool.import_file(sound.file, BIN)
        clip = _lay(host, timeline, sound, media, lane)
        if editions.sets_fades_and_level(host.product()):
            is_first, is_last = number == 0, number == len(cue.sounds) - 1
            timeline.set_fades(
                clip, cue.fade_in_frames if is_first else 0, cue.fade_out_frames if is_last else 0
            )
            timeline.set_level(clip, cue.gain_db)
        timeline.media_pool.note_origin(media, cue.origin)
        clips.append(clip)
    timeline.add_marker(cue.sounds[0].start_frames, MARKER_COLOUR, cue.name, cue.note, marker_tag(cue.id))
    return PlacedCue(cue.id, lane.name, tuple(clips))


def _lane_for(timeline: EditableTimeline, cue: Cue, lane_name: str) -> AudioLane:
    lanes = timeline.audio_lanes()
    names = re.compile(rf"{re.escape(lane_name)}(?: \d+)?$")
    start, end = cue.sounds[0].start_frames, cue.sounds[-1].end_frames
    for lane in lanes:
        usable = lane.is_stereo and lane.is_enabled and not lane.is_locked
        if names.match(lane.name) and usable and is_free(lane, start, end):
            return lane
    taken, number, name = {lane.name for lane in lanes}, 1, lane_name
    while name in taken:
        number += 1
        name = f"{lane_name} {number}"
    return timeline.add_stereo_lane(name)


def _lay(host: Host, timeline: EditableTimeline, sound: Sound, media: Any, lane: AudioLane) -> Clip:
    """Append and read back; correct once where the host counts ``endFrame`` or rates in another way."""
    rate = timeline.media_pool.rate_of(media)
    length = length_in_media(sound.duration_frames, timeline.rate, rate)
    clip = _append(host, timeline, sound, (media, length), lane)
    missing = sound.duration_frames - clip.duration_frames
    corrected = length + correction(missing, timeline.rate, rate)
    if corrected != length:
        timeline.delete([clip])
        clip = _append(host, timeline, sound, (media, corrected), lane)
        missing = sound.duration_frames - clip.duration_frames
    # Where the rates differ, the clip can end up to one of its own frames early; never late.
    if missing < 0 or missing * rate / timeline.rate >= 1:
        raise failure("NOT_PLACED", f"{clip.duration_frames} frames of {sound.duration_frames}")
    return clip


def correction(missing_frames: int, timeline_rate: Fraction, media_rate: Fraction) -> int:
    """Return by how many frames of the clip to lengthen it when so many of the timeline are missing.

    Rounds down: music may end early by part of a frame, never reach over the next clip.
    """
    return math.floor(missing_frames * media_rate / timeline_rate)


def _append(
    host: Host, timeline: EditableTimeline, sound: Sound, source: tuple[Any, int], lane: AudioLane
) -> Clip:
    media, length = source
    version = host.product().version
    if version < _SELECTION_NEEDED_BEFORE:
        timeline.media_pool.select(media)
    with timeline.as_many_video_lanes(lane.index if version < _LANES_COUNTED_WRONG_BEFORE else 0):
        timeline.media_pool.append(media, length, lane.index, sound.start_frames)
    return _read_back(timeline, sound, lane)


def _read_back(timeline: EditableTimeline, sound: Sound, lane: AudioLane) -> Clip:
    """Find a sound on its lane: what the host answered says nothing."""
    for clip in timeline.audio_lane(lane.index).clips:
        is_it = clip.path is not None and clip.path.name == sound.file.name and bool(clip.id)
        if is_it and clip.start_frames == sound.start_frames:
            return clip
    raise failure("NOT_PLACED", f"'{sound.file.stem}' on track '{lane.name}'")


@contextmanager
def _undone_on_failure(timeline: EditableTimeline, cue: Cue) -> Iterator[None]:
    lanes = len(timeline.audio_lanes())
    try:
        yield
    except Exception:
        # What failed first is what the user should hear of, so what fails while tidying up is not said.
        with suppress(PanelError):
            for placed in placed_cues(timeline):
                if placed.id == cue.id:
                    timeline.delete(placed.clips)
            timeline.delete_marker(marker_tag(cue.id))
            for lane in reversed(timeline.audio_lanes()[lanes:]):
                timeline.delete_empty_lane(lane.index)
            timeline.media_pool.forget(BIN, lambda path: cue_id_of(path) == cue.id)
        raise


@contextmanager
def _put_back_on_failure(host: Host, timeline: EditableTimeline, old: PlacedCue) -> Iterator[None]:
    """Lay the old clips again where they were; their marker is still there."""
    lane = next(each for each in timeline.audio_lanes() if each.name == old.lane_name)
    keeps = editions.sets_fades_and_level(host.product())
    before = [
        (clip, timeline.media_of(clip), timeline.fades_and_level(clip) if keeps else None)
        for clip in old.clips
    ]
    try:
        yield
    except Exception:
        with suppress(PanelError):
            there = {clip.id for placed in placed_cues(timeline) for clip in placed.clips}
            for clip, media, dress in before:
                if clip.id in there or clip.path is None:
                    continue
                sound = Sound(clip.path, clip.start_frames, clip.duration_frames)
                again = _lay(host, timeline, sound, media, lane)
                if dress is not None:
                    timeline.set_fades(again, dress[0], dress[1])
                    timeline.set_level(again, dress[2])
        raise
