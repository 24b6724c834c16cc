# SPDX-License-Identifier: GPL-3.0-or-later
"""Describes a scene's strips for the companion, host-neutral: what is seen when, and from which file.

Reads only. Blender plays movies frame for frame: frame n of the strip is frame n of the file, whatever the
two rates are. So a file of 25 fps plays at 6/5 of its speed in a scene of 30 fps, and so it is described.
"""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Any, NamedTuple

import bpy

from . import strips

_PICTURES = {"MOVIE": "movie", "IMAGE": "image", "META": "meta"}
_RENDERED = {"SCENE": "scene", "MOVIECLIP": "generator", "MASK": "generator", "COLOR": "generator"}
_MULTICAM = "MULTICAM"
_TITLE = "TEXT"
_SEEN_FROM_ALPHA = 0.01

TITLES_LANE = "Titles"
"""Lane under all others for text strips: they are looked at only where nothing else is seen."""


class _Placed(NamedTuple):
    """A strip and where it belongs."""

    channel: int
    kind: str
    strip: dict[str, Any]


def describe(scene: bpy.types.Scene) -> dict[str, Any]:
    """Return the scene's timeline as the companion's protocol has it (StripTimeline).

    The timeline is the scene's frame range, ends exclusive; strips outside are described as they lie. An
    empty sequencer gives a timeline without lanes.
    """
    rate = strips.rate_of(scene)
    return {
        "name": scene.name,
        "rate": _rational(rate),
        "start_frames": scene.frame_start,
        "end_frames": scene.frame_end + 1,
        "size_px": [scene.render.resolution_x, scene.render.resolution_y],
        "lanes": _lanes(scene.sequence_editor, rate),
    }


def _lanes(editor: Any, rate: Fraction) -> list[dict[str, Any]]:
    """Return the lanes of an editor, bottom first: every channel gives one of pictures and one of sound."""
    titles, placed = [], []
    for strip in strips.strips_in(editor):
        described = _strip(strip, rate)
        if strip.type == _TITLE:
            titles.append(described | {"enabled": described["enabled"] and _is_heard(editor, strip)})
        else:
            placed.append(_Placed(strip.channel, _lane_kind(strip), described))
    lanes = [_lane(TITLES_LANE, "video", True, titles)] if titles else []
    for channel, kind in sorted({(each.channel, each.kind) for each in placed}):
        inside = [each.strip for each in placed if (each.channel, each.kind) == (channel, kind)]
        name = editor.channels[channel].name
        lanes.append(_lane(name, kind, not strips.is_channel_muted(editor, channel), inside))
    return lanes


def _lane(name: str, kind: str, enabled: bool, inside: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "enabled": enabled,
        "strips": sorted(inside, key=lambda strip: int(strip["start_frames"])),
    }


def _lane_kind(strip: Any) -> str:
    return "audio" if strip.type == "SOUND" else "video"


def _is_heard(editor: Any, strip: Any) -> bool:
    return not strips.is_channel_muted(editor, strip.channel)


def _strip(strip: Any, rate: Fraction) -> dict[str, Any]:
    start, end = strips.span(strip)
    described: dict[str, Any] = {
        "id": strip.name,
        "name": strip.name,
        "kind": _kind(strip),
        "start_frames": start,
        "end_frames": end,
        "enabled": not strip.mute and strip.blend_alpha > _SEEN_FROM_ALPHA,
        "source_start_frames": 0,
        "speed": "1/1",
    }
    match described["kind"]:
        case "movie":
            described |= {"path": strips.file_of(strip)} | _frame_for_frame(
                strip, rate, strips.near_rate(strip.fps) or rate
            )
        case "sound":
            described |= {"path": strips.file_of(strip)} | _sound_times(strip, rate)
        case "image":
            described |= {"path": _images(strip)[0]}
        case "image_sequence":
            folder = strips.absolute(strip.directory)
            files = [os.path.basename(path) for path in _images(strip)]
            described |= {"directory": folder, "files": files} | _frame_for_frame(strip, rate, rate)
        case "meta":
            # Children keep their own place on the timeline; the meta strip's handles only hide them.
            described["strips"] = [
                child for lane in _lanes(strip, rate) if lane["enabled"] for child in _children(lane)
            ]
    return described


def _children(lane: dict[str, Any]) -> list[dict[str, Any]]:
    children: list[dict[str, Any]] = lane["strips"]
    return children


def _kind(strip: Any) -> str:
    """Return the protocol's word; a strip whose frames only Blender can tell is called a scene."""
    if strip.type == "SOUND":
        return "sound"
    if strip.type == "ADJUSTMENT":
        return "adjustment"
    if strip.type in _PICTURES:
        if strips.is_retimed(strip):
            return "scene"
        is_sequence = strip.type == "IMAGE" and len(strip.elements) > 1
        return "image_sequence" if is_sequence else _PICTURES[strip.type]
    if strip.type in (_MULTICAM, _TITLE):
        return "generator"
    # Cross-fades, wipes and the like show what lies in the strips they join.
    return _RENDERED.get(strip.type, "effect")


def _images(strip: Any) -> list[str]:
    folder = strips.absolute(strip.directory)
    return [os.path.join(folder, element.filename) for element in strip.elements]


def _frame_for_frame(strip: Any, rate: Fraction, media_rate: Fraction) -> dict[str, Any]:
    start, _ = strips.span(strip)
    content_start, content_frames = strips.content(strip)
    before, _after = strips.trimmed_frames(strip)
    first = before + start - content_start
    speed = rate / media_rate
    if strip.use_reverse_frames:
        first, speed = before + content_frames - 1 - (start - content_start), -speed
    return {
        "source_start_frames": first,
        "speed": f"{speed.numerator}/{speed.denominator}",
        "media_rate": _rational(media_rate),
    }


def _sound_times(strip: Any, rate: Fraction) -> dict[str, Any]:
    """Return where a sound starts in its file, in frames of the scene; its sound offset makes it later."""
    start, _ = strips.span(strip)
    content_start, _ = strips.content(strip)
    before, _after = strips.trimmed_frames(strip)
    late = Fraction(getattr(strip, "sound_offset", 0.0)).limit_denominator(1_000_000) * rate
    first = before + start - content_start - late
    return {
        "source_start_frames": f"{first.numerator}/{first.denominator}",
        "media_rate": _rational(rate),
    }


def _rational(rate: Fraction) -> dict[str, int]:
    return {"numerator": rate.numerator, "denominator": rate.denominator}
