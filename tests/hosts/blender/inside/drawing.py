"""Draws the extension's panels without a window, checks each call against Blender, and notes what is seen."""

from types import SimpleNamespace
from typing import Any

import bpy

_LAYOUT: Any = bpy.types.UILayout.bl_rna
_ICONS = set(_LAYOUT.functions["label"].parameters["icon"].enum_items.keys())


class Drawn:
    """What a panel drew: a layout that notes what it is told, and refuses what Blender would."""

    def __init__(self) -> None:
        self.labels: list[str] = []
        self.operators: list[str] = []
        self.properties: list[str] = []

    def label(self, *, text: str = "", icon: str = "NONE") -> None:
        assert icon in _ICONS, icon
        self.labels.append(text)

    def operator(self, name: str, *, text: str | None = None, icon: str = "NONE") -> SimpleNamespace:
        room, _, operator = name.partition(".")
        assert operator in dir(getattr(bpy.ops, room)), name
        assert icon in _ICONS, icon
        self.operators.append(name)
        if text:
            self.labels.append(text)
        return SimpleNamespace()

    def prop(self, owner: Any, name: str, *, icon: str = "NONE", **_looks: Any) -> None:
        assert name in owner.bl_rna.properties, name
        assert icon in _ICONS, icon
        self.properties.append(name)

    def prop_search(self, owner: Any, name: str, where: Any, items: str, *, icon: str = "NONE") -> None:
        assert items in where.bl_rna.properties
        self.prop(owner, name, icon=icon)

    def progress(self, *, factor: float, text: str) -> None:
        assert 0 <= factor <= 1
        self.labels.append(text)

    def template_list(self, kind: str, *_names: Any, rows: int) -> None:
        lines: Any = getattr(bpy.types, kind)
        panel, name = _names[1], _names[2]
        for line in getattr(panel, name):
            lines.draw_item(lines, bpy.context, self, panel, line, 0, panel, "chosen", 0, 0)
        assert rows > 0

    def column(self, **_looks: Any) -> "Drawn":
        return self

    row = box = split = column


def drawn(panel: str) -> Drawn:
    """Let a panel draw itself and return what it drew."""
    layout = Drawn()
    kind: Any = getattr(bpy.types, panel)
    kind.draw(SimpleNamespace(layout=layout), bpy.context)
    return layout
