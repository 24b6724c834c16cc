"""What is heard of a timeline: every clip of every enabled sound lane, nested timelines included."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from opentimelineio import schema

from temptrack.timeline.cue_items import cue_id_of
from temptrack.timeline.flatten import Look
from temptrack.timeline.layout import (
    Affine,
    Child,
    children_of,
    is_enabled,
    map_of_child,
    record_window,
    trim_of,
)
from temptrack.timeline.media_paths import Exists
from temptrack.timeline.placed_music import is_placed_music
from temptrack.timeline.rates import nearest_frame
from temptrack.timeline.references import Found, find_sound
from temptrack.timeline.scope import source_range
from temptrack.timeline.segments import MediaSpan, RecordRange
from temptrack.timeline.timeline_file import TimelineFile


def sounds_of(
    file: TimelineFile, record: RecordRange, *, exists: Exists = Path.is_file
) -> tuple[MediaSpan, ...]:
    """Return the sound heard in a part of a timeline, in record order; several may be heard at once.

    Music that temptrack placed, known by its clip or by its file, and sound whose file is not there are left
    out.

    Args:
        file: the timeline.
        record: the part.
        exists: whether a media file is there.

    Raises:
        Corrupt: a range holds numbers that are no times (BAD_TIME).
    """
    stack = file.timeline.tracks
    whole = (Fraction(0), trim_of(stack)[1])
    now = Affine(Fraction(0), Fraction(1))
    heard = (
        span
        for look in _heard(Child(stack, *whole, *whole), now, whole, file.rate, on_sound_lane=False)
        for span in _span(look, file, record, exists)
    )
    # A film and its sound may both be nested: the same sound at the same time is heard once.
    return tuple(sorted(dict.fromkeys(heard), key=lambda span: span.record.start_frames))


def _heard(
    child: Child, parent: Affine, window: tuple[Fraction, Fraction], rate: Fraction, *, on_sound_lane: bool
) -> Iterator[Look]:
    item = child.item
    if isinstance(item, schema.Gap) or not is_enabled(item) or cue_id_of(item):
        return
    seen = record_window(parent, child, window)
    if seen is None:
        return
    time = map_of_child(parent, child)
    if isinstance(item, schema.Clip):
        start, end = (nearest_frame(moment, rate) for moment in seen)
        if on_sound_lane and start < end:
            yield Look(item, start, end, time)
    elif isinstance(item, schema.Stack | schema.Track):
        sound = isinstance(item, schema.Track) and item.kind == schema.TrackKind.Audio
        for inner in children_of(item):
            yield from _heard(inner, time, seen, rate, on_sound_lane=sound)


def _span(look: Look, file: TimelineFile, record: RecordRange, exists: Exists) -> Iterator[MediaSpan]:
    start = max(look.start_frames, record.start_frames)
    end = min(look.end_frames, record.end_frames)
    if start >= end:
        return
    found = find_sound(look.clip, file.media_root, exists=exists)
    if isinstance(found, Found) and not is_placed_music(found.media.path):
        shown = RecordRange(start, end - start, record.rate)
        yield MediaSpan(look.clip.name, found.media, source_range(look, found, shown), shown)
