"""The media pool: folders, imports, and putting clips on the timeline."""

import math
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from support.resolve_double.application import rate_text
from support.resolve_double.handles import Handle
from support.resolve_double.state import Bin, Cut, Item, Media, wav_of

if TYPE_CHECKING:
    from support.resolve_double.application import Application


class MediaPool(Handle):
    """The media pool of the open project."""

    kind = "MediaPool"

    def _is_gone(self) -> bool:
        return self._app.page is None

    def GetRootFolder(self) -> "Folder":
        return Folder(self._app, self._app.root)

    def GetCurrentFolder(self) -> "Folder":
        return Folder(self._app, self._app.folder)

    def SetCurrentFolder(self, folder: "Folder") -> bool:
        self._app.folder = folder._bin
        return True

    def AddSubFolder(self, folder: "Folder", name: str) -> "Folder":
        made = Bin(name)
        folder._bin.bins.append(made)
        # The host selects the folder it has made.
        self._app.folder = made
        return Folder(self._app, made)

    def ImportMedia(self, wanted: list[Any]) -> list["MediaPoolItem"]:
        """Take files in, into the current folder whatever the caller had in mind."""
        found = [Path(each["FilePath"] if isinstance(each, dict) else each) for each in wanted]
        made = []
        for path in found:
            if not path.is_file():
                return []
            # Sound has no rate of its own: it is given the project's, for good.
            rate = self._app.project_rate
            media = Media(path.name, path, rate, math.ceil(wav_of(path).length_s * rate))
            self._app.folder.clips.append(media)
            made.append(MediaPoolItem(self._app, media))
        return made

    def SetSelectedClip(self, clip: "MediaPoolItem") -> bool:
        self._app.selected_media = clip._media
        return True

    def DeleteClips(self, clips: list["MediaPoolItem"]) -> bool:
        gone = {clip._media for clip in clips}
        for folder in (self._app.root, *self._app.root.bins):
            folder.clips = [media for media in folder.clips if media not in gone]
        return True

    def AppendToTimeline(self, infos: list[dict[str, Any]]) -> list[Any]:
        cut = self._app.current
        needs_selection = (20, 3, 0) <= self._app.version < (20, 3, 2)
        if cut is None or (needs_selection and self._app.selected_media is None):
            return []
        answers: list[Any] = []
        for info in infos:
            answers += self._append(cut, info)
        return answers

    def _append(self, cut: Cut, info: dict[str, Any]) -> list[Any]:
        from support.resolve_double.timeline import TimelineItem

        media: Media = info["mediaPoolItem"]._media
        index, record = info["trackIndex"], int(info["recordFrame"])
        allowed = cut.lanes["video"] if self._app.version < (20, 2, 2) else cut.lanes["audio"]
        if info["mediaType"] != 2 or not 1 <= index <= min(len(allowed), len(cut.lanes["audio"])):
            return [None]
        lane = cut.lanes["audio"][index - 1]
        length = info["endFrame"] - info["startFrame"]
        if self._app.end_frame_inclusive:
            length += 1
        else:
            length = min(length, media.frames - info["startFrame"])
        duration = math.floor(Fraction(length) / media.rate * cut.rate)
        item = Item(media.name, record, record + duration, media, "audio", info["startFrame"])
        if lane.locked:
            return [None]
        if record < cut.start:
            # Success is reported; the clip lies where no timeline is.
            return [TimelineItem(self._app, cut, item)]
        if duration < 1 or lane.over(item.start, item.end):
            item.id = ""
            return self._app.vanishing(TimelineItem(self._app, cut, item))
        lane.items.append(item)
        return [TimelineItem(self._app, cut, item)]


class Folder(Handle):
    """A folder of the media pool."""

    kind = "Folder"

    def __init__(self, app: "Application", folder: Bin) -> None:
        super().__init__(app)
        self._bin = folder

    def GetName(self) -> str:
        return self._bin.name

    def GetUniqueId(self) -> str:
        return self._bin.id

    def GetClipList(self) -> list["MediaPoolItem"]:
        return [MediaPoolItem(self._app, media) for media in self._bin.clips]

    def GetSubFolderList(self) -> list["Folder"]:
        return [Folder(self._app, each) for each in self._bin.bins]


class MediaPoolItem(Handle):
    """A clip of the media pool."""

    kind = "MediaPoolItem"

    def __init__(self, app: "Application", media: Media) -> None:
        super().__init__(app)
        self._media = media

    def _is_gone(self) -> bool:
        return self._media not in set(self._app.root.everything())

    def GetName(self) -> str:
        return self._media.name

    def GetUniqueId(self) -> str:
        return self._media.id

    def GetClipProperty(self, name: str | None = None) -> Any:
        media = self._media
        properties = {
            "Clip Name": media.name,
            "File Path": str(media.path or ""),
            "FPS": float(rate_text(media.rate)),
            "Frames": str(media.frames),
            "Online Status": "Online" if media.online else "Offline",
        }
        return properties.get(name, "") if name else properties

    def GetThirdPartyMetadata(self, key: str | None = None) -> Any:
        return self._media.third_party.get(key, "") if key else dict(self._media.third_party)

    def SetThirdPartyMetadata(self, values: dict[str, str]) -> bool:
        self._media.third_party.update(values)
        return True
