"""What can go wrong while an editor works: a sentence, a next step, and the next search works."""

import os
import shutil
import signal
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import bpy

from hosts.blender.inside.drawing import drawn
from hosts.blender.inside.stage import (
    collection,
    driver,
    fresh_scene,
    install,
    operators,
    part,
    perform,
    show,
    tick_until,
)

_companions: set[int] = set()


def play(given: dict[str, Any]) -> dict[str, Any]:
    install(given["zip"])
    preferences = part("settings").preferences()
    preferences.home = given["home"]
    reasons = {}
    for act in (
        _server_while_offline,
        _no_such_program,
        _nobody_answers,
        _nothing_on_the_timeline,
        _no_such_part,
        _cancelled,
        _killed,
        _strip_deleted,
        _scene_switched,
        _scene_removed,
        _music_removed,
        _other_file,
        _library_removed,
    ):
        reasons[act.__name__.strip("_")] = act(given)
    driver().close()
    return {"reasons": reasons, "companions": sorted(_companions)}


def _server_while_offline(_given: dict[str, Any]) -> str:
    preferences = part("settings").preferences()
    preferences.server = "studio.example:7353"
    assert not bpy.app.online_access
    reason = _problem(_begin)
    assert driver().session.companion_process_id is None, "nothing may be started for it"
    preferences.server = ""
    return reason


def _no_such_program(_given: dict[str, Any]) -> str:
    preferences = part("settings").preferences()
    preferences.companion = "/nowhere/temptrack"
    reason = _problem(_begin)
    preferences.companion = ""
    return reason


def _nobody_answers(_given: dict[str, Any]) -> str:
    system: Any = bpy.context.preferences
    preferences = part("settings").preferences()
    system.system.use_online_access = True
    preferences.server = "127.0.0.1:1"
    reason = _problem(_begin)
    _note_companion()
    preferences.server = ""
    system.system.use_online_access = False
    return reason


def _nothing_on_the_timeline(_given: dict[str, Any]) -> str:
    """A scene that never had a sequencer: words alone find music, which goes to the playhead."""
    scene = fresh_scene("Empty", Fraction(25), 300)
    scene.frame_current = 40
    assert scene.sequence_editor is None
    _found()
    operators().insert("EXEC_DEFAULT")
    tick_until(lambda: part("strips").top_strips(scene) or driver().session.problem)
    (strip,) = part("strips").top_strips(scene)
    assert part("strips").span(strip)[0] == 40
    return "none"


def _no_such_part(given: dict[str, Any]) -> str:
    _timeline(given, "Parts")
    panel = _panel()
    reasons = []
    for part_name in ("PREVIEW", "SELECTED", "MARKERS"):
        for strip in part("strips").top_strips(bpy.context.scene):
            strip.select = False
        panel.scope = part_name
        reasons.append(_problem(_begin))
    panel.scope = "WHOLE"
    return " ".join(reasons)


def _cancelled(given: dict[str, Any]) -> str:
    _timeline(given, "Cancelled")
    before = driver().session.results
    _begin()
    operators().cancel("EXEC_DEFAULT")
    assert not driver().session.is_searching
    assert driver().session.results is before
    assert driver().session.problem is None, "the user wanted it so"
    _found()
    return "none"


def _killed(given: dict[str, Any]) -> str:
    _timeline(given, "Killed")
    _found()
    process = _note_companion()

    def kill_while_searching() -> None:
        _begin()
        assert driver().session.is_searching
        os.kill(process, signal.SIGKILL)

    reason = _problem(kill_while_searching)
    assert not driver().session.is_searching
    _found()
    assert driver().session.companion_process_id != process
    return reason


def _strip_deleted(given: dict[str, Any]) -> str:
    scene = _timeline(given, "Deleted")
    _begin()
    part("strips").remove(scene, part("strips").top_strips(scene)[0])
    bpy.ops.ed.undo_push(message="deleted")
    tick_until(_is_over)
    assert driver().session.problem is None
    operators().insert("EXEC_DEFAULT")
    tick_until(lambda: _music(scene) or driver().session.problem)
    assert len(_music(scene)) == 1
    return "none"


def _scene_switched(given: dict[str, Any]) -> str:
    scene = _timeline(given, "Searched")
    _begin()
    other = _timeline(given, "Another")
    tick_until(_is_over)
    reason = _problem(lambda: operators().insert("EXEC_DEFAULT"))
    assert _music(scene) == _music(other) == []
    show(scene)
    operators().insert("EXEC_DEFAULT")
    tick_until(lambda: _music(scene))
    return reason


def _scene_removed(given: dict[str, Any]) -> str:
    scene = _timeline(given, "Doomed")
    _found()

    def remove_while_fetching() -> None:
        operators().insert("EXEC_DEFAULT")
        show(bpy.data.scenes["Another"])
        bpy.data.scenes.remove(scene)

    return _problem(remove_while_fetching)


def _music_removed(given: dict[str, Any]) -> str:
    scene = _timeline(given, "Replaced")
    _found()
    operators().insert("EXEC_DEFAULT")
    tick_until(lambda: _music(scene))

    def remove_while_fetching() -> None:
        operators().replace("EXEC_DEFAULT")
        operators().remove("EXEC_DEFAULT")

    reason = _problem(remove_while_fetching)
    assert _music(scene) == []
    return reason


def _other_file(given: dict[str, Any]) -> str:
    """Another file is opened while a search runs: its answer is for nothing here, and the next one works."""
    _timeline(given, "Left")
    _begin()
    bpy.ops.wm.read_homefile(use_empty=True)
    driver().tick()
    tick_until(_is_over)
    assert [line.name for line in _panel().libraries] == [given["library"]]
    assert _panel().library == given["library"]
    scene = _timeline(given, "Opened")
    drawn("TEMPTRACK_PT_suggestions")
    _found()
    operators().insert("EXEC_DEFAULT")
    tick_until(lambda: _music(scene))
    return "none"


def _library_removed(given: dict[str, Any]) -> str:
    _timeline(given, "Lost")
    _found()
    shutil.rmtree(f"{given['home']}/libraries/{given['library']}")
    return _problem(lambda: _begin("other words"))


def _timeline(given: dict[str, Any], name: str) -> bpy.types.Scene:
    scene = fresh_scene(name, Fraction(25), 100)
    collection(scene).new_movie(name=f"film {name}", filepath=given["film"], channel=1, frame_start=1)
    return scene


def _panel() -> Any:
    return part("properties").panel_of(bpy.context)


def _begin(prompt: str = "calm piano") -> None:
    panel = _panel()
    panel["prompt"] = prompt
    panel.library = panel.library or "small"
    operators().search("EXEC_DEFAULT")


def _is_over() -> bool:
    return not driver().session.is_searching


def _found() -> None:
    """Search and find."""
    results = driver().session.results
    _begin()
    tick_until(lambda: driver().session.results is not results or driver().session.problem)
    assert driver().session.problem is None, driver().session.problem
    driver().tick()
    _note_companion()


def _problem(act: Callable[[], Any]) -> str:
    """Do something and return the reason of the problem it ends in; the panel shows it with a next step."""
    driver().session.problem = None
    act()
    tick_until(lambda: driver().session.problem and _is_over())
    why = driver().session.problem
    shown = " ".join(drawn("TEMPTRACK_PT_music").labels)
    assert why.sentence, why
    assert why.next_step, why
    assert " ".join(why.sentence.split()) in shown, (why.sentence, shown)
    assert " ".join(why.next_step.split()) in shown, (why.next_step, shown)
    return str(why.reason)


def _music(scene: bpy.types.Scene) -> list[str]:
    placing = part("placing")
    return [strip.name for strip in part("strips").every_strip(scene) if placing.provenance(strip)]


def _note_companion() -> int:
    process: int = driver().session.companion_process_id
    _companions.add(process)
    return process


perform(play)
