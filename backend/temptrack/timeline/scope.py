"""Choosing the part of a timeline that music is wanted for, and cutting its picture into segments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from temptrack.errors import InvalidRequest, NotFound, NotReady
from temptrack.timeline.flatten import Flattened, Look, flatten
from temptrack.timeline.marks import find_marker, in_and_out
from temptrack.timeline.media_folders import MediaFolders
from temptrack.timeline.media_paths import Exists
from temptrack.timeline.positions import parse_position
from temptrack.timeline.rates import nearest_frame
from temptrack.timeline.references import Found, Lost, MediaStart, find_media
from temptrack.timeline.scope_request import ScopeKind, ScopeRequest
from temptrack.timeline.segments import (
    SEGMENT_S,
    MediaKind,
    MediaSpan,
    Problem,
    ProblemKind,
    RecordRange,
    Scope,
    Segment,
    SourceRange,
)
from temptrack.timeline.timeline_file import TimelineFile

__all__ = ["ITEM_IDS", "MAX_SCOPE_S", "ScopeKind", "ScopeRequest", "item_ids", "select_scope"]

ITEM_IDS = "temptrack_item_ids"
"""Key in a clip's metadata of the ids it goes by in its host: its own and those of the items it lies in."""

MAX_SCOPE_S = 24 * 3600
"""Longest scope in seconds; longer ones are a damaged file or a slip of the pen."""


def select_scope(
    file: TimelineFile,
    request: ScopeRequest | None = None,
    *,
    exists: Exists = Path.is_file,
    media_start_s: MediaStart | None = None,
    folders: MediaFolders | None = None,
    require_picture: bool = True,
) -> Scope:
    """Return the picture of a part of a timeline as segments that tile it exactly.

    Args:
        file: the timeline.
        request: which part; None is the whole.
        exists: whether a media file is there. ``lambda path: True`` shows the scope as if no media were
            missing, for looking at timelines away from their media.
        media_start_s: start timecode of a media file in seconds, asked where the timeline does not tell.
        folders: where media are found by name if the timeline names none, or none that is there.
        require_picture: whether a scope without any usable picture is an error, or merely has empty segments.

    Raises:
        NotReady: there is no usable picture in the scope (NO_PICTURE), or the timeline holds no in and out
            points (NO_IN_OUT).
        NotFound: no marker or clip of that name (MARKER_NOT_FOUND, CLIP_NOT_FOUND), or nothing is seen of any
            of the items (ITEMS_NOT_SEEN).
        InvalidRequest: the range is empty, backwards, outside the timeline or absurdly long (EMPTY_SCOPE,
            SCOPE_OUTSIDE, SCOPE_TOO_LONG), a position cannot be read (BAD_POSITION, BAD_TIMECODE), or the
            marker has no length (POINT_MARKER).
        Corrupt: the timeline holds numbers that are no times (BAD_TIME).
    """
    request = request or ScopeRequest.whole()
    picture = flatten(file, folders)
    looks = picture.looks
    if request.kind is ScopeKind.CLIPS:
        looks = _named(looks, request.clips, file)
    elif request.kind is ScopeKind.ITEMS:
        looks = _selected(looks, request.items, file)
    label, record = _record_range(file, request, looks)

    def find(clip: Any) -> Found | Lost:
        return find_media(clip, file.media_root, exists=exists, media_start_s=media_start_s, folders=folders)

    shots, problems = _shots(looks, record, find)
    problems = [*_inside(picture.problems, record), *problems]
    segments = _segments(record, shots)
    if require_picture and not shots:
        raise _no_picture(file, label, picture, problems)
    return Scope(label, record, segments, tuple(problems))


def _record_range(
    file: TimelineFile, request: ScopeRequest, looks: Sequence[Look]
) -> tuple[str, RecordRange]:
    whole_end = file.picture_end_frames or file.duration_frames
    match request.kind:
        case ScopeKind.WHOLE:
            label, start, end = "whole timeline", 0, whole_end
        case ScopeKind.IN_OUT:
            label, (start, end) = "in to out", in_and_out(file)
        case ScopeKind.MARKER:
            label, (start, end) = f"marker '{request.marker}'", find_marker(file, request.marker)
        case ScopeKind.CLIPS:
            label = "clips " + ", ".join(f"'{name}'" for name in request.clips)
            start, end = looks[0].start_frames, max(look.end_frames for look in looks)
        case ScopeKind.ITEMS:
            label = "selected items"
            start, end = looks[0].start_frames, max(look.end_frames for look in looks)
        case ScopeKind.RANGE:
            start = 0 if request.start is None else parse_position(request.start, file)
            end = whole_end if request.end is None else parse_position(request.end, file)
            label = f"{file.timecode(start)} to {file.timecode(end)}"
    return label, _checked(file, label, start, end)


def _checked(file: TimelineFile, label: str, start: int, end: int) -> RecordRange:
    limit = max(file.duration_frames, file.picture_end_frames)
    if limit == 0:
        raise NotReady(
            f"The timeline '{file.name}' is empty.",
            reason="NO_PICTURE",
            hint="Export a timeline with picture on it.",
        )
    if end <= start:
        raise InvalidRequest(
            f"The scope ({label}) ends at {file.timecode(end)}, not after its start {file.timecode(start)}.",
            reason="EMPTY_SCOPE",
            hint="Give an end after the start.",
        )
    if start >= limit or end <= 0:
        raise InvalidRequest(
            f"The scope ({label}) lies outside the timeline, which runs from {file.timecode(0)} to "
            f"{file.timecode(limit)}.",
            reason="SCOPE_OUTSIDE",
            hint="Timecodes count from the start timecode, frames and seconds from the first frame.",
        )
    start, end = max(0, start), min(end, limit)
    record = RecordRange(start, end - start, file.rate)
    if record.duration_s > MAX_SCOPE_S:
        raise InvalidRequest(
            f"The scope ({label}) is {float(record.duration_s) / 3600:.1f} hours long; up to "
            f"{MAX_SCOPE_S // 3600} are looked at.",
            reason="SCOPE_TOO_LONG",
            hint="Ask for a part of it.",
        )
    return record


def _named(looks: Sequence[Look], names: Sequence[str], file: TimelineFile) -> tuple[Look, ...]:
    wanted = set(names)
    seen = {look.clip.name for look in looks}
    absent = sorted(wanted - seen)
    if absent or not wanted:
        listed = ", ".join(f"'{name}'" for name in sorted(seen)[:20])
        raise NotFound(
            f"No picture of a clip named {', '.join(map(repr, absent))} is seen in '{file.name}'."
            if absent
            else "No clip was named.",
            reason="CLIP_NOT_FOUND",
            hint=f"Clips seen: {listed}." if listed else "The timeline shows no clip.",
        )
    return tuple(look for look in looks if look.clip.name in wanted)


def _selected(looks: Sequence[Look], ids: Sequence[str], file: TimelineFile) -> tuple[Look, ...]:
    # Sound and effects may be selected along with pictures: what shows nothing is passed over.
    wanted = set(ids)
    selected = tuple(look for look in looks if wanted.intersection(item_ids(look.clip)))
    if selected:
        return selected
    raise NotFound(
        f"Nothing is seen of the {len(wanted)} selected items in '{file.name}'.",
        reason="ITEMS_NOT_SEEN",
        hint="Select clips with picture that are switched on and not hidden by others.",
    )


def item_ids(clip: Any) -> tuple[str, ...]:
    """Return the ids a clip goes by in its host; a clip without any goes by its name."""
    return tuple(str(each) for each in clip.metadata.get(ITEM_IDS) or (clip.name,))


@dataclass(frozen=True, slots=True)
class _Shot:
    """A look whose media is there, and the part of the scope it is seen in."""

    look: Look
    found: Found
    shown: RecordRange

    def between(self, start: int, end: int) -> MediaSpan:
        # From the look each time: a share of the whole shot's range would be off where that was cut at the
        # first moment of the file.
        start, end = max(start, self.shown.start_frames), min(end, self.shown.end_frames)
        record = RecordRange(start, end - start, self.shown.rate)
        source = source_range(self.look, self.found, record)
        return MediaSpan(self.look.clip.name, self.found.media, source, record)


def _shots(
    looks: Sequence[Look], record: RecordRange, find: Callable[[Any], Found | Lost]
) -> tuple[list[_Shot], list[Problem]]:
    shots: list[_Shot] = []
    problems: list[Problem] = []
    for look in looks:
        start = max(look.start_frames, record.start_frames)
        end = min(look.end_frames, record.end_frames)
        if start >= end:
            continue
        shown = RecordRange(start, end - start, record.rate)
        name = look.clip.name
        found = find(look.clip)
        if isinstance(found, Found):
            shots.append(_Shot(look, found, shown))
            if found.assumption:
                problems.append(Problem(ProblemKind.ASSUMED, name, found.assumption, shown))
        else:
            problems.append(Problem(found.kind, name, found.message, shown))
    return shots, problems


def source_range(look: Look, found: Found, shown: RecordRange) -> SourceRange:
    """Return which part of a clip's media is shown in a range of the timeline."""
    zero = Fraction(0)
    first_s = look.time.local_s(shown.start_s) - found.file_start_s
    last_s = look.time.local_s(shown.start_s + shown.duration_s) - found.file_start_s
    if found.media.kind is MediaKind.STILL:
        return SourceRange(zero, zero)
    start_s, end_s = max(zero, min(first_s, last_s)), max(zero, first_s, last_s)
    return SourceRange(start_s, end_s - start_s, reversed=last_s < first_s)


def _segments(record: RecordRange, shots: Sequence[_Shot]) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    waiting = 0
    start = record.start_frames
    while start < record.end_frames:
        index = len(segments)
        # Counted from the scope's start each time, so that NTSC rates do not drift.
        end = min(
            record.start_frames + nearest_frame(Fraction((index + 1) * SEGMENT_S), record.rate),
            record.end_frames,
        )
        end = max(end, start + 1)
        inside: list[MediaSpan] = []
        for position in range(waiting, len(shots)):
            shot = shots[position]
            if shot.shown.start_frames >= end:
                break
            inside.append(shot.between(start, end))
        while waiting < len(shots) and shots[waiting].shown.end_frames <= end:
            waiting += 1
        segments.append(Segment(index, RecordRange(start, end - start, record.rate), tuple(inside)))
        start = end
    return tuple(segments)


def _inside(problems: Sequence[Problem], record: RecordRange) -> list[Problem]:
    return [
        problem
        for problem in problems
        if problem.record is None
        or (
            problem.record.start_frames < record.end_frames
            and problem.record.end_frames > record.start_frames
        )
    ]


def _no_picture(file: TimelineFile, label: str, picture: Flattened, problems: Sequence[Problem]) -> NotReady:
    kinds = (ProblemKind.MISSING_MEDIA, ProblemKind.AMBIGUOUS_MEDIA)
    missing = [problem for problem in problems if problem.kind in kinds]
    if missing:
        return NotReady(
            f"None of the {len(missing)} shots in the {label} has its media here. {missing[0].message}",
            reason="NO_PICTURE",
            hint="Mount the media, or name the folder they are in (--media), or ask with words (--prompt).",
            metadata={"missing": str(len(missing))},
        )
    if not picture.looks and not picture.problems:
        message = f"The timeline '{file.name}' has no picture on any enabled lane."
    else:
        why = f" {problems[0].message}" if problems else ""
        message = f"There is no usable picture in the {label} of '{file.name}'.{why}"
        if any(problem.kind is ProblemKind.NO_MEDIA for problem in problems):
            hint = "Name the folder their media are in (--media), or ask with words (--prompt)."
            return NotReady(message, reason="NO_PICTURE", hint=hint)
    return NotReady(message, reason="NO_PICTURE", hint="Choose a part with picture, or ask by words only.")
