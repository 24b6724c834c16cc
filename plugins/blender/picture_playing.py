# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays the picture while a suggestion is heard, and puts the playhead back afterwards."""

from __future__ import annotations

import bpy

from .panel.preview import Preview
from .scenes import scene_by_id, windows


class PicturePlaying:
    """Starts the picture when the music is really heard, and stops with it; the user may stop either."""

    def __init__(self) -> None:
        self._scene = 0
        self._start_frame = 0
        self._frame_before = 0
        self._is_wanted = False
        self._is_running = False

    def start(self, scene: int, start_frame: int) -> None:
        """Ask for the picture from a frame of a scene, as soon as the music plays."""
        self.stop()
        self._scene, self._start_frame, self._is_wanted = scene, start_frame, True

    def follow(self, preview: Preview) -> None:
        """Do what the state of the music asks for; called with every tick."""
        if self._is_wanted and preview.state == "playing":
            self._run()
        elif (self._is_wanted or self._is_running) and not preview.is_active:
            self.stop()
        elif self._is_running and not _is_playing():
            # Stopped by hand: the music ends too.
            self._is_running = False
            preview.stop()

    def stop(self) -> None:
        """Stop the picture and put the playhead back."""
        was_running, self._is_wanted, self._is_running = self._is_running, False, False
        scene = scene_by_id(self._scene)
        if not was_running or scene is None:
            return
        if _is_playing():
            _toggle_playback()
        scene.frame_set(self._frame_before)

    def _run(self) -> None:
        self._is_wanted = False
        scene = scene_by_id(self._scene)
        if scene is None or bpy.app.background:
            return
        self._frame_before = scene.frame_current
        if _is_playing():
            _toggle_playback()
        scene.frame_set(self._start_frame)
        _toggle_playback()
        self._is_running = _is_playing()


def _is_playing() -> bool:
    return any(window.screen.is_animation_playing for window in windows())


def _toggle_playback() -> None:
    shown = windows()
    playing = next((window for window in shown if window.screen.is_animation_playing), shown[0])
    with bpy.context.temp_override(window=playing):
        bpy.ops.screen.animation_play()
