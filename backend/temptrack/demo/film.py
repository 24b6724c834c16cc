"""Cuts the shots into a timeline, written with OpenTimelineIO as any editor would export it."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from temptrack.demo.footage import Shot

TITLE = "A day in the hills"
RATE = Fraction(24)

_START_S = 3600
"""Films start at one hour, so that leaders and bars fit before them."""

_MARKER_SHOTS = 2


def write_film(shots: Sequence[Shot], path: Path) -> None:
    """Write a timeline of all shots end to end, with a marker over the first ones.

    Args:
        shots: what is seen, in order.
        path: where to write, ending in .otio.
    """
    timeline = otio.schema.Timeline(name=TITLE, global_start_time=_frames(_START_S))
    lane = otio.schema.Track(name="Picture", kind=otio.schema.TrackKind.Video)
    timeline.tracks.append(lane)
    for shot in shots:
        lane.append(_clip(shot, path.parent))
    opening_s = sum(shot.seconds for shot in shots[:_MARKER_SHOTS])
    marker = otio.schema.Marker(
        name="opening",
        marked_range=otio.opentime.TimeRange(_frames(0), _frames(opening_s)),
        color=otio.schema.MarkerColor.GREEN,
    )
    timeline.tracks.markers.append(marker)
    part = path.with_name(f".{path.stem}.part.otio")
    otio.adapters.write_to_file(timeline, str(part))
    part.replace(path)


def _clip(shot: Shot, base: Path) -> otio.schema.Clip:
    url = shot.path.absolute().relative_to(base.absolute()).as_posix()
    reference = otio.schema.ExternalReference(target_url=url)
    rate = float(shot.rate) if shot.rate is not None else float(RATE)
    source = otio.opentime.TimeRange(
        otio.opentime.RationalTime(round(shot.start_s * Fraction(rate)), rate),
        otio.opentime.RationalTime(round(shot.seconds * Fraction(rate)), rate),
    )
    return otio.schema.Clip(name=shot.name, media_reference=reference, source_range=source)


def _frames(seconds: int) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(float(seconds * RATE), float(RATE))
