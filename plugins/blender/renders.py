# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders what the sequencer shows at single frames, small, one frame a call, and puts every setting back.

Only strips without a file need it: scenes, titles, colours, masks, multicam, retimed strips.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import bpy

from .scenes import scene_by_id, window_of

SHORT_SIDE_PX = 288
"""The model looks at about 224 pixels; a little more survives its cropping."""


class FrameRenderer:
    """Renders frames of one scene, one a step, into a folder of its own.

    Attributes:
        wanted: the frames, in order.
        renders: ``{"frame", "path"}`` of those rendered so far.
        failures: why a frame could not be rendered, by frame; the rest goes on without it.
    """

    def __init__(self, scene_id: int, wanted: Sequence[int], generation: int = 0) -> None:
        """Prepare; nothing is rendered yet.

        Args:
            scene_id: session id of the scene, which survives undo and renaming.
            wanted: timeline frames.
            generation: which search it is for.
        """
        self.wanted = tuple(wanted)
        self.generation = generation
        self.renders: list[dict[str, Any]] = []
        self.failures: dict[int, str] = {}
        self._scene_id = scene_id
        self._next = 0
        self._folder = tempfile.mkdtemp(prefix="temptrack-", dir=bpy.app.tempdir or None)

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to render, or the scene is gone."""
        return self._next >= len(self.wanted) or scene_by_id(self._scene_id) is None

    @property
    def done(self) -> int:
        """How many frames were tried."""
        return self._next

    def step(self) -> None:
        """Render the next frame; a frame that fails is noted and left out."""
        scene = scene_by_id(self._scene_id)
        if scene is None or self.is_done:
            return
        frame = self.wanted[self._next]
        self._next += 1
        path = os.path.join(self._folder, f"{frame}.png")
        try:
            with _small_picture(scene, path):
                scene.frame_set(frame)
                _render(scene)
        except RuntimeError as error:
            self.failures[frame] = str(error).strip()
            return
        if os.path.isfile(path):
            self.renders.append({"frame": frame, "path": path})
        else:
            self.failures[frame] = "Blender wrote no picture."

    def close(self) -> None:
        """Delete the pictures."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _render(scene: bpy.types.Scene) -> None:
    window = window_of(scene)
    if bpy.app.background or window is None:
        bpy.ops.render.render(write_still=True, scene=scene.name)
        return
    # The sequencer's own preview is many times faster than a final render, and honest enough at this size.
    with bpy.context.temp_override(window=window, scene=scene):
        bpy.ops.render.opengl(write_still=True, sequencer=True, view_context=False)


@contextmanager
def _small_picture(scene: bpy.types.Scene, path: str) -> Iterator[None]:
    """Set a scene up to write one small PNG, and put back everything afterwards."""
    render: Any = scene.render
    image: Any = render.image_settings
    frame, subframe = scene.frame_current, scene.frame_subframe
    short_side = min(render.resolution_x, render.resolution_y)
    with ExitStack() as stack:
        stack.callback(scene.frame_set, frame, subframe=subframe)
        # The kind of media decides which formats there are, so it is set, and put back, before them.
        _set_for_now(
            stack,
            image,
            {"media_type": "IMAGE", "file_format": "PNG", "color_mode": "RGB", "color_depth": "8"},
        )
        wanted = {
            "filepath": path,
            "resolution_percentage": max(1, min(100, -(-100 * SHORT_SIDE_PX // short_side))),
            "use_sequencer": True,
            "use_compositing": False,
            "use_file_extension": True,
            "use_overwrite": True,
            "use_placeholder": False,
            "use_border": False,
            "use_stamp": False,
            "use_multiview": False,
        }
        _set_for_now(stack, render, wanted)
        yield


def _set_for_now(stack: ExitStack, owner: Any, values: dict[str, Any]) -> None:
    known = {name: value for name, value in values.items() if hasattr(owner, name)}
    stack.callback(_set, owner, {name: getattr(owner, name) for name in known})
    _set(owner, known)


def _set(owner: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(owner, name, value)
