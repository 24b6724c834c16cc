# SPDX-License-Identifier: Apache-2.0
"""Pictures of frames that have no media file: titles, generators, Fusion and compound clips.

Resolve has no call that renders a frame aside; the playhead goes there and comes back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Generator, Sequence

from .remedies import failure
from .resolve_api import Host, OpenTimeline


def stills(
    host: Host, timeline: OpenTimeline, frames: Sequence[int], folder: Path
) -> Generator[dict[str, Any], None, None]:
    """Yield one ``{frame, path}`` after another; page and playhead are put back at the end, or on ``close``.

    Args:
        host: DaVinci Resolve.
        timeline: the timeline that is meant.
        frames: absolute frames.
        folder: where the pictures go.

    Raises:
        PanelError: TIMELINE_SWITCHED, when the user opens another timeline meanwhile; NO_STILL.
    """
    with host.on_edit_page(), timeline.playhead_kept():
        for frame in frames:
            check_open(host, timeline)
            path = folder / f"{timeline.id}-{frame}.png"
            timeline.still(frame, path)
            yield {"frame": frame, "path": str(path)}


def check_open(host: Host, timeline: OpenTimeline) -> None:
    """Refuse to go on when another timeline is open: Resolve writes the picture of whichever is.

    Raises:
        PanelError: TIMELINE_SWITCHED.
    """
    if host.open_timeline().id != timeline.id:
        raise failure("TIMELINE_SWITCHED", timeline.name)
