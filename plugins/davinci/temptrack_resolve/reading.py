# SPDX-License-Identifier: Apache-2.0
"""What the companion needs of the open timeline: the file Resolve exports, and the part that is meant."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .remedies import failure
from .resolve_api import OpenTimeline

WHOLE, IN_OUT, SELECTION, WORDS_ONLY = "Whole timeline", "In to out", "Selected clips", "Words only"
PARTS = (WHOLE, IN_OUT, SELECTION, WORDS_ONLY)
"""What a search can be about; markers with a length come after these, by name."""

MARKER = "Marker: "


@dataclass(frozen=True)
class Part:
    """The part of the timeline that is meant, in absolute frames, the end exclusive.

    Attributes:
        scope: as the companion's protocol has it.
        start_frames: where music starts.
        end_frames: where it has to end.
    """

    scope: dict[str, Any]
    start_frames: int
    end_frames: int


def part_of(timeline: OpenTimeline, choice: str) -> Part:
    """Return the part behind a choice of the panel.

    Args:
        timeline: the open timeline.
        choice: one of PARTS, or MARKER and a name.

    Raises:
        PanelError: NO_IN_OUT, NO_SELECTION, MARKER_NOT_FOUND, EMPTY_SCOPE, or NOT_OFFERED by this version.
    """
    if choice.startswith(MARKER):
        name = choice[len(MARKER) :]
        start, end = timeline.marker_range(name)
        part = Part({"kind": "marker", "name": name}, start, end)
    elif choice == IN_OUT:
        marks = timeline.marks()
        if marks is None:
            raise failure("NO_IN_OUT")
        part = _range(*marks)
    elif choice == SELECTION:
        part = _selected(timeline)
    else:
        part = Part({"kind": "whole"}, timeline.start_frames, timeline.end_frames)
    if part.start_frames >= part.end_frames:
        raise failure("EMPTY_SCOPE")
    return part


def export(timeline: OpenTimeline, folder: Path) -> Path:
    """Export the timeline into a file that is named after its content.

    The same cut has the same name, by which the panel and the companion know that they have seen it.

    Raises:
        PanelError: NOT_EXPORTED.
    """
    fresh = folder / "export.otio"
    timeline.export(fresh)
    named = folder / f"{hashlib.sha256(fresh.read_bytes()).hexdigest()[:16]}.otio"
    os.replace(str(fresh), str(named))
    return named


def _selected(timeline: OpenTimeline) -> Part:
    clips = timeline.selection()
    if not clips:
        raise failure("NO_SELECTION")
    # Clips of one name are many; their span is one.
    return _range(min(clip.start_frames for clip in clips), max(clip.end_frames for clip in clips))


def _range(start: int, end: int) -> Part:
    return Part({"kind": "range", "start_frames": start, "end_frames": end}, start, end)
