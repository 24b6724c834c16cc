# SPDX-License-Identifier: GPL-3.0-or-later
"""Shortcuts in the sequencer. All with Ctrl and Alt, where Blender has none of its own there."""

from __future__ import annotations

from typing import Any

import bpy

SHORTCUTS: tuple[tuple[str, str, dict[str, int]], ...] = (
    ("temptrack.search", "M", {}),
    ("temptrack.preview", "P", {}),
    ("temptrack.insert", "I", {}),
    ("temptrack.choose", "UP_ARROW", {"step": -1}),
    ("temptrack.choose", "DOWN_ARROW", {"step": 1}),
)
"""Operator, key, and the operator's options."""

_added: list[tuple[Any, Any]] = []


def attach() -> None:
    """Add the shortcuts; Blender without windows has no key configuration for them."""
    manager: Any = bpy.context.window_manager
    keyconfig = manager.keyconfigs.addon
    if keyconfig is None:
        return
    keymap = keyconfig.keymaps.new(name="Sequencer", space_type="SEQUENCE_EDITOR")
    for operator, key, options in SHORTCUTS:
        item = keymap.keymap_items.new(operator, key, "PRESS", ctrl=True, alt=True)
        for name, value in options.items():
            setattr(item.properties, name, value)
        _added.append((keymap, item))


def detach() -> None:
    """Remove them."""
    for keymap, item in _added:
        keymap.keymap_items.remove(item)
    _added.clear()
