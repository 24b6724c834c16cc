"""Strips of small pictures of scenes, for the review page."""

import io
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from temptrack.batch.answers import write_whole
from temptrack.media.frames import preview_frames
from temptrack.media.types import Frames
from temptrack.timeline.segments import MediaSpan, RecordRange, Scope, Segment, SourceRange

_TILES = 6
_TILE_PX = (160, 90)
_JPEG_QUALITY = 78


def write_strip(scope: Callable[[], Scope], path: Path) -> bool:
    """Write a strip of six pictures of a scene, unless it is there; tell whether there is one.

    Args:
        scope: reads the scene; called only where pictures have to be made.
        path: the .jpg to write; it appears whole or not at all.
    """
    if path.is_file():
        return True
    frames = [frame for _, frame in preview_frames(_moments(scope()), size_px=_TILE_PX)]
    if not frames:
        return False
    write_whole(path, _joined(frames))
    return True


def _moments(scope: Scope) -> list[Segment]:
    """Return a segment of one frame for the middle of each sixth of a scope, where there is picture."""
    record = scope.record
    count = min(_TILES, record.duration_frames)
    found = []
    for index in range(count):
        frame = record.start_frames + (2 * index + 1) * record.duration_frames // (2 * count)
        spans = [
            span
            for segment in scope.segments
            for span in segment.spans
            if span.record.start_frames <= frame < span.record.end_frames
        ]
        if spans:
            at = RecordRange(frame, 1, record.rate)
            found.append(Segment(index, at, (_at(spans[0], at),)))
    return found


def _at(span: MediaSpan, at: RecordRange) -> MediaSpan:
    """Return the one frame of a span that is shown at a place."""
    source, shown = span.source, span.record
    step_s = source.duration_s / shown.duration_frames
    number = at.start_frames - shown.start_frames
    if source.reversed:
        number = shown.duration_frames - 1 - number
    one = SourceRange(source.start_s + number * step_s, step_s, source.reversed)
    return MediaSpan(span.clip_name, span.media, one, at)


def _joined(frames: list[Frames]) -> bytes:
    width, height = _TILE_PX
    strip = Image.new("RGB", (width * len(frames), height))
    for index, frame in enumerate(frames):
        strip.paste(Image.fromarray(frame), (width * index, 0))
    target = io.BytesIO()
    strip.save(target, format="JPEG", quality=_JPEG_QUALITY)
    return target.getvalue()
