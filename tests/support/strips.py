"""Descriptions of timelines as a host sends them, and what the companion makes of them."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from temptrack.companion.scopes import HostScope, scope_request
from temptrack.companion.strip_timeline import StripTimeline
from temptrack.companion.strips import timeline_of
from temptrack.timeline.media_paths import Exists
from temptrack.timeline.scope import select_scope
from temptrack.timeline.segments import MediaKind, Scope

Json = dict[str, Any]

_SCOPE: TypeAdapter[HostScope] = TypeAdapter(HostScope)


def strip(name: str, start: int, end: int, kind: str = "movie", **more: Any) -> Json:
    made: Json = {"id": name, "name": name, "kind": kind, "start_frames": start, "end_frames": end}
    if kind in ("movie", "image", "sound"):
        made["path"] = f"/media/{name}.{ {'movie': 'mov', 'image': 'png', 'sound': 'wav'}[kind] }"
    return made | more


def lane(*strips: Json, **more: Any) -> Json:
    return {"name": "lane", "kind": "video", "strips": list(strips)} | more


def described(
    *lanes: Json, rate: tuple[int, int] = (24, 1), start: int = 0, end: int = 10_000, name: str = "cut"
) -> StripTimeline:
    return StripTimeline.model_validate(
        {
            "name": name,
            "rate": {"numerator": rate[0], "denominator": rate[1]},
            "start_frames": start,
            "end_frames": end,
            "size_px": [1920, 1080],
            "lanes": list(lanes),
        }
    )


def selected(
    description: StripTimeline, scope: Json | None = None, *, exists: Exists = lambda _path: True
) -> Scope:
    file = timeline_of(description)
    request = scope_request(_SCOPE.validate_python(scope or {"kind": "whole"}), file, description)
    return select_scope(file, request, exists=exists, require_picture=False)


def seen(description: StripTimeline, scope: Json | None = None) -> list[tuple[object, ...]]:
    """What the viewer sees: strip, host frames, and the media frame shown in the first and last of them.

    Media frames are counted at the strip's media rate, as the host counts them.
    """
    file = timeline_of(description)
    rows: list[tuple[object, ...]] = []
    for segment in selected(description, scope).segments:
        for span in segment.spans:
            source, count = span.source, span.record.duration_frames
            rate = _media_rate(description, span.clip_name)
            step = source.duration_s / count
            first, last = source.start_s, source.start_s + source.duration_s - step
            if source.reversed:
                first, last = last, first
            start = span.record.start_frames + file.start_frames
            if span.media.kind is MediaKind.SEQUENCE:
                first += span.media.sequence_start / rate
                last += span.media.sequence_start / rate
            rows.append((span.clip_name, start, start + count, first * rate, last * rate))
    return rows


def files_seen(description: StripTimeline) -> list[Path]:
    return [span.media.path for segment in selected(description).segments for span in segment.spans]


def _media_rate(description: StripTimeline, name: str) -> Fraction:
    waiting = [each for lane in description.lanes for each in lane.strips]
    while waiting:
        each = waiting.pop()
        if each.name == name and each.media_rate:
            return each.media_rate.exact
        waiting.extend(each.strips)
    return description.rate.exact
