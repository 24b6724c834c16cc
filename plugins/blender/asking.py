# SPDX-License-Identifier: GPL-3.0-or-later
"""What a search was about and what is placed after it; the question, as the panel and the scene put it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import bpy

from . import description, scopes, strips
from .panel.filling import Place
from .panel.questions import Question
from .properties import filters_of
from .scenes import scene_id


@dataclass(frozen=True)
class Asked:
    """What the last search was about.

    Attributes:
        scene: session id of the scene.
        playhead_frame: where the playhead was; music goes there when only words were searched for.
    """

    scene: int
    playhead_frame: int

    def place(self, answer: Mapping[str, Any], suggestion: Mapping[str, Any], rate: Fraction) -> Place:
        """Return where a suggestion goes: over the part looked at, else whole from the playhead on."""
        part = answer.get("host_scope")
        if part is None:
            whole = int(suggestion["excerpt"]["duration_s"] * rate)
            return Place(self.playhead_frame, self.playhead_frame + whole, rate)
        return Place(part["start_frames"], part["end_frames"], rate)


@dataclass(frozen=True)
class Placement:
    """A suggestion on its way to the timeline, its file at hand."""

    scene: int
    place: Place
    suggestion: dict[str, Any]
    library: dict[str, Any]
    path: str
    replaces: str
    query_digest: str


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
        scope=part,
        timeline_id=str(scene_id(scene)),
        can_render=True,
    )
    return question, Asked(scene_id(scene), scene.frame_current)
