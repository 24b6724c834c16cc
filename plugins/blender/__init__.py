# SPDX-License-Identifier: GPL-3.0-or-later
"""Temptrack in Blender's video sequencer: suggests music for the timeline, places it, takes it away again."""

from __future__ import annotations

import bpy

from . import keymap, operators_music, operators_search, panel_ui, preferences, properties, ticking

_CLASSES = (
    *properties.CLASSES,
    *preferences.CLASSES,
    *operators_search.CLASSES,
    *operators_music.CLASSES,
    *panel_ui.CLASSES,
)


def register() -> None:
    """Add everything to Blender. The companion starts when the panel is first seen."""
    for each in _CLASSES:
        bpy.utils.register_class(each)
    properties.attach()
    keymap.attach()
    ticking.start()


def unregister() -> None:
    """Take everything away again and end the companion."""
    ticking.stop()
    keymap.detach()
    properties.detach()
    for each in reversed(_CLASSES):
        bpy.utils.unregister_class(each)
