"""Reads a timeline the way the host imports it: only what is shaped as its own exports are."""

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

from support.resolve_double.state import Cut, Item, Lane, Media
from temptrack.timeline.rates import snap_rate


def read_otio(path: Path, name: str = "Imported") -> Cut | None:
    """Return the timeline of a file, or None for one that the host would refuse without a word."""
    try:
        return _cut(json.loads(path.read_text(encoding="utf-8")), name)
    except KeyError:
        return None


def _cut(document: dict[str, Any], name: str) -> Cut | None:
    start = document.get("global_start_time")
    if document.get("OTIO_SCHEMA") != "Timeline.1" or start is None or "metadata" not in document:
        return None
    rate = snap_rate(start["rate"])
    cut = Cut(name, rate, round(start["value"]))
    for track in document["tracks"]["children"]:
        lane = _lane(cut, track)
        if lane is None:
            return None
        cut.lanes[lane.kind].append(lane)
    return cut


def _lane(cut: Cut, track: dict[str, Any]) -> Lane | None:
    kind = track["kind"].lower()
    audio_type = track["metadata"].get("Resolve_OTIO", {}).get("Audio Type", "")
    lane = Lane(track["name"], kind, audio_type.lower(), enabled=track["enabled"])
    at = Fraction(cut.start)
    for child in track["children"]:
        schema = child["OTIO_SCHEMA"]
        if schema == "Transition.1":
            continue
        length = _seconds(child["source_range"]["duration"]) * cut.rate
        if schema == "Clip.2":
            item = _item(cut, child, at, length, kind)
            if item is None:
                return None
            lane.items.append(item)
        elif schema != "Gap.1":
            return None
        at += length
    return lane


def _item(cut: Cut, clip: dict[str, Any], at: Fraction, length: Fraction, kind: str) -> Item | None:
    key = clip.get("active_media_reference_key")
    reference = clip.get("media_references", {}).get(key)
    if reference is None or "enabled" not in clip or "metadata" not in clip:
        return None
    media = None
    if reference["OTIO_SCHEMA"] == "ExternalReference.1":
        available, source = reference["available_range"], clip["source_range"]
        url = reference["target_url"]
        if available is None or "://" in url or not Path(url).is_absolute():
            return None
        first, last = _seconds(available["start_time"]), _seconds(available["duration"])
        # Sources count from the media's own timecode: before it there is nothing to show.
        if not first <= _seconds(source["start_time"]) <= first + last:
            return None
        media = Media(Path(url).name, Path(url), cut.rate, math.floor(last * cut.rate))
    start = round(at)
    return Item(clip["name"], start, start + round(length), media, kind, enabled=clip["enabled"])


def _seconds(time: dict[str, Any]) -> Fraction:
    return Fraction(time["value"]) / snap_rate(time["rate"])
