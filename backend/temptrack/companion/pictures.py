"""The pictures of the last questions: another prompt about the same picture needs only the words again."""

import hashlib
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from temptrack.companion.messages import PathPair
from temptrack.companion.path_map import map_file, map_strips
from temptrack.companion.renders import with_renders
from temptrack.companion.scopes import HostScope, scope_request
from temptrack.companion.strips import timeline_of
from temptrack.companion.suggest_messages import HostTimeline, Render
from temptrack.media.timecodes import start_timecode_s
from temptrack.seat.cuts import Cut
from temptrack.suggest.picture import PictureAnalysis
from temptrack.timeline.read import read_timeline
from temptrack.timeline.scope import select_scope
from temptrack.timeline.segments import ProblemKind

_KEPT: Final = 4
_UNSETTLED: Final = (ProblemKind.MISSING_MEDIA, ProblemKind.AMBIGUOUS_MEDIA)

Stamp = tuple[str, int, int]
"""Path, size in bytes and time of change of a file."""


@dataclass(slots=True)
class Picture:
    """A cut, and what was seen in it.

    Attributes:
        cut: the timeline and the part of it.
        seen: what was seen, by the id of the encoder that saw it.
    """

    cut: Cut
    stamps: tuple[Stamp | None, ...] = ()
    seen: dict[str, PictureAnalysis] = field(default_factory=dict)

    @property
    def is_settled(self) -> bool:
        """Whether looking again would find the same: nothing is missing that may come back."""
        return not any(problem.kind in _UNSETTLED for problem in self.cut.scope.problems)


class Pictures:
    """Remembers the last few cuts as long as no file of them changes. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Picture] = OrderedDict()
        self._lock = threading.Lock()

    def of(
        self,
        timeline: HostTimeline,
        scope: HostScope,
        renders: Sequence[Render],
        pairs: Sequence[PathPair],
    ) -> Picture:
        """Return a cut, read now or remembered; raises what reading and choosing raise."""
        key = _digest(timeline, scope, *renders, *pairs)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and kept.stamps == _stamps(kept.cut, timeline):
            return kept
        cut = _read(timeline, scope, renders, pairs)
        picture = Picture(cut, _stamps(cut, timeline))
        if picture.is_settled:
            with self._lock:
                self._kept[key] = picture
                self._kept.move_to_end(key)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return picture


def look_once(
    picture: Picture, encoder_id: str, look: Callable[[], PictureAnalysis]
) -> tuple[PictureAnalysis, bool]:
    """Return what is seen in a picture, and whether it had to be looked at.

    Args:
        picture: the cut.
        encoder_id: what looks.
        look: looks.
    """
    if encoder_id in picture.seen:
        return picture.seen[encoder_id], False
    seen = look()
    # Damaged media may be whole the next time, such as a file that is still being copied.
    if seen.segments and not seen.warnings:
        picture.seen[encoder_id] = seen
    return seen, True


def _read(
    timeline: HostTimeline, scope: HostScope, renders: Sequence[Render], pairs: Sequence[PathPair]
) -> Cut:
    description = map_strips(timeline.strips, pairs) if timeline.strips is not None else None
    if description is not None:
        file = timeline_of(description)
    else:
        file = read_timeline(timeline.path or "")
        map_file(file, pairs)
    request = scope_request(scope, file, description)
    selected = select_scope(file, request, media_start_s=cache(start_timecode_s), require_picture=False)
    by_frame: Mapping[int, Path] = {render.frame - file.start_frames: Path(render.path) for render in renders}
    return Cut(file, with_renders(selected, by_frame))


def _digest(*parts: BaseModel) -> str:
    digest = hashlib.sha256()
    for part in parts:
        # Names of files that are no text hold lone surrogates, which pydantic's own JSON refuses.
        digest.update(json.dumps(part.model_dump(mode="json")).encode("ascii"))
    return digest.hexdigest()


def _stamps(cut: Cut, timeline: HostTimeline) -> tuple[Stamp | None, ...]:
    paths = {span.media.path for segment in cut.scope.segments for span in segment.spans}
    named = [Path(timeline.path)] if timeline.path else []
    return tuple(_stamp(path) for path in (*named, *sorted(paths)))


def _stamp(path: Path) -> Stamp | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return str(path), status.st_size, status.st_mtime_ns
