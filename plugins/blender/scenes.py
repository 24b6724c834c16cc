# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenes by what survives undo, renaming and reloading of the add-on: their session id."""

from __future__ import annotations

import bpy


def scene_id(scene: bpy.types.Scene) -> int:
    """Return what a scene is known by as long as its file is open; ids are never used twice in a run."""
    return int(scene.session_uid)


def scene_by_id(wanted: int) -> bpy.types.Scene | None:
    """Return the scene of that id, or None when it is gone or another file was opened."""
    return next((scene for scene in bpy.data.scenes if scene.session_uid == wanted), None)
