"""What scripts that run in a real Blender share; they may import nothing but bpy and the standard library."""

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy

MODULE = "bl_ext.user_default.temptrack"


def perform(play: Callable[[dict[str, Any]], Any]) -> None:
    """Run a play with the arguments of this process, write its result, and end.

    Blender as a module may hang or crash while Python tidies up, so nothing is tidied up.
    """
    code = 1
    try:
        result = play(json.loads(Path(sys.argv[1]).read_text()))
        Path(sys.argv[2]).write_text(json.dumps(result))
        code = 0
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def install(path: str) -> Any:
    """Install the extension's zip as a user would, switch it on, and return its module."""
    bpy.ops.extensions.package_install_files(filepath=path, repo="user_default", enable_on_install=True)
    return importlib.import_module(MODULE)


def part(name: str) -> Any:
    """Return a module of the installed extension."""
    return importlib.import_module(f"{MODULE}.{name}")


def driver() -> Any:
    """Return the extension's driver."""
    return part("ticking").driver()


def tick_until(what: Callable[[], Any], patience_s: float = 120.0) -> Any:
    """Tick as Blender's timer would, until something is so; Blender as a module runs no timers itself."""
    until = time.monotonic() + patience_s
    while True:
        pause_s = driver().tick()
        found = what()
        if found:
            return found
        if time.monotonic() > until:
            session = driver().session
            raise TimeoutError(f"{session.state}, {session.progress}, {session.problem}, {session.log[-20:]}")
        time.sleep(min(pause_s, 0.02))


def fresh_scene(name: str, rate: Fraction, end: int) -> bpy.types.Scene:
    """Make a scene and show it."""
    scene = bpy.data.scenes.new(name)
    scene.render.fps = round(rate)
    scene.render.fps_base = round(rate) / float(rate)
    scene.frame_start, scene.frame_end = 1, end
    scene.render.resolution_x, scene.render.resolution_y = 640, 360
    show(scene)
    return scene


def show(scene: bpy.types.Scene) -> None:
    """Make a scene the one that is edited."""
    window: Any = bpy.context.window
    window.scene = scene
    for workspace in bpy.data.workspaces:
        if hasattr(workspace, "sequencer_scene"):
            workspace.sequencer_scene = scene


def collection(scene: bpy.types.Scene) -> Any:
    """Return the strips of a scene's sequencer, which is made when there is none."""
    return part("strips").strips_in(scene.sequence_editor or scene.sequence_editor_create())


def refusal(act: Callable[[], Any]) -> tuple[str, str]:
    """Do what must be refused, and return the reason and the next step."""
    kind: Any = part("panel.problems").PanelError
    try:
        act()
    except kind as error:
        return error.problem.reason, error.problem.next_step
    raise AssertionError("nothing was refused")


def operators() -> Any:
    """Return the extension's operators."""
    return getattr(bpy.ops, "temptrack")  # noqa: B009 - made at run time, so no stub knows it


def colour(strips: Any, name: str, channel: int, start: int, end: int) -> Any:
    """Add a strip of plain colour; the option for its length was renamed in 5.0."""
    length = {"length": end - start} if bpy.app.version >= (5, 0) else {"frame_end": end}
    return strips.new_effect(name=name, type="COLOR", channel=channel, frame_start=start, **length)


def everything(scene: bpy.types.Scene) -> dict[str, Any]:
    """Return all an editor would notice of a scene's sequencer and settings, to compare before and after."""
    strips = part("strips")
    render: Any = scene.render
    return {
        "strips": {strip.name: _strip(scene, strip) for strip in strips.every_strip(scene)},
        "range": [scene.frame_start, scene.frame_end, scene.frame_current],
        "preview_range": [scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end],
        "markers": sorted((marker.name, marker.frame) for marker in scene.timeline_markers),
        "render": [
            render.filepath,
            render.resolution_x,
            render.resolution_percentage,
            render.use_sequencer,
            render.use_compositing,
            render.image_settings.file_format,
            render.image_settings.color_mode,
        ],
    }


def _strip(scene: bpy.types.Scene, strip: Any) -> list[Any]:
    strips = part("strips")
    curve = strips.volume_curve(scene, strip) if strip.type == "SOUND" else None
    keys = curve.keyframe_points if curve else ()
    return [
        strip.type,
        strip.channel,
        *strips.span(strip),
        *strips.content(strip),
        strip.mute,
        strip.lock,
        strip.select,
        strips.file_of(strip),
        round(getattr(strip, "volume", 0.0), 6),
        [[key.co[0], round(key.co[1], 6), key.interpolation] for key in keys],
    ]
