# SPDX-License-Identifier: GPL-3.0-or-later
"""Buttons for listening, inserting, replacing and removing."""

from __future__ import annotations

from typing import Any

import bpy

from . import placing, settings, strips
from .asking import Placement
from .cue import cue_for, place_over
from .panel.problems import PanelError
from .panel.reports import INSERTED, REMOVED
from .properties import panel_of
from .remedies import failure
from .reporting import reports_of
from .scenes import scene_by_id
from .ticking import driver

FINISHED: set[Any] = {"FINISHED"}
CANCELLED: set[Any] = {"CANCELLED"}


def _has_choice(context: bpy.types.Context) -> bool:
    return driver().suggestion(panel_of(context).chosen) is not None


class TEMPTRACK_OT_preview(bpy.types.Operator):
    """Listen to the chosen suggestion with the picture, or stop it"""

    bl_idname = "temptrack.preview"
    bl_label = "Preview"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where a suggestion is chosen."""
        return _has_choice(context)

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Play or stop."""
        driver().preview(context, panel_of(context).chosen)
        return FINISHED


class TEMPTRACK_OT_insert(bpy.types.Operator):
    """Place the chosen suggestion where music was searched for, in a channel of its own"""

    bl_idname = "temptrack.insert"
    bl_label = "Insert"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where a suggestion is chosen."""
        return _has_choice(context)

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Fetch the track; it is placed as soon as it is here."""
        driver().place(context, panel_of(context).chosen)
        return FINISHED


class TEMPTRACK_OT_replace(bpy.types.Operator):
    """Put the chosen suggestion in the place of the selected music"""

    bl_idname = "temptrack.replace"
    bl_label = "Replace"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where a suggestion is chosen and one piece of music is meant."""
        return _has_choice(context) and len(placing.chosen_cues(strips.scene_of(context))) == 1

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Fetch the track; it takes the place of the other as soon as it is here."""
        cues = placing.chosen_cues(strips.scene_of(context))
        if len(cues) != 1:
            return CANCELLED
        driver().place(context, panel_of(context).chosen, replaces=cues[0])
        return FINISHED


class TEMPTRACK_OT_remove(bpy.types.Operator):
    """Remove the selected music that was placed here; nothing else is touched"""

    bl_idname = "temptrack.remove"
    bl_label = "Remove"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender reads it from the class

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where our music is selected, or there is one piece of it."""
        return bool(placing.chosen_cues(strips.scene_of(context)))

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Remove it."""
        scene = strips.scene_of(context)
        cues = placing.chosen_cues(scene)
        told = reports_of(scene, cues, REMOVED)
        count = placing.remove(scene, cues)
        driver().report(told)
        self.report({"INFO"}, f"Removed {count} strip{'s' if count != 1 else ''} of music")
        return FINISHED


class TEMPTRACK_OT_place(bpy.types.Operator):
    """Place music whose file is at hand; called when the companion has fetched it"""

    bl_idname = "temptrack.place"
    bl_label = "Insert Music"
    bl_options = {"UNDO", "INTERNAL"}  # noqa: RUF012 - Blender reads it from the class

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only where something waits to be placed."""
        return driver().pending is not None

    def execute(self, _context: bpy.types.Context) -> set[Any]:
        """Place it, or say why not."""
        pending, driver().pending = driver().pending, None
        if pending is None:
            return CANCELLED
        try:
            names = _place(pending)
        except PanelError as error:
            driver().session.show(error.problem)
            return CANCELLED
        self.report({"INFO"}, f"Placed {names[0]}")
        return FINISHED


def _place(pending: Placement) -> list[str]:
    scene = scene_by_id(pending.scene)
    if scene is None:
        raise failure("SCENE_GONE")
    place = pending.place
    channel_name = settings.preferences().channel_name.strip() or "Music"
    if pending.replaces:
        lies = placing.extent(scene, pending.replaces)
        if lies is None:
            raise failure("MUSIC_GONE")
        place = place_over(place, *lies)
    cue = cue_for(pending.suggestion, pending.library, place, settings.taste())
    told = reports_of(scene, [pending.replaces], REMOVED) if pending.replaces else []
    if pending.replaces:
        names = placing.replace(scene, pending.replaces, cue, pending.path, channel_name)
    else:
        names = placing.insert(scene, cue, pending.path, channel_name)
    # What was placed last is what is chosen.
    told += reports_of(scene, placing.chosen_cues(scene), INSERTED, pending.query_digest)
    driver().report(told)
    return names


CLASSES = (
    TEMPTRACK_OT_preview,
    TEMPTRACK_OT_insert,
    TEMPTRACK_OT_replace,
    TEMPTRACK_OT_remove,
    TEMPTRACK_OT_place,
)
