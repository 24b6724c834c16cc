# SPDX-License-Identifier: Apache-2.0
"""The open timeline as it is read.

Frames are absolute, counted from timecode zero, as clips count them; markers and in and out points, which
Resolve counts from the start of the timeline, are translated here and in ``editing``, and nowhere else.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterator, cast

from ..remedies import failure
from ..timecode import exact_rate, timecode_of
from .answers import answered, known, offers

if TYPE_CHECKING:
    import fusionscript

    from .newer_api import Timeline21


@dataclass(frozen=True)
class Clip:
    """Something on a lane; frames are absolute, the end is exclusive.

    Attributes:
        handle: Resolve's object; it answers nothing once the clip is gone.
        id: Resolve's id, empty for a clip that was dropped in silence.
        name: as shown.
        start_frames: first frame.
        end_frames: one past the last frame.
        path: its media file, or None: a transition, a title, a compound clip.
    """

    handle: fusionscript.TimelineItem
    id: str
    name: str
    start_frames: int
    end_frames: int
    path: Path | None

    @property
    def duration_frames(self) -> int:
        """How long it is."""
        return self.end_frames - self.start_frames


@dataclass(frozen=True)
class AudioLane:
    """An audio track of the timeline; the index counts from 1."""

    index: int
    name: str
    is_stereo: bool
    is_locked: bool
    is_enabled: bool
    clips: tuple[Clip, ...]


def was_written(path: Path) -> bool:
    """Tell whether a file is there and holds something; Resolve's word alone says little."""
    return path.is_file() and path.stat().st_size > 0


def file_of(item: fusionscript.TimelineItem) -> Path | None:
    """Return the file behind a clip; transitions, titles and compound clips have none."""
    media = item.GetMediaPoolItem()
    path = str(media.GetClipProperty("File Path") or "") if media is not None else ""
    return Path(path) if path else None


class OpenTimeline:
    """The open timeline and the project around it.

    Attributes:
        id: Resolve's id, to tell whether another timeline was opened since.
        name: as shown.
        project_name: as shown.
        rate: frames per second, exact.
        is_drop_frame: whether its timecode drops labels.
        start_frames: its first frame, absolute.
        end_frames: one past its last frame, absolute.
    """

    def __init__(
        self, resolve: fusionscript.Resolve, project: fusionscript.Project, timeline: fusionscript.Timeline
    ) -> None:
        self._resolve, self._project, self._timeline = resolve, project, timeline
        self.id = answered("Timeline.GetUniqueId", timeline.GetUniqueId())
        self.name = known("Timeline.GetName", timeline.GetName())
        self.project_name = known("Project.GetName", project.GetName())
        self.rate = exact_rate(self._setting("timelineFrameRate"))
        self.is_drop_frame = str(self._setting("timelineDropFrameTimecode")) == "1"
        self.start_frames = int(known("Timeline.GetStartFrame", timeline.GetStartFrame()))
        self.end_frames = int(known("Timeline.GetEndFrame", timeline.GetEndFrame()))

    # Reading

    def marks(self) -> tuple[int, int] | None:
        """Return the in and out points as absolute frames, the end exclusive, or None unless both are set.

        Raises:
            PanelError: NOT_OFFERED before Resolve 19.1.
        """
        if not offers(self._timeline, "GetMarkInOut"):
            raise failure("NOT_OFFERED", "way to ask for in and out points")
        marks = known("Timeline.GetMarkInOut", self._timeline.GetMarkInOut())
        found = cast(Dict[str, int], marks.get("video") or marks.get("audio") or {})
        if "in" not in found or "out" not in found:
            return None
        # Resolve's out point is the last frame that belongs to the range.
        return self.start_frames + int(found["in"]), self.start_frames + int(found["out"]) + 1

    def selection(self) -> list[Clip]:
        """Return the selected clips.

        Raises:
            PanelError: NOT_OFFERED before Resolve 21.0.4.
        """
        if not offers(self._timeline, "GetSelectedClips"):
            raise failure("NOT_OFFERED", "way to ask for the selection")
        timeline = cast("Timeline21", self._timeline)
        return [self._clip(item) for item in known("Timeline.GetSelectedClips", timeline.GetSelectedClips())]

    def marker_ranges(self) -> list[str]:
        """Return the names of the markers that have a length, in order of time."""
        return [name for name, _, _ in self._marker_ranges()]

    def marker_range(self, name: str) -> tuple[int, int]:
        """Return the absolute frames of the first marker of that name, the end exclusive.

        Raises:
            PanelError: MARKER_NOT_FOUND.
        """
        for found, start, end in self._marker_ranges():
            if found == name:
                return start, end
        raise failure("MARKER_NOT_FOUND")

    def _marker_ranges(self) -> list[tuple[str, int, int]]:
        markers = known("Timeline.GetMarkers", self._timeline.GetMarkers())
        starts = sorted(
            ((self.start_frames + int(frame), marker) for frame, marker in markers.items()),
            key=lambda found: found[0],
        )
        return [
            (str(marker["name"]), start, start + int(marker["duration"]))
            for start, marker in starts
            if int(marker["duration"]) > 1
        ]

    def export(self, path: Path) -> None:
        """Write the timeline as .otio.

        Raises:
            PanelError: NOT_EXPORTED.
        """
        kind, none = self._export_constants()
        answered("Timeline.Export", self._timeline.Export(str(path), kind, none))
        if not was_written(path):
            raise failure("NOT_EXPORTED", str(path))

    def _export_constants(self) -> tuple[Any, Any]:
        """Return the live constants: anything else is accepted and writes nothing."""
        return self._resolve.EXPORT_OTIO, self._resolve.EXPORT_NONE

    def audio_lanes(self) -> list[AudioLane]:
        """Return the audio lanes with their clips, top lane first."""
        count = known("Timeline.GetTrackCount", self._timeline.GetTrackCount("audio"))
        return [self.audio_lane(index) for index in range(1, int(count) + 1)]

    def audio_lane(self, index: int) -> AudioLane:
        """Return one audio lane, counted from 1, with its clips."""
        timeline = self._timeline
        items = known("Timeline.GetItemListInTrack", timeline.GetItemListInTrack("audio", index))
        stereo = True
        if offers(timeline, "GetTrackSubType"):
            stereo = known("Timeline.GetTrackSubType", timeline.GetTrackSubType("audio", index)) == "stereo"
        return AudioLane(
            index=index,
            name=known("Timeline.GetTrackName", timeline.GetTrackName("audio", index)),
            is_stereo=stereo,
            is_locked=known("Timeline.GetIsTrackLocked", timeline.GetIsTrackLocked("audio", index)),
            is_enabled=known("Timeline.GetIsTrackEnabled", timeline.GetIsTrackEnabled("audio", index)),
            clips=tuple(self._clip(item) for item in items),
        )

    def _clip(self, item: fusionscript.TimelineItem) -> Clip:
        return Clip(
            handle=item,
            id=str(item.GetUniqueId() or ""),
            name=str(item.GetName() or ""),
            start_frames=int(known("TimelineItem.GetStart", item.GetStart(False))),
            end_frames=int(known("TimelineItem.GetEnd", item.GetEnd(False))),
            path=file_of(item),
        )

    def _setting(self, name: str) -> Any:
        if offers(self._timeline, "GetSettings"):
            settings = cast("Timeline21", self._timeline).GetSettings()
            return known("Timeline.GetSettings", settings)[name]
        return known("Timeline.GetSetting", self._timeline.GetSetting(name))

    # The playhead

    @contextmanager
    def playhead_kept(self) -> Iterator[None]:
        """Put the playhead back where it was."""
        timecode = answered("Timeline.GetCurrentTimecode", self._timeline.GetCurrentTimecode())
        try:
            yield
        finally:
            self._timeline.SetCurrentTimecode(timecode)

    def still(self, frame: int, path: Path) -> None:
        """Write the picture of an absolute frame to a file; the playhead stays there.

        Raises:
            PanelError: NO_STILL.
        """
        timecode = timecode_of(frame, self.rate, self.is_drop_frame)
        answered("Timeline.SetCurrentTimecode", self._timeline.SetCurrentTimecode(timecode))
        written = self._project.ExportCurrentFrameAsStill(str(path))
        if not written or not was_written(path):
            raise failure("NO_STILL", timecode)
