# SPDX-License-Identifier: GPL-3.0-or-later
"""What is set once: where companion and server are, how music lies on the timeline; and the doctor."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import FloatProperty, IntProperty, StringProperty

from . import ticking


def _changed(_preferences: Any, _context: bpy.types.Context) -> None:
    ticking.driver().configure()


class MusicPreferences(bpy.types.AddonPreferences):
    """Settings of the extension."""

    bl_idname = __package__ or "temptrack"

    companion: StringProperty(  # type: ignore[valid-type]
        name="Companion",
        description="The temptrack program; empty looks in the usual places",
        subtype="FILE_PATH",
        update=_changed,
    )
    server: StringProperty(  # type: ignore[valid-type]
        name="Studio Server",
        description="HOST:PORT of a studio server; empty searches on this machine. "
        "A server is sent small pictures of the timeline and the prompt, never video or sound",
        update=_changed,
    )
    token: StringProperty(  # type: ignore[valid-type]
        name="Token", description="What the server wants to see", subtype="PASSWORD", update=_changed
    )
    home: StringProperty(  # type: ignore[valid-type]
        name="State Folder",
        description="Folder of temptrack's libraries and caches; empty takes the usual one",
        subtype="DIR_PATH",
        update=_changed,
    )
    path_map: StringProperty(  # type: ignore[valid-type]
        name="Path Map",
        description="Folders that have another name on this machine: FROM=TO, separated by semicolons",
        update=_changed,
    )
    music_folder: StringProperty(  # type: ignore[valid-type]
        name="Music Folder",
        description="Where tracks that come from a server are kept when placed; empty takes Music/Temptrack",
        subtype="DIR_PATH",
    )
    library: StringProperty(  # type: ignore[valid-type]
        name="Default Library", description="The library the panel starts with; empty takes the first"
    )
    channel_name: StringProperty(  # type: ignore[valid-type]
        name="Channel", description="Name of the channels that music is placed in", default="Music"
    )
    target_lufs: FloatProperty(  # type: ignore[valid-type]
        name="Loudness (LUFS)",
        description="Tracks are brought to this loudness when placed; 0 leaves their level alone",
        default=-20.0,
        min=-60.0,
        max=0.0,
    )
    fade_in_frames: IntProperty(  # type: ignore[valid-type]
        name="Fade In (Frames)", default=12, min=0, max=1000
    )
    fade_out_s: FloatProperty(  # type: ignore[valid-type]
        name="Fade Out (s)", default=1.0, min=0.0, max=60.0
    )

    def draw(self, _context: bpy.types.Context) -> None:
        """Draw the settings."""
        layout = self.layout
        layout.use_property_split = True
        column = layout.column(heading="Engine")
        for name in ("companion", "server", "token", "home", "path_map"):
            column.prop(self, name)
        if self.server and not bpy.app.online_access:
            column.label(text="Online access is off: Preferences > System > Network", icon="ERROR")
        column = layout.column(heading="Placing")
        for name in (
            "library",
            "music_folder",
            "channel_name",
            "target_lufs",
            "fade_in_frames",
            "fade_out_s",
        ):
            column.prop(self, name)
        layout.operator("temptrack.doctor", icon="CHECKMARK")
        for check in ticking.driver().checks:
            _draw_check(layout, check)


def _draw_check(layout: Any, check: dict[str, Any]) -> None:
    icon = {"ok": "CHECKMARK", "warn": "INFO"}.get(str(check.get("state")), "ERROR")
    box = layout.box().column(align=True)
    box.label(text=f"{check.get('name')}: {check.get('detail')}", icon=icon)
    if check.get("next_step"):
        box.label(text=str(check["next_step"]), icon="BLANK1")


CLASSES = (MusicPreferences,)
