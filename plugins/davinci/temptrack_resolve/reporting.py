# SPDX-License-Identifier: Apache-2.0
"""What is told of music that was placed or removed; a studio's server writes it down."""

from __future__ import annotations

from .cues import LIBRARY, TRACK, PlacedCue
from .panel.problems import PanelError
from .panel.reports import CueReport
from .resolve_api import EditableTimeline


def report_of(
    timeline: EditableTimeline, cue: PlacedCue, action: str, query_digest: str = ""
) -> CueReport | None:
    """Return what to tell of music that lies on a timeline now, or None where its origin is unknown.

    Resolve before 19.0.2 keeps nothing of where music is from; of that nothing is told.

    Args:
        timeline: the open timeline.
        cue: the music.
        action: what is done with it.
        query_digest: of the answer it was found in.
    """
    try:
        origin = timeline.media_pool.origin_of(timeline.media_of(cue.clips[0]))
    except PanelError:
        return None
    if not origin.get(LIBRARY) or not origin.get(TRACK):
        return None
    return CueReport(
        action=action,
        library=origin[LIBRARY],
        track_id=origin[TRACK],
        start_frames=cue.start_frames - timeline.start_frames,
        duration_frames=cue.end_frames - cue.start_frames,
        rate=timeline.rate,
        timeline=timeline.name,
        query_digest=query_digest,
    )
