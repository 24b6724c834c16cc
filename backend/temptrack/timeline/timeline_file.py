"""A timeline as it was read: the OpenTimelineIO object, and what everything else needs to know about it."""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from opentimelineio import schema

from temptrack.timeline.layout import children_of, is_enabled, trim_of
from temptrack.timeline.media_root import MediaRoot
from temptrack.timeline.rates import nearest_frame
from temptrack.timeline.timecode import timecode_from_frames


@dataclass(frozen=True)
class TimelineFile:
    """One timeline of a file.

    Treat ``document`` as read-only; placing and removing cues return new files.

    Attributes:
        path: the file it was read from.
        document: the OpenTimelineIO object at the top of the file: the timeline, or a collection around it.
        index: which of the document's timelines this is, from 0.
        name: the timeline's name, or the file's where it has none.
        rate: frames per second, exact.
        rate_as_written_hz: the same rate as the file spells it, for times written back into it.
        start_frames: timecode of the first frame, as frames since timecode zero.
        drop_frame: whether its timecode is drop-frame.
        media_root: where relative media paths are found.
        notes: what was assumed while reading, for the editor to read.
        json: the OpenTimelineIO JSON the document was read from, empty where it came from another format.
    """

    path: Path
    document: Any
    index: int
    name: str
    rate: Fraction
    rate_as_written_hz: float
    start_frames: int
    drop_frame: bool
    media_root: MediaRoot
    notes: tuple[str, ...] = field(default=())
    json: bytes = field(default=b"", repr=False)

    @property
    def timeline(self) -> Any:
        """The OpenTimelineIO timeline itself."""
        return timelines_in(self.document)[self.index]

    @cached_property
    def duration_frames(self) -> int:
        """Length from the first frame to the end of its last item, picture or sound."""
        return nearest_frame(trim_of(self.timeline.tracks)[1], self.rate)

    @cached_property
    def picture_end_frames(self) -> int:
        """First frame after the last item on an enabled picture lane; 0 without any."""
        stack = self.timeline.tracks
        trim_start_s, trim_duration_s = trim_of(stack)
        ends = [
            end_s
            for child in children_of(stack)
            if is_enabled(child.item) and is_picture_lane(child.item)
            for end_s in (_last_item_end_s(child.item),)
        ]
        last_s = min(max(ends, default=Fraction(0)) - trim_start_s, trim_duration_s)
        return max(0, nearest_frame(last_s, self.rate))

    def timecode(self, frames: int) -> str:
        """Spell a record frame as the editor sees it, start timecode included."""
        return timecode_from_frames(self.start_frames + frames, self.rate, drop_frame=self.drop_frame)


def is_picture_lane(item: Any) -> bool:
    """Tell whether an item of a stack can hold picture: anything but an audio or data lane."""
    return not isinstance(item, schema.Track) or item.kind == schema.TrackKind.Video


def _last_item_end_s(item: Any) -> Fraction:
    trim_start_s, trim_duration_s = trim_of(item)
    if not isinstance(item, schema.Track):
        return trim_duration_s
    ends = [child.shown_end_s for child in children_of(item) if not isinstance(child.item, schema.Gap)]
    return min(max(ends, default=Fraction(0)) - trim_start_s, trim_duration_s)


def timelines_in(document: Any) -> list[Any]:
    """Return the timelines of a document, those inside nested collections included, in file order."""
    if isinstance(document, schema.Timeline):
        return [document]
    if isinstance(document, schema.SerializableCollection):
        return [timeline for member in list(document) for timeline in timelines_in(member)]
    return []
