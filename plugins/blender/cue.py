# SPDX-License-Identifier: GPL-3.0-or-later
"""Music on its way to the sequencer: how it lies, and what its strips say about where it came from.

Knows nothing of Blender.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .panel.filling import Filling, Place, Taste, filling_of


@dataclass(frozen=True)
class Cue:
    """Music on its way to the timeline.

    Attributes:
        filling: its stretches, fades and level.
        provenance: where it came from, for the strip's custom property.
    """

    filling: Filling
    provenance: Mapping[str, Any]


def place_over(place: Place, start_frames: int, end_frames: int) -> Place:
    """Return where music goes that takes the place of other music over [start_frames, end_frames).

    A track that was too short left a gap in the place that was asked about; the next one may fill it.
    """
    is_here = start_frames == place.start_frames and end_frames <= place.end_frames
    return place if is_here else Place(start_frames, end_frames, place.rate)


def cue_for(suggestion: Mapping[str, Any], library: Mapping[str, Any], place: Place, taste: Taste) -> Cue:
    """Return the cue that places a suggestion.

    Args:
        suggestion: one entry of the answer's suggestions.
        library: the answer's library.
        place: where it goes.
        taste: what the user set.
    """
    track, excerpt = suggestion["track"], suggestion["excerpt"]
    return Cue(
        filling=filling_of(suggestion, place, taste),
        provenance={
            "library": library["name"],
            "library_digest": library["digest"],
            "track_id": track["id"],
            "bundle": library["bundle_id"],
            "score": suggestion["score"],
            "licence": track["licence"],
            "title": track["title"],
            "artist": track.get("artist", ""),
            "excerpt_start_s": excerpt["start_s"],
            "excerpt_duration_s": excerpt["duration_s"],
            "fit": suggestion["fit"]["text"],
        },
    )
