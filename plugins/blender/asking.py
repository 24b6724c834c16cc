# SPDX-License-Identifier: GPL-3.0-or-later
"""What a search was about and what is placed after it; the question, as the panel and the scene put it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy

from . import description, scopes, strips
from .cue import Place
from .panel.questions import Question
from .properties import filters_of
from .scenes import scene_id


@dataclass(frozen=True)
class Asked:
    """What the last search was about: the scene, and where on its timeline music goes.

    Attributes:
        scene: session id of the scene.
        start_frame: first frame to fill.
        frames: how many frames to fill; None when only words were searched for.
    """

    scene: int
    start_frame: int
    frames: int | None


@dataclass(frozen=True)
class Placement:
    """A suggestion on its way to the timeline, its file at hand."""

    scene: int
    place: Place
    suggestion: dict[str, Any]
    library: dict[str, Any]
    path: str
    replaces: str


def question_for(scene: bpy.types.Scene, panel: Any) -> tuple[Question, Asked]:
    """Return what to ask and what it is about. A scene without strips asks by words alone.

    Raises:
        PanelError: when the panel names a part that the scene does not have.
    """
    part = scopes.chosen(scene, panel.scope) if strips.top_strips(scene) else None
    question = Question(
        library=panel.library,
        prompt=panel.prompt.strip(),
        exclude=panel.exclude.strip(),
        text_weight=round(panel.text_weight, 3),
        filters=filters_of(panel),
        limit=panel.limit,
        timeline={"strips": description.describe(scene)} if part else None,
        scope=part.scope if part else None,
        timeline_id=str(scene_id(scene)),
        can_render=True,
    )
    if part is None:
        return question, Asked(scene_id(scene), scene.frame_current, None)
    return question, Asked(scene_id(scene), part.start_frame, part.end_frame - part.start_frame)
