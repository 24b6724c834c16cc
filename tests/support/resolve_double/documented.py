"""Which names of DaVinci Resolve's scripting API are documented, and since which version."""

import json
from functools import cache
from pathlib import Path
from typing import Final

Version = tuple[int, int, int]

ADDED: Final[dict[str, dict[Version, tuple[str, ...]]]] = {
    "Project": {(18, 5, 0): ("ExportCurrentFrameAsStill",)},
    "MediaPool": {(19, 0, 2): ("GetSelectedClips", "SetSelectedClip")},
    "MediaPoolItem": {
        (19, 0, 2): ("GetThirdPartyMetadata", "SetThirdPartyMetadata"),
        (19, 1, 0): ("GetMarkInOut", "SetMarkInOut", "ClearMarkInOut"),
        (20, 2, 0): ("SetName",),
        (21, 0, 4): ("GetTimeline",),
    },
    "Timeline": {
        (19, 0, 1): ("GetTrackSubType",),
        (19, 1, 0): ("GetMediaPoolItem", "GetMarkInOut", "SetMarkInOut", "ClearMarkInOut"),
        (20, 1, 0): ("GetVoiceIsolationState", "SetVoiceIsolationState"),
        (21, 0, 4): ("GetSelectedClips",),
    },
    "TimelineItem": {
        (19, 0, 2): ("GetSourceStartFrame", "GetSourceEndFrame", "GetSourceStartTime", "GetSourceEndTime"),
        (20, 2, 0): ("SetName", "ResetAllNodeColors"),
    },
}
"""Methods that are younger than 18.5; those of 21.1 are listed in documented_methods.json."""


@cache
def names_of(kind: str) -> frozenset[str]:
    """Every documented method of a class, in any version."""
    table = _table()
    return frozenset(table["21.0"].get(kind, ())) | frozenset(table["21.1_added"].get(kind, ()))


@cache
def names_at(kind: str, version: Version) -> frozenset[str]:
    """The documented methods of a class that a version has."""
    young = {name for since, names in ADDED.get(kind, {}).items() if since > version for name in names}
    if version < (21, 1, 0):
        young |= set(_table()["21.1_added"].get(kind, ()))
    return names_of(kind) - young


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    text = Path(__file__).with_name("documented_methods.json").read_text(encoding="utf-8")
    return {key: value for key, value in json.loads(text).items() if key != "note"}
