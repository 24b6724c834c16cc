# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of music that was placed or removed; a studio's server writes it down."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from . import placing, strips
from .panel.reports import CueReport


def reports_of(
    scene: bpy.types.Scene, cue_ids: Iterable[str], action: str, query_digest: str = ""
) -> list[CueReport]:
    """Return what to tell of cues that lie on a scene now; cues of unknown origin are left out.

    Args:
        scene: the scene they lie on.
        cue_ids: which.
        action: what is done with them.
        query_digest: of the answer they were found in.
    """
    told = []
    for cue_id in cue_ids:
        lies = placing.extent(scene, cue_id)
        facts = placing.facts_of(scene, cue_id)
        if lies is None or not facts.get("library") or not facts.get("track_id"):
            continue
        told.append(
            CueReport(
                action=action,
                library=str(facts["library"]),
                track_id=str(facts["track_id"]),
                start_frames=lies[0] - scene.frame_start,
                duration_frames=lies[1] - lies[0],
                rate=strips.rate_of(scene),
                timeline=scene.name,
                query_digest=query_digest,
            )
        )
    return told
