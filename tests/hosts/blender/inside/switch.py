"""Installs the extension as a user would and switches it off and on again, twice, cleanly."""

from typing import Any

import bpy

from hosts.blender.inside.drawing import drawn
from hosts.blender.inside.stage import MODULE, driver, install, part, perform


def play(given: dict[str, Any]) -> dict[str, Any]:
    clean = _traces()
    install(given["zip"])
    added = _traces() - clean
    for _ in range(2):
        bpy.ops.preferences.addon_disable(module=MODULE)
        assert _traces() == clean, _traces() ^ clean
        bpy.ops.preferences.addon_enable(module=MODULE)
        assert _traces() - clean == added
    drawn("TEMPTRACK_PT_music")
    drawn("TEMPTRACK_PT_filters")
    drawn("TEMPTRACK_PT_suggestions")
    _draw_preferences()
    assert driver().session.companion_process_id is None, "drawing starts nothing; the timer does"
    return {"added": sorted(added), "shortcuts": _clashes()}


def _traces() -> set[str]:
    """Return everything of ours that Blender knows."""
    classes = {name for name in dir(bpy.types) if "temptrack" in name.lower()}
    operators = {f"temptrack.{name}" for name in dir(getattr(bpy.ops, "temptrack"))}  # noqa: B009
    known = {"WindowManager.temptrack"} if hasattr(bpy.types.WindowManager, "temptrack") else set()
    manager: Any = bpy.context.window_manager
    keyconfig = manager.keyconfigs.addon
    keys = {
        f"key {item.idname} {item.type}"
        for keymap in (keyconfig.keymaps if keyconfig else ())
        for item in keymap.keymap_items
        if item.idname.startswith("temptrack.")
    }
    return classes | operators | known | keys


def _clashes() -> list[str]:
    """Return Blender's own shortcuts in the sequencer that ours would hide."""
    manager: Any = bpy.context.window_manager
    ours = {key for _, key, _ in part("keymap").SHORTCUTS}
    default = manager.keyconfigs.default
    names = ("Sequencer", "SequencerCommon", "Video Sequence Editor", "Frames", "Screen", "Window")
    keymaps = [default.keymaps.get(name) for name in names] if default else []
    return [
        f"{item.idname} {item.type}"
        for keymap in keymaps
        if keymap
        for item in keymap.keymap_items
        if item.type in ours and item.ctrl and item.alt and not item.shift
    ]


def _draw_preferences() -> None:
    from types import SimpleNamespace

    layout = part("preferences").MusicPreferences
    drawing: Any = __import__("hosts.blender.inside.drawing", fromlist=["Drawn"])
    stand_in = SimpleNamespace(layout=drawing.Drawn(), server="x:1", bl_rna=layout.bl_rna)
    driver().checks = [
        {"name": "engine", "state": "broken", "detail": "no library", "next_step": "make one"},
    ]
    layout.draw(stand_in, bpy.context)
    assert "make one" in stand_in.layout.labels
    assert any("Online access is off" in label for label in stand_in.layout.labels)


perform(play)
