# SPDX-License-Identifier: Apache-2.0
"""The open timeline as it is changed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Iterator, Sequence, cast

from ..remedies import failure
from .answers import answered, known
from .media_pool import MediaPool
from .timeline import AudioLane, Clip, OpenTimeline

if TYPE_CHECKING:
    import fusionscript

    from .newer_api import TimelineItem21


def next_free(frame: int, taken: set[int]) -> int:
    """Return a frame without a marker: Resolve refuses a second one."""
    while frame in taken:
        frame += 1
    return frame


LANE_TYPE = "stereo"
"""Unless it is told, Resolve makes mono tracks."""

DELETE_ATTEMPTS = 2
"""Resolve is known to answer False once although nothing is wrong."""


class EditableTimeline(OpenTimeline):
    """The open timeline and its media pool.

    Attributes:
        media_pool: that of the project.
    """

    def __init__(
        self, resolve: fusionscript.Resolve, project: fusionscript.Project, timeline: fusionscript.Timeline
    ) -> None:
        super().__init__(resolve, project, timeline)
        self.media_pool = MediaPool(answered("Project.GetMediaPool", project.GetMediaPool()))

    def add_stereo_lane(self, name: str) -> AudioLane:
        """Add a stereo audio lane at the end and return it."""
        answered("Timeline.AddTrack", self._timeline.AddTrack("audio", cast(Any, LANE_TYPE)))
        index = int(known("Timeline.GetTrackCount", self._timeline.GetTrackCount("audio")))
        answered("Timeline.SetTrackName", self._timeline.SetTrackName("audio", index, name))
        lane = self.audio_lane(index)
        if lane.name != name or not lane.is_stereo:
            raise failure("NOT_SET", "the new audio track")
        return lane

    def delete_empty_lane(self, index: int) -> None:
        """Delete the last audio lane if nothing lies on it."""
        count = known("Timeline.GetTrackCount", self._timeline.GetTrackCount("audio"))
        if index == count and not self.audio_lane(index).clips:
            self._timeline.DeleteTrack("audio", index)

    @contextmanager
    def as_many_video_lanes(self, count: int) -> Iterator[None]:
        """Have at least so many video lanes for a moment: before 20.2.2 Resolve counted those for audio."""
        there = int(known("Timeline.GetTrackCount", self._timeline.GetTrackCount("video")))
        added: list[int] = []
        try:
            for index in range(there + 1, count + 1):
                answered("Timeline.AddTrack", self._timeline.AddTrack("video", cast(Any, "")))
                added.append(index)
            yield
        finally:
            for index in reversed(added):
                if not self._timeline.GetItemListInTrack("video", index):
                    self._timeline.DeleteTrack("video", index)

    def media_of(self, clip: Clip) -> fusionscript.MediaPoolItem:
        """Return the clip of the media pool behind a clip of the timeline."""
        return answered("TimelineItem.GetMediaPoolItem", clip.handle.GetMediaPoolItem())

    def set_fades(self, clip: Clip, fade_in_frames: int, fade_out_frames: int) -> None:
        """Set the fades of an audio clip, on Resolve 21.1 or newer."""
        item, wanted = (
            cast("TimelineItem21", clip.handle),
            {"FadeIn": fade_in_frames, "FadeOut": fade_out_frames},
        )
        answered("TimelineItem.SetFades", item.SetFades(wanted))
        kept = known("TimelineItem.GetFades", item.GetFades())
        if any(int(kept[key]) != value for key, value in wanted.items()):
            raise failure("NOT_SET", "the fades")

    def set_level(self, clip: Clip, gain_db: float) -> None:
        """Set the level of an audio clip, on Resolve 21.1 or newer."""
        item = cast("TimelineItem21", clip.handle)
        wanted = {"AudioVolume": gain_db, "AudioVolumeEnabled": True}
        answered("TimelineItem.SetProperties", item.SetProperties(wanted))
        kept = known("TimelineItem.GetProperties", item.GetProperties())
        if abs(float(kept["AudioVolume"]) - gain_db) > 0.05:
            raise failure("NOT_SET", "the level")

    def fades_and_level(self, clip: Clip) -> tuple[int, int, float]:
        """Return fade in, fade out and level of an audio clip, on Resolve 21.1 or newer."""
        item = cast("TimelineItem21", clip.handle)
        fades = known("TimelineItem.GetFades", item.GetFades())
        level = known("TimelineItem.GetProperties", item.GetProperties()).get("AudioVolume", 0.0)
        return int(fades["FadeIn"]), int(fades["FadeOut"]), float(level)

    def delete(self, clips: Sequence[Clip]) -> None:
        """Delete clips and leave gaps.

        Raises:
            PanelError: NOT_REMOVED.
        """
        for _attempt in range(DELETE_ATTEMPTS):
            if self._timeline.DeleteClips([clip.handle for clip in clips], False):
                break
        left = {clip.id for lane in self.audio_lanes() for clip in lane.clips}
        if any(clip.id in left for clip in clips):
            raise failure("NOT_REMOVED", clips[0].name)

    def add_marker(self, frame: int, colour: str, name: str, note: str, custom: str) -> int:
        """Add a marker one frame long at an absolute frame, or at the next free one; return its frame."""
        taken = {int(at) for at in known("Timeline.GetMarkers", self._timeline.GetMarkers())}
        relative = next_free(frame - self.start_frames, taken)
        made = self._timeline.AddMarker(relative, cast(Any, colour), name, note, 1, custom)
        answered("Timeline.AddMarker", made)
        written = known("Timeline.GetMarkers", self._timeline.GetMarkers())
        if not any(int(at) == relative and marker["customData"] == custom for at, marker in written.items()):
            raise failure("NOT_SET", "the marker")
        return relative + self.start_frames

    def delete_marker(self, custom: str) -> None:
        """Delete our marker, if the user has not done so."""
        markers = known("Timeline.GetMarkers", self._timeline.GetMarkers())
        if any(marker["customData"] == custom for marker in markers.values()):
            answered("Timeline.DeleteMarkerByCustomData", self._timeline.DeleteMarkerByCustomData(custom))
