# SPDX-License-Identifier: GPL-3.0-or-later
"""Places, replaces and removes music in a scene. Touches our own strips only, and one channel of our own.

Nothing is moved to make room: music goes to the first channel of our name that is free over the whole cue,
else to an unused channel above everything, which then gets the name.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

import bpy

from . import strips
from .cue import Cue
from .panel.filling import Filling
from .panel.problems import PanelError, problem
from .remedies import failure

LAST_CHANNEL = 128
CUE_ID = "cue_id"
PART = "part"


def insert(scene: bpy.types.Scene, cue: Cue, path: str, channel_name: str) -> list[str]:
    """Place a cue and return the names of its strips, in order.

    Args:
        scene: the scene to place it in.
        cue: what to place.
        path: the track's file.
        channel_name: name of the channels music goes to.

    Raises:
        PanelError: CUE_EMPTY when the music fills no frame; CHANNELS_FULL when no channel is free.
    """
    channel = _free_channel(scene, cue, channel_name)
    cue_id = uuid.uuid4().hex[:12]
    for strip in strips.every_strip(scene):
        # What was placed last is what the user means by Replace and Remove.
        strip.select = strip.select and _cue_of(strip) is None
    placed = []
    filling = cue.filling
    for number, stretch in enumerate(filling.stretches):
        strip = strips.new_sound(
            scene,
            filling.name,
            path,
            channel=channel,
            start=stretch.start_frames,
            end=stretch.end_frames,
            source_start_s=stretch.source_start_s,
        )
        strip[strips.TAG] = json.dumps({**cue.provenance, CUE_ID: cue_id, PART: number})
        strip.volume = 10 ** (filling.gain_db / 20)
        strip.show_waveform = True
        strip.select = True
        placed.append(strip)
    _fade(scene, placed, filling)
    _name(scene, channel, channel_name)
    return [strip.name for strip in placed]


def provenance(strip: Any) -> dict[str, Any] | None:
    """Return what a strip of ours says about its music, or None for other strips."""
    try:
        read = json.loads(strip[strips.TAG])
    except (KeyError, TypeError, ValueError):
        # Only strings that we wrote are ours; the property may be someone else's.
        return None
    return read if isinstance(read, dict) and CUE_ID in read else None


def cue_strips(scene: bpy.types.Scene, cue_id: str) -> list[Any]:
    """Return the strips of one cue in order of time."""
    return sorted((each for each in strips.every_strip(scene) if _cue_of(each) == cue_id), key=strips.span)


def chosen_cues(scene: bpy.types.Scene) -> list[str]:
    """Return the cues the user means: those with a selected strip, else the only one there is."""
    cues = [(strip, _cue_of(strip)) for strip in strips.every_strip(scene)]
    selected = list(dict.fromkeys(cue for strip, cue in cues if cue and strip.select))
    everything = list(dict.fromkeys(cue for _strip, cue in cues if cue))
    return selected or (everything if len(everything) == 1 else [])


def facts_of(scene: bpy.types.Scene, cue_id: str) -> dict[str, Any]:
    """Return what the strips of a cue say about its music; nothing when it is gone."""
    return next((provenance(strip) or {} for strip in cue_strips(scene, cue_id)), {})


def extent(scene: bpy.types.Scene, cue_id: str) -> tuple[int, int] | None:
    """Return first frame and end (exclusive) of a cue, or None when it is gone."""
    spans = [strips.span(strip) for strip in cue_strips(scene, cue_id)]
    return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None


def remove(scene: bpy.types.Scene, cue_ids: Iterable[str]) -> int:
    """Take cues out with their volume curves and return how many strips went."""
    count = 0
    for cue_id in cue_ids:
        for strip in cue_strips(scene, cue_id):
            strips.remove(scene, strip)
            count += 1
    return count


def replace(scene: bpy.types.Scene, cue_id: str, cue: Cue, path: str, channel_name: str) -> list[str]:
    """Put another cue where one lies; the old one goes only when the new one can be placed.

    Raises:
        PanelError: as ``insert``.
    """
    _free_channel(scene, cue, channel_name, ignoring=cue_id)
    remove(scene, [cue_id])
    return insert(scene, cue, path, channel_name)


def _free_channel(scene: bpy.types.Scene, cue: Cue, name: str, ignoring: str = "") -> int:
    stretches = cue.filling.stretches
    if not stretches:
        raise PanelError(problem("CUE_EMPTY"))
    start, end = stretches[0].start_frames, stretches[-1].end_frames
    editor = scene.sequence_editor or scene.sequence_editor_create()
    top = [strip for strip in strips.top_strips(scene) if not ignoring or _cue_of(strip) != ignoring]
    busy = {strip.channel for strip in top if _overlaps(strips.span(strip), start, end)}
    used = {strip.channel for strip in top}
    for channel in range(1, LAST_CHANNEL + 1):
        lane = editor.channels[channel]
        if _is_called(lane, name) and channel not in busy and not lane.lock and not lane.mute:
            return channel
    for channel in range(max(used, default=0) + 1, LAST_CHANNEL + 1):
        lane = editor.channels[channel]
        if not lane.lock and not lane.mute:
            return channel
    raise failure("CHANNELS_FULL")


def _name(scene: bpy.types.Scene, channel: int, name: str) -> None:
    editor: Any = scene.sequence_editor
    lane = editor.channels[channel]
    if not _is_called(lane, name):
        lane.name = name


def _is_called(lane: Any, name: str) -> bool:
    """Say whether a channel has a name; Blender numbers further channels of one name: Music, Music.001."""
    start, _, number = str(lane.name).rpartition(".")
    return lane.name == name or (start == name and number.isdigit())


def _cue_of(strip: Any) -> str | None:
    facts = provenance(strip)
    return str(facts[CUE_ID]) if facts else None


def _overlaps(span: tuple[int, int], start: int, end: int) -> bool:
    return span[0] < end and span[1] > start


def _fade(scene: bpy.types.Scene, placed: list[Any], filling: Filling) -> None:
    """Draw fades as volume keys: straight lines from silence to the level and back."""
    level = 10 ** (filling.gain_db / 20)
    keys: dict[int, dict[int, float]] = {}
    if filling.fade_in_frames:
        start = filling.stretches[0].start_frames
        keys.setdefault(0, {}).update({start: 0.0, start + filling.fade_in_frames: level})
    if filling.fade_out_frames:
        end = filling.stretches[-1].end_frames
        keys.setdefault(len(placed) - 1, {}).update({end - filling.fade_out_frames: level, end: 0.0})
    for number, points in keys.items():
        strips.set_volume_keys(scene, placed[number], points)
