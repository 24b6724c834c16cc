"""Describes a timeline of every kind of strip, and renders some of its frames to show what Blender shows."""

import os
import shutil
from fractions import Fraction
from typing import Any

import bpy

from hosts.blender.inside.stage import collection, colour, everything, fresh_scene, install, part, perform


def play(given: dict[str, Any]) -> dict[str, Any]:
    install(given["zip"])
    described = part("description")
    empty = fresh_scene("Empty", Fraction(24), 100)
    lanes_of_nothing = [described.describe(empty)["lanes"]]
    empty.sequence_editor_create()
    lanes_of_nothing.append(described.describe(empty)["lanes"])
    scene = _timeline(given)
    before = everything(scene)
    renderer = part("renders").FrameRenderer(scene.session_uid, given["frames"])
    while not renderer.is_done:
        renderer.step()
        assert everything(scene) == before, "a rendered frame left a trace"
    assert not renderer.failures, renderer.failures
    shown = {}
    for render in renderer.renders:
        shown[render["frame"]] = f"{given['folder']}/{render['frame']}.png"
        shutil.copy(render["path"], shown[render["frame"]])
    renderer.close()
    assert not any(os.path.exists(render["path"]) for render in renderer.renders)
    bpy.ops.wm.save_as_mainfile(filepath=f"{given['folder']}/cut.blend")
    return {"description": described.describe(scene), "shown": shown, "empty": lanes_of_nothing}


def _timeline(given: dict[str, Any]) -> bpy.types.Scene:
    scene = fresh_scene("Ünï cut", Fraction(30000, 1001), 700)
    bpy.ops.wm.save_as_mainfile(filepath=f"{given['folder']}/cut.blend")
    strips = collection(scene)
    trimmed = strips.new_movie(
        name="trimmed", filepath=given["film_25"], channel=2, frame_start=-9, fit_method="FIT"
    )
    trimmed.frame_final_start, trimmed.frame_final_end = 1, 81
    relative = bpy.path.relpath(given["film_2997"])
    assert relative.startswith("//")
    backwards = strips.new_movie(
        name="backwards", filepath=relative, channel=3, frame_start=100, fit_method="FIT"
    )
    backwards.use_reverse_frames = True
    backwards.frame_final_start, backwards.frame_final_end = 105, 150
    held = strips.new_movie(
        name="held", filepath=given["film_25"], channel=2, frame_start=170, fit_method="FIT"
    )
    held.frame_final_start = 155
    held.frame_final_end = 200
    muted = strips.new_movie(name="muted", filepath=given["film_25"], channel=5, frame_start=1)
    muted.mute = True
    _sequence(strips, given)
    still = strips.new_image(
        name="still", filepath=given["still"], channel=2, frame_start=300, fit_method="FIT"
    )
    still.frame_final_duration = 40
    _meta(strips, given)
    strips.new_movie(name="gone", filepath="//gone.mov", channel=2, frame_start=460)
    other = bpy.data.scenes.new("Other")
    other.frame_end = 30
    strips.new_scene(name="scene", scene=other, channel=2, frame_start=500)
    colour(strips, "red", 2, 540, 560)
    colour(strips, "above", 9, 1, 60)
    editor: Any = scene.sequence_editor
    editor.channels[9].mute = True
    length = {"length": 20} if bpy.app.version >= (5, 0) else {"frame_end": 580}
    strips.new_effect(name="title", type="TEXT", channel=6, frame_start=560, **length)
    sound = strips.new_sound(name="sound", filepath=given["sound"], channel=7, frame_start=1)
    sound.frame_final_start = 11
    sound.sound_offset = 0.25
    return scene


def _sequence(strips: Any, given: dict[str, Any]) -> None:
    folder, names = os.path.split(given["sequence"][0])[0], [os.path.basename(p) for p in given["sequence"]]
    images = strips.new_image(
        name="sequence", filepath=os.path.join(folder, names[0]), channel=4, frame_start=210, fit_method="FIT"
    )
    for name in names[1:]:
        images.elements.append(name)
    images.frame_final_duration = len(names)
    images.frame_final_start = 214


def _meta(strips: Any, given: dict[str, Any]) -> None:
    meta = strips.new_meta(name="meta", channel=8, frame_start=350)
    inner = part("strips").strips_in(meta)
    inner.new_movie(name="inner 1", filepath=given["film_25"], channel=1, frame_start=350, fit_method="FIT")
    upper = inner.new_movie(
        name="inner 2", filepath=given["film_2997"], channel=2, frame_start=380, fit_method="FIT"
    )
    upper.frame_final_end = 420
    meta.frame_final_start, meta.frame_final_end = 355, 440


perform(play)
