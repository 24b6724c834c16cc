# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenes by what survives undo and renaming, their session id; and the windows they are seen in."""

from __future__ import annotations

import bpy


def scene_id(scene: bpy.types.Scene) -> int:
    """Return what a scene is known by as long as its file is open; ids are never used twice in a run."""
    return int(scene.session_uid)


def scene_by_id(wanted: int) -> bpy.types.Scene | None:
    """Return the scene of that id, or None when it is gone or another file was opened."""
    return next((scene for scene in bpy.data.scenes if scene.session_uid == wanted), None)


def windows() -> list[bpy.types.Window]:
    """Return the open windows; Blender without a screen may have one that nobody sees, or none."""
    manager = bpy.context.window_manager
    return list(manager.windows) if manager is not None else []


def window_of(scene: bpy.types.Scene) -> bpy.types.Window | None:
    """Return a window that shows a scene, else any window."""
    everything = windows()
    return next((window for window in everything if window.scene == scene), next(iter(everything), None))


def redraw() -> None:
    """Draw the sequencers and preferences again."""
    for window in windows():
        for area in window.screen.areas:
            if area.type in {"SEQUENCE_EDITOR", "PREFERENCES"}:
                area.tag_redraw()
