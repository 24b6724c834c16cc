"""An editor's way through the panel, with a real companion: search, list, listen, insert, replace, remove."""

import os
from fractions import Fraction
from typing import Any

import bpy

from hosts.blender.inside.drawing import drawn
from hosts.blender.inside.stage import (
    collection,
    colour,
    driver,
    everything,
    fresh_scene,
    install,
    operators,
    part,
    perform,
    tick_until,
)


def play(given: dict[str, Any]) -> dict[str, Any]:
    install(given["zip"])
    part("settings").preferences().home = given["home"]
    scene, until = _timeline(given)
    before = everything(scene)
    panel: Any = part("properties").panel_of(bpy.context)
    words = drawn("TEMPTRACK_PT_music")
    assert "temptrack.search" in words.operators
    tick_until(lambda: panel.library)
    first = _search(panel, "calm, hopeful piano, around 90 bpm")
    assert everything(scene) == before, "searching changed the timeline"
    listed = drawn("TEMPTRACK_PT_suggestions")
    inserted = _insert(scene, panel, before)
    replaced = _replace(scene, panel, before)
    _undo_and_redo(scene)
    scene = bpy.data.scenes[given["name"]]
    operators().remove("EXEC_DEFAULT")
    assert everything(scene) == before, "removing left a trace"
    again = _search(panel, "driving drums")
    process = driver().session.companion_process_id
    bpy.ops.preferences.addon_disable(module="bl_ext.user_default.temptrack")
    return {
        "library": panel.library if hasattr(bpy.types.WindowManager, "temptrack") else "",
        "titles": [each["track"]["title"] for each in first["suggestions"]],
        "warnings": list(first["warnings"]),
        "segments": first["scope"]["segments"],
        "seen": first["scope"]["segments_seen"],
        "labels": listed.labels,
        "inserted": inserted,
        "replaced": replaced,
        "again_from_cache": again["picture"]["from_cache"],
        "until": until,
        "companion": process,
    }


def _timeline(given: dict[str, Any]) -> tuple[bpy.types.Scene, int]:
    scene = fresh_scene(given["name"], Fraction(given["rate"]), given["end"])
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 20, 120
    scene.timeline_markers.new("here", frame=33)
    strips = collection(scene)
    at = 1
    for number, path in enumerate(given["films"]):
        clip = strips.new_movie(name=f"clip {number}", filepath=path, channel=1 + number % 2, frame_start=at)
        clip.frame_final_end = min(clip.frame_final_end, at + given["shot"])
        at = clip.frame_final_end
    muted = strips.new_movie(name="muted", filepath=given["films"][0], channel=7, frame_start=1)
    muted.mute = True
    meta = strips.new_meta(name="meta", channel=3, frame_start=at)
    inner = (
        part("strips")
        .strips_in(meta)
        .new_movie(name="inside", filepath=given["films"][0], channel=1, frame_start=at)
    )
    inner.frame_final_end = at + 60
    meta.frame_final_end = at + 60
    at = at + 60
    strips.new_movie(name="gone", filepath="/nowhere/gone.mov", channel=1, frame_start=at).frame_final_end = (
        at + 30
    )
    at += 30
    folder, names = os.path.split(given["sequence"][0])[0], [os.path.basename(p) for p in given["sequence"]]
    images = strips.new_image(name="images", filepath=f"{folder}/{names[0]}", channel=1, frame_start=at)
    for name in names[1:]:
        images.elements.append(name)
    images.frame_final_duration = len(names)
    at += len(names)
    other = bpy.data.scenes.new("Titles")
    other.frame_end = 40
    colour(collection(other), "blue", 1, 1, 41)
    shown = strips.new_scene(name="scene", scene=other, channel=1, frame_start=at)
    shown.scene_input = "SEQUENCER"
    strips.new_sound(name="voice", filepath=given["voice"], channel=5, frame_start=10)
    return scene, at + 40


def _search(panel: Any, prompt: str) -> dict[str, Any]:
    results = driver().session.results
    panel.prompt = prompt  # Enter: the property's update searches
    assert driver().session.is_searching
    assert "temptrack.cancel" in drawn("TEMPTRACK_PT_music").operators
    tick_until(lambda: driver().session.results is not results or driver().session.problem)
    assert driver().session.problem is None, driver().session.problem
    answer: dict[str, Any] = dict(driver().session.results.answer)
    assert [line.name for line in panel.found] == [each["track"]["title"] for each in answer["suggestions"]]
    return answer


def _insert(scene: bpy.types.Scene, panel: Any, before: dict[str, Any]) -> list[Any]:
    bpy.ops.ed.undo_push(message="before inserting")
    operators().insert("EXEC_DEFAULT")
    return _music(scene, before)


def _replace(scene: bpy.types.Scene, panel: Any, before: dict[str, Any]) -> list[Any]:
    operators().choose("EXEC_DEFAULT", step=1)
    assert panel.chosen == 1
    wanted = driver().suggestion(1)["track"]["id"]
    operators().replace("EXEC_DEFAULT")
    tick_until(lambda: (_ours(scene) and _facts(scene)["track_id"] == wanted) or driver().session.problem)
    return _music(scene, before)


def _undo_and_redo(scene: bpy.types.Scene) -> None:
    """Undo takes the replacing back, then the inserting; redo brings both again."""
    name = scene.name
    tracks = [_facts(scene)["track_id"]]
    bpy.ops.ed.undo()
    tracks.append(_facts(bpy.data.scenes[name])["track_id"])
    assert tracks[0] != tracks[1]
    bpy.ops.ed.undo()
    assert _ours(bpy.data.scenes[name]) == []
    bpy.ops.ed.redo()
    bpy.ops.ed.redo()
    assert _facts(bpy.data.scenes[name])["track_id"] == tracks[0]


def _music(scene: bpy.types.Scene, before: dict[str, Any]) -> list[Any]:
    tick_until(lambda: _ours(scene) or driver().session.problem)
    assert driver().session.problem is None, driver().session.problem
    after = everything(scene)
    names = _ours(scene)
    others = {name: strip for name, strip in after["strips"].items() if name not in names}
    assert {**after, "strips": others} == before, "something else moved"
    facts = _facts(scene)
    return [[after["strips"][name] for name in names], facts]


def _ours(scene: bpy.types.Scene) -> list[str]:
    placing = part("placing")
    ours = [strip for strip in part("strips").every_strip(scene) if placing.provenance(strip)]
    return [strip.name for strip in sorted(ours, key=part("strips").span)]


def _facts(scene: bpy.types.Scene) -> dict[str, Any]:
    facts: dict[str, Any] = part("placing").provenance(part("strips").find(scene, _ours(scene)[0]))
    return facts


perform(play)
