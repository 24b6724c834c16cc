# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the extension's preferences into what the companion and the placing want to know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from .panel.filling import Taste
from .panel.questions import Settings

VERSION = "0.1.0"
"""The extension's version, as in blender_manifest.toml; a test holds the two together."""


def preferences() -> Any:
    """Return the extension's preferences."""
    everything: Any = bpy.context.preferences
    return everything.addons[__package__ or "temptrack"].preferences


def settings() -> Settings:
    """Return who asks and with what, as the companion wants to know it."""
    chosen = preferences()
    return Settings(
        host_name="Blender",
        host_version=bpy.app.version_string,
        plugin_version=VERSION,
        companion=bpy.path.abspath(chosen.companion) if chosen.companion else "",
        server=chosen.server.strip(),
        token=chosen.token,
        home=bpy.path.abspath(chosen.home) if chosen.home else "",
        path_map=_pairs(chosen.path_map),
    )


def taste() -> Taste:
    """Return how music is placed."""
    chosen = preferences()
    return Taste(
        target_lufs=chosen.target_lufs if chosen.target_lufs < 0 else None,
        fade_in_frames=chosen.fade_in_frames,
        fade_out_s=chosen.fade_out_s,
    )


def music_folder() -> str:
    """Return where tracks of a studio server are laid for good: a timeline must find them next year too."""
    chosen = preferences().music_folder
    return str(bpy.path.abspath(chosen)) if chosen else str(Path.home() / "Music" / "Temptrack")


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    pairs = ([side.strip() for side in entry.split("=", 1)] for entry in text.split(";") if "=" in entry)
    return tuple((before, after) for before, after in pairs if before and after)
