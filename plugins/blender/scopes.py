# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the timeline music is asked for, as the panel's menu names it."""

from __future__ import annotations

from typing import Any

import bpy

from . import placing, strips
from .remedies import failure


def chosen(scene: bpy.types.Scene, kind: str) -> dict[str, Any]:
    """Return the part of a scene that an item of the menu means, as the companion's protocol has it.

    Args:
        scene: the edited scene.
        kind: WHOLE, PREVIEW, SELECTED or MARKERS.

    Raises:
        PanelError: NO_PREVIEW_RANGE, NOTHING_SELECTED or NO_MARKERS.
    """
    match kind:
        case "PREVIEW":
            if not scene.use_preview_range:
                raise failure("NO_PREVIEW_RANGE")
            return _range(scene.frame_preview_start, scene.frame_preview_end + 1)
        case "SELECTED":
            return _selected(scene)
        case "MARKERS":
            return _between_markers(scene)
    return {"kind": "whole"}


def _selected(scene: bpy.types.Scene) -> dict[str, Any]:
    pictures = [
        strip
        for strip in strips.top_strips(scene)
        if strip.select and strip.type != "SOUND" and placing.provenance(strip) is None
    ]
    if not pictures:
        raise failure("NOTHING_SELECTED")
    return {"kind": "items", "ids": [strip.name for strip in pictures]}


def _between_markers(scene: bpy.types.Scene) -> dict[str, Any]:
    frames = sorted({marker.frame for marker in scene.timeline_markers})
    if not frames:
        raise failure("NO_MARKERS")
    before = [frame for frame in frames if frame <= scene.frame_current]
    after = [frame for frame in frames if frame > scene.frame_current]
    return _range(before[-1] if before else scene.frame_start, after[0] if after else scene.frame_end + 1)


def _range(start: int, end: int) -> dict[str, Any]:
    return {"kind": "range", "start_frames": start, "end_frames": end}
