"""Places, replaces and removes music on a timeline full of other strips; undo takes one step."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import bpy

from hosts.blender.inside.stage import (
    collection,
    colour,
    everything,
    fresh_scene,
    install,
    operators,
    part,
    perform,
    refusal,
)

RATE = Fraction(30000, 1001)


def play(given: dict[str, Any]) -> dict[str, Any]:
    install(given["zip"])
    scene = _timeline(given)
    before = everything(scene)
    looks: dict[str, Any] = {"inserted": _insert(scene, given), "replaced": _replace(scene, given)}
    assert _others(everything(scene)) == before
    looks["told"] = [each.params() for each in part("reporting").reports_of(scene, _cues(scene), "removed")]
    removed = part("placing").remove(scene, _cues(scene))
    assert removed == 1
    assert everything(scene) == before, (everything(scene), before)
    looks["crowded"] = _crowded(scene, given)
    looks["looped"] = _looped(given)
    looks["undo"] = _undo(given)
    looks["online"] = bpy.app.online_access
    _full(given)
    return looks


def _timeline(given: dict[str, Any]) -> bpy.types.Scene:
    scene = fresh_scene("Cut", RATE, 400)
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 50, 149
    scene.timeline_markers.new("in", frame=50)
    strips = collection(scene)
    for number, start in enumerate((1, 60, 130)):
        colour(strips, f"shot {number}", 1 + number, start, start + 80)
    spoken = strips.new_sound(name="voice", filepath=given["voice"], channel=4, frame_start=20)
    spoken.volume = 0.7
    spoken.keyframe_insert("volume", frame=30)
    locked = strips.new_sound(name="locked", filepath=given["voice"], channel=5, frame_start=1)
    locked.lock = True
    return scene


def _cue(start: int, frames: int, **changes: Any) -> Any:
    track = {
        "id": "t1",
        "title": "Night Bus",
        "artist": "Ada",
        "licence": "CC0-1.0",
        "duration_s": 30.0,
        "loudness_lufs": -14.0,
    }
    suggestion = {
        "track": track,
        "score": 0.5,
        "excerpt": {"start_s": 5.013, "duration_s": frames / float(RATE), "snapped_to": "bar"},
        "fit": {"method": "trim", "text": "longer by 20 s"},
        **changes,
    }
    library = {"name": "stock", "digest": "d", "bundle_id": "b"}
    filling = part("panel.filling")
    place = filling.Place(start, start + frames, RATE)
    return part("cue").cue_for(suggestion, library, place, filling.Taste())


def _insert(scene: bpy.types.Scene, given: dict[str, Any]) -> dict[str, Any]:
    names = part("placing").insert(scene, _cue(50, 100), given["music"], "Music")
    return _look(scene, names)


def _replace(scene: bpy.types.Scene, given: dict[str, Any]) -> dict[str, Any]:
    (old,) = _cues(scene)
    names = part("placing").replace(scene, old, _cue(50, 70), given["music"], "Music")
    assert _cues(scene) != [old]
    return _look(scene, names)


def _crowded(scene: bpy.types.Scene, given: dict[str, Any]) -> list[int]:
    """Music over other music goes to another channel of the same name, and fills gaps of the first."""
    placing = part("placing")
    channels = []
    for start, frames in ((1, 100), (50, 100), (101, 50), (300, 50)):
        (name,) = placing.insert(scene, _cue(start, frames), given["music"], "Music")
        channels.append(part("strips").find(scene, name).channel)
    spans = [(s.channel, *part("strips").span(s)) for s in part("strips").top_strips(scene)]
    for number, (channel, start, end) in enumerate(spans):
        for other, begin, until in spans[:number]:
            assert channel != other or end <= begin or start >= until, "two strips overlap"
    editor: Any = scene.sequence_editor
    names = [editor.channels[channel].name for channel in set(channels)]
    assert sorted(names) == ["Music", "Music.001"]
    (last,) = placing.chosen_cues(scene)
    assert placing.extent(scene, last) == (300, 350), "what was placed last is selected"
    for strip in part("strips").top_strips(scene):
        strip.select = False
    assert placing.chosen_cues(scene) == [], "four pieces of music, none selected: which is meant?"
    placing.remove(scene, _cues(scene))
    return channels


def _looped(given: dict[str, Any]) -> list[float]:
    scene = fresh_scene("Loop", RATE, 900)
    fit = {"method": "loop", "text": "loops", "loop_start_s": 2.0, "loop_end_s": 10.0}
    cue = _cue(1, 600, excerpt={"start_s": 0.0, "duration_s": 10.0, "snapped_to": "start"}, fit=fit)
    names = part("placing").insert(scene, cue, given["music"], "Music")
    spans = [part("strips").span(part("strips").find(scene, name)) for name in names]
    assert all(first[1] == second[0] for first, second in pairwise(spans))
    assert (spans[0][0], spans[-1][1]) == (1, 601)
    assert part("placing").extent(scene, _cues(scene)[0]) == (1, 601)
    volumes = [part("strips").find(scene, name).volume for name in names]
    assert part("placing").remove(scene, _cues(scene)) == len(names)
    return volumes


def _undo(given: dict[str, Any]) -> dict[str, Any]:
    """Count steps of undo of the placing operator, with a driver that has a file at hand."""
    scene = fresh_scene("Undo", RATE, 300)
    collection(scene)
    driver, asking = part("ticking").driver(), part("asking")
    bpy.ops.ed.undo_push(message="before")
    suggestion = {
        "track": {"id": "t", "title": "T", "artist": "", "licence": "x", "duration_s": 30.0},
        "score": 0.1,
        "excerpt": {"start_s": 5.0, "duration_s": 4.0},
        "fit": {"method": "trim", "text": ""},
    }
    library = {"name": "l", "digest": "d", "bundle_id": "b"}
    place = part("panel.filling").Place(1, 101, RATE)
    driver.pending = asking.Placement(
        scene.session_uid, place, suggestion, library, given["music"], "", "q" * 64
    )
    told: list[Any] = []
    driver.session.report_cue = told.append
    assert operators().place("EXEC_DEFAULT", True) == {"FINISHED"}
    counts: dict[str, Any] = {"placed": _count("Undo")}
    bpy.ops.ed.undo()
    counts["undone"] = _count("Undo")
    bpy.ops.ed.redo()
    counts["redone"] = _count("Undo")
    again = bpy.data.scenes["Undo"]
    (name,) = [strip.name for strip in part("strips").top_strips(again)]
    strip = part("strips").find(again, name)
    assert part("placing").provenance(strip)["track_id"] == "t"
    return counts | {"told": [each.params() for each in told]}


def _full(given: dict[str, Any]) -> None:
    """With every channel taken the user is told so, and nothing is placed or taken away."""
    scene = fresh_scene("Full", RATE, 300)
    strips = collection(scene)
    (name,) = part("placing").insert(scene, _cue(10, 50), given["music"], "Music")
    for channel in range(2, 129):
        colour(strips, f"c{channel}", channel, 1, 200)
    colour(strips, "near", 1, 60, 200)
    before = everything(scene)
    placing = part("placing")
    acts = (
        lambda: placing.insert(scene, _cue(10, 50), given["music"], "Music"),
        lambda: placing.replace(scene, _cues(scene)[0], _cue(10, 90), given["music"], "Music"),
    )
    for act in acts:
        reason, next_step = refusal(act)
        assert reason == "CHANNELS_FULL"
        assert next_step
    assert everything(scene) == before
    assert name in before["strips"]


def _count(name: str) -> int:
    return len(part("strips").top_strips(bpy.data.scenes[name]))


def _cues(scene: bpy.types.Scene) -> list[str]:
    placing = part("placing")
    tags = [placing.provenance(strip) for strip in part("strips").every_strip(scene)]
    return list(dict.fromkeys(tag["cue_id"] for tag in tags if tag))


def _others(seen: dict[str, Any]) -> dict[str, Any]:
    return {**seen, "strips": {name: strip for name, strip in seen["strips"].items() if "Night" not in name}}


def _look(scene: bpy.types.Scene, names: list[str]) -> dict[str, Any]:
    (name,) = names
    strip = part("strips").find(scene, name)
    mixed = f"{bpy.app.tempdir}{part('placing').provenance(strip)['cue_id']}.wav"
    for other in part("strips").top_strips(scene):
        other.mute = other.name != name
    before = scene.frame_start, scene.frame_end
    scene.frame_start, scene.frame_end = part("strips").span(strip)[0], part("strips").span(strip)[1] - 1
    bpy.ops.sound.mixdown(filepath=mixed, container="WAV", codec="PCM")
    scene.frame_start, scene.frame_end = before
    for other in part("strips").top_strips(scene):
        other.mute = False
    return {
        "strip": everything(scene)["strips"][name],
        "facts": part("placing").provenance(strip),
        "mixed": mixed,
    }


perform(play)
