# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user sets in the panel. Kept with the window manager: undo and saved files leave it alone."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

OPERATORS: Any = getattr(bpy.ops, "temptrack")  # noqa: B009 - made at run time, so no stub knows it

ANY = "ANY"
_TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_KEYS = tuple(f"{tonic} {mode}" for mode in ("major", "minor") for tonic in _TONICS)

SCOPES = (
    ("WHOLE", "Whole", "The scene's frame range"),
    ("PREVIEW", "Preview Range", "The preview range of the sequencer"),
    ("SELECTED", "Selected Strips", "The selected strips"),
    ("MARKERS", "Between Markers", "From the marker before the playhead to the one after it"),
)
_VOCALS = ((ANY, "Any", ""), ("SUNG", "Sung", ""), ("INSTRUMENTAL", "Instrumental", ""))


def _search(_owner: Any, _context: bpy.types.Context) -> None:
    """Enter in the prompt searches."""
    OPERATORS.search("EXEC_DEFAULT")


class LibraryName(bpy.types.PropertyGroup):
    """A library that can be searched; `name` comes with every property group."""


class Found(bpy.types.PropertyGroup):
    """One line of the list of results; everything else stays with the answer."""

    rank: IntProperty(default=0)  # type: ignore[valid-type]


class MusicPanel(bpy.types.PropertyGroup):
    """The state of the Music panel."""

    prompt: StringProperty(  # type: ignore[valid-type]
        name="Prompt",
        description="Describe the music in words, such as 'calm, hopeful piano'. Enter searches",
        update=_search,
    )
    exclude: StringProperty(  # type: ignore[valid-type]
        name="Without", description="Words for what is not wanted, such as 'drums, vocals'"
    )
    scope: EnumProperty(  # type: ignore[valid-type]
        name="For", description="The part of the timeline to find music for", items=SCOPES, default="WHOLE"
    )
    text_weight: FloatProperty(  # type: ignore[valid-type]
        name="Picture to Words",
        description="0 goes by the picture alone, 1 by the words alone",
        default=0.5,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    library: StringProperty(  # type: ignore[valid-type]
        name="Library", description="The music to choose from"
    )
    libraries: CollectionProperty(type=LibraryName)  # type: ignore[valid-type]
    limit: IntProperty(name="Results", default=10, min=1, max=100)  # type: ignore[valid-type]

    tempo_min_bpm: IntProperty(name="At Least", description="0: any", min=0, max=400)  # type: ignore[valid-type]
    tempo_max_bpm: IntProperty(name="At Most", description="0: any", min=0, max=400)  # type: ignore[valid-type]
    duration_min_s: IntProperty(  # type: ignore[valid-type]
        name="At Least (s)", description="Length of the track in seconds; 0: any", min=0
    )
    duration_max_s: IntProperty(  # type: ignore[valid-type]
        name="At Most (s)", description="Length of the track in seconds; 0: any", min=0
    )
    key: EnumProperty(  # type: ignore[valid-type]
        name="Key", items=((ANY, "Any", ""), *((key, key, "") for key in _KEYS)), default=ANY
    )
    vocals: EnumProperty(name="Vocals", items=_VOCALS, default=ANY)  # type: ignore[valid-type]
    licences: StringProperty(  # type: ignore[valid-type]
        name="Licences", description="Only these licences, separated by commas, such as 'CC0-1.0, CC-BY-4.0'"
    )
    tags: StringProperty(  # type: ignore[valid-type]
        name="Tags", description="Only tracks with all these tags, separated by commas"
    )

    found: CollectionProperty(type=Found)  # type: ignore[valid-type]
    chosen: IntProperty(name="Suggestion", default=0)  # type: ignore[valid-type]
    show_reasons: BoolProperty(  # type: ignore[valid-type]
        name="Why", description="What speaks for this suggestion", default=False
    )
    show_warnings: BoolProperty(  # type: ignore[valid-type]
        name="Not Looked At",
        description="Picture that could not be used, and what was assumed",
        default=False,
    )


def panel_of(context: bpy.types.Context) -> Any:
    """Return the panel's state."""
    manager: Any = context.window_manager
    return manager.temptrack


def filters_of(panel: Any) -> dict[str, Any]:
    """Return the filters as the companion's protocol has them; what is not set is left out."""
    numbers = ("tempo_min_bpm", "tempo_max_bpm", "duration_min_s", "duration_max_s")
    filters: dict[str, Any] = {name: getattr(panel, name) for name in numbers if getattr(panel, name)}
    if panel.key != ANY:
        filters["key"] = panel.key
    if panel.vocals != ANY:
        filters["vocals"] = panel.vocals == "SUNG"
    if _words(panel.licences):
        filters["licences"] = _words(panel.licences)
    if _words(panel.tags):
        filters["tags_all"] = [tag.lower() for tag in _words(panel.tags)]
    return filters


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


_WindowManager: Any = bpy.types.WindowManager

CLASSES = (LibraryName, Found, MusicPanel)


def attach() -> None:
    """Give the window manager the panel's state; its classes are registered already."""
    made: Any = PointerProperty
    _WindowManager.temptrack = made(type=MusicPanel)


def detach() -> None:
    """Take it away again."""
    del _WindowManager.temptrack
