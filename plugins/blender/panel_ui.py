# SPDX-License-Identifier: GPL-3.0-or-later
"""The tab Music in the sequencer's sidebar. Draws what the driver knows; changes nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import bpy

from . import placing, strips
from .panel.reading import reading_of, warning_of
from .properties import panel_of
from .ticking import driver

_WIDTH_OF_LETTER_PX = 7
_NARROWEST = 24


class _InSidebar(bpy.types.Panel):
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Music"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where strips are shown."""
        space: Any = context.space_data
        return space.view_type in {"SEQUENCER", "SEQUENCER_PREVIEW"}


class TEMPTRACK_UL_found(bpy.types.UIList):
    """The suggestions, one a line."""

    def draw_item(
        self,
        _context: Any,
        layout: Any,
        _data: Any,
        item: Any,
        _icon: Any,
        _active_data: Any,
        _active_property: Any,
        _index: Any = 0,
        _filter_flag: Any = 0,
    ) -> None:
        """Draw one line: score, title and artist, tempo, key, how it fits."""
        suggestion = driver().suggestion(item.rank - 1)
        if suggestion is None:
            layout.label(text=item.name)
            return
        track = suggestion["track"]
        row = layout.split(factor=0.13)
        row.label(text=f"{suggestion['score']:.2f}")
        row = row.split(factor=0.5)
        row.label(text=f"{track['title']} · {track['artist']}" if track.get("artist") else track["title"])
        row.label(text=" · ".join([*_tempo_and_key(track), suggestion["fit"]["method"]]))


class TEMPTRACK_PT_music(_InSidebar):
    """Suggest music for the timeline."""

    bl_idname = "TEMPTRACK_PT_music"
    bl_label = "Suggest Music"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the question, what is going on, and what went wrong."""
        driver().is_panel_seen = True
        layout, panel = _layout_of(self), panel_of(context)
        layout.prop(panel, "prompt", text="", icon="VIEWZOOM")
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        row = column.row(align=True)
        row.prop_search(panel, "library", panel, "libraries", icon="SPEAKER")
        row.operator("temptrack.connect", text="", icon="FILE_REFRESH")
        column.prop(panel, "scope")
        column.prop(panel, "text_weight", slider=True)
        _draw_search(layout)
        _draw_problem(context, layout)


class TEMPTRACK_PT_filters(_InSidebar):
    """Conditions a track must meet."""

    bl_parent_id = "TEMPTRACK_PT_music"
    bl_label = "Filters"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 - Blender reads it from the class

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the filters."""
        layout, panel = _layout_of(self), panel_of(context)
        layout.use_property_split = True
        layout.use_property_decorate = False
        for heading, names in (
            ("Tempo (bpm)", ("tempo_min_bpm", "tempo_max_bpm")),
            ("Length", ("duration_min_s", "duration_max_s")),
            ("", ("key", "vocals", "licences", "tags", "exclude", "limit")),
        ):
            column = layout.column(align=True, heading=heading)
            for name in names:
                column.prop(panel, name)


class TEMPTRACK_PT_suggestions(_InSidebar):
    """What was found."""

    bl_parent_id = "TEMPTRACK_PT_music"
    bl_label = "Suggestions"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the list, the chosen suggestion and its buttons."""
        layout, panel = _layout_of(self), panel_of(context)
        results = driver().results
        if results is None:
            layout.label(text="Nothing searched for yet")
        else:
            reading = reading_of(results.answer)
            if reading:
                _write(context, layout, f"Read as: {reading}", "INFO")
            warning = warning_of(results.answer)
            if warning:
                _write(context, layout, warning, "ERROR")
            layout.template_list("TEMPTRACK_UL_found", "", panel, "found", panel, "chosen", rows=6)
            suggestion = driver().suggestion(panel.chosen)
            if suggestion is not None:
                _draw_chosen(context, layout, panel, suggestion)
            elif not results.suggestions:
                layout.label(text="No track passes the filters", icon="INFO")
            _draw_warnings(context, layout, panel, results.answer.get("warnings", ()))
        if placing.chosen_cues(strips.scene_of(context)):
            layout.operator("temptrack.remove", icon="TRASH")


def _layout_of(panel: Any) -> Any:
    return panel.layout


def _tempo_and_key(track: dict[str, Any]) -> list[str]:
    tempo = f"{track['tempo_bpm']:.0f} bpm" if track.get("tempo_bpm") else ""
    return [fact for fact in (tempo, track.get("key")) if fact]


def _draw_search(layout: Any) -> None:
    session = driver().session
    if session.progress is None:
        layout.operator("temptrack.search", icon="VIEWZOOM")
        return
    row = layout.row(align=True)
    progress = session.progress
    text = f"{progress.text} {progress.done}/{progress.total}" if progress.total else progress.text
    row.progress(factor=progress.share, text=text)
    if session.is_searching:
        row.operator("temptrack.cancel", text="", icon="X")


def _draw_problem(context: bpy.types.Context, layout: Any) -> None:
    why = driver().session.problem
    if why is not None:
        box = layout.box()
        _write(context, box, why.sentence, "ERROR")
        _write(context, box, why.next_step, "FORWARD")
    note = driver().session.note
    if note:
        _write(context, layout, note, "INFO")


def _draw_chosen(context: bpy.types.Context, layout: Any, panel: Any, suggestion: dict[str, Any]) -> None:
    session, track = driver().session, suggestion["track"]
    is_playing = session.preview.is_active and session.preview.track_id == track["id"]
    row = layout.row(align=True)
    row.operator(
        "temptrack.preview",
        text=f"Stop ({session.preview.position_s:.0f} s)" if is_playing else "Preview",
        icon="PAUSE" if is_playing else "PLAY",
    )
    row.operator("temptrack.insert", icon="ADD")
    row.operator("temptrack.replace", icon="FILE_REFRESH")
    facts = [*_tempo_and_key(track), suggestion["fit"]["text"]]
    _write(context, layout, " · ".join(facts), "NONE")
    _write(context, layout, f"Licence: {track['licence']}", "NONE")
    if _fold(layout, panel, "show_reasons", "Why"):
        box = layout.box()
        for reason in suggestion["reasons"]:
            _write(context, box, str(reason["text"]), "DOT")


def _draw_warnings(context: bpy.types.Context, layout: Any, panel: Any, warnings: Sequence[str]) -> None:
    if warnings and _fold(layout, panel, "show_warnings", f"Not Looked At ({len(warnings)})"):
        box = layout.box()
        for warning in warnings:
            _write(context, box, warning, "INFO")


def _fold(layout: Any, panel: Any, name: str, text: str) -> bool:
    """Draw the head of something to fold out, and say whether it is open."""
    is_open = bool(getattr(panel, name))
    layout.prop(panel, name, text=text, icon="TRIA_DOWN" if is_open else "TRIA_RIGHT", emboss=False)
    return is_open


def _write(context: bpy.types.Context, layout: Any, text: str, icon: str) -> None:
    """Write text over as many lines as the sidebar is narrow; labels do not wrap by themselves."""
    system: Any = context.preferences and context.preferences.system
    width = context.region.width / max(system.ui_scale, 0.5) if context.region else 300
    lines = textwrap.wrap(text, max(_NARROWEST, int(width / _WIDTH_OF_LETTER_PX) - 4))
    column = layout.column(align=True)
    column.scale_y = 0.8
    for number, line in enumerate(lines):
        column.label(text=line, icon=icon if number == 0 or icon == "NONE" else "BLANK1")


CLASSES = (TEMPTRACK_UL_found, TEMPTRACK_PT_music, TEMPTRACK_PT_filters, TEMPTRACK_PT_suggestions)
