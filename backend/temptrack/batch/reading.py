"""Reads the timelines of a batch, and says what an answer about one of them depends on."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from temptrack import __version__
from temptrack.batch.plan import PlanRow
from temptrack.library.types import LibraryInfo, TrackFilter
from temptrack.media.timecodes import start_timecode_s
from temptrack.media.types import Sampling
from temptrack.seat.cuts import Cut
from temptrack.timeline.media_folders import MediaFolders
from temptrack.timeline.read import read_timeline
from temptrack.timeline.scope import select_scope
from temptrack.timeline.scope_request import ScopeRequest
from temptrack.timeline.segments import MediaKind, Scope
from temptrack.timeline.timeline_file import TimelineFile

DEFAULT_CANDIDATES = 50
"""How many tracks are kept for each scene, so that the rules have something to choose from."""

_NO_LICENCE = "none of them"
_ABOUT_REPORTS = {"production", "episode", "usage"}
_CHUNK_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for all requests of a batch.

    Attributes:
        candidates: tracks to ask for, for each scene.
        scene_s: about how long scenes made of clusters of shots are, in seconds.
        sampling: which frames are looked at.
        blind: rank by sound alone.
        licences: only these are asked for, whatever a request allows; empty: all.
        no_licences: these are never asked for.
    """

    candidates: int = DEFAULT_CANDIDATES
    scene_s: int = 60
    sampling: Sampling = Sampling.STANDARD
    blind: bool = False
    licences: tuple[str, ...] = ()
    no_licences: tuple[str, ...] = ()

    def where(self, row: PlanRow) -> TrackFilter:
        """Return the conditions of a row behind the gate of licences, so that candidates can be placed."""
        allowed = row.where.licences or self.licences
        if row.where.licences and self.licences:
            gate = {licence.casefold() for licence in self.licences}
            # Nothing passes both: better no candidate than one that may not be placed.
            allowed = tuple(name for name in allowed if name.casefold() in gate) or (_NO_LICENCE,)
        return row.where.model_copy(
            update={"licences": allowed, "licences_not": (*row.where.licences_not, *self.no_licences)}
        )


class Reader:
    """Reads parts of timelines; folders of media are searched once. May be used from several threads."""

    def __init__(self) -> None:
        self._folders: dict[tuple[Path, ...], MediaFolders] = {}
        self._lock = Lock()
        self._media_start_s = cache(start_timecode_s)

    def cut(self, row: PlanRow) -> Cut:
        """Read the part of a timeline that a row is about; a part without picture is no error here."""
        file = read_timeline(row.timeline)
        return Cut(file, self.scope(file, row, row.part, require_picture=False))

    def scope(self, file: TimelineFile, row: PlanRow, part: ScopeRequest, *, require_picture: bool) -> Scope:
        """Choose a part of a timeline that was read; raises what ``select_scope`` raises."""
        return select_scope(
            file,
            part,
            media_start_s=self._media_start_s,
            folders=self._media_folders(row.media),
            require_picture=require_picture,
        )

    def _media_folders(self, folders: tuple[Path, ...]) -> MediaFolders | None:
        if not folders:
            return None
        with self._lock:
            if folders not in self._folders:
                self._folders[folders] = MediaFolders(folders)
            return self._folders[folders]


def unit_id(row: PlanRow, cut: Cut, library: LibraryInfo, settings: Settings) -> str:
    """Return the hex SHA-256 of everything that the answer to a row depends on.

    That is the row as far as it asks for something, the content of the timeline, size and time of its media,
    the library and bundle as they are, and the settings. Media count by size and time because every run looks
    at all of them; copied media are answered anew, from features that are kept by content.
    """
    parts = {
        "schema": 1,
        "temptrack": __version__,
        "row": row.model_dump(mode="json", exclude=_ABOUT_REPORTS),
        "timeline": content_digest(row.timeline),
        "media": list(_media(cut.scope)),
        "library": library.digest,
        "bundle": library.bundle_digest,
        "where": settings.where(row).model_dump(mode="json"),
        "settings": [settings.candidates, settings.scene_s, settings.sampling.value, settings.blind],
    }
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def in_shard(row: PlanRow, shard: tuple[int, int] | None) -> bool:
    """Tell whether a row belongs to shard (i, n), i from 1 to n; by what it asks, so that rows keep theirs.

    Rows that are added to a plan leave the others in their shards.
    """
    if shard is None:
        return True
    text = json.dumps(row.model_dump(mode="json", exclude=_ABOUT_REPORTS), sort_keys=True)
    number, count = shard
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % count == number - 1


def content_digest(timeline: Path) -> str:
    """Return the hex SHA-256 of a timeline file; of a bundle folder, that of what lies in it."""
    digest = hashlib.sha256()
    if timeline.is_dir():
        for path in sorted(timeline.rglob("*")):
            digest.update(_state(path).encode())
        return digest.hexdigest()
    with timeline.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _media(scope: Scope) -> Iterator[str]:
    used = {span.media for segment in scope.segments for span in segment.spans}
    for media in sorted(used, key=lambda media: str(media.path)):
        # Images that are added to a sequence change the time of their folder.
        yield _state(media.path.parent if media.kind is MediaKind.SEQUENCE else media.path)


def _state(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return f"{path}|absent"
    return f"{path}|{found.st_size}|{found.st_mtime_ns}"
