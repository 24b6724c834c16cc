# SPDX-License-Identifier: Apache-2.0
"""Reads what an editor types into the filters of the panel, and spells what is shown."""

from __future__ import annotations

import re
from typing import Any, Mapping

from .remedies import failure

_RANGE = re.compile(r"^(\d+(?:\.\d+)?)?\s*-\s*(\d+(?:\.\d+)?)?$")

VOCALS = {"Any": None, "Instrumental": False, "With vocals": True}
"""What the menu of vocals offers."""


def filters_of(
    *,
    tempo: str = "",
    length: str = "",
    key: str = "",
    tags: str = "",
    vocals: str = "Any",
    licensed_only: bool = False,
) -> dict[str, Any]:
    """Return the filters as the companion's protocol has them; empty entries filter nothing.

    Args:
        tempo: beats a minute, such as "90-120", "90-" or "-120".
        length: seconds of the track, likewise.
        key: such as "A minor".
        tags: what a track must have, separated by commas.
        vocals: one of VOCALS.
        licensed_only: leave out tracks whose licence is unknown.

    Raises:
        PanelError: FILTER_NOT_READ.
    """
    found: dict[str, Any] = {
        "tempo_min_bpm": _ends(tempo)[0],
        "tempo_max_bpm": _ends(tempo)[1],
        "duration_min_s": _ends(length)[0],
        "duration_max_s": _ends(length)[1],
        "key": key.strip() or None,
        "tags_all": [tag.strip() for tag in tags.split(",") if tag.strip()] or None,
        "vocals": VOCALS.get(vocals),
        "licences_not": ["unknown"] if licensed_only else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def row_of(suggestion: Mapping[str, Any]) -> list[str]:
    """Return the columns of a result: rank, score, title, artist, tempo, key, fit, licence."""
    track = suggestion["track"]
    tempo = track.get("tempo_bpm")
    return [
        str(suggestion["rank"]),
        f"{suggestion['score']:.2f}",
        str(track["title"]),
        str(track.get("artist") or ""),
        f"{tempo:.0f}" if tempo else "",
        str(track.get("key") or ""),
        str(suggestion["fit"]["text"]),
        str(track.get("licence") or ""),
    ]


def why_of(suggestion: Mapping[str, Any]) -> str:
    """Return the evidence for a result, a line for each piece."""
    return "\n".join(str(reason["text"]) for reason in suggestion.get("reasons", ()))


def _ends(text: str) -> tuple[float | None, float | None]:
    if not text.strip():
        return None, None
    match = _RANGE.match(text.strip().replace("\u2013", "-"))
    if match is None or not any(match.groups()):
        raise failure("FILTER_NOT_READ", text.strip())
    low, high = match.groups()
    return (float(low) if low else None, float(high) if high else None)
