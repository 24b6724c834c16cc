# SPDX-License-Identifier: Apache-2.0
"""What the user did with a track, for a studio that keeps track of the music in use."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

INSERTED = "inserted"
REMOVED = "removed"


@dataclass(frozen=True)
class CueReport:
    """A track that was placed on a timeline, or taken off it.

    Attributes:
        action: INSERTED or REMOVED.
        library: name of the library.
        track_id: which track.
        start_frames: where the music starts, from the start of the timeline.
        duration_frames: its length.
        rate: the timeline's frames per second.
        timeline: name of the timeline.
        query_digest: of the answer it was found in; empty where that is not known any more.
    """

    action: str
    library: str
    track_id: str
    start_frames: int
    duration_frames: int
    rate: Fraction
    timeline: str
    query_digest: str = ""

    def params(self) -> dict[str, Any]:
        """Return it as the protocol has it."""
        return {
            "action": self.action,
            "library": self.library,
            "track_id": self.track_id,
            "start_frames": self.start_frames,
            "duration_frames": self.duration_frames,
            "rate": {"numerator": self.rate.numerator, "denominator": self.rate.denominator},
            "timeline": self.timeline,
            "query_digest": self.query_digest,
        }
