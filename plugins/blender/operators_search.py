# SPDX-License-Identifier: GPL-3.0-or-later
"""Buttons for searching, walking through the list, and the doctor."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import IntProperty

from .properties import panel_of
from .ticking import driver

FINISHED: set[Any] = {"FINISHED"}
CANCELLED: set[Any] = {"CANCELLED"}


class TEMPTRACK_OT_search(bpy.types.Operator):
    """Suggest music for the chosen part of the timeline"""

    bl_idname = "temptrack.search"
    bl_label = "Suggest Music"

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Start the search; the answer comes later."""
        driver().search(context)
        return FINISHED


class TEMPTRACK_OT_cancel(bpy.types.Operator):
    """Stop searching"""

    bl_idname = "temptrack.cancel"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only while a search runs."""
        return driver().session.is_searching

    def execute(self, _context: bpy.types.Context) -> set[Any]:
        """Stop it."""
        driver().cancel()
        return FINISHED


class TEMPTRACK_OT_connect(bpy.types.Operator):
    """Start the companion if none runs, and look again which libraries there are"""

    bl_idname = "temptrack.connect"
    bl_label = "Refresh Libraries"

    def execute(self, _context: bpy.types.Context) -> set[Any]:
        """Ask for the libraries."""
        driver().refresh()
        return FINISHED


class TEMPTRACK_OT_choose(bpy.types.Operator):
    """Go up or down in the list of suggestions"""

    bl_idname = "temptrack.choose"
    bl_label = "Choose Suggestion"

    step: IntProperty(default=1)  # type: ignore[valid-type]

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there are suggestions."""
        return len(panel_of(context).found) > 0

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Move the choice; it stops at the ends."""
        panel = panel_of(context)
        panel.chosen = max(0, min(len(panel.found) - 1, panel.chosen + self.step))
        return FINISHED


class TEMPTRACK_OT_doctor(bpy.types.Operator):
    """Examine every link from Blender to the music, and say what to do about each broken one"""

    bl_idname = "temptrack.doctor"
    bl_label = "Examine the Connection"

    def execute(self, _context: bpy.types.Context) -> set[Any]:
        """Ask the companion; the preferences show the answer."""
        driver().doctor()
        return FINISHED


CLASSES = (
    TEMPTRACK_OT_search,
    TEMPTRACK_OT_cancel,
    TEMPTRACK_OT_connect,
    TEMPTRACK_OT_choose,
    TEMPTRACK_OT_doctor,
)
