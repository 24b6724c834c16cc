"""Writes a timeline of the double the way the host exports it."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from support.resolve_double.state import Cut, Item, Lane

_KINDS = {"video": "Video", "audio": "Audio"}


def write_otio(cut: Cut, path: Path) -> None:
    """Write an .otio as the host does: Clip.2, plain paths, sources counted in the media's own frames."""
    path.write_text(json.dumps(_timeline(cut), indent=1), encoding="utf-8")


def _timeline(cut: Cut) -> dict[str, Any]:
    lanes = [_lane(cut, lane) for kind in ("video", "audio") for lane in cut.lanes[kind]]
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": {"Resolve_OTIO": {"Resolve OTIO Meta Version": "1.0"}},
        "name": cut.name,
        "global_start_time": _time(cut.start, cut.rate),
        "tracks": _composition("Stack.1", "", lanes),
    }


def _lane(cut: Cut, lane: Lane) -> dict[str, Any]:
    children: list[dict[str, Any]] = []
    at = cut.start
    for item in sorted((each for each in lane.items if each.kind != "transition"), key=lambda one: one.start):
        if item.start > at:
            children.append({"OTIO_SCHEMA": "Gap.1", "source_range": _range(0, item.start - at, cut.rate)})
        children.append(_clip(cut, item))
        at = item.end
    metadata: dict[str, Any] = {"Resolve_OTIO": {"Locked": lane.locked}}
    if lane.kind == "audio":
        metadata["Resolve_OTIO"] |= {"Audio Type": lane.sub_type.capitalize(), "SoloOn": False}
    made = _composition("Track.1", lane.name, children, metadata=metadata)
    return {**made, "kind": _KINDS[lane.kind], "enabled": lane.enabled}


def _clip(cut: Cut, item: Item) -> dict[str, Any]:
    media = item.media
    rate = media.rate if media else cut.rate
    reference: dict[str, Any] = {"OTIO_SCHEMA": "MissingReference.1", "name": item.name}
    if media and media.path:
        reference = {
            "OTIO_SCHEMA": "ExternalReference.1",
            "name": media.name,
            "available_range": _range(0, media.frames, media.rate),
            "target_url": str(media.path),
        }
    consumed = Fraction(item.end - item.start) / cut.rate * rate
    return {
        "OTIO_SCHEMA": "Clip.2",
        "name": item.name,
        "enabled": item.enabled,
        "source_range": _range(item.source_start, float(consumed), rate),
        "media_references": {"DEFAULT_MEDIA": reference},
        "active_media_reference_key": "DEFAULT_MEDIA",
        "metadata": {"Resolve_OTIO": {}},
        "effects": [],
        "markers": [],
    }


def _composition(schema: str, name: str, children: list[Any], **more: Any) -> dict[str, Any]:
    return {"OTIO_SCHEMA": schema, "name": name, "children": children, "source_range": None, **more}


def _range(start: float, duration: float, rate: Fraction) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": _time(start, rate),
        "duration": _time(duration, rate),
    }


def _time(value: float, rate: Fraction) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate), "value": float(value)}
