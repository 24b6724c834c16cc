# SPDX-License-Identifier: GPL-3.0-or-later
"""Strips, channels and volume curves as Blender 4.2 to 5.2 call them. No other module names these attributes.

4.4 renamed sequences to strips, 5.0 gave the sequencer a scene of its own and actions layers, 5.1 renamed the
positions. Frames are frames of the scene; ends are exclusive.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import bpy

TAG = "temptrack"
"""Name of the custom property that marks a strip as ours."""

_NTSC = Fraction(1000, 1001)
_WHOLE_RATES_BELOW = 1000


def scene_of(context: bpy.types.Context) -> bpy.types.Scene:
    """Return the scene whose sequencer is edited; since 5.0 it may be another than the window's."""
    scene: Any = getattr(context, "sequencer_scene", None) or context.scene
    found: bpy.types.Scene = scene
    return found


def rate_of(scene: bpy.types.Scene) -> Fraction:
    """Return the scene's frames per second, exact: 30 over 1.001 is 30000/1001."""
    # Blender keeps 1.001 in single precision, seven digits; more would be noise.
    return scene.render.fps / Fraction(f"{scene.render.fps_base:.7g}")


def near_rate(reported: float) -> Fraction | None:
    """Return the whole or NTSC rate next to what a file reports; None where it reports nothing."""
    if not 0 < reported < _WHOLE_RATES_BELOW:
        return None
    whole = Fraction(round(reported))
    ntsc = Fraction(round(reported * 1.001)) * _NTSC
    best = min((whole, ntsc), key=lambda rate: abs(float(rate) - reported))
    return best if abs(float(best) - reported) < 0.005 else Fraction(reported).limit_denominator(1001)


def strips_in(owner: Any) -> Any:
    """Return the collection of strips of a sequence editor or meta strip; empty for None.

    An empty collection is falsy in Blender, so callers must compare with None, never test for truth.
    """
    if owner is None:
        return ()
    return owner.strips if hasattr(owner, "strips") else owner.sequences


def top_strips(scene: bpy.types.Scene) -> list[Any]:
    """Return the strips of the scene that lie in no meta strip."""
    return list(strips_in(scene.sequence_editor))


def every_strip(scene: bpy.types.Scene) -> list[Any]:
    """Return all strips of the scene, those in meta strips too."""
    editor: Any = scene.sequence_editor
    if editor is None:
        return []
    return list(editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all)


def find(scene: bpy.types.Scene, name: str) -> Any | None:
    """Return the strip of that name, or None. References die with every undo; names do not."""
    return next((strip for strip in every_strip(scene) if strip.name == name), None)


def span(strip: Any) -> tuple[int, int]:
    """Return first frame and end (exclusive) of what is seen or heard of a strip."""
    if hasattr(strip, "left_handle"):
        return int(strip.left_handle), int(strip.right_handle)
    return int(strip.frame_final_start), int(strip.frame_final_end)


def content(strip: Any) -> tuple[int, int]:
    """Return where the strip's content starts on the timeline, handles aside, and how many frames it has."""
    if hasattr(strip, "content_start"):
        return int(strip.content_start), int(strip.content_duration)
    return int(strip.frame_start), int(strip.frame_duration)


def trimmed_frames(strip: Any) -> tuple[int, int]:
    """Return how many frames of the file are left out before and after the content."""
    if hasattr(strip, "content_trim_start"):
        return int(strip.content_trim_start), int(strip.content_trim_end)
    return int(getattr(strip, "animation_offset_start", 0)), int(getattr(strip, "animation_offset_end", 0))


def is_retimed(strip: Any) -> bool:
    """Say whether the strip carries retiming keys; which source frame they show, Blender does not tell."""
    return len(getattr(strip, "retiming_keys", ())) > 0


def file_of(strip: Any) -> str:
    """Return the absolute path of a movie's or sound's file, or an empty string."""
    path = strip.filepath if hasattr(strip, "filepath") else _path_of_sound(strip)
    return absolute(path)


def absolute(path: str) -> str:
    """Return a path absolute; `//` is the folder of the .blend file, and an empty path stays empty."""
    return os.path.normpath(bpy.path.abspath(path)) if path else ""


def is_channel_muted(owner: Any, channel: int) -> bool:
    """Say whether a channel of a sequence editor or meta strip is switched off."""
    return channel < len(owner.channels) and bool(owner.channels[channel].mute)


def new_sound(
    scene: bpy.types.Scene,
    name: str,
    path: str,
    *,
    channel: int,
    start: int,
    end: int,
    source_start_s: Fraction,
) -> Any:
    """Add a sound strip over exactly [start, end) that plays from a moment of its file.

    Handles lie on whole frames; what the moment lies between two frames goes into the strip's sound offset.

    Args:
        scene: the scene to add to.
        name: what the strip is called; Blender adds a number where the name is taken.
        path: the sound file.
        channel: 1 to 128, free over the span.
        start: first frame.
        end: end frame, exclusive.
        source_start_s: moment of the file that is heard at ``start``, seconds.
    """
    editor = scene.sequence_editor or scene.sequence_editor_create()
    rate = rate_of(scene)
    skipped_frames = -(-source_start_s * rate // 1)
    # Blender pushes a strip to another channel as soon as it touches a neighbour, be it only until its
    # handles are set. So it is cut behind everything else and moved to its place in one step.
    behind = max((span(other)[1] for other in top_strips(scene)), default=0) + 1
    strip = strips_in(editor).new_sound(name=name, filepath=path, channel=channel, frame_start=behind)
    strip.sound_offset = float(skipped_frames / rate - source_start_s)
    _set(strip, "left_handle", "frame_final_start", behind + skipped_frames)
    _set(strip, "right_handle", "frame_final_end", behind + skipped_frames + end - start)
    _set(strip, "content_start", "frame_start", start - skipped_frames)
    return strip


def _set(strip: Any, name: str, old_name: str, frame: int) -> None:
    setattr(strip, name if hasattr(strip, name) else old_name, frame)


def remove(scene: bpy.types.Scene, strip: Any) -> None:
    """Take a strip out, with its volume curve."""
    parent = strip.parent_meta()
    strips_in(parent if parent is not None else scene.sequence_editor).remove(strip)


def volume_curve(scene: bpy.types.Scene, strip: Any) -> Any | None:
    """Return the F-curve of a strip's volume, or None."""
    path = strip.path_from_id("volume")
    return next((curve for curve in _curves(scene) if curve.data_path == path), None)


def set_volume_keys(scene: bpy.types.Scene, strip: Any, points: dict[int, float]) -> None:
    """Key a strip's volume so that it runs in straight lines through the points.

    Args:
        scene: the strip's scene.
        strip: a sound strip.
        points: volume, as an amplitude, by frame.
    """
    at_rest = strip.volume
    for frame, volume in sorted(points.items()):
        strip.volume = volume
        strip.keyframe_insert("volume", frame=frame)
    strip.volume = at_rest
    curve = volume_curve(scene, strip)
    for key in curve.keyframe_points if curve else ():
        key.interpolation = "LINEAR"


def _curves(scene: bpy.types.Scene) -> Iterator[Any]:
    animation: Any = scene.animation_data
    action = animation.action if animation else None
    if action is None:
        return
    if hasattr(action, "fcurves"):
        yield from action.fcurves
        return
    for layer in action.layers:
        for piece in layer.strips:
            for bag in piece.channelbags:
                yield from bag.fcurves


def _path_of_sound(strip: Any) -> str:
    sound = getattr(strip, "sound", None)
    return str(sound.filepath) if sound is not None else ""
