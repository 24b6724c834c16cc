"""The part of a timeline that a command is about, read and reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from temptrack.media.timecodes import start_timecode_s
from temptrack.seat.reports import ProblemReport, ScopeReport, Span
from temptrack.timeline.media_folders import MediaFolders
from temptrack.timeline.read import read_timeline
from temptrack.timeline.scope import ScopeRequest, select_scope
from temptrack.timeline.segments import RecordRange, Scope
from temptrack.timeline.timeline_file import TimelineFile


@dataclass(frozen=True, slots=True)
class Cut:
    """The part of a timeline that music is asked for."""

    file: TimelineFile
    scope: Scope


def read_away(path: Path, part: ScopeRequest) -> Cut:
    """Read a timeline away from its media: every file it names counts as there, and none need be named."""
    file = read_timeline(path)
    return Cut(file, select_scope(file, part, exists=lambda _path: True, require_picture=False))


def read_cut(
    path: Path, part: ScopeRequest, *, media: Sequence[Path] = (), require_picture: bool = True
) -> Cut:
    """Read a timeline and choose a part of it; raises what reading and choosing raise.

    Args:
        path: the timeline.
        part: which part.
        media: folders where media are looked for by name.
        require_picture: whether a part without any usable picture is an error.
    """
    folders = MediaFolders(media) if media else None
    file = read_timeline(path)
    scope = select_scope(
        file,
        part,
        media_start_s=cache(start_timecode_s),
        folders=folders,
        require_picture=require_picture,
    )
    return Cut(file, scope)


def span(record: RecordRange) -> Span:
    """Return a record range as it is reported."""
    return Span(
        start_frames=record.start_frames,
        duration_frames=record.duration_frames,
        start_s=float(record.start_s),
        duration_s=float(record.duration_s),
    )


def scope_report(cut: Cut, segments_seen: int) -> ScopeReport:
    """Return what music was asked for, and how many of its segments were seen, as it is reported."""
    return ScopeReport(
        timeline=str(cut.file.path.absolute()),
        label=cut.scope.label,
        record=span(cut.scope.record),
        segments=len(cut.scope.segments),
        segments_seen=segments_seen,
    )


def problem_reports(scope: Scope) -> tuple[ProblemReport, ...]:
    """Return what was skipped, as it is reported."""
    return tuple(
        ProblemReport(
            kind=problem.kind.value,
            clip=problem.clip_name,
            message=problem.message,
            record=span(problem.record) if problem.record else None,
        )
        for problem in scope.problems
    )
