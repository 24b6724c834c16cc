"""Searches and ends without closing anything, as a Blender does that crashes."""

from fractions import Fraction
from typing import Any

import bpy

from hosts.blender.inside.stage import (
    collection,
    driver,
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
    scene = fresh_scene("Cut", Fraction(25), 100)
    collection(scene).new_movie(name="film", filepath=given["film"], channel=1, frame_start=1)
    panel: Any = part("properties").panel_of(bpy.context)
    panel["prompt"], panel.library = given["prompt"], "small"
    operators().search("EXEC_DEFAULT")
    results = tick_until(lambda: driver().session.results or driver().session.problem)
    assert driver().session.problem is None, driver().session.problem
    return {
        "titles": [each["track"]["title"] for each in results.suggestions],
        "companion": driver().session.companion_process_id,
    }


perform(play)
