# SPDX-License-Identifier: Apache-2.0
"""The media pool of the open project."""

from __future__ import annotations

from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, Mapping, cast

from ..remedies import failure
from ..timecode import exact_rate
from .answers import answered, known, offers

if TYPE_CHECKING:
    import fusionscript


class MediaPool:
    """What the project knows of files."""

    def __init__(self, pool: fusionscript.MediaPool) -> None:
        self._pool = pool

    def import_file(self, path: Path, folder_name: str) -> fusionscript.MediaPoolItem:
        """Take a file into a folder of the media pool; the folder that was current is current again after.

        Raises:
            PanelError: NOT_IMPORTED.
        """
        with self._in_folder(folder_name):
            # Without the dictionary Resolve guesses image sequences from digits in names.
            wanted: list[Any] = [{"FilePath": str(path)}]
            imported = known("MediaPool.ImportMedia", self._pool.ImportMedia(wanted))
        if not imported or imported[0] is None:
            raise failure("NOT_IMPORTED", str(path))
        return imported[0]

    def forget(self, folder_name: str, is_ours: Callable[[Path], bool]) -> None:
        """Take clips out of a folder of the media pool; their files stay."""
        root = answered("MediaPool.GetRootFolder", self._pool.GetRootFolder())
        for folder in known("Folder.GetSubFolderList", root.GetSubFolderList()):
            if folder.GetName() == folder_name:
                clips = known("Folder.GetClipList", folder.GetClipList())
                ours = [clip for clip in clips if is_ours(Path(str(clip.GetClipProperty("File Path"))))]
                if ours:
                    self._pool.DeleteClips(ours)

    def rate_of(self, media: fusionscript.MediaPoolItem) -> Fraction:
        """Return the rate in which Resolve counts a file: for sound, the project's when it was imported."""
        properties = cast(Dict[str, Any], known("MediaPoolItem.GetClipProperty", media.GetClipProperty(None)))
        return exact_rate(properties["FPS"])

    def note_origin(self, media: fusionscript.MediaPoolItem, origin: Mapping[str, str]) -> None:
        """Write where the music comes from into the clip's metadata, where Resolve takes it (19.0.2)."""
        if offers(media, "SetThirdPartyMetadata"):
            made = media.SetThirdPartyMetadata(cast(Any, dict(origin)))
            answered("MediaPoolItem.SetThirdPartyMetadata", made)

    def origin_of(self, media: fusionscript.MediaPoolItem) -> dict[str, str]:
        """Return what was written into a clip's metadata; nothing where Resolve takes none."""
        if not offers(media, "GetThirdPartyMetadata"):
            return {}
        kept: Any = known("MediaPoolItem.GetThirdPartyMetadata", media.GetThirdPartyMetadata())
        return {str(key): str(value) for key, value in kept.items()} if isinstance(kept, dict) else {}

    def select(self, media: fusionscript.MediaPoolItem) -> None:
        """Select a clip, where Resolve can (19.0.2): before 20.3.2 appending could fail while none was."""
        if offers(self._pool, "SetSelectedClip"):
            answered("MediaPool.SetSelectedClip", self._pool.SetSelectedClip(media))

    def append(self, media: fusionscript.MediaPoolItem, length: int, lane_index: int, record: int) -> None:
        """Ask for the first frames of a clip on an audio lane; what came of it has to be read from the lane.

        Args:
            media: the clip of the media pool.
            length: frames of the clip, in its own rate.
            lane_index: audio lane, from 1.
            record: absolute frame of the timeline.
        """
        info = {
            "mediaPoolItem": media,
            "startFrame": 0,
            "endFrame": length,
            "mediaType": 2,
            "trackIndex": lane_index,
            "recordFrame": record,
        }
        # The answer may be [None], [], or a clip that lies nowhere: it is not looked at.
        self._pool.AppendToTimeline(cast(Any, [info]))

    @contextmanager
    def _in_folder(self, name: str) -> Iterator[None]:
        """Imports land in the current folder, whatever it is."""
        before = answered("MediaPool.GetCurrentFolder", self._pool.GetCurrentFolder())
        root = answered("MediaPool.GetRootFolder", self._pool.GetRootFolder())
        folders = known("Folder.GetSubFolderList", root.GetSubFolderList())
        folder = next((each for each in folders if each.GetName() == name), None)
        if folder is None:
            folder = answered("MediaPool.AddSubFolder", self._pool.AddSubFolder(root, name))
        answered("MediaPool.SetCurrentFolder", self._pool.SetCurrentFolder(folder))
        try:
            yield
        finally:
            self._pool.SetCurrentFolder(before)
