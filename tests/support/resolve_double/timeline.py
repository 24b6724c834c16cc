"""Timelines and what lies on them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from support.resolve_double.application import ExportKind, rate_text
from support.resolve_double.handles import Handle
from support.resolve_double.media_pool import MediaPoolItem
from support.resolve_double.state import COLOURS, Cut, Item, Lane
from temptrack.errors import InvalidRequest
from temptrack.timeline.timecode import frames_from_timecode, timecode_from_frames

if TYPE_CHECKING:
    from support.resolve_double.application import Application


class Timeline(Handle):
    """A timeline of the open project."""

    kind = "Timeline"

    def __init__(self, app: "Application", cut: Cut) -> None:
        super().__init__(app)
        self._cut = cut

    def _is_gone(self) -> bool:
        return self._app.page is None or self._cut not in self._app.cuts

    def _lane(self, kind: str, index: int) -> Lane | None:
        lanes = self._cut.lanes.get(kind, [])
        return lanes[index - 1] if 1 <= index <= len(lanes) else None

    def GetName(self) -> str:
        return self._cut.name

    def GetUniqueId(self) -> str:
        return self._cut.id

    def GetStartFrame(self) -> int:
        return self._cut.start

    def GetEndFrame(self) -> int:
        return self._cut.end

    def GetStartTimecode(self) -> str:
        return timecode_from_frames(self._cut.start, self._cut.rate, drop_frame=self._cut.drop_frame)

    def GetSetting(self, name: str) -> str:
        """One setting; those of the project unless the timeline has its own."""
        if name == "useCustomSettings":
            return "1" if self._cut.rate != self._app.project_rate else "0"
        if name == "timelineFrameRate":
            return rate_text(self._cut.rate)
        if name == "timelineDropFrameTimecode":
            return "1" if self._cut.drop_frame else "0"
        return self._cut.settings.get(name, "")

    def GetSettings(self) -> dict[str, Any]:
        return {
            "timelineFrameRate": float(rate_text(self._cut.rate)),
            "timelineDropFrameTimecode": self.GetSetting("timelineDropFrameTimecode"),
        }

    def GetTrackCount(self, kind: str) -> int:
        return len(self._cut.lanes[kind])

    def GetTrackName(self, kind: str, index: int) -> str | None:
        lane = self._lane(kind, index)
        return lane.name if lane else None

    def SetTrackName(self, kind: str, index: int, name: str) -> bool:
        lane = self._lane(kind, index)
        if lane is None or lane.locked:
            return False
        lane.name = name
        return True

    def GetTrackSubType(self, kind: str, index: int) -> str | None:
        lane = self._lane(kind, index)
        return lane.sub_type if lane else None

    def GetIsTrackEnabled(self, kind: str, index: int) -> bool | None:
        lane = self._lane(kind, index)
        return lane.enabled if lane else None

    def GetIsTrackLocked(self, kind: str, index: int) -> bool | None:
        lane = self._lane(kind, index)
        return lane.locked if lane else None

    def AddTrack(self, kind: str, sub_type: str = "mono") -> bool:
        """Add a lane; sound is mono unless asked for otherwise."""
        lanes = self._cut.lanes[kind]
        name = f"{kind.capitalize()} {len(lanes) + 1}"
        lanes.append(Lane(name, kind, sub_type if kind == "audio" else ""))
        return True

    def DeleteTrack(self, kind: str, index: int) -> bool:
        lane = self._lane(kind, index)
        if lane is None or lane.locked:
            return False
        self._cut.lanes[kind].remove(lane)
        return True

    def GetItemListInTrack(self, kind: str, index: int) -> list["TimelineItem"] | None:
        lane = self._lane(kind, index)
        if lane is None:
            return None
        ordered = sorted(lane.items, key=lambda item: item.start)
        return [TimelineItem(self._app, self._cut, item) for item in ordered]

    def DeleteClips(self, items: list["TimelineItem"], ripple: bool = False) -> bool:
        if self._app.page != "edit" or ripple:
            return False
        if self._app.deletes_fail:
            self._app.deletes_fail -= 1
            return False
        lanes = [self._cut.lane_of(each._item) for each in items]
        if any(lane is None or lane.locked for lane in lanes):
            return False
        for lane, each in zip(lanes, items, strict=True):
            if lane is not None:
                lane.items.remove(each._item)
        return True

    def GetSelectedClips(self) -> list["TimelineItem"]:
        return [TimelineItem(self._app, self._cut, item) for item in self._cut.selected]

    def GetMarkInOut(self) -> dict[str, dict[str, int]]:
        """In and out counted from the start of the timeline; keys of marks that are not set are absent."""
        marks = {"in": self._cut.mark_in, "out": self._cut.mark_out}
        found = {key: value for key, value in marks.items() if value is not None}
        return {"video": dict(found), "audio": dict(found)} if found else {}

    def AddMarker(
        self, frame: float, colour: str, name: str, note: str, duration: float, custom: str = ""
    ) -> bool:
        """Add a marker at a frame counted from the start of the timeline; a frame holds one marker."""
        length = self._cut.end - self._cut.start
        if colour not in COLOURS or not 0 <= frame < length or int(frame) in self._cut.markers:
            return False
        self._cut.markers[int(frame)] = {
            "color": colour, "name": name, "note": note, "duration": duration, "customData": custom,
        }  # fmt: skip
        return True

    def GetMarkers(self) -> dict[float, dict[str, Any]]:
        return {float(frame): dict(marker) for frame, marker in self._cut.markers.items()}

    def DeleteMarkerByCustomData(self, custom: str) -> bool:
        for frame, marker in self._cut.markers.items():
            if marker["customData"] == custom:
                del self._cut.markers[frame]
                return True
        return False

    def GetCurrentTimecode(self) -> str | None:
        if self._app.page in ("media", "fusion"):
            return None
        return timecode_from_frames(self._cut.playhead, self._cut.rate, drop_frame=self._cut.drop_frame)

    def SetCurrentTimecode(self, timecode: str) -> bool:
        if self._app.page in ("media", "fusion"):
            return False
        try:
            frame = frames_from_timecode(timecode, self._cut.rate, drop_frame=self._cut.drop_frame)
        except InvalidRequest:
            return False
        if not self._cut.start <= frame < self._cut.end:
            return False
        self._cut.playhead = frame
        return True

    def Export(self, path: str, kind: Any, sub_kind: Any) -> bool:
        """Write the timeline; anything but the live constants reports success and writes nothing."""
        from support.resolve_double.otio_export import write_otio

        if not (isinstance(kind, ExportKind) and isinstance(sub_kind, ExportKind)):
            return True
        if kind.name != "EXPORT_OTIO":
            return False
        write_otio(self._cut, Path(path))
        return True


class TimelineItem(Handle):
    """Something on a timeline."""

    kind = "TimelineItem"

    def __init__(self, app: "Application", cut: Cut, item: Item) -> None:
        super().__init__(app)
        self._cut, self._item = cut, item

    def _is_gone(self) -> bool:
        # A clip that was dropped in silence still has its handle; one that was deleted does not answer.
        return self._app.page is None or (bool(self._item.id) and self._cut.lane_of(self._item) is None)

    def GetName(self) -> str:
        return self._item.name

    def GetUniqueId(self) -> str:
        return self._item.id

    def GetStart(self, subframe: bool = False) -> float:
        return float(self._item.start) if subframe else self._item.start

    def GetEnd(self, subframe: bool = False) -> float:
        return float(self._item.end) if subframe else self._item.end

    def GetDuration(self, subframe: bool = False) -> float:
        duration = self._item.end - self._item.start
        return float(duration) if subframe else duration

    def GetMediaPoolItem(self) -> MediaPoolItem | None:
        return MediaPoolItem(self._app, self._item.media) if self._item.media else None

    def GetType(self) -> str:
        return self._item.kind

    def GetClipEnabled(self) -> bool:
        return self._item.enabled

    def GetProperties(self) -> dict[str, Any]:
        return dict(self._item.properties)

    def SetProperties(self, values: dict[str, Any]) -> bool:
        if not set(values) <= {"AudioVolume", "AudioVolumeEnabled"} or self._is_locked():
            return False
        self._item.properties.update(values)
        return True

    def GetFades(self) -> dict[str, int]:
        return dict(self._item.fades)

    def SetFades(self, values: dict[str, int]) -> bool:
        longest = self._item.end - self._item.start
        if not set(values) <= {"FadeIn", "FadeOut"} or sum(values.values()) > longest or self._is_locked():
            return False
        self._item.fades.update(values)
        return True

    def _is_locked(self) -> bool:
        lane = self._cut.lane_of(self._item)
        return lane is None or lane.locked
